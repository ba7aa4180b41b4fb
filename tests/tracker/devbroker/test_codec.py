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
    copied = 0

    def __getitem__(self, where):
        part = super().__getitem__(where)
        self.reads += 1
        self.copied += len(part) if isinstance(part, bytes) else 0
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
    few, many = (b"\x81\x0f" + b"\2x\0" * 1920, b"\xa1\x1f" + b"\2x\0" * 4000)  # as many topics as the number says
    assert len(read(head(METADATA, 9) + few + b"\1\0\0\0").request.topics) == 1920
    with pytest.raises(MalformedError, match="more parts than"):
        read(head(METADATA, 9) + many + b"\1\0\0\0")


def test_tagged_fields_are_not_copied_again_and_again():
    # Each topic has one tag, of one byte; for each the decoder copies the rest of the frame.
    body = b"\x81\x0f" + b"\2x\1\7\1z" * 1920 + b"\1\0\0\0"
    frame = Counted(body)
    with pytest.raises(ValueError, match="more parts than"):
        codec._decode_body(MetadataRequest, frame, 9)
    assert frame.copied <= MAX_REQUEST + len(body)


def test_the_tagged_fields_of_a_large_request_are_read_no_further_than_those_of_a_small_one():
    # A request of 4 MB for no topic, with two million tagged fields behind it.
    body = b"\0" + struct.pack(">hi", 1, 1000) + b"\1" + b"\xff\xff\x7f" + b"\7\0" * (2**21 - 1)
    frame = Counted(body)
    with pytest.raises((ValueError, struct.error)):
        codec._decode_body(ProduceRequest, frame, 9)
    assert frame.copied <= MAX_REQUEST


def test_a_tagged_field_that_nobody_knows_is_skipped():
    call = read(head(METADATA, 9) + b"\1\0\0\0" + b"\1\x07\2zz")
    assert call.request.topics == []


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
