"""`Partition`: how far a partition is read, and whether its log is still the one that was read; pure.

    resume ──> start: where reading goes on ──> records ──> accept: those that are new ──> backlog | live

Kafka's clients are not told a topic's id, so a log that was replaced is recognised by its contents: the record before
the position must be the one that was read there. That record, the anchor, is read again at the start of a session and
every few seconds.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.feed.records import Record
from tracker.feed.upstream import TopicChanged


class LogReplaced(TopicChanged):
    """Another log lies in the place of the one that was read."""


@dataclass(slots=True)
class Partition:
    """How far a partition is read."""

    next: int
    """The offset to read next."""
    backlog_end: int
    """The offset at which the log ended when it was first seen; records below it are backlog."""
    end: int = 0
    """The offset at which the log ended when that was last asked."""
    anchor: tuple[int, int, int] | None = None
    """The last record read: offset, timestamp, checksum of its value."""
    verify: bool = False
    """Whether the next record to come is the anchor, read again."""
    replaced: bool = False
    """Whether `accept` found another log; the next session reads that one."""

    @property
    def start(self) -> int:
        """The offset to fetch from."""
        return self.anchor[0] if self.verify and self.anchor else self.next

    @property
    def left(self) -> int:
        """The number of records that are not read yet."""
        return max(0, self.end - self.next)

    @property
    def caught_up(self) -> bool:
        """Whether the backlog is read."""
        return self.next >= self.backlog_end

    def resume(self, begin: int) -> int:
        """Get ready for a new session; return how many unread records the log, which begins there now, has lost."""
        missed = begin - self.next
        if missed > 0:
            self.next, self.anchor, self.verify = begin, None, False
            return missed
        self.verify = self.anchor is not None and self.anchor[0] >= begin
        return 0

    def doubt(self) -> None:
        """Have the anchor read again, where something was read."""
        self.verify = self.anchor is not None

    def accept(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return the records that are new, once the log has proved to be the one that was read before.

        Raises:
            LogReplaced: The log is another one.
        """
        if self.verify:
            self.verify = False
            if self.anchor and records[0].offset == self.anchor[0] and _fingerprint(records[0]) != self.anchor:
                self.replaced = True  # not forgotten here: the watch beside the reading may be measuring it
                raise LogReplaced(f"the log of partition {records[0].partition} was replaced")
            records = [record for record in records if record.offset >= self.next]
        if records:
            self.next, self.anchor = records[-1].offset + 1, _fingerprint(records[-1])
        return records

    def backlog(self, records: Sequence[Record]) -> int:
        """Return how many of these records, from the first one on, are backlog."""
        end = self.backlog_end
        return 0 if not records or records[0].offset >= end else bisect_left(records, end, key=_offset)


def _offset(record: Record) -> int:
    return record.offset


def _fingerprint(record: Record) -> tuple[int, int, int]:
    return record.offset, record.timestamp, zlib.crc32(record.value or b"")
