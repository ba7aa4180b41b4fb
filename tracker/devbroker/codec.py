"""Kafka's protocol as bytes: which requests are served, a frame in, a frame out.

    frame ──decode──> Call ──handler──> response message ──encode──> frame

kafka-python's own codec (`kafka.protocol`, driven by Kafka's schemas) does the rest. It has no types: its messages
pass as `Message`, and a field that is not set has the schema's default. It trusts what it reads, too: a number of a
million bytes would keep it busy for minutes. So it is given a frame that ends the reading, see `_Frame`.
"""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, SupportsIndex, TypeAlias, overload

from kafka.protocol import admin, consumer, metadata, producer

from tracker.devbroker.errors import MalformedError

Message: TypeAlias = Any

MAX_PRODUCE = 32 << 20
"""Bytes of the longest request that brings records; a third of Kafka's socket.request.max.bytes."""

MAX_REQUEST = 64 << 10
"""Bytes of the longest request of any other kind, which may name all partitions that there can be."""

MAX_STEPS = 8_000
"""Parts of variable length, such as names, and bytes of lengths and tags, in one request."""

_VARINT = 5  # bytes of the longest number of 32 bits
_MAX_TAGGED = 16  # structures with tagged fields in one request; clients send none, or one
_TAGS = 4 << 10  # bytes of the tagged fields of one structure

SIZE = struct.Struct(">i")
_BEGIN = struct.Struct(">ih")  # size, API key
_HEAD = struct.Struct(">hhih")  # API key, its version, correlation id, length of the client's id
_REPLY_HEAD = struct.Struct(">ii")  # size, correlation id


