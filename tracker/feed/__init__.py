"""Kafka into batches of columns."""
