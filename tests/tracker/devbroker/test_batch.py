import pytest
from devbroker_wire import ANY_TIME, CODECS, build, checked, compress, now_ms, record, records, seal
from hypothesis import given
from hypothesis import strategies as st

from tracker.devbroker import batch as batches
from tracker.devbroker.batch import FULL, QUICK, Effort
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import EffortError, ErrorCode, RefusedError

TIMES = st.lists(st.integers(0, 10_000), min_size=1, max_size=8)
PACKED = ["gzip", "snappy", "lz4", "zstd"]


def refusal(data, max_bytes=1 << 20, **options):
    with pytest.raises(RefusedError) as refused:
        batches.check(data, batches.parse(data, max_bytes, 11), ANY_TIME, 0, **options)
    return refused.value.code


@given(TIMES, st.integers(0, 1 << 40), st.sampled_from(list(CODECS.values())))
def test_stamping_an_offset_changes_nothing_else(times, base, codec):
    batch = checked(build(times, codec=codec))
    stamped = batches.stamp(batch, base)
    assert records(stamped) == [(base + i, time, b"v") for i, time in enumerate(times)]
    assert batch.max_timestamp == batches.read_header(stamped).max_timestamp == max(times)


@given(TIMES, st.integers(0, 1 << 40), st.sampled_from(list(CODECS.values())))
def test_stamping_an_append_time_gives_it_to_every_record(times, now, codec):
    batch = checked(build(times, codec=codec), config=TopicConfig(log_append_time=True))
    stamped = batches.stamp(batch, 5, now)
    assert records(stamped) == [(5 + i, now, b"v") for i in range(len(times))]
    assert batches.read_header(stamped).log_append_time


@given(TIMES, st.integers(-1, 2**62), st.sampled_from([0, 0x08]))
def test_what_a_producer_claims_about_times_is_put_right(times, claimed, bits):
    first, body = times[0], b"".join(record(i, time - times[0]) for i, time in enumerate(times))
    lying = seal(body, len(times), first=first, last=claimed, attributes=bits)
    header = batches.read_header(batches.stamp(checked(lying), 9))
    assert (header.max_timestamp, header.log_append_time) == (max(times), False)
    assert records(batches.stamp(checked(lying), 9)) == [(9 + i, time, b"v") for i, time in enumerate(times)]


@given(TIMES, st.data())
def test_any_damage_is_found(times, data):
    batch = bytearray(build(times))
    at = data.draw(st.integers(16, len(batch) - 1))
    batch[at] ^= data.draw(st.integers(1, 255))
    code = refusal(bytes(batch))
    # A byte that changes what the batch claims to be is refused for that, as by Kafka.
    others = {16: ErrorCode.INVALID_RECORD, 22: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED}
    assert code in (ErrorCode.CORRUPT_MESSAGE, others.get(at))


@given(TIMES, st.data())
def test_a_truncated_batch_is_refused(times, data):
    batch = build(times)
    assert refusal(batch[: data.draw(st.integers(0, len(batch) - 1))]) is ErrorCode.INVALID_RECORD


@given(st.binary(max_size=200))
def test_junk_is_refused(junk):
    assert refusal(junk) in (
        ErrorCode.CORRUPT_MESSAGE,
        ErrorCode.INVALID_RECORD,
        ErrorCode.UNKNOWN_SERVER_ERROR,
    )


@given(st.binary(max_size=300), st.integers(1, 20), st.sampled_from(list(CODECS)))
def test_junk_in_a_sound_frame_is_refused_or_holds_records_that_a_client_can_read(junk, count, codec):
    data = seal(junk if codec == "plain" else compress(codec, junk), count, codec=codec)
    try:
        batch = checked(data)
    except RefusedError:
        return
    assert len(records(batches.stamp(batch, 0))) == count


def test_a_batch_over_the_limit_is_too_large():
    batch = build([1], value=bytes(500))
    assert refusal(batch, max_bytes=len(batch) - 1) is ErrorCode.MESSAGE_TOO_LARGE
    assert batches.parse(batch, len(batch), 11).count == 1


@pytest.mark.parametrize("codec", PACKED)
def test_a_bomb_is_refused_after_a_small_part_of_it(codec):
    bomb = seal(compress(codec, b"\xff" * (15 << 20)), codec=codec)
    tiny = Effort(64 << 10, 1)
    if codec == "snappy":
        # Its blocks come whole or not at all.
        with pytest.raises(EffortError):
            checked(bomb, effort=tiny)
    else:
        assert refusal(bomb, effort=tiny) is ErrorCode.INVALID_RECORD
    assert refusal(bomb) is ErrorCode.INVALID_RECORD


def test_900_kb_of_junk_are_refused_at_the_first_record():
    assert refusal(seal(b"\xff" * 900_000), effort=Effort(0, 1)) is ErrorCode.UNKNOWN_SERVER_ERROR


def test_a_batch_that_claims_2_to_the_31_records_is_refused_where_its_bytes_end():
    assert refusal(seal(record(), 2**31 - 1), effort=Effort(0, 2)) is ErrorCode.INVALID_RECORD


@pytest.mark.parametrize("codec", CODECS)
def test_more_work_than_allowed_is_not_done(codec):
    body = b"".join(record(i, value=bytes(500)) for i in range(QUICK.records + 1))
    data = seal(body if codec == "plain" else compress(codec, body), QUICK.records + 1, codec=codec)
    with pytest.raises(EffortError):
        checked(data, effort=QUICK)
    assert checked(data, effort=FULL).header.count == QUICK.records + 1
    with pytest.raises(EffortError):
        checked(data, effort=Effort(FULL.bytes, QUICK.records))
    if codec != "plain":
        with pytest.raises(EffortError):
            checked(data, effort=Effort(len(body) - 1, FULL.records))


@given(st.integers(-10_000, 10_000))
def test_times_are_held_against_the_limits_of_the_topic(offset):
    now, config = now_ms(), TopicConfig(timestamp_before_ms=3_000, timestamp_after_ms=5_000)
    batch = seal(record(), first=now + offset)
    header = batches.parse(batch, 1 << 20, 11)
    if -3_000 <= offset <= 5_000:
        assert batches.check(batch, header, config, now).max_timestamp == now + offset
    else:
        with pytest.raises(RefusedError, match=str(now + offset)) as refused:
            batches.check(batch, header, config, now)
        assert refused.value.code is ErrorCode.INVALID_TIMESTAMP


@given(TIMES, st.integers(0, 11_000), st.data(), st.sampled_from(list(CODECS.values())))
def test_the_index_finds_the_first_record_at_or_after_a_time(times, timestamp, data, codec):
    batch, skip = checked(build(times, codec=codec)), data.draw(st.integers(0, len(times) - 1))
    expected = [(i, time) for i, time in enumerate(times) if time >= timestamp]
    assert batch.times.find(timestamp) == (expected[0] if expected else None)
    left = [(i, time) for i, time in expected if i >= skip]
    assert batches.index(batches.stamp(batch, 7), skip).find(timestamp) == (left[0] if left else None)
