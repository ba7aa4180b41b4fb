"""A partition's log: record batches as bytes, the oldest dropped first.

append ──> [ batch | batch | ... | batch ] ──> read
  retain, truncate ──^  start        end
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from tracker.devbroker import batch as batches
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.idempotence import Producers, Written

_TRIM = 1024  # dropped batches that may linger in the indexes: trimming costs a copy of them


class Log:
    """Batches of one partition, found by offset and by time.

    Batch i, from `_head` on, holds offsets from `_bases[i]` to below `_bases[i + 1]`. The indexes are sorted arrays,
    so that a read finds its batches by bisection, however many and small they are.
    """

    def __init__(self, config: TopicConfig) -> None:
        self.config = config
        self.start = 0
        """The first offset that can be read."""
        self.end = 0
        """The offset that the next record will have."""
        self.deleted = False
        """Whether the topic is gone; whoever still holds the log must look again."""
        self.watchers: set[Callable[[], None]] = set()
        """Called when records were appended, or the log is deleted."""
        self._bases = array("q")
        self._bytes = array("q")  # bytes of this and all earlier batches, dropped ones included
        self._times = array("q")  # max timestamps
        self._since = array("q")  # the later of max timestamp and arrival: from then on a batch grows old
        self._peaks = array("q")  # the greatest max timestamp up to each batch: it never runs back
        self._batches: list[bytes] = []
        self._head = 0  # the batches before it are dropped
        self._dropped = 0  # bytes of them
        self._clock = 0  # the last append time
        self._producers = Producers()

    @property
    def size(self) -> int:
        """Bytes of the batches held."""
        return self._bytes[-1] - self._dropped if self._bytes else 0

    def append(self, batch: bytes, now: int) -> Written:
        """Append a producer's batch, unless it is in the log already.

        Args:
            batch: What the producer sent.
            now: Milliseconds since 1970.

        Raises:
            RefusedError: The batch is damaged, too large or out of order.
        """
        header = batches.parse(batch, self.config.max_message_bytes)
        duplicate = self._producers.duplicate(header)
        if duplicate is not None:
            return duplicate
        append_time = -1
        if self.config.log_append_time:
            # A clock that is set back must not make the log's times run back.
            append_time = self._clock = max(now, self._clock)
            self._store(batches.stamp(batch, self.end, append_time), append_time, now)
        else:
            self._store(batches.stamp(batch, self.end), header.max_timestamp, now)
        written = Written(self.end, append_time)
        self._producers.remember(header, written)
        self.end += header.count
        self.retain(now)
        self._notify()
        return written

    def _store(self, batch: bytes, time: int, now: int) -> None:
        self._bases.append(self.end)
        self._bytes.append((self._bytes[-1] if self._bytes else self._dropped) + len(batch))
        self._times.append(time)
        self._since.append(max(time, now))
        self._peaks.append(max(time, self._peaks[-1]) if self._peaks else time)
        self._batches.append(batch)

    def _notify(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()

    def delete(self) -> None:
        """Drop everything for good, and tell the watchers."""
        self.deleted = True
        self._drop(len(self._batches))
        self._notify()

    def read(self, offset: int, max_bytes: int, *, at_least_one: bool) -> bytes:
        """Read whole batches, from the one that holds an offset.

        Args:
            offset: From `start` to `end`.
            max_bytes: Bytes at most.
            at_least_one: Whether the first batch is returned though it is longer than that.

        Raises:
            RefusedError: The offset is not in the log.
        """
        if not self.start <= offset <= self.end:
            raise RefusedError(ErrorCode.OFFSET_OUT_OF_RANGE)
        if offset == self.end:
            return b""
        first = self._find(offset)
        before = self._bytes[first - 1] if first > 0 else self._bytes[0] - len(self._batches[0])
        last = bisect_right(self._bytes, before + max_bytes, first)
        if last == first and at_least_one:
            last += 1
        return self._batches[first] if last == first + 1 else b"".join(self._batches[first:last])

    def _find(self, offset: int) -> int:
        """Index of the batch that holds an offset from `start` to below `end`."""
        return bisect_right(self._bases, offset, self._head) - 1

    def seek(self, timestamp: int) -> tuple[int, int] | None:
        """Offset and time of the first record at or after a time, in milliseconds since 1970; None: there is none."""
        first = bisect_left(self._peaks, timestamp, self._head)
        for i in range(first, len(self._batches)):
            if self._times[i] >= timestamp:
                found = batches.seek(self._batches[i], timestamp, self.start)
                if found is not None:
                    return found
        return None

    def latest(self) -> tuple[int, int] | None:
        """Offset and time of the record with the greatest time, the first of several; None: the log is empty."""
        held = self._times[self._head :]
        return self.seek(max(held)) if held else None

    def retain(self, now: int) -> None:
        """Drop the oldest batches that are too old, or too many; the newest is never too many.

        A batch is as old as it is held, or as its own time says, whichever is less. Kafka goes by its own time alone,
        and loses a recording of last year some minutes after it was replayed.

        Args:
            now: Milliseconds since 1970.
        """
        keep, limit = self._head, self.config.retention_bytes
        if limit >= 0 and self.size > limit:
            keep = min(bisect_left(self._bytes, self._bytes[-1] - limit, keep) + 1, len(self._batches) - 1)
        if self.config.retention_ms >= 0:
            oldest = now - self.config.retention_ms
            while keep < len(self._batches) and self._since[keep] < oldest:
                keep += 1
        if keep > self._head:
            self._drop(keep)

    def truncate(self, offset: int) -> None:
        """Delete the records before an offset.

        Raises:
            RefusedError: The offset lies beyond the end.
        """
        if not 0 <= offset <= self.end:
            raise RefusedError(ErrorCode.OFFSET_OUT_OF_RANGE)
        if offset <= self.start:
            return
        self._drop(len(self._batches) if offset == self.end else self._find(offset))
        self.start = offset

    def _drop(self, keep: int) -> None:
        """Forget the batches before an index."""
        if keep > self._head:
            self._dropped = self._bytes[keep - 1]
        for i in range(self._head, keep):
            self._batches[i] = b""
        self.start = max(self.start, self._bases[keep] if keep < len(self._bases) else self.end)
        self._head = keep
        if keep == len(self._batches) or (keep > _TRIM and keep * 2 > len(self._batches)):
            for index in (self._bases, self._bytes, self._times, self._since, self._peaks):
                del index[:keep]
            del self._batches[:keep]
            self._head = 0
