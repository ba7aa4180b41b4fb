"""A partition's log: record batches as bytes, the oldest dropped first.

append ──> [ batch | batch | ... | batch ] ──> read
  retain, truncate ──^  start        end

A batch is looked into once, before it is appended. What lookups by time need of it is kept in indexes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from tracker.devbroker import batch as batches
from tracker.devbroker.batch import Batch
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.idempotence import Producers, Written
from tracker.devbroker.scan import Times
from tracker.devbroker.storage import OVERHEAD, Storage

_TRIM = 1024  # dropped batches that may linger in the indexes: trimming costs a copy of them


@dataclass(frozen=True, slots=True)
class Selection:
    """Batches of a log that follow each other."""

    first: int
    last: int
    """Index behind the last of them."""
    size: int
    """Bytes."""


NOTHING = Selection(0, 0, 0)
"""No batch at all."""


class Log:
    """Batches of one partition, found by offset and by time.

    Batch i, from `_head` on, holds offsets from `_bases[i]` to below `_bases[i + 1]`. The indexes are sorted arrays,
    so that a read finds its batches by bisection, however many and small they are.

    Args:
        config: The settings of the topic.
        storage: What this log shares with the others of the broker.
    """

    def __init__(self, config: TopicConfig, storage: Storage | None = None) -> None:
        self.config = config
        self.start = 0
        """The first offset that can be read."""
        self.end = 0
        """The offset that the next record will have."""
        self.cost = 0
        """Bytes of memory that the log takes, as counted in its storage."""
        self.deleted = False
        """Whether the topic is gone; those who still hold the log must look again."""
        self.watchers: set[Callable[[int | None], None]] = set()
        """Called with the bytes of a batch that was appended, and with None when the log is deleted."""
        self._storage = storage or Storage()
        self._bases = array("q")
        self._bytes = array("q")  # bytes of this and all earlier batches, dropped ones included
        self._times = array("q")  # max timestamps
        self._since = array("q")  # the later of max timestamp and arrival: from then on a batch grows old
        self._peaks = array("q")  # the greatest max timestamp up to each batch: it never runs back
        self._batches: list[bytes] = []
        # By base offset, the oldest first, of batches whose first record is not their latest.
        self._inner: OrderedDict[int, Times] = OrderedDict()
        self._head = 0  # the batches before it are dropped
        self._dropped = 0  # bytes of them
        self._clock = 0  # the last append time
        self._cut = False  # records of the first batch are deleted, and its times still count them
        self._sunk = False  # the peaks still count batches that are dropped
        self._producers = Producers()

    @property
    def size(self) -> int:
        """Bytes of the batches held."""
        return self._bytes[-1] - self._dropped if self._bytes else 0

    def append(self, batch: Batch, now: int) -> Written:
        """Append a producer's batch, unless it is in the log already.

        Args:
            batch: The batch, checked under the settings of this log.
            now: Milliseconds since 1970.

        Raises:
            RefusedError: The batch is out of order.
        """
        duplicate = self._producers.duplicate(batch.header)
        if duplicate is not None:
            return duplicate
        append_time = -1
        if batch.times is None:
            # A clock that is set back must not make the log's times run back.
            append_time = self._clock = max(now, self._clock)
            self._store(batches.stamp(batch, self.end, append_time), append_time, now, None)
        else:
            self._store(batches.stamp(batch, self.end), batch.max_timestamp, now, batch.times)
        written = Written(self.end, append_time)
        self._producers.remember(batch.header, written)
        self.end += batch.header.count
        self.retain(now)
        for watcher in tuple(self.watchers):
            watcher(len(batch.data))
        return written

    def _store(self, data: bytes, time: int, now: int, times: Times | None) -> None:
        self._bases.append(self.end)
        self._bytes.append((self._bytes[-1] if self._bytes else self._dropped) + len(data))
        self._times.append(time)
        self._since.append(max(time, now))
        self._peaks.append(max(time, self._peaks[-1]) if self._peaks else time)
        self._batches.append(data)
        if times is not None and times.places[-1] > 0:
            self._inner[self.end] = times
        self._charge(self._cost(len(self._batches) - 1))

    def _cost(self, i: int) -> int:
        """Return the bytes of memory that a batch takes."""
        times = self._inner.get(self._bases[i])
        return OVERHEAD + len(self._batches[i]) + (times.nbytes if times is not None else 0)

    def _charge(self, size: int) -> None:
        self.cost += size
        self._storage.used += size

    def delete(self) -> None:
        """Drop everything for good, and tell the watchers."""
        self.deleted = True
        self._drop(len(self._batches))
        for watcher in tuple(self.watchers):
            watcher(None)

    def select(self, offset: int, max_bytes: int, *, at_least_one: bool) -> Selection:
        """Select whole batches, from the one that holds an offset.

        Args:
            offset: From `start` to `end`.
            max_bytes: Bytes at most.
            at_least_one: Whether the first batch is selected though it is longer than that.

        Raises:
            RefusedError: The offset is not in the log.
        """
        if not self.start <= offset <= self.end:
            raise RefusedError(ErrorCode.OFFSET_OUT_OF_RANGE)
        if offset == self.end:
            return NOTHING
        first = self._find(offset)
        before = self._bytes[first - 1] if first > 0 else self._bytes[0] - len(self._batches[0])
        last = bisect_right(self._bytes, before + max_bytes, first)
        if last == first and at_least_one:
            last += 1
        return Selection(first, last, self._bytes[last - 1] - before) if last > first else NOTHING

    def read(self, selection: Selection) -> bytes:
        """Read batches that were just selected: the log must not have changed since."""
        first, last = selection.first, selection.last
        return self._batches[first] if last == first + 1 else b"".join(self._batches[first:last])

    def _find(self, offset: int) -> int:
        """Return the index of the batch that holds an offset from `start` to below `end`."""
        return bisect_right(self._bases, offset, self._head) - 1

    def seek(self, timestamp: int) -> tuple[int, int] | None:
        """Find the first record at or after a time.

        Args:
            timestamp: Milliseconds since 1970.

        Returns:
            Its offset and time; None: there is no such record.
        """
        self._settle()
        i = bisect_left(self._peaks, timestamp, self._head)
        return self._seek_in(i, timestamp) if i < len(self._peaks) else None

    def latest(self) -> tuple[int, int] | None:
        """Return offset and time of the record with the greatest time, the first of several; None: the log is empty."""
        self._settle()
        return self.seek(self._peaks[-1]) if self._head < len(self._peaks) else None

    def _seek_in(self, i: int, timestamp: int) -> tuple[int, int] | None:
        base = self._bases[i]
        times = self._inner.get(base)
        if times is None:
            return base, self._times[i]
        found = times.find(timestamp)
        return (base + found[0], found[1]) if found is not None else None

    def _settle(self) -> None:
        """Bring the indexes up to date with what was deleted, so that lookups need none of the batches themselves."""
        if self._cut and self._head < len(self._batches):
            self._index_anew(self._head)
        if self._sunk:
            self._peaks[self._head :] = array("q", accumulate(self._times[self._head :], max))
        self._cut = self._sunk = False

    def _index_anew(self, i: int) -> None:
        """Index the times of a batch whose first records are deleted."""
        base, data = self._bases[i], self._batches[i]
        skip = self.start - base
        if batches.read_header(data).log_append_time:
            times = Times(array("i", [skip]), array("q", [self._times[i]]))
        else:
            times = batches.index(data, skip)
        self._charge(-self._cost(i))
        self._inner[base] = times
        self._inner.move_to_end(base, last=False)
        self._charge(self._cost(i))
        self._times[i] = times.times[-1]
        self._sunk = True

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
        self._drop(keep)

    def shrink(self, size: int) -> int:
        """Drop the oldest batches, the newest too if need be, to free so many bytes of memory.

        Returns:
            Bytes that were freed; less than asked for where there are no more.
        """
        before, keep, freed = self.cost, self._head, 0
        while keep < len(self._batches) and freed < size:
            freed += self._cost(keep)
            keep += 1
        self._drop(keep)
        return before - self.cost

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
        self._cut = self._head < len(self._bases) and self._bases[self._head] < offset

    def _drop(self, keep: int) -> None:
        """Forget the batches before an index."""
        if keep == self._head:
            return
        start = self._bases[keep] if keep < len(self._bases) else self.end
        freed = OVERHEAD * (keep - self._head) + self._bytes[keep - 1] - self._dropped
        while self._inner and (oldest := next(iter(self._inner))) < start:
            freed += self._inner.pop(oldest).nbytes
        self._charge(-freed)
        self._dropped = self._bytes[keep - 1]
        self._batches[self._head : keep] = [b""] * (keep - self._head)
        self.start = max(self.start, start)
        self._cut = False
        self._sunk = self._sunk or (keep < len(self._peaks) and self._peaks[keep] > self._times[keep])
        self._head = keep
        if keep == len(self._batches) or (keep > _TRIM and keep * 2 > len(self._batches)):
            for index in (self._bases, self._bytes, self._times, self._since, self._peaks):
                del index[:keep]
            del self._batches[:keep]
            self._head = 0
