import pytest
from devbroker_wire import CODECS, build, records
from hypothesis import given
from hypothesis import strategies as st

from tracker.devbroker import idempotence
from tracker.devbroker import log as logs
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.log import Log

KEEP_ALL = TopicConfig(retention_bytes=-1, retention_ms=-1)
TIMES = st.lists(st.lists(st.integers(0, 1000), min_size=1, max_size=4), max_size=12)


def filled(times, config=KEEP_ALL, codec=0):
    log = Log(config)
    for now, batch in enumerate(times):
        log.append(build(batch, codec=codec), now)
    return log


def everything(log):
    return records(log.read(log.start, 1 << 30, at_least_one=True))


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as refused:
        act(*args, **kwargs)
    return refused.value.code


@given(TIMES, st.sampled_from([0, 4]))
def test_offsets_are_continuous_and_records_come_back_as_they_were(times, codec):
    log = filled(times, codec=codec)
    flat = [time for batch in times for time in batch]
    assert (log.start, log.end) == (0, len(flat))
    assert everything(log) == [(i, time, b"v") for i, time in enumerate(flat)]


@given(TIMES, st.data())
def test_a_read_starts_with_the_batch_that_holds_its_offset(times, data):
    log = filled(times)
    if not log.end:
        return
    offset = data.draw(st.integers(0, log.end - 1))
    found = records(log.read(offset, 1 << 30, at_least_one=True))
    first = next(i for i in range(len(times)) if sum(map(len, times[: i + 1])) > offset)
    assert [record[0] for record in found] == list(range(sum(map(len, times[:first])), log.end))


@given(TIMES, st.integers(0, 600))
def test_a_read_is_no_longer_than_asked_for_unless_one_batch_is(times, max_bytes):
    log = filled(times)
    some = log.read(0, max_bytes, at_least_one=False)
    assert len(some) <= max_bytes
    least = log.read(0, max_bytes, at_least_one=True)
    assert least == (some or (log.read(0, len(build(times[0])), at_least_one=False) if times else b""))


@given(TIMES, st.integers(0, 400))
def test_retention_by_bytes_bounds_the_log_and_keeps_all_that_fits(times, limit):
    log = Log(TopicConfig(retention_bytes=limit, retention_ms=-1))
    sizes = []
    for batch in times:
        log.append(build(batch), 0)
        sizes.append(len(build(batch)))
        kept = [i for i in range(len(sizes)) if sum(sizes[i:]) <= limit] or [len(sizes) - 1]
        assert log.size == sum(sizes[kept[0] :])
        assert log.start == sum(map(len, times[: kept[0]]))
        assert [record[0] for record in everything(log)] == list(range(log.start, log.end))


@given(TIMES, st.integers(0, 1500))
def test_retention_by_time_drops_the_oldest_batches_that_are_too_old(times, now):
    log = filled(times)
    log.config = TopicConfig(retention_bytes=-1, retention_ms=400)
    log.retain(now)
    since = [max(arrived, *batch) for arrived, batch in enumerate(times)]
    kept = next((i for i, then in enumerate(since) if then >= now - 400), len(times))
    assert log.start == sum(map(len, times[:kept]))
    assert log.end == sum(map(len, times))


def test_an_old_recording_is_kept_for_as_long_as_a_new_one():
    log = Log(TopicConfig(retention_ms=400))
    log.append(build([5]), 1_000_000)
    log.retain(1_000_400)
    assert len(everything(log)) == 1
    log.retain(1_000_401)
    assert everything(log) == []


def test_indexes_do_not_grow_with_what_was_dropped():
    batch = build([1])
    log = Log(TopicConfig(retention_bytes=len(batch) * 10, retention_ms=-1))
    for _ in range(10 * logs._TRIM):
        log.append(batch, 0)
    assert len(log._batches) <= 3 * logs._TRIM
    assert len(everything(log)) == 10


@given(TIMES, st.integers(0, 1100), st.integers(0, 50), st.sampled_from(list(CODECS.values())))
def test_seek_by_time_equals_a_recomputed_answer(times, timestamp, dropped, codec):
    log = filled(times, codec=codec)
    log.truncate(min(dropped, log.end))
    log.append(build([500]), 0)
    flat = [time for batch in times for time in batch] + [500]
    expected = [(i, time) for i, time in enumerate(flat) if time >= timestamp and i >= log.start]
    assert log.seek(timestamp) == (expected[0] if expected else None)


@given(TIMES)
def test_latest_is_the_first_record_with_the_greatest_time(times):
    flat = [time for batch in times for time in batch]
    assert filled(times).latest() == ((flat.index(max(flat)), max(flat)) if flat else None)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.integers(0, 1100))
