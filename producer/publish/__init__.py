"""The Kafka clients of the producer: the publisher, and the topic that it makes."""
