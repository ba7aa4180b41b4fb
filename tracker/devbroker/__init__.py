"""An embedded broker that speaks Kafka's protocol: one node, in memory, for development, demonstration and tests.

    producer ──frame──> connection ─Call─> handlers ──> topics ──> log of record batches
    consumer <──frame── (wire, encode)         │
                                               └──────> coordinator ──> consumer groups

It has no transactions, no compaction, no replicas, no encryption and no disk: what it holds is gone when it stops.
"""

from tracker.devbroker.errors import BrokerError, CannotListenError
from tracker.devbroker.server import Broker, serve
from tracker.devbroker.thread import BrokerThread

__all__ = ["Broker", "BrokerError", "BrokerThread", "CannotListenError", "serve"]
