import pytest
from devbroker_wire import CODECS, build, checked, compress, record, records, seal
from hypothesis import given
from hypothesis import strategies as st

from tracker.devbroker import log as logs
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.log import Log
from tracker.devbroker.storage import OVERHEAD, Storage

KEEP_ALL = TopicConfig(retention_bytes=-1, retention_ms=-1)
TIMES = st.lists(st.lists(st.integers(0, 1000), min_size=1, max_size=4), max_size=12)


def append(log, data, now=0):
    return log.append(checked(data, config=log.config), now)


def filled(times, config=KEEP_ALL, codec=0):
    log = Log(config)
    for now, batch in enumerate(times):
        append(log, build(batch, codec=codec), now)
    return log


def read(log, offset, max_bytes, *, at_least_one):
    selected = log.select(offset, max_bytes, at_least_one=at_least_one)
    found = log.read(selected)
    assert len(found) == selected.size
    return found


def everything(log):
    return records(read(log, log.start, 1 << 30, at_least_one=True))


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
    found = records(read(log, offset, 1 << 30, at_least_one=True))
    first = next(i for i in range(len(times)) if sum(map(len, times[: i + 1])) > offset)
    assert [record[0] for record in found] == list(range(sum(map(len, times[:first])), log.end))


@given(TIMES, st.integers(0, 600))
def test_a_read_is_no_longer_than_asked_for_unless_one_batch_is(times, max_bytes):
    log = filled(times)
    some = read(log, 0, max_bytes, at_least_one=False)
    assert len(some) <= max_bytes
    least = read(log, 0, max_bytes, at_least_one=True)
    assert least == (some or (read(log, 0, len(build(times[0])), at_least_one=False) if times else b""))


@given(TIMES, st.integers(0, 400))
def test_retention_by_bytes_bounds_the_log_and_keeps_all_that_fits(times, limit):
    log = Log(TopicConfig(retention_bytes=limit, retention_ms=-1))
    sizes = []
    for batch in times:
        append(log, build(batch), 0)
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
    append(log, build([5]), 1_000_000)
    log.retain(1_000_400)
    assert len(everything(log)) == 1
    log.retain(1_000_401)
    assert everything(log) == []


def test_indexes_do_not_grow_with_what_was_dropped():
    batch = build([1])
    log = Log(TopicConfig(retention_bytes=len(batch) * 10, retention_ms=-1))
    for _ in range(10 * logs._TRIM):
        append(log, batch, 0)
    assert len(log._batches) <= 3 * logs._TRIM
    assert len(everything(log)) == 10


def first_at(log, times, timestamp):
    """What `seek` should answer, recomputed."""
    return next(((i, time) for i, time in enumerate(times) if time >= timestamp and i >= log.start), None)


@given(TIMES, st.integers(0, 1100), st.integers(0, 50), st.sampled_from(list(CODECS.values())))
def test_seek_by_time_equals_a_recomputed_answer(times, timestamp, dropped, codec):
    log = filled(times, codec=codec)
    log.truncate(min(dropped, log.end))
    append(log, build([500]))
    flat = [time for batch in times for time in batch] + [500]
    assert log.seek(timestamp) == first_at(log, flat, timestamp)


@given(TIMES, st.lists(st.tuples(st.integers(0, 50), st.integers(0, 1100)), max_size=6))
def test_seek_stays_right_while_records_are_deleted(times, steps):
    log, flat = filled(times), [time for batch in times for time in batch]
    for dropped, timestamp in steps:
        log.truncate(min(dropped, log.end))
        assert log.seek(timestamp) == first_at(log, flat, timestamp)
        left = flat[log.start :]
        assert log.latest() == ((log.start + left.index(max(left)), max(left)) if left else None)


@given(TIMES, st.lists(st.integers(0, 1100), max_size=5))
def test_lookups_by_time_read_no_batch(times, timestamps):
    log, flat = filled(times, codec=1), [time for batch in times for time in batch]
    log._batches = [b"" for _ in log._batches]
    for timestamp in timestamps:
        assert log.seek(timestamp) == first_at(log, flat, timestamp)


def test_a_batch_whose_first_records_are_deleted_is_read_once_for_all_lookups():
    log = filled([[9, 3, 5, 4, 7]])
    log.truncate(1)
    assert log.seek(4) == (2, 5)
    log._batches[0] = b""
    assert (log.seek(6), log.seek(8), log.latest()) == ((4, 7), None, (4, 7))


def test_a_batch_of_append_time_whose_first_records_are_deleted_starts_at_the_others():
    log = Log(TopicConfig(retention_ms=-1, log_append_time=True))
    append(log, build([7, 3, 5]), 100)
    log.truncate(2)
    assert (log.seek(100), log.seek(101)) == ((2, 100), None)


