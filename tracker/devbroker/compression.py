"""Decompress the records of a batch, as far as the caller wants to read: a small batch must not fill the memory."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import TypeAlias

import cramjam

Data: TypeAlias = bytes | bytearray | memoryview

_XERIAL_MAGIC = b"\x82SNAPPY\x00"
_XERIAL_HEADER = 16
_BLOCK_LENGTH = Struct(">i")
_SNAPPY_RATIO = 24  # snappy writes no less than 3 bytes for 64
_LZ4_FLAGS_AT = 4
_LZ4_FLAGS, _LZ4_PLAIN = 0xE3, 0x60  # version 1, blocks that do not depend on each other, no dictionary: as Kafka asks
_FULL = "failed to write whole buffer"  # cramjam's error where the output does not fit; the buffer is full then


def decompress(codec: int, data: memoryview, most: int) -> tuple[Data, bool]:
    """Decompress the records of a batch, or their beginning.

    Args:
        codec: The compression bits of the batch's attributes.
        data: The batch behind its header.
        most: Bytes of output at most.

    Returns:
        The output, and whether it is whole. The beginning of a snappy block cannot be had: it may be empty.

    Raises:
        ValueError: The data is damaged, or the codec is unknown.
    """
    if codec not in _CODECS:
        raise ValueError(f"compression {codec} is unknown")
    try:
        return _CODECS[codec](data, most)
    except cramjam.DecompressionError as error:
        raise ValueError(str(error)) from error


def _copy(data: memoryview, most: int) -> tuple[Data, bool]:
    return data[:most], len(data) <= most


def _stream(decompress_into: Callable[[memoryview, bytearray], int]) -> Callable[[memoryview, int], tuple[Data, bool]]:
    """Wrap a decompressor that stops where its output buffer ends."""

    def bounded(data: memoryview, most: int) -> tuple[Data, bool]:
        buffer = bytearray(most)
        try:
            return memoryview(buffer)[: decompress_into(data, buffer)], True
        except cramjam.DecompressionError as error:
            if str(error) != _FULL:
                raise
            return buffer, False

    return bounded


def _zstd(data: memoryview, most: int) -> tuple[Data, bool]:
    return _zstd_frames(data, most) if data else (b"", True)  # no frame at all is not an error, to Kafka neither


def _lz4(data: memoryview, most: int) -> tuple[Data, bool]:
    if len(data) <= _LZ4_FLAGS_AT or data[_LZ4_FLAGS_AT] & _LZ4_FLAGS != _LZ4_PLAIN:
        raise ValueError("it is not an LZ4 frame of independent blocks")
    return _lz4_frame(data, most)


def _snappy(data: memoryview, most: int) -> tuple[Data, bool]:
    """Decompress raw snappy (librdkafka), or the framing of xerial's library (Java, kafka-python, aiokafka)."""
    if data[: len(_XERIAL_MAGIC)] != _XERIAL_MAGIC:
        return _snappy_block(data, most)
    out, pos, whole = bytearray(), _XERIAL_HEADER, True
    while whole and pos + _BLOCK_LENGTH.size <= len(data):
        (length,) = _BLOCK_LENGTH.unpack_from(data, pos)
        pos += _BLOCK_LENGTH.size
        if not 0 < length <= len(data) - pos:
            raise ValueError("a snappy block runs out of its batch")
        block, whole = _snappy_block(data[pos : pos + length], most - len(out))
        out += block
        pos += length
    return out, whole


def _snappy_block(data: memoryview, most: int) -> tuple[Data, bool]:
    length = cramjam.snappy.decompress_raw_len(data)
    if length > _SNAPPY_RATIO * len(data):
        raise ValueError("a snappy block claims to be longer than it can be")
    if length > most:
        return b"", False
    return bytes(cramjam.snappy.decompress_raw(data)), True


_lz4_frame = _stream(cramjam.lz4.decompress_into)
_zstd_frames = _stream(cramjam.zstd.decompress_into)

_CODECS: dict[int, Callable[[memoryview, int], tuple[Data, bool]]] = {
    0: _copy,
    1: _stream(cramjam.gzip.decompress_into),
    2: _snappy,
    3: _lz4,
    4: _zstd,
}
