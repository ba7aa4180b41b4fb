"""Producers: sources of state vectors, published to a Kafka topic. `producer.wire` is the contract of the topic."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("flight-tracker")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