@given(TIMES)
def test_latest_is_the_first_record_with_the_greatest_time(times):
    flat = [time for batch in times for time in batch]
    assert filled(times).latest() == ((flat.index(max(flat)), max(flat)) if flat else None)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.integers(0, 1100))
def test_append_times_never_run_back_and_can_be_sought(clock, timestamp):
    log = Log(TopicConfig(retention_ms=-1, log_append_time=True))
    written = [append(log, build([7, 3]), now).append_time for now in clock]
    assert written == [max(clock[: i + 1]) for i in range(len(clock))]
    assert [time for _, time, _ in everything(log)] == [time for time in written for _ in range(2)]
    expected = [(2 * i, time) for i, time in enumerate(written) if time >= timestamp]
    assert log.seek(timestamp) == (expected[0] if expected else None)


def test_a_topic_may_change_to_append_time():
    log = filled([[9000]])
    log.config = TopicConfig(log_append_time=True)
    assert append(log, build([1]), 5000).append_time == 5000
    assert [time for _, time, _ in everything(log)] == [9000, 5000]
    assert log.seek(6000) == (0, 9000)


def test_truncated_records_are_gone_though_their_batch_is_kept():
    log = filled([[1, 2, 3], [4, 5]])
    log.truncate(1)
    assert (log.start, log.end) == (1, 5)
    assert refusal(log.select, 0, 100, at_least_one=True) is ErrorCode.OFFSET_OUT_OF_RANGE
    assert log.seek(0) == (1, 2)
    log.truncate(0)
    assert log.start == 1
    log.truncate(5)
    assert (log.start, log.end, log.size) == (5, 5, 0)
    assert refusal(log.truncate, 6) is ErrorCode.OFFSET_OUT_OF_RANGE


def test_a_log_that_was_emptied_goes_on_where_it_was():
    log = filled([[1], [2]])
    log.truncate(2)
    assert append(log, build([3]), 0).base_offset == 2
    assert everything(log) == [(2, 3, b"v")]


def test_an_offset_beyond_the_end_is_out_of_range():
    log = filled([[1]])
    assert read(log, 1, 100, at_least_one=True) == b""
    assert refusal(log.select, 2, 100, at_least_one=True) is ErrorCode.OFFSET_OUT_OF_RANGE


def test_watchers_hear_how_much_came_and_of_deletion():
    log, heard, batch = Log(KEEP_ALL), [], build([1])
    log.watchers.add(heard.append)
    append(log, batch)
    log.delete()
    assert heard == [len(batch), None]
    assert log.deleted


def held(log):
    """What a log takes in memory, counted anew."""
    batches = log._batches[log._head :]
    return sum(OVERHEAD + len(batch) for batch in batches) + sum(times.nbytes for times in log._inner.values())


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.lists(st.integers(0, 1000), min_size=1, max_size=4)),
            st.tuples(st.just("truncate"), st.integers(0, 40)),
            st.tuples(st.just("seek"), st.integers(0, 1000)),
            st.tuples(st.just("shrink"), st.integers(0, 800)),
            st.tuples(st.just("retain"), st.integers(0, 2000)),
        ),
        max_size=20,
    )
)
def test_what_a_log_takes_in_memory_is_counted(steps):
    storage = Storage(used=77)
    log = Log(TopicConfig(retention_bytes=600, retention_ms=800), storage)
    for step, what in steps:
        if step == "append":
            append(log, build(what), what[0])
        elif step == "truncate":
            log.truncate(min(what, log.end))
        elif step == "shrink":
            before = log.cost
            freed = log.shrink(what)
            assert freed == before - log.cost
            assert freed >= what or not log.size
        else:
            getattr(log, step)(what)
        assert storage.used - 77 == log.cost == held(log)
    log.delete()
    assert (log.cost, storage.used) == (0, 77)


def test_the_index_of_a_batch_is_no_larger_than_its_records_ask_for():
    log, codec = Log(KEEP_ALL), "gzip"
    for times in ([5, 5, 5, 5], [5, 3, 1]):
        body = b"".join(record(i, time) for i, time in enumerate(times))
        append(log, seal(compress(codec, body), len(times), codec=codec, first=0))
    assert not log._inner
    append(log, build([1, 2]))
    assert len(log._inner) == 1


def test_the_index_of_a_batch_goes_with_it_though_it_was_made_after_those_behind_it():
    storage = Storage()
    log = Log(KEEP_ALL, storage)
    append(log, build([9, 1, 2]))
    append(log, build([1, 9, 2]))
    second = log.cost - OVERHEAD - len(build([9, 1, 2]))
    log.truncate(1)
    assert log.seek(2) == (2, 2)
    log.truncate(3)
    assert log.cost == storage.used == second
