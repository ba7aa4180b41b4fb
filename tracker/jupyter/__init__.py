"""What a notebook holds: the tracker, its table, its plots and its status strip."""
