"""The state of the one node, which the handlers of requests share, and its clock."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from tracker.devbroker.clients import Clients
from tracker.devbroker.coordinator import Coordinator
from tracker.devbroker.notices import Notices
from tracker.devbroker.topics import Topics
from tracker.devbroker.turns import Turns

NODE_ID = 1


def _producer_ids() -> Iterator[int]:
    # From a random number on: a producer that outlived an earlier broker must not share its id with a new one.
    return count(1 + secrets.randbelow(1 << 48))


def _cluster_id() -> str:
    return uuid.uuid4().hex[:22]


def _notices() -> Notices:
    return Notices(logging.getLogger("tracker.devbroker"))


@dataclass(slots=True)
class Node:
    """The broker's state."""

    topics: Topics
    coordinator: Coordinator
    notices: Notices = field(default_factory=_notices)
    clients: Clients = field(init=False)
    turns: Turns = field(default_factory=Turns)
    cluster_id: str = field(default_factory=_cluster_id)
    """Another one each run, so that clients can tell an emptied broker from a cluster that they know."""
    producer_ids: Iterator[int] = field(default_factory=_producer_ids)
    advertised: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    """By port, the host and port that clients who come in there are told; others are told where they came in."""
    _checker: ThreadPoolExecutor | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.clients = Clients(self.notices)

    def now(self) -> int:
        """Return the time in milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    @property
    def checker(self) -> ThreadPoolExecutor:
        """One thread that checks large batches, one after the other, however many clients send them."""
        if self._checker is None:
            self._checker = ThreadPoolExecutor(1, "devbroker-checker")
        return self._checker

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Start a task that ends with the node at the latest."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End the timers, the tasks and the thread."""
        self.coordinator.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._checker is not None:
            self._checker.shutdown(wait=False, cancel_futures=True)
            self._checker = None
