"""`tracker sample`: what the records of a topic are, how they can be read, and a mapping to start from."""
