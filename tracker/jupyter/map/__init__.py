"""The live map of a notebook."""
