"""A record batch of Kafka's format 2, as bytes: checked on arrival, indexed by time, given its place in the log.

    producer's bytes ──parse──> Header ──check──> Batch ──stamp──> the bytes that the log keeps

Whatever Apache Kafka refuses is refused here, with the same error code. Some batches that it takes are refused, too:
those with bytes behind them, those with gaps in the offsets of records that are not compressed (Kafka serves such
records later where they are not), and those that are too much work. The records stay as they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from crc32c import crc32c

from tracker.devbroker.compression import decompress
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import EffortError, ErrorCode, RefusedError
from tracker.devbroker.scan import MAX_TIME, MIN_TIME, NO_TIMESTAMP, Expected, Times, scan
from tracker.devbroker.storage import OVERHEAD

_HEADER = Struct(">qiiBIhiqqqhii")
_OFFSET = Struct(">q")
_LENGTH_AT = 8
_LENGTH_FROM = 12  # a batch's length counts from here
_LENGTH = Struct(">i")
_EPOCH = slice(12, 16)
_ATTRIBUTES_AT = 22  # the byte of the attributes that is in use
_CRC = slice(17, 21)
_CRC_FROM = 21  # the checksum covers all that follows
_MAX_TIMESTAMP_AT = 35
_LEAST = 17  # bytes up to the magic number: fewer are not a batch to Kafka
_LEAST_LENGTH = 14  # what Kafka takes for the least value of the length field
_COMPRESSION = 0x07
_ZSTD = 4
_ZSTD_SINCE = 7  # the version of Produce that allows zstd
_LOG_APPEND_TIME = 0x08
_TRANSACTIONAL = 0x10
_CONTROL = 0x20
_INT = 2**31


@dataclass(frozen=True, slots=True)
class Effort:
    """How much work a check may be."""

    bytes: int
    """Bytes to decompress."""
    records: int
    """Records and headers of records to walk."""


QUICK = Effort(256 << 10, 1_000)
"""What is done between two turns of the event loop: about a millisecond."""

FULL = Effort(16 << 20, 1 << 16)
"""The most that is done for a batch, some 0.1 s: over ten times the default of max.message.bytes."""


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

    @property
    def compression(self) -> int:
        """The number of the codec that compressed the records; 0: none."""
        return self.attributes & _COMPRESSION


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was checked."""

    data: bytes
    header: Header
    times: Times | None
    """An index of its records' own times; None where the broker's clock gives them theirs."""

    @property
    def cost(self) -> int:
        """Bytes of memory that it takes in a log."""
        return OVERHEAD + len(self.data) + (self.times.nbytes if self.times is not None else 0)

    @property
    def max_timestamp(self) -> int:
        """The time of the latest record, milliseconds since 1970; -1 where none has one."""
        return self.times.times[-1] if self.times is not None else NO_TIMESTAMP


def read_header(batch: bytes) -> Header:
    """Read the header of a whole batch, unchecked."""
    base, length, _, magic, crc, attributes, delta, first, last, pid, epoch, seq, count = _HEADER.unpack_from(batch)
    return Header(base, length, magic, crc, attributes, delta, first, last, pid, epoch, seq, count)


def parse(data: bytes, max_bytes: int, version: int) -> Header:
    """Check all of a producer's batch but its records.

    Args:
        data: What came for a partition.
        max_bytes: The longest batch that is taken.
        version: The version of the Produce request.

    Raises:
        RefusedError: It is not one whole batch, it is damaged or too large, or a producer must not write it.
    """
    end = _check_frame(data)
    header = read_header(data)
    _check_rights(header, version)
    if header.base_offset != 0:
        raise _invalid("The first offset of a producer's record batch must be 0.")
    if len(data) > max_bytes:
        raise RefusedError(
            ErrorCode.MESSAGE_TOO_LARGE, f"The record batch has {len(data)} bytes; max.message.bytes is {max_bytes}."
        )
    if crc32c(memoryview(data)[_CRC_FROM:end]) != header.crc:
        raise _corrupt("The record batch does not match its checksum.")
    if end < len(data):
        raise _invalid("There are bytes behind the record batch.")
    _check_claims(header)
    return header


def _check_rights(header: Header, version: int) -> None:
    """Check that a producer may send such a batch."""
    if header.compression == _ZSTD and version < _ZSTD_SINCE:
        raise RefusedError(
            ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, f"Produce requests before version {_ZSTD_SINCE} have no zstd."
        )
    if header.attributes & _TRANSACTIONAL:
        raise RefusedError(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "This broker has no transactions.")


def _check_claims(header: Header) -> None:
    """Check that what the header says is possible."""
    if header.compression > _ZSTD:
        raise _undecodable(f"compression {header.compression} is unknown")
    if header.count < 1 or header.count != header.last_offset_delta + 1:
        raise _invalid("The record batch is empty, or its offsets have gaps.")
    if header.attributes & _CONTROL:
        raise _invalid("Clients may not write control records.")
    if header.producer_id >= 0 and header.base_sequence < 0:
        raise _invalid("The record batch of an idempotent producer has no sequence number.")


