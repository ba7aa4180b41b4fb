"""How long to wait for what has to come: a busy machine is no defect."""

PATIENCE = 60.0
"""Seconds, far beyond what anything takes on a quiet machine, and below the limit of a test."""