@dataclass(frozen=True, slots=True)
class Api:
    """One kind of request, and the versions of it that are served."""

    request: Message
    response: Message
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Call:
    """A request, and the client that sent it."""

    key: int
    version: int
    correlation: int
    request: Message
    client_id: str = ""
    """What the client calls itself."""
    peer: str = ""
    """Host of the client."""
    address: tuple[str, int] = ("127.0.0.1", 9092)
    """Host and port under which the client reaches the broker."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """An answer that is given later."""

    ready: asyncio.Future[Any]
    """Done when the answer can be given."""
    answer: Callable[[], Message | Deferred | None]
    """Makes the answer once `ready` is done, or defers it again; None where the client wants none."""
    cost: int = 0
    """Bytes that are held until then."""
    abandons: bool = True
    """Whether `ready` is cancelled when the client hangs up; if not, it is done soon, client or no client."""


# Versions end where something begins that one node in memory cannot do: committing by topic id, transactions of the
# second kind, tiered storage, the new group protocol.
_SERVED = (
    (producer.ProduceRequest, producer.ProduceResponse, 3, 11),
    (consumer.FetchRequest, consumer.FetchResponse, 4, 17),
    (consumer.ListOffsetsRequest, consumer.ListOffsetsResponse, 1, 7),
    (metadata.MetadataRequest, metadata.MetadataResponse, 0, 13),
    (consumer.OffsetCommitRequest, consumer.OffsetCommitResponse, 2, 8),
    (consumer.OffsetFetchRequest, consumer.OffsetFetchResponse, 1, 8),
    (metadata.FindCoordinatorRequest, metadata.FindCoordinatorResponse, 0, 4),
    (consumer.JoinGroupRequest, consumer.JoinGroupResponse, 0, 9),
    (consumer.HeartbeatRequest, consumer.HeartbeatResponse, 0, 4),
    (consumer.LeaveGroupRequest, consumer.LeaveGroupResponse, 0, 5),
    (consumer.SyncGroupRequest, consumer.SyncGroupResponse, 0, 5),
    (admin.DescribeGroupsRequest, admin.DescribeGroupsResponse, 0, 5),
    (admin.ListGroupsRequest, admin.ListGroupsResponse, 0, 4),
    (metadata.ApiVersionsRequest, metadata.ApiVersionsResponse, 0, 4),
    (admin.CreateTopicsRequest, admin.CreateTopicsResponse, 2, 7),
    (admin.DeleteTopicsRequest, admin.DeleteTopicsResponse, 1, 6),
    (admin.DeleteRecordsRequest, admin.DeleteRecordsResponse, 0, 2),
    (producer.InitProducerIdRequest, producer.InitProducerIdResponse, 0, 4),
    (consumer.OffsetForLeaderEpochRequest, consumer.OffsetForLeaderEpochResponse, 2, 4),
    (admin.DescribeConfigsRequest, admin.DescribeConfigsResponse, 1, 4),
    (admin.AlterConfigsRequest, admin.AlterConfigsResponse, 0, 2),
    (admin.CreatePartitionsRequest, admin.CreatePartitionsResponse, 0, 3),
    (admin.DeleteGroupsRequest, admin.DeleteGroupsResponse, 0, 2),
    (admin.IncrementalAlterConfigsRequest, admin.IncrementalAlterConfigsResponse, 0, 1),
    (admin.DescribeClusterRequest, admin.DescribeClusterResponse, 0, 1),
)

APIS: Mapping[int, Api] = {served[0].API_KEY: Api(*served) for served in _SERVED}
"""The requests that are served, by API key."""

API_VERSIONS: int = metadata.ApiVersionsRequest.API_KEY
PRODUCE: int = producer.ProduceRequest.API_KEY

# What the codec raises on bytes that are not a request; it has no error of its own.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, MemoryError, struct.error, TypeError, ValueError)


class _Frame(bytes):
    """A request's bytes, which raise ValueError when more is read of them than a request can need.

    kafka-python's decoders index and slice: one index for each byte of a number, one slice for a text, and one without
    an end for tagged fields, which they copy. Counting these bounds what a request costs, whatever it claims to hold.
    """

    _steps = MAX_STEPS  # that are left
    _tagged = _MAX_TAGGED  # that are left
    _run = 0  # bytes of a number so far

    @overload
    def __getitem__(self, where: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, where: slice) -> bytes: ...
    def __getitem__(self, where: SupportsIndex | slice) -> int | bytes:
        self._steps -= 1
        if isinstance(where, slice) and where.stop is None:
            self._tagged -= 1
            where = slice(where.start, where.start + _TAGS)
        if self._steps < 0 or self._tagged < 0:
            raise ValueError("it has more parts than a request can need")
        part = super().__getitem__(where)
        if isinstance(part, int):
            self._run = self._run + 1 if part > 0x7F else 0
            if self._run >= _VARINT:
                raise ValueError(f"a number is longer than {_VARINT} bytes")
        return part


def measure(received: bytes | bytearray) -> int | None:
    """Return the length of the request that begins here, less its length field; None: too little is here to tell.

    Raises:
        MalformedError: It is too short for a request, or too long for one of its kind.
    """
    if len(received) < _BEGIN.size:
        return None
    size, key = _BEGIN.unpack_from(received)
    most = MAX_PRODUCE if key == PRODUCE else MAX_REQUEST
    if not _HEAD.size <= size <= most:
        raise MalformedError(f"a request {key} of {size} bytes is outside {_HEAD.size} to {most}")
    return int(size)


def decode(frame: bytes | bytearray | memoryview, peer: str, address: tuple[str, int]) -> Call:
    """Decode a request.

    An ApiVersions request of a version beyond ours becomes a `Call` without a request: the client must be answered, to
    learn which versions there are.

    Args:
        frame: The request, less its length field.
        peer: Host of the client.
        address: Host and port under which the client reaches the broker.

    Raises:
        MalformedError: It cannot be read, or is of a kind or a version that is not served.
    """
    try:
        key, version, correlation, length = _HEAD.unpack_from(frame)
        api = APIS[key]
        if api.lowest <= version <= api.highest:
            begin = _find_body(api, version, frame, length)
            client_id = str(frame[_HEAD.size : _HEAD.size + max(0, length)], "utf-8")
            request = _decode_body(api.request, _Frame(memoryview(frame)[begin:]), version)
            return Call(key, version, correlation, request, client_id, peer, address)
    except _UNREADABLE as error:
        raise MalformedError(f"a request cannot be read: {error!r:.200}") from error
    if key == API_VERSIONS:
        return Call(key, version, correlation, None, peer=peer, address=address)
    raise MalformedError(f"request {key} is not served in version {version}")


def _find_body(api: Api, version: int, frame: bytes | bytearray | memoryview, length: int) -> int:
    """Return where the request begins, behind its header: the codec reads headers slowly, and from a copy."""
    begin = _HEAD.size + max(0, length)
    if not api.request.flexible_version_q(version):
        return begin
    if frame[begin] == 0:  # as always: no tagged fields
        return begin + 1
    stream = io.BytesIO(frame[: begin + _TAGS])
    api.request.parse_header(stream, version=version)
    return stream.tell()


def _decode_body(request: Message, frame: _Frame, version: int) -> Message:
    """Decode as `request.decode` does, but from the frame itself: that would wrap it into a memoryview."""
    flexible = request.flexible_version_q(version)
    read = request._struct.compiled_decode_from(version, compact=flexible, tagged=flexible, data_class=request[None])
    return read(frame, 0)[0]


def encode(call: Call, response: Message) -> bytes:
    """Encode the answer to a call, its length in front."""
    # A client that asked for unknown versions can read version 0 alone.
    version = call.version if call.request is not None else 0
    # The header of an answer about versions is the same in all of them, as a client does not know yet which it gets.
    tags = b"\0" if call.key != API_VERSIONS and response.flexible_version_q(version) else b""
    body = response.encode(version=version)
    return b"".join((_REPLY_HEAD.pack(4 + len(tags) + len(body), call.correlation), tags, body))
