"""Places on the earth: boxes and tiles, the Mercator projection, land and borders."""
