"""The topics of a broker: made, found by name and by id, given partitions and settings, deleted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping

from tracker.devbroker import configs
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.log import Log

MAX_PARTITIONS = 10_000
"""Partitions of all topics together."""

_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")


class Topic:
    """A name, its settings and a log for each partition."""

    def __init__(self, name: str, partitions: int, values: Mapping[str, str], defaults: TopicConfig) -> None:
        self.name = name
        self.id = uuid.uuid4()
        """Another one each time that a topic of this name is made."""
        self.values = dict(values)
        """What is set on the topic itself, as text."""
        self._defaults = defaults
        self.config = configs.parse(values, defaults)
        self.logs = [Log(self.config) for _ in range(partitions)]

    def add_partitions(self, total: int) -> None:
        """Give the topic more partitions."""
        self.logs += [Log(self.config) for _ in range(total - len(self.logs))]

    def configure(self, values: Mapping[str, str]) -> None:
        """Replace all that is set on the topic by checked values."""
        self.values = dict(values)
        self.config = configs.parse(values, self._defaults)
        for log in self.logs:
            log.config = self.config


class Topics:
    """All topics of a broker."""

    def __init__(self, defaults: TopicConfig, *, partitions: int = 1, auto_create: bool = False) -> None:
        self.defaults = defaults
        self.partitions = partitions
        """Partitions of a topic that asks for no number."""
        self.auto_create = auto_create
        """Whether asking for the metadata of an unknown topic makes it."""
        self._by_name: dict[str, Topic] = {}
        self._by_id: dict[uuid.UUID, Topic] = {}

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._by_name.values())

    def find(self, name: str | None, topic_id: uuid.UUID | None = None) -> Topic:
        """The topic of a name or, where that is missing, of an id.

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
        """The log of a partition.

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
        """Make a topic.

        Args:
            name: As Kafka allows it.
            partitions: How many; -1: the broker's default.
            values: Settings of the topic.
            dry_run: Check all, and keep nothing.

        Raises:
            RefusedError: The name is taken, or any of it is invalid.
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
        topic = Topic(name, count, values or {}, self.defaults)
        if not dry_run:
            self._by_name[name] = self._by_id[topic.id] = topic
        return topic

    def grow(self, name: str, total: int, *, dry_run: bool = False) -> None:
        """Give a topic more partitions.

        Raises:
            RefusedError: There is no such topic, it has as many already, or the broker has too many.
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
        """Delete a topic, and wake those who wait for its records.

        Raises:
            RefusedError: There is none.
        """
        topic = self.find(name, topic_id)
        del self._by_name[topic.name], self._by_id[topic.id]
        for log in topic.logs:
            log.delete()
        return topic

    def retain(self, now: int) -> None:
        """Drop what is too old, in milliseconds since 1970, from every log."""
        for topic in self:
            for log in topic.logs:
                log.retain(now)
