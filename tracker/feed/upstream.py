"""`Consumer`: what a session asks of Kafka, and the errors by which that fails; pure.

    Feed ──connect──> Consumer ──fetch──> records
                         └── ConsumerFailed | TopicChanged

`consumer` keeps this contract by aiokafka.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from tracker.feed.records import Record


class ConsumerFailed(Exception):
    """The client could not do what it was asked to do; another session may."""


class TopicChanged(Exception):
    """The topic is not as the session found it; another session finds it as it is."""


class Consumer(Protocol):
    """A connected client that reads one topic; partitions go by their numbers.

    Every coroutine raises `ConsumerFailed` where no answer comes, and may be cancelled.
    """

    address: str
    """The bootstrap servers: `host:port`, several separated by commas."""
    topic: str
    """The topic that is read; it need not exist."""

    async def reach(self) -> None:
        """See whether anything listens at the address.

        Raises:
            BrokerUnreachable: Nothing does.
        """

    async def topics(self) -> Collection[str]:
        """Ask for the names of all topics; `partitions()` is up to date afterwards."""

    def partitions(self) -> Set[int]:
        """Return the topic's partitions as of a second ago at most; empty where the topic does not exist."""

    async def begins(self, partitions: Collection[int]) -> Mapping[int, int]:
        """Ask for the first offset that each log still holds."""

    async def ends(self, partitions: Collection[int]) -> Mapping[int, int]:
        """Ask for the offset that the next record of each log will have."""

    async def offsets_at(self, moment: float, partitions: Collection[int]) -> Mapping[int, int | None]:
        """Ask for the first offset published at `moment`, s since 1970, or later; None where nothing was."""

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Read on from these offsets, by partition; other partitions are read no more."""

    async def fetch(self, *, ahead: bool) -> dict[int, Sequence[Record]]:
        """Wait half a second at most for the next records, and return them by partition.

        Args:
            ahead: Whether the broker may be asked for more already; not where a seek follows.

        Raises:
            TopicChanged: An offset lies outside its log.
        """


Connect: TypeAlias = Callable[[], AbstractAsyncContextManager[Consumer]]
"""Opens a consumer, and closes it at the end. Raises `BrokerUnreachable`, `HandshakeFailed`, `ConsumerFailed`."""
