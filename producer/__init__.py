"""Producers: sources of state vectors, published to a Kafka topic. `producer.wire` is the contract of the topic."""
