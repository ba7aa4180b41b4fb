import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.protocol.consumer import FetchRequest
from kafka.protocol.metadata import FindCoordinatorRequest, MetadataRequest
from kafka.protocol.producer import ProduceRequest

from tracker.devbroker import codec
from tracker.devbroker.codec import API_VERSIONS, APIS, MAX_PRODUCE, MAX_REQUEST, decode, measure
from tracker.devbroker.errors import MalformedError

PRODUCE, METADATA, FETCH = ProduceRequest.API_KEY, MetadataRequest.API_KEY, FetchRequest.API_KEY


def read(frame):
    return decode(frame, "there", ("here", 9092))


def head(key, version):
    """The header of a request that is flexible from some version on: a client without a name."""
    return struct.pack(">hhih", key, version, 42, -1) + (
        b"\0" if APIS[key].request.flexible_version_q(version) else b""
    )


class Counted(codec._Frame):
    """A frame that counts what is read of it."""

    reads = 0
    sliced = 0

    def __getitem__(self, where):
        part = super().__getitem__(where)
        self.reads += 1
        self.sliced += len(part) if isinstance(part, bytes) else 0
        return part


@pytest.mark.parametrize(("tags", "client_id"), [(b"\0", b"me"), (b"\1\5\3abc", b"me"), (b"\0", None)])
def test_a_request_begins_behind_its_header_with_or_without_tagged_fields(tags, client_id):
    name = struct.pack(">h", -1) if client_id is None else struct.pack(">h", len(client_id)) + client_id
    request = FindCoordinatorRequest(key="some group", key_type=0)
    frame = struct.pack(">hhi", request.API_KEY, 3, 42) + name + tags + request.encode(version=3)
    call = read(frame)
    assert (call.correlation, call.client_id, call.peer) == (42, "" if client_id is None else "me", "there")
    assert call.request.key == "some group"


@given(st.binary(max_size=300), st.sampled_from(sorted(APIS)), st.data())
def test_junk_is_a_request_or_malformed(body, key, data):
    version = data.draw(st.integers(APIS[key].lowest, APIS[key].highest))
    with contextlib.suppress(MalformedError):
        assert read(head(key, version) + body).version == version


@given(st.binary(max_size=20))
def test_a_frame_without_a_header_is_malformed(junk):
    try:
        call = read(junk)
    except MalformedError:
        return
    assert call.key in APIS


def test_an_unknown_version_is_malformed_unless_it_asks_for_the_versions():
    with pytest.raises(MalformedError, match="version 99"):
        read(struct.pack(">hhih", METADATA, 99, 1, -1))
    assert read(struct.pack(">hhih", API_VERSIONS, 99, 1, -1)).request is None


@pytest.mark.parametrize("key", sorted(APIS))
def test_no_request_of_0xff_is_read_far(key):
    api = APIS[key]
    for version in range(api.lowest, api.highest + 1):
        if not api.request.flexible_version_q(version):
            continue
        frame = Counted(b"\xff" * 100_000)
        with pytest.raises((ValueError, IndexError, struct.error, MemoryError)):
            codec._decode_body(api.request, frame, version)
        assert frame.reads < 20


def test_a_request_with_more_names_than_any_needs_is_malformed():
    names = codec.MAX_STEPS
    with pytest.raises(MalformedError, match="more than"):
        read(head(METADATA, 9) + b"\xa1\x9c\x01" + b"\2x\0" * names + b"\1\0\0\0")


def test_tagged_fields_are_not_copied_again_and_again():
    # Each topic has one tag, of one byte; for each the decoder copies the rest of the frame.
    body = b"\xa1\x1f" + b"\2x\1\7\1z" * 4000 + b"\1\0\0\0"
    frame = Counted(body)
    with pytest.raises(ValueError, match="more than"):
        codec._decode_body(MetadataRequest, frame, 9)
    assert frame.sliced <= 3 * len(body) + MAX_REQUEST


def test_a_request_about_all_partitions_there_can_be_is_read():
    wanted = FetchRequest.FetchTopic
    partitions = [wanted.FetchPartition(partition=i, fetch_offset=0, partition_max_bytes=1) for i in range(1000)]
    request = FetchRequest(
        max_wait_ms=0, min_bytes=1, max_bytes=1, topics=[wanted(topic="t" * 249, partitions=partitions)]
    )
    frame = head(FETCH, 12) + request.encode(version=12)
    assert len(frame) < MAX_REQUEST
    assert len(read(frame).request.topics[0].partitions) == 1000


@pytest.mark.parametrize(
    ("size", "key", "answer"),
    [
        (10, METADATA, 10),
        (9, METADATA, None),
        (-1, METADATA, None),
        (MAX_REQUEST, METADATA, MAX_REQUEST),
        (MAX_REQUEST + 1, METADATA, None),
        (MAX_REQUEST + 1, PRODUCE, MAX_REQUEST + 1),
        (MAX_PRODUCE, PRODUCE, MAX_PRODUCE),
        (MAX_PRODUCE + 1, PRODUCE, None),
        (2**31 - 1, PRODUCE, None),
    ],
)
def test_the_length_of_a_request_is_bounded_by_its_kind(size, key, answer):
    begin = struct.pack(">ih", size, key)
    assert measure(begin[:5]) is None
    if answer is not None:
        assert measure(begin) == answer
    else:
        with pytest.raises(MalformedError, match=str(size)):
            measure(begin)


def test_kafka_python_still_has_what_the_codec_uses():
    for api in APIS.values():
        for version in (api.lowest, api.highest):
            flexible = api.request.flexible_version_q(version)
            read = api.request._struct.compiled_decode_from(
                version, compact=flexible, tagged=flexible, data_class=api.request[None]
            )
            assert callable(read)
