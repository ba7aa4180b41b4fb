"""Walk the records inside a batch: check their structure as Kafka does, and index their times.

    length  attributes  time delta  offset delta  key length, key  value length, value  headers
    varint  1 byte      varint      varint        varint           varint               varint, each: key, value

The walk is bounded by the bytes that are there and by `most`, whatever a batch claims.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass

from tracker.devbroker.compression import Data
from tracker.devbroker.errors import EffortError, ErrorCode, RefusedError

NO_TIMESTAMP = -1
"""The time of a record whose producer gave none."""

MIN_TIME, MAX_TIME = -(2**63), 2**63 - 1
"""The limits of a time in milliseconds since 1970."""

_NEVER = 2**70  # above all times
_INT, _LONG = 5, 10  # bytes of the longest varint of 32 and of 64 bits


@dataclass(frozen=True, slots=True)
class Times:
    """An index of the times in a batch: only the records that are later than all before them."""

    places: array[int]
    """Their places in the batch, from 0 on."""
    times: array[int]
    """Their times, milliseconds since 1970, ascending."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the index takes, near enough."""
        return len(self.places) * self.places.itemsize + len(self.times) * self.times.itemsize

    def find(self, timestamp: int) -> tuple[int, int] | None:
        """Return place and time of the first record at or after a time in milliseconds since 1970, if there is one."""
        i = bisect_left(self.times, timestamp)
        return (self.places[i], self.times[i]) if i < len(self.times) else None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the records of a batch are held against."""

    count: int
    """Records that the batch claims to hold."""
    first_timestamp: int = 0
    """Milliseconds since 1970; the records' times are relative to it."""
    timed: bool = True
    """Whether the records have times of their own, to be checked and indexed."""
    earliest: int = MIN_TIME
    """Milliseconds since 1970; a record before it is refused, unless it has no time."""
    latest: int = MAX_TIME
    """Milliseconds since 1970; a record after it is refused."""
    compressed: bool = False
    """Whether the records came compressed: Kafka answers some faults with another code then."""
    skip: int = 0
    """Records at the beginning that the index leaves out."""


def scan(data: Data, expected: Expected, most: int, *, whole: bool = True) -> Times:
    """Walk all records of a batch.

    Args:
        data: The records, or their beginning.
        expected: What they are held against.
        most: Records and headers of records to walk at most.
        whole: Whether `data` is all of them.

    Raises:
        RefusedError: A record is malformed or outside the limits of time, or there are fewer or more than claimed.
        EffortError: The data ends too early, or there are more than `most` records and headers.
    """
    walk = _Walk(data, expected, most)
    try:
        end = walk.run(min(expected.count, most))
    except IndexError:
        if not whole:
            raise EffortError("the records go on behind what was decompressed") from None
        raise _malformed("it ends within a record") from None
    if expected.count > most:
        raise EffortError(f"there are more than {most} records")
    if not whole or end < len(data):
        raise _malformed("there are more records than it claims")
    return walk.index


def _malformed(why: str) -> RefusedError:
    return RefusedError(ErrorCode.INVALID_RECORD, f"The record batch is malformed: {why}.")


def _varint(data: Data, pos: int, longest: int) -> tuple[int, int]:
    """Decode a varint, still in zigzag; return it and the position behind it."""
    value = 0
    for i in range(longest):
        byte = data[pos + i]
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return value & (0xFFFFFFFF if longest == _INT else 0xFFFFFFFFFFFFFFFF), pos + i + 1
    raise _malformed(f"a number is longer than {longest} bytes")


