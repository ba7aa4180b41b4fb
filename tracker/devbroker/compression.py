"""Decompress the records of a batch, within bounds: a small batch must not fill the memory.

The broker looks into a compressed batch for one thing only, the times of its records.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

import cramjam

LIMIT = 16 << 20
"""Bytes that a batch may decompress to: over ten times the default of max.message.bytes."""

Data = bytes | bytearray | memoryview

_XERIAL_MAGIC = b"\x82SNAPPY\x00"
_XERIAL_HEADER = 16
_BLOCK_LENGTH = Struct(">i")


def decompress(codec: int, data: memoryview) -> Data:
    """Decompress the records of a batch.

    Args:
        codec: The compression bits of the batch's attributes.
        data: The batch behind its header.

    Raises:
        ValueError: The data is damaged, or longer than `LIMIT`, or the codec is unknown.
    """
    if codec not in _CODECS:
        raise ValueError(f"unknown compression {codec}")
    try:
        return _CODECS[codec](data)
    except cramjam.DecompressionError as error:
        raise ValueError(str(error)) from error


def _plain(data: memoryview) -> Data:
    return data


def _into(decompress_into: Callable[[memoryview, bytearray], int]) -> Callable[[memoryview], Data]:
    """A decompressor that writes into a buffer of `LIMIT` bytes, and fails where that is too small."""

    def bounded(data: memoryview) -> Data:
        # Zeroed memory is only claimed as it is written to.
        buffer = bytearray(LIMIT)
        return memoryview(buffer)[: decompress_into(data, buffer)]

    return bounded


def _snappy(data: memoryview) -> Data:
    """Raw snappy (librdkafka), or the framing of xerial's library (Java, kafka-python, aiokafka)."""
    if data[: len(_XERIAL_MAGIC)] != _XERIAL_MAGIC:
        return _snappy_block(data, LIMIT)
    out, pos = bytearray(), _XERIAL_HEADER
    while pos + _BLOCK_LENGTH.size <= len(data):
        (length,) = _BLOCK_LENGTH.unpack_from(data, pos)
        pos += _BLOCK_LENGTH.size
        if not 0 < length <= len(data) - pos:
            raise ValueError("a snappy block runs out of its batch")
        out += _snappy_block(data[pos : pos + length], LIMIT - len(out))
        pos += length
    return out


def _snappy_block(data: memoryview, room: int) -> bytes:
    if cramjam.snappy.decompress_raw_len(data) > room:
        raise ValueError("the batch decompresses to too much")
    return bytes(cramjam.snappy.decompress_raw(data))


_CODECS: dict[int, Callable[[memoryview], Data]] = {
    0: _plain,
    1: _into(cramjam.gzip.decompress_into),
    2: _snappy,
    3: _into(cramjam.lz4.decompress_into),
    4: _into(cramjam.zstd.decompress_into),
}
