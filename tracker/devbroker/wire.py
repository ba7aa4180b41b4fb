"""Kafka's protocol on the wire: which requests are served, a frame in, a frame out.

    frame ──decode──> Call ──handler──> response message ──encode──> frame

kafka-python's own codec (`kafka.protocol`, driven by Kafka's schemas) does the rest. It has no types: its messages
pass as `Message`, and a field that is not set has the schema's default.
"""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from kafka.protocol import admin, consumer, metadata, producer

from tracker.devbroker.errors import MalformedError

Message: TypeAlias = Any

MAX_REQUEST = 100 << 20
"""Bytes of the longest request that is read, as Kafka's socket.request.max.bytes."""

SIZE = struct.Struct(">i")
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
    """A request that came in, and where from."""

    key: int
    version: int
    correlation: int
    request: Message
    client_id: str = ""
    """What the client calls itself."""
    peer: str = ""
    """Host of the client."""
    address: tuple[str, int] = ("127.0.0.1", 9092)
    """Host and port at which the client reached the broker: so it will again."""


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that cannot be given yet."""

    ready: asyncio.Future[Any]
    """Done when it can; cancelled when the client is gone."""
    answer: Callable[[], Message]
    """Makes it, from then on."""


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

# What the codec raises on bytes that are no request; it has no error of its own.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, MemoryError, struct.error, TypeError, ValueError)


def decode(frame: bytes | bytearray, peer: str, address: tuple[str, int]) -> Call:
    """Decode a request, less its length.

    An ApiVersions request of a version beyond ours is a `Call` without a request: it is still to be answered, so that
    the client learns which versions there are.

    Raises:
        MalformedError: It cannot be read, or is of a kind or a version that is not served.
    """
    try:
        key, version, correlation, length = _HEAD.unpack_from(frame)
        api = APIS[key]
        if api.lowest <= version <= api.highest:
            begin = _body(api, version, frame, length)
            client_id = frame[_HEAD.size : _HEAD.size + max(0, length)].decode()
            request = api.request.decode(memoryview(frame)[begin:], version=version)
            return Call(key, version, correlation, request, client_id, peer, address)
    except _UNREADABLE as error:
        raise MalformedError(f"a request cannot be read: {error!r:.200}") from error
    if key == API_VERSIONS:
        return Call(key, version, correlation, None, peer=peer, address=address)
    raise MalformedError(f"request {key} is not served in version {version}")


def _body(api: Api, version: int, frame: bytes | bytearray, length: int) -> int:
    """Where the request begins, behind its header: the codec reads headers slowly, and copies the frame to do so."""
    begin = _HEAD.size + max(0, length)
    if not api.request.flexible_version_q(version):
        return begin
    if frame[begin] == 0:  # as always: no tagged fields
        return begin + 1
    stream = io.BytesIO(frame)
    api.request.parse_header(stream, version=version)
    return stream.tell()


def encode(call: Call, response: Message) -> bytes:
    """Encode the answer to a call, its length in front."""
    # A client that asked for unknown versions can read version 0 alone.
    version = call.version if call.request is not None else 0
    # The header of an answer about versions is the same in all of them, as a client does not know yet which it gets.
    tags = b"\0" if call.key != API_VERSIONS and response.flexible_version_q(version) else b""
    body = response.encode(version=version)
    return b"".join((_REPLY_HEAD.pack(4 + len(tags) + len(body), call.correlation), tags, body))
