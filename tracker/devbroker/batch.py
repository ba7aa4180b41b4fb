"""A record batch of Kafka's format 2, as bytes: checked, stamped, and asked for the time of its records.

    producer's bytes ──parse──> Header ──stamp──> the bytes that the log keeps
                                                    └──seek──> first record at or after a time

The records behind the header stay as they came, compressed ones too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from crc32c import crc32c

from tracker.devbroker.compression import Data, decompress
from tracker.devbroker.errors import ErrorCode, RefusedError

_HEADER = Struct(">qiiBIhiqqqhii")
_OFFSET = Struct(">q")
_LENGTH_AT = 12  # a batch's length counts from here
_CRC_AT = 17
_CRC_FROM = 21  # the checksum covers all that follows
_COMPRESSION = 0x07
_LOG_APPEND_TIME = 0x08
_TRANSACTIONAL = 0x10
_CONTROL = 0x20


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a batch's header that a broker looks at."""

    base_offset: int
    length: int
    """Bytes of the batch after the length field."""
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    """Offset of the last record, less that of the first."""
    first_timestamp: int
    """Milliseconds since 1970; the records' own times are relative to it."""
    max_timestamp: int
    """Milliseconds since 1970."""
    producer_id: int
    """-1 for a producer that is not idempotent."""
    producer_epoch: int
    base_sequence: int
    count: int
    """Records in the batch."""

    @property
    def log_append_time(self) -> bool:
        """Whether every record has the batch's max timestamp, the broker's own clock."""
        return bool(self.attributes & _LOG_APPEND_TIME)


def read_header(batch: bytes) -> Header:
    """Read the header of a whole batch, unchecked."""
    base, length, _, magic, crc, attributes, delta, first, last, pid, epoch, seq, count = _HEADER.unpack_from(batch)
    return Header(base, length, magic, crc, attributes, delta, first, last, pid, epoch, seq, count)


def parse(batch: bytes, max_bytes: int) -> Header:
    """Check the one batch that a producer sent for a partition.

    Args:
        batch: What came, as bytes.
        max_bytes: The longest batch that is taken.

    Raises:
        RefusedError: It is truncated, damaged, too large, or not a producer's to write.
    """
    if len(batch) < _HEADER.size:
        raise RefusedError(ErrorCode.CORRUPT_MESSAGE, "The record batch is truncated.")
    header = read_header(batch)
    if header.magic != 2 or header.length != len(batch) - _LENGTH_AT:
        raise RefusedError(ErrorCode.CORRUPT_MESSAGE, "A partition's records must be exactly one batch of format 2.")
    if len(batch) > max_bytes:
        raise RefusedError(
            ErrorCode.MESSAGE_TOO_LARGE, f"The record batch has {len(batch)} bytes; max.message.bytes is {max_bytes}."
        )
    if crc32c(memoryview(batch)[_CRC_FROM:]) != header.crc:
        raise RefusedError(ErrorCode.CORRUPT_MESSAGE, "The record batch does not match its checksum.")
    _check_records(header)
    return header


def _check_records(header: Header) -> None:
    if header.attributes & _TRANSACTIONAL:
        raise RefusedError(ErrorCode.INVALID_TXN_STATE, "This broker has no transactions.")
    if header.attributes & _CONTROL:
        raise RefusedError(ErrorCode.INVALID_RECORD, "Clients may not write control records.")
    if header.count < 1 or header.count != header.last_offset_delta + 1:
        raise RefusedError(ErrorCode.INVALID_RECORD, "The record batch is empty, or its offsets have gaps.")


def stamp(batch: bytes, base_offset: int, append_time: int | None = None) -> bytes:
    """Give a batch its place in the log.

    Args:
        batch: A batch that `parse` let through.
        base_offset: Offset of its first record.
        append_time: Milliseconds since 1970 that become the time of all its records; None keeps their own.

    Returns:
        The batch with a new header: offset, leader epoch 0 and, with an append time, that time, the bit that says so,
        and the checksum over both.
    """
    head = bytearray(batch[: _HEADER.size])
    records = memoryview(batch)[_HEADER.size :]
    _OFFSET.pack_into(head, 0, base_offset)
    head[12:16] = bytes(4)
    if append_time is not None:
        head[22] |= _LOG_APPEND_TIME
        _OFFSET.pack_into(head, 35, append_time)
        crc = crc32c(records, crc32c(memoryview(head)[_CRC_FROM:]))
        head[_CRC_AT:_CRC_FROM] = crc.to_bytes(4, "big")
    return b"".join((head, records))


def seek(batch: bytes, timestamp: int, start: int) -> tuple[int, int] | None:
    """Find the first record of a batch at or after a time.

    Args:
        batch: A batch of the log.
        timestamp: Milliseconds since 1970.
        start: Records below this offset are deleted and do not count.

    Returns:
        Offset and time of the record, or None. A batch whose records cannot be read (an unknown or damaged
        compression) is answered for as a whole, by its first record and its max timestamp.
    """
    header = read_header(batch)
    first = max(header.base_offset, start)
    if header.log_append_time:
        return (first, header.max_timestamp) if header.max_timestamp >= timestamp else None
    try:
        for offset, time in _times(header, batch):
            if time >= timestamp and offset >= start:
                return offset, time
    except (IndexError, ValueError):
        return (first, header.max_timestamp) if header.max_timestamp >= timestamp else None
    return None


def _times(header: Header, batch: bytes) -> Iterator[tuple[int, int]]:
    """Offset and time of each record; raises IndexError or ValueError where they cannot be read."""
    data = decompress(header.attributes & _COMPRESSION, memoryview(batch)[_HEADER.size :])
    pos = 0
    for _ in range(header.count):
        length, pos = _varint(data, pos)
        if length < 0:
            raise ValueError("a record of negative length")
        delta, after = _varint(data, pos + 1)  # behind the record's attributes, one byte
        offset, _ = _varint(data, after)
        yield header.base_offset + offset, header.first_timestamp + delta
        pos += length


def _varint(data: Data, pos: int) -> tuple[int, int]:
    """Decode one zigzag varint; returns it and the position behind it."""
    value = shift = 0
    while True:
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), pos
        shift += 7
