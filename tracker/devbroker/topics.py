"""The topics of a broker: create, find by name and by id, enlarge, configure, delete."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping

from tracker.devbroker import configs
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.log import Log
from tracker.devbroker.notices import Notices
from tracker.devbroker.storage import Storage

MAX_PARTITIONS = 1_000
"""Partitions of all topics together; requests about all of them stay short enough for the event loop."""

_SLACK = 128  # a full storage is emptied by this fraction more than is needed, so that not each append searches it

_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")


class Topic:
    """A name, its settings and a log for each partition.

    Args:
        name: A name that Kafka allows.
        partitions: How many.
        values: Checked settings.
        defaults: What holds where they are silent.
        storage: What all logs of the broker share.
    """

    def __init__(
        self, name: str, partitions: int, values: Mapping[str, str], defaults: TopicConfig, storage: Storage
    ) -> None:
        self.name = name
        self.id = uuid.uuid4()
        """Each topic has another one, even of the same name."""
        self.values = dict(values)
        """The settings that the topic sets itself, as text."""
        self._defaults = defaults
        self.config = configs.parse(values, defaults)
        self._storage = storage
        self.logs = [Log(self.config, storage) for _ in range(partitions)]

    def add_partitions(self, total: int) -> None:
        """Add partitions until there are so many in total."""
        self.logs += [Log(self.config, self._storage) for _ in range(total - len(self.logs))]

    def configure(self, values: Mapping[str, str]) -> None:
        """Replace the topic's own settings by checked ones."""
        self.values = dict(values)
        self.config = configs.parse(values, self._defaults)
        for log in self.logs:
            log.config = self.config


class Topics:
    """All topics of a broker.

    Args:
        defaults: What holds where a topic sets nothing.
        partitions: Partitions of a topic that is created without a number.
        auto_create: Whether asking for the metadata of an unknown topic creates it.
        storage: What all logs share.
    """

    def __init__(
        self,
        defaults: TopicConfig,
        *,
        partitions: int = 1,
        auto_create: bool = False,
        storage: Storage | None = None,
    ) -> None:
        self.defaults = defaults
        self.partitions = partitions
        self.auto_create = auto_create
        self.storage = storage or Storage()
        self._by_name: dict[str, Topic] = {}
        self._by_id: dict[uuid.UUID, Topic] = {}

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._by_name.values())

    def find(self, name: str | None, topic_id: uuid.UUID | None = None) -> Topic:
        """Find a topic by its name or, where that is missing, by its id.

        Raises:
            RefusedError: There is none.
        """
        topic = self._by_id.get(topic_id) if not name and topic_id is not None else self._by_name.get(name or "")
        if topic is None:
            raise RefusedError(
                ErrorCode.UNKNOWN_TOPIC_ID if not name and topic_id else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            )
        return topic

    def log(self, name: str | None, partition: int, topic_id: uuid.UUID | None = None) -> Log:
        """Find the log of a partition.

        Raises:
            RefusedError: There is none.
        """
        topic = self.find(name, topic_id)
        if not 0 <= partition < len(topic.logs):
            raise RefusedError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        return topic.logs[partition]

    def create(
        self, name: str, partitions: int = -1, values: Mapping[str, str] | None = None, *, dry_run: bool = False
    ) -> Topic:
        """Create a topic.

        Args:
            name: Its name.
            partitions: How many; -1: the broker's default.
            values: The topic's own settings.
            dry_run: Whether to check only.

        Raises:
            RefusedError: The name is taken or invalid, or the number or a setting is.
        """
        if not _NAME.fullmatch(name) or name in (".", ".."):
            raise RefusedError(
                ErrorCode.INVALID_TOPIC_EXCEPTION, f"Topic name {name[:300]!r} is not 1-249 of a-z A-Z 0-9 . _ -"
            )
        if name in self._by_name:
            raise RefusedError(ErrorCode.TOPIC_ALREADY_EXISTS, f"Topic {name!r} already exists.")
        count = self.partitions if partitions == -1 else partitions
        self._check_partitions(count, added=count)
        configs.check(values or {})
        topic = Topic(name, count, values or {}, self.defaults, self.storage)
        if not dry_run:
            self._by_name[name] = self._by_id[topic.id] = topic
        return topic

    def grow(self, name: str, total: int, *, dry_run: bool = False) -> None:
        """Add partitions to a topic until there are so many in total.

        Raises:
            RefusedError: There is no such topic, it has as many already, or the broker would have too many.
        """
        topic = self.find(name)
        if total <= len(topic.logs):
            raise RefusedError(
                ErrorCode.INVALID_PARTITIONS, f"Topic {name!r} has {len(topic.logs)} partitions; {total} is not more."
            )
        self._check_partitions(total, added=total - len(topic.logs))
        if not dry_run:
            topic.add_partitions(total)

    def _check_partitions(self, total: int, added: int) -> None:
        if total < 1:
            raise RefusedError(ErrorCode.INVALID_PARTITIONS, "A topic has one partition at least.")
        if added + sum(len(topic.logs) for topic in self) > MAX_PARTITIONS:
            raise RefusedError(
                ErrorCode.INVALID_PARTITIONS, f"This broker has {MAX_PARTITIONS} partitions at most, of all topics."
            )

    def delete(self, name: str | None, topic_id: uuid.UUID | None = None) -> Topic:
        """Delete a topic, and wake the fetches that wait for its records.

        Raises:
            RefusedError: There is none.
        """
        topic = self.find(name, topic_id)
        del self._by_name[topic.name], self._by_id[topic.id]
        for log in topic.logs:
            log.delete()
        return topic

    def retain(self, now: int) -> None:
        """Drop what is too old from every log.

        Args:
            now: Milliseconds since 1970.
        """
        for topic in self:
            for log in topic.logs:
                log.retain(now)

    def make_room(self, size: int, notices: Notices) -> None:
        """Drop the oldest records of the largest logs, until so many bytes can be stored.

        The largest log gives way, so that one flooded topic does not push out the records of the others.

        Args:
            size: Bytes of memory.
            notices: Where it is told.
        """
        excess = self.storage.excess(size)
        if excess <= 0:
            return
        excess += self.storage.limit // _SLACK
        while excess > 0 and self.storage.used > 0:
            name, largest = max(
                ((topic.name, log) for topic in self for log in topic.logs), key=lambda named: named[1].cost
            )
            excess -= largest.shrink(excess)
            notices.warn(
                "storage",
                f"all logs together may hold {self.storage.limit >> 20} MiB: the oldest records of {name} are dropped",
            )
