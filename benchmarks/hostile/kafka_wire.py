"""Kafka's requests as bytes, and record batches that nobody should send."""

from __future__ import annotations

import functools
import struct
import time
from typing import Any

import cramjam
from crc32c import crc32c
from kafka.protocol.consumer import FetchRequest, ListOffsetsRequest
from kafka.protocol.producer import ProduceRequest

PRODUCE_BEGIN = struct.Struct(">ih")
"""How a request begins: its length, and its kind, of which 0 brings records."""

_HEADER = struct.Struct(">qiiBIhiqqqhii")
_LENGTH_AT, _CRC_AT, _CHECKED_FROM = 8, 17, 21  # bytes
_GZIP = 1


def varint(number: int) -> bytes:
    """Return a number as records hold it, in zigzag."""
    rest, encoded = number << 1 ^ number >> 63, bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes((*encoded, rest))


def record(value: bytes, offset: int = 0) -> bytes:
    """Return a record without a key."""
    body = b"\0\0" + varint(offset) + varint(-1) + varint(len(value)) + value + b"\0"
    return varint(len(body)) + body


def seal(records: bytes, count: int, *, attributes: int = 0) -> bytes:
    """Return the batch around records, with a checksum that is right; the count may lie."""
    now = int(time.time() * 1000)
    batch = bytearray(_HEADER.pack(0, 0, -1, 2, 0, attributes, count - 1, now, now, -1, -1, -1, count) + records)
    struct.pack_into(">i", batch, _LENGTH_AT, len(batch) - 12)
    struct.pack_into(">I", batch, _CRC_AT, crc32c(bytes(batch[_CHECKED_FROM:])))
    return bytes(batch)


@functools.cache
def bomb() -> bytes:
    """Return 15 kB that are 15 MiB of numbers without an end."""
    return seal(bytes(cramjam.gzip.compress(b"\xff" * (15 << 20))), 1, attributes=_GZIP)


def two_billion() -> bytes:
    """Return a batch of one record that claims to be of 2^31-1."""
    return seal(record(b"v"), 2**31 - 1)


def produce(topic: str, batch: bytes) -> bytes:
    """Return a request that appends a batch to the first partition."""
    data = ProduceRequest.TopicProduceData
    partition = data.PartitionProduceData(index=0, records=batch)
    return _encode(
        ProduceRequest(acks=-1, timeout_ms=1000, topic_data=[data(name=topic, partition_data=[partition])]), 9
    )


def list_offsets(topic: str) -> bytes:
    """Return a request for the offset of a time, which is just now."""
    wanted = ListOffsetsRequest.ListOffsetsTopic
    now = int(time.time() * 1000)
    partition = wanted.ListOffsetsPartition(partition_index=0, current_leader_epoch=-1, timestamp=now)
    topics = [wanted(name=topic, partitions=[partition])]
    return _encode(ListOffsetsRequest(replica_id=-1, isolation_level=0, topics=topics, timeout_ms=1000), 7)


def fetch(topic: str) -> bytes:
    """Return a request for all that the first partition holds."""
    wanted = FetchRequest.FetchTopic
    most = 1 << 30
    partition = wanted.FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=most)
    topics = [wanted(topic=topic, topic_id=None, partitions=[partition])]
    return _encode(FetchRequest(max_wait_ms=0, min_bytes=1, max_bytes=most, topics=topics), 12)


def _encode(request: Any, version: int) -> bytes:  # noqa: ANN401
    request.API_VERSION = version
    request.with_header(1, "hostile")
    encoded: bytes = request.encode(header=True, framed=True)
    return encoded
