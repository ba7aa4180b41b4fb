"""An embedded broker that speaks Kafka's protocol: one node, in memory, for development, demonstration and tests.

    producer ──frame──> connection ─Call─> handlers ──> topics ──> log of record batches
    consumer <──frame── (codec, encode)        │
                                               └──────> coordinator ──> consumer groups

It has no transactions, compaction, replicas, users, encryption or disk: what it holds is gone when it stops. One
message must not stop it: batches are checked on arrival, a request is little work or is done in pieces, and the memory
of all logs and of all clients is bounded.
"""

from tracker.devbroker.errors import CannotListenError, EmbeddedBrokerError
from tracker.devbroker.server import Broker, serve
from tracker.devbroker.thread import BrokerThread

__all__ = ["Broker", "BrokerThread", "CannotListenError", "EmbeddedBrokerError", "serve"]