def _check_frame(data: bytes) -> int:
    """Check that a producer sent one batch of format 2, and return where it ends."""
    length = _read_length(data)
    magic = data[_LEAST - 1]
    if magic > 2:
        raise _corrupt(f"The record batch has the unknown magic number {magic}.")
    if magic < 2:
        raise _invalid(f"The record batch is of format {magic}; only format 2 is taken.")
    end = _LENGTH_FROM + length
    if end > len(data):
        raise _invalid("The record batch is truncated.")
    if end < _HEADER.size:
        raise _corrupt("The record batch is shorter than its header.")
    if len(data) - end >= _LEAST:
        _read_length(data[end : end + _LEAST])
        raise _invalid("A partition's records must be exactly one batch.")
    return end


def _read_length(data: bytes) -> int:
    """Read the length field of a batch, refusing what Kafka does."""
    if len(data) < _LEAST:
        raise _invalid("The record batch is truncated.")
    (length,) = _LENGTH.unpack_from(data, _LENGTH_AT)
    if length < _LEAST_LENGTH:
        raise _corrupt(f"The record batch claims a length of {length} bytes.")
    if length + _LENGTH_FROM >= _INT:
        raise RefusedError(ErrorCode.UNKNOWN_SERVER_ERROR, f"The record batch claims a length of {length} bytes.")
    return int(length)


def _corrupt(message: str) -> RefusedError:
    return RefusedError(ErrorCode.CORRUPT_MESSAGE, message)


def _invalid(message: str) -> RefusedError:
    return RefusedError(ErrorCode.INVALID_RECORD, message)


def _undecodable(why: str) -> RefusedError:
    return RefusedError(ErrorCode.UNKNOWN_SERVER_ERROR, f"The record batch cannot be decompressed: {why}.")


def check(data: bytes, header: Header, config: TopicConfig, now: int, effort: Effort = FULL) -> Batch:
    """Check the records of a batch, and index their times.

    Args:
        data: The batch.
        header: What `parse` made of it.
        config: The settings of its topic.
        now: Milliseconds since 1970.
        effort: How much work that may be.

    Raises:
        RefusedError: The records are malformed, fewer or more than claimed, or outside the topic's limits of time.
        EffortError: It is more work than that.
    """
    if config.log_append_time:
        if header.log_append_time:
            raise RefusedError(ErrorCode.INVALID_TIMESTAMP, "Producers may not set the type of timestamps.")
        expected = Expected(header.count, timed=False, compressed=bool(header.compression))
        _walk(data, header, expected, effort)
        return Batch(data, header, None)
    expected = Expected(
        header.count,
        header.first_timestamp,
        earliest=max(MIN_TIME, now - config.timestamp_before_ms),
        latest=min(MAX_TIME, now + config.timestamp_after_ms),
        compressed=bool(header.compression),
    )
    return Batch(data, header, _walk(data, header, expected, effort))


def index(data: bytes, skip: int) -> Times:
    """Index the times of a batch of the log, without its first records.

    Args:
        data: The batch, as `stamp` made it.
        skip: How many records to leave out; fewer than there are.
    """
    header = read_header(data)
    expected = Expected(header.count, header.first_timestamp, compressed=bool(header.compression), skip=skip)
    return _walk(data, header, expected, FULL)


def _walk(data: bytes, header: Header, expected: Expected, effort: Effort) -> Times:
    """Walk the records of a batch, decompressing no more than it takes to find a fault."""
    payload = memoryview(data)[_HEADER.size :]
    if not header.compression:
        return scan(payload, expected, effort.records)
    for most in (min(8 * len(payload) + (64 << 10), effort.bytes), effort.bytes):
        try:
            records, whole = decompress(header.compression, payload, most)
        except ValueError as error:
            raise _undecodable(str(error)) from error
        try:
            return scan(records, expected, effort.records, whole=whole)
        except EffortError:
            if whole or most == effort.bytes:
                raise
    raise AssertionError("the last attempt returns or raises")


def stamp(batch: Batch, base_offset: int, append_time: int | None = None) -> bytes:
    """Give a batch its place in the log.

    Args:
        batch: The batch.
        base_offset: Offset of its first record.
        append_time: Milliseconds since 1970 that become the time of all its records; None keeps their own.

    Returns:
        Its bytes with a new header: offset, leader epoch 0, the kind of timestamps, the time of the latest record
        (whatever its producer claimed), and a checksum that fits.
    """
    header = batch.header
    head = bytearray(batch.data[: _HEADER.size])
    records = memoryview(batch.data)[_HEADER.size :]
    _OFFSET.pack_into(head, 0, base_offset)
    head[_EPOCH] = bytes(4)
    latest = batch.max_timestamp if append_time is None else append_time
    if latest != header.max_timestamp or header.log_append_time or append_time is not None:
        head[_ATTRIBUTES_AT] &= ~_LOG_APPEND_TIME
        if append_time is not None:
            head[_ATTRIBUTES_AT] |= _LOG_APPEND_TIME
        _OFFSET.pack_into(head, _MAX_TIMESTAMP_AT, latest)
        crc = crc32c(records, crc32c(memoryview(head)[_CRC_FROM:]))
        head[_CRC] = crc.to_bytes(4, "big")
    return b"".join((head, records))
