"""Kafka into batches of columns: the only aiokafka of the package."""
