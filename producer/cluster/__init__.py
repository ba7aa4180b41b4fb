"""How a Kafka cluster is reached: addresses, topic names, TLS and SASL. A contract of both packages."""
