"""The columns of every frame: their names, types and units, and how they follow from the wire's. NumPy only."""
