import pytest
from devbroker_wire import CODECS, build, records
from hypothesis import given
from hypothesis import strategies as st

from tracker.devbroker import batch as batches
from tracker.devbroker.compression import LIMIT
from tracker.devbroker.errors import ErrorCode, RefusedError

TIMES = st.lists(st.integers(0, 10_000), min_size=1, max_size=8)


def refusal(data, max_bytes=1 << 20):
    with pytest.raises(RefusedError) as refused:
        batches.parse(data, max_bytes)
    return refused.value.code


@given(TIMES, st.integers(0, 1 << 40), st.sampled_from(list(CODECS.values())))
def test_stamping_an_offset_changes_nothing_else(times, base, codec):
    stamped = batches.stamp(build(times, codec=codec), base)
    assert records(stamped) == [(base + i, time, b"v") for i, time in enumerate(times)]


@given(TIMES, st.integers(0, 1 << 40), st.sampled_from(list(CODECS.values())))
def test_stamping_an_append_time_gives_it_to_every_record(times, now, codec):
    stamped = batches.stamp(build(times, codec=codec), 5, now)
    assert records(stamped) == [(5 + i, now, b"v") for i in range(len(times))]
    assert batches.read_header(stamped).log_append_time


@given(TIMES, st.data())
def test_any_damage_is_found(times, data):
    batch = bytearray(build(times))
    at = data.draw(st.integers(16, len(batch) - 1))
    batch[at] ^= data.draw(st.integers(1, 255))
    assert refusal(bytes(batch)) is ErrorCode.CORRUPT_MESSAGE


@given(TIMES, st.data())
def test_a_truncated_batch_is_corrupt(times, data):
    batch = build(times)
    assert refusal(batch[: data.draw(st.integers(0, len(batch) - 1))]) is ErrorCode.CORRUPT_MESSAGE


@given(st.binary(max_size=200))
def test_junk_is_corrupt(junk):
    assert refusal(junk) is ErrorCode.CORRUPT_MESSAGE


def test_two_batches_at_once_are_refused():
    assert refusal(build([1]) + build([2])) is ErrorCode.CORRUPT_MESSAGE


def test_a_batch_over_the_limit_is_too_large():
    batch = build([1], value=bytes(500))
    assert refusal(batch, max_bytes=len(batch) - 1) is ErrorCode.MESSAGE_TOO_LARGE
    assert batches.parse(batch, max_bytes=len(batch)).count == 1


def reseal(batch, at, replacement):
    """Change the header, and make the checksum fit again."""
    changed = bytearray(batch)
    changed[at : at + len(replacement)] = replacement
    changed[17:21] = batches.crc32c(bytes(changed[21:])).to_bytes(4, "big")
    return bytes(changed)


def test_batches_that_only_a_broker_may_write_are_refused():
    assert refusal(reseal(build([1]), 22, b"\x20")) is ErrorCode.INVALID_RECORD
    assert refusal(reseal(build([1]), 22, b"\x10")) is ErrorCode.INVALID_TXN_STATE


def test_a_batch_whose_count_does_not_match_its_offsets_is_refused():
    assert refusal(reseal(build([1, 2]), 57, bytes(4))) is ErrorCode.INVALID_RECORD
    assert refusal(reseal(build([1, 2]), 23, b"\x00\x00\x00\x09")) is ErrorCode.INVALID_RECORD


@given(TIMES, st.integers(0, 11_000), st.integers(0, 9), st.sampled_from(list(CODECS.values())))
def test_seek_finds_the_first_record_at_or_after_a_time(times, timestamp, start, codec):
    stamped = batches.stamp(build(times, codec=codec), 0)
    expected = [(i, time) for i, time in enumerate(times) if time >= timestamp and i >= start]
    assert batches.seek(stamped, timestamp, start) == (expected[0] if expected else None)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_batch_that_cannot_be_decompressed_is_answered_for_as_a_whole(codec):
    damaged = batches.stamp(build([10, 20, 30]), 100)
    damaged = reseal(damaged, 22, bytes([CODECS[codec]]))
    assert batches.seek(damaged, 15, 0) == (100, 30)
    assert batches.seek(damaged, 31, 0) is None


def test_a_batch_of_an_unknown_compression_is_answered_for_as_a_whole():
    assert batches.seek(reseal(batches.stamp(build([10, 20]), 100), 22, b"\x07"), 15, 0) == (100, 20)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_batch_that_decompresses_to_too_much_is_answered_for_as_a_whole(codec):
    huge = batches.stamp(build([10, 20], codec=CODECS[codec], value=bytes(LIMIT // 2 + 1)), 100)
    assert batches.seek(huge, 15, 0) == (100, 20)
