"""Where state vectors come from: recordings and synthetic flights."""