def test_append_times_never_run_back_and_can_be_sought(clock, timestamp):
    log = Log(TopicConfig(retention_ms=-1, log_append_time=True))
    written = [log.append(build([7, 3]), now).append_time for now in clock]
    assert written == [max(clock[: i + 1]) for i in range(len(clock))]
    assert [time for _, time, _ in everything(log)] == [time for time in written for _ in range(2)]
    expected = [(2 * i, time) for i, time in enumerate(written) if time >= timestamp]
    assert log.seek(timestamp) == (expected[0] if expected else None)


def test_a_topic_may_change_to_append_time():
    log = filled([[9000]])
    log.config = TopicConfig(log_append_time=True)
    assert log.append(build([1]), 5000).append_time == 5000
    assert [time for _, time, _ in everything(log)] == [9000, 5000]
    assert log.seek(6000) == (0, 9000)


def test_truncated_records_are_gone_though_their_batch_is_kept():
    log = filled([[1, 2, 3], [4, 5]])
    log.truncate(1)
    assert (log.start, log.end) == (1, 5)
    assert refusal(log.read, 0, 100, at_least_one=True) is ErrorCode.OFFSET_OUT_OF_RANGE
    assert log.seek(0) == (1, 2)
    log.truncate(0)
    assert log.start == 1
    log.truncate(5)
    assert (log.start, log.end, log.size) == (5, 5, 0)
    assert refusal(log.truncate, 6) is ErrorCode.OFFSET_OUT_OF_RANGE


def test_a_log_that_was_emptied_goes_on_where_it_was():
    log = filled([[1], [2]])
    log.truncate(2)
    assert log.append(build([3]), 0).base_offset == 2
    assert everything(log) == [(2, 3, b"v")]


def test_an_offset_beyond_the_end_is_out_of_range():
    log = filled([[1]])
    assert log.read(1, 100, at_least_one=True) == b""
    assert refusal(log.read, 2, 100, at_least_one=True) is ErrorCode.OFFSET_OUT_OF_RANGE


@given(st.binary(max_size=120), st.integers(0, 68))
def test_junk_and_truncated_batches_leave_the_log_as_it_was(junk, cut):
    log = filled([[1], [2]])
    for bad in (junk, build([3])[:-1], build([3])[:cut]):
        assert refusal(log.append, bad, 0) is ErrorCode.CORRUPT_MESSAGE
    assert everything(log) == [(0, 1, b"v"), (1, 2, b"v")]


def test_watchers_hear_of_records_and_of_deletion():
    log, heard = Log(KEEP_ALL), []
    log.watchers.add(lambda: heard.append(log.end))
    log.append(build([1]), 0)
    log.delete()
    assert heard == [1, 1]
    assert log.deleted


def idempotent(sequence, count=1, *, producer=5, epoch=0):
    return build([1] * count, producer=producer, epoch=epoch, sequence=sequence)


def test_a_batch_that_is_sent_again_is_written_once():
    log = Log(KEEP_ALL)
    for sequence in (0, 2, 4):
        log.append(idempotent(sequence, 2), 0)
    assert log.append(idempotent(2, 2), 0).base_offset == 2
    assert log.end == 6


def test_a_missing_batch_is_out_of_order():
    log = Log(KEEP_ALL)
    log.append(idempotent(0), 0)
    assert refusal(log.append, idempotent(2), 0) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert log.append(idempotent(1), 0).base_offset == 1


def test_a_new_epoch_starts_again_and_fences_the_old_one():
    log = Log(KEEP_ALL)
    log.append(idempotent(0), 0)
    assert refusal(log.append, idempotent(1, epoch=1), 0) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert log.append(idempotent(0, epoch=1), 0).base_offset == 1
    assert refusal(log.append, idempotent(1), 0) is ErrorCode.INVALID_PRODUCER_EPOCH


def test_sequence_numbers_start_again_behind_the_last():
    log = Log(KEEP_ALL)
    log.append(idempotent(2**31 - 2, 3), 0)
    assert log.append(idempotent(1), 0).base_offset == 3


def test_producers_that_are_remembered_are_bounded():
    log = Log(KEEP_ALL)
    for producer in range(idempotence.MAX_PRODUCERS + 10):
        log.append(idempotent(0, producer=producer), 0)
    assert len(log._producers) == idempotence.MAX_PRODUCERS
    assert log.append(idempotent(50, producer=3), 0).base_offset == log.end - 1
    assert refusal(log.append, idempotent(50, producer=500), 0) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
