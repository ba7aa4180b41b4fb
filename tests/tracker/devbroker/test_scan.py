import pytest
from devbroker_wire import record, varint
from hypothesis import given
from hypothesis import strategies as st

from tracker.devbroker.errors import EffortError, ErrorCode, RefusedError
from tracker.devbroker.scan import Expected, scan

PLENTY = 1 << 16
BYTES = st.one_of(st.none(), st.binary(max_size=20), st.binary(min_size=100, max_size=300))


class Counted(bytes):
    """Bytes that count how often one of them is read."""

    reads = 0

    def __getitem__(self, where):
        self.reads += 1
        return super().__getitem__(where)


def refusal(data, expected, most=PLENTY, **options):
    with pytest.raises(RefusedError) as refused:
        scan(data, expected, most, **options)
    return refused.value.code


@st.composite
def headers(draw):
    pairs = draw(st.lists(st.tuples(st.binary(max_size=3), st.one_of(st.none(), st.binary(max_size=3))), max_size=3))
    encoded = varint(len(pairs))
    for key, value in pairs:
        encoded += varint(len(key)) + key + varint(-1 if value is None else len(value)) + (value or b"")
    return encoded


@given(
    st.lists(st.tuples(st.integers(-(2**40), 2**40), BYTES, BYTES, headers()), min_size=1, max_size=6),
    st.integers(0, 2**41),
)
def test_sound_records_are_walked_and_their_times_indexed(records, first):
    data = b"".join(
        record(i, time, key=key, value=value, headers=more) for i, (time, key, value, more) in enumerate(records)
    )
    found = scan(data, Expected(len(records), first), PLENTY)
    times = [first + time for time, *_ in records]
    peaks = [(i, time) for i, time in enumerate(times) if all(time > earlier for earlier in times[:i])]
    assert list(zip(found.places, found.times, strict=True)) == peaks
    assert scan(data, Expected(len(records), first, timed=False), PLENTY).places.tolist() == []


@given(st.binary(max_size=400), st.integers(1, 2**31 - 1), st.booleans())
def test_junk_ends_the_walk_with_our_errors_alone(junk, count, whole):
    try:
        scan(junk, Expected(count), PLENTY, whole=whole)
    except (RefusedError, EffortError):
        return
    assert count <= len(junk) / 7


@pytest.mark.parametrize("length", [5, 10, 900_000])
def test_a_number_is_read_no_further_than_it_may_be_long(length):
    for data in (b"\xff" * length, b"\x20\0" + b"\xff" * length):
        counted = Counted(data)
        refusal(counted, Expected(1))
        assert counted.reads < 20


def test_as_many_records_are_walked_as_there_are_whatever_is_claimed():
    counted = Counted(record() + record(1))
    assert refusal(counted, Expected(2**31 - 1)) is ErrorCode.INVALID_RECORD
    assert counted.reads <= len(counted) + 1


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_no_more_is_walked_than_allowed(most):
    single = record(63)
    counted = Counted(b"".join(record(i % 64) for i in range(5_000)))
    with pytest.raises((EffortError, RefusedError)):
        scan(counted, Expected(5_000), most)
    assert counted.reads <= (most + 1) * len(single)
    with pytest.raises(EffortError, match="headers"):
        scan(record(headers=varint(most + 1) + b"\0\1" * (most + 1)), Expected(1), most)


@given(st.integers(1, 200))
def test_the_beginning_of_sound_records_asks_for_the_rest(size):
    data = b"".join(record(i, value=bytes(10)) for i in range(20))
    with pytest.raises(EffortError):
        scan(data[:size], Expected(20), PLENTY, whole=False)
    assert refusal(data[:size], Expected(20)) is ErrorCode.INVALID_RECORD


def test_records_before_those_that_are_skipped_are_not_indexed():
    data = b"".join(record(i, time) for i, time in enumerate([9, 3, 5, 4, 7]))
    found = scan(data, Expected(5, skip=1), PLENTY)
    assert list(zip(found.places, found.times, strict=True)) == [(1, 3), (2, 5), (4, 7)]
    assert found.find(6) == (4, 7)
    assert found.find(8) is None


@pytest.mark.parametrize("compressed", [False, True])
def test_faults_that_kafka_tells_apart_by_compression_have_its_codes(compressed):
    long_length, gap = b"\x80" * 5 + b"\0", record() + record(5)
    codes = [refusal(long_length, Expected(1, compressed=compressed)), refusal(gap, Expected(2, compressed=compressed))]
    expected = [ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.INVALID_RECORD]
    assert codes == (expected[::-1] if compressed else expected)