class _Walk:
    """One walk over records."""

    def __init__(self, data: Data, expected: Expected, most: int) -> None:
        self.index = Times(array("i"), array("q"))
        self._data = data
        self._expected = expected
        self._left = most  # records and headers

    def run(self, count: int) -> int:  # noqa: C901
        """Walk so many records and return the position behind them; raise IndexError where the data ends before.

        Numbers of one and two bytes, nearly all there are, are decoded in place: calls would take longer than the rest.
        """
        data, size, expected = self._data, len(self._data), self._expected
        first, skip = expected.first_timestamp, expected.skip
        places, times = self.index.places, self.index.times
        earliest, peak = (expected.earliest, MIN_TIME - 1) if expected.timed else (-_NEVER, _NEVER)
        self._left -= count
        pos = 0
        for place in range(count):
            length = data[pos]
            pos += 1
            if length > 127:
                byte = data[pos]
                pos += 1
                length += (byte << 7) - 128
                if byte > 127:
                    length, pos = self._long_length(pos - 2)
            if length & 1:
                raise _malformed("a record has a negative length")
            end = pos + (length >> 1)
            if end > size:
                raise IndexError
            pos += 1  # attributes, of which none is defined

            delta = data[pos]
            pos += 1
            if delta > 127:
                byte = data[pos]
                pos += 1
                delta += (byte << 7) - 128
                if byte > 127:
                    delta, pos = _varint(data, pos - 2, _LONG)
            time = first + ((delta >> 1) ^ -(delta & 1))
            if not earliest <= time <= peak:
                self._check_time(time)
                if time > peak and place >= skip:
                    peak = time
                    places.append(place)
                    times.append(time)

            offset = data[pos]
            pos += 1
            if offset > 127:
                byte = data[pos]
                pos += 1
                offset += (byte << 7) - 128
                if byte > 127:
                    offset, pos = _varint(data, pos - 2, _INT)
            if offset != place << 1:
                # Kafka lets it pass where nothing is compressed, and then finds records at offsets that are not theirs.
                code = ErrorCode.UNKNOWN_SERVER_ERROR if expected.compressed else ErrorCode.INVALID_RECORD
                raise RefusedError(code, "The record batch is malformed: its offsets have gaps.")

            length = data[pos]  # of the key
            pos += 1
            if length > 127:
                byte = data[pos]
                pos += 1
                length += (byte << 7) - 128
                if byte > 127:
                    length, pos = _varint(data, pos - 2, _INT)
            if not length & 1:  # a negative length is null
                pos += length >> 1

            length = data[pos]  # of the value
            pos += 1
            if length > 127:
                byte = data[pos]
                pos += 1
                length += (byte << 7) - 128
                if byte > 127:
                    length, pos = _varint(data, pos - 2, _INT)
            if not length & 1:
                pos += length >> 1

            pos = self._skip_headers(pos) if data[pos] else pos + 1
            if pos != end:
                raise _malformed("a record's length does not fit what is in it")
        return pos

    def _check_time(self, time: int) -> None:
        earliest, latest = self._expected.earliest, self._expected.latest
        if time > latest or (time < earliest and time != NO_TIMESTAMP):
            raise RefusedError(
                ErrorCode.INVALID_TIMESTAMP,
                f"A record's timestamp is {time}; from {earliest} to {latest} is allowed, milliseconds since 1970.",
            )

    def _long_length(self, pos: int) -> tuple[int, int]:
        """Decode the length of a long record."""
        try:
            return _varint(self._data, pos, _INT)
        except RefusedError as refused:
            if self._expected.compressed:
                raise
            raise RefusedError(ErrorCode.UNKNOWN_SERVER_ERROR, refused.message) from None  # as Kafka does

    def _skip_headers(self, pos: int) -> int:
        """Walk a record's headers, and return the position behind them."""
        data = self._data
        count, pos = _varint(data, pos, _INT)
        if count & 1:
            raise _malformed("a record has a negative number of headers")
        self._left -= count >> 1
        if count >> 1 > len(data) - pos:
            raise IndexError
        if self._left < 0:
            raise EffortError("the records have too many headers")
        for _ in range(count >> 1):
            length, pos = _varint(data, pos, _INT)
            if length & 1:
                raise _malformed("a header has no key")
            length, pos = _varint(data, pos + (length >> 1), _INT)
            if not length & 1:
                pos += length >> 1
        return pos
