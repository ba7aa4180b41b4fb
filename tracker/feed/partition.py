"""`Partition`: how far a partition is read, and whether its log is still the one that was read; pure.

    resume ──> start: where reading goes on ──> records ──> accept: those that are new ──> backlog | live

aiokafka knows no topic id, so a log that was replaced is told by its contents: the record before the position must
be the one that was read there. So that record, the anchor, is read again at the start of a session and every few
seconds.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.feed.records import Record


class LogReplaced(Exception):
    """Another log lies where that one was which was read."""


@dataclass(slots=True)
class Partition:
    """How far a partition is read."""

    next: int
    """The offset to read next."""
    backlog_end: int
    """Where the log ended when we first saw it."""
    end: int = 0
    """Where it ended when that was last asked."""
    anchor: tuple[int, int, int] | None = None
    """The last record read: offset, timestamp, checksum of its value."""
    verify: bool = False
    """The next record to come is the anchor, read again."""
    replaced: bool = False
    """Another log was found in its place; the next session reads that one."""

    @property
    def start(self) -> int:
        """The offset to fetch from."""
        return self.anchor[0] if self.verify and self.anchor else self.next

    @property
    def left(self) -> int:
        """Records that are not read yet."""
        return max(0, self.end - self.next)

    @property
    def caught_up(self) -> bool:
        """Whether all is read that the log held when we first saw it."""
        return self.next >= self.backlog_end

    def resume(self, begin: int) -> int:
        """Get ready for a new session with a log that begins there; how many records it no longer has for us."""
        missed = begin - self.next
        if missed > 0:
            self.next, self.anchor, self.verify = begin, None, False
            return missed
        self.verify = self.anchor is not None and self.anchor[0] >= begin
        return 0

    def doubt(self) -> None:
        """Have the anchor, if there is one, read again."""
        self.verify = self.anchor is not None

    def accept(self, records: Sequence[Record]) -> Sequence[Record]:
        """The records that are new, once the log has proved to be the one that was read before.

        Raises:
            LogReplaced: It is another one.
        """
        if self.verify:
            self.verify = False
            if self.anchor and records[0].offset == self.anchor[0] and _fingerprint(records[0]) != self.anchor:
                self.replaced = True  # not forgotten yet: the watch beside the reading may be counting it
                raise LogReplaced("the log was replaced")
            records = [record for record in records if record.offset >= self.next]
        if records:
            self.next, self.anchor = records[-1].offset + 1, _fingerprint(records[-1])
        return records

    def backlog(self, records: Sequence[Record]) -> int:
        """How many of these records, the first ones, the log held before we came."""
        end = self.backlog_end
        return 0 if not records or records[0].offset >= end else bisect_left(records, end, key=_offset)


def _offset(record: Record) -> int:
    return record.offset


def _fingerprint(record: Record) -> tuple[int, int, int]:
    return record.offset, record.timestamp, zlib.crc32(record.value or b"")
