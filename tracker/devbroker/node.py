"""What the handlers of requests share: the state of the one node, and its clock."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from tracker.devbroker.coordinator import Coordinator
from tracker.devbroker.topics import Topics

NODE_ID = 1


def _producer_ids() -> Iterator[int]:
    # From a random number on: a producer that outlived an earlier broker must not share its id with a new one.
    return count(1 + secrets.randbelow(1 << 48))


def _cluster_id() -> str:
    return uuid.uuid4().hex[:22]


@dataclass(slots=True)
class Node:
    """The broker's state."""

    topics: Topics
    coordinator: Coordinator
    cluster_id: str = field(default_factory=_cluster_id)
    """Another one each run, so that clients can tell an emptied broker from a cluster that they know."""
    producer_ids: Iterator[int] = field(default_factory=_producer_ids)
    advertised: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    """By port at which a client comes in: the host and port that it is told; elsewhere it is told where it came."""

    def now(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000
