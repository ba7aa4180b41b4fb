"""A partition's log proves to be the one that was read, or is told from it."""

from dataclasses import dataclass

import pytest

from tracker.feed.partition import LogReplaced, Partition


@dataclass(frozen=True)
class Record:
    offset: int
    value: bytes | None = b"x"
    timestamp: int = 1_000
    partition: int = 0


def log(*offsets: int, **fields) -> list[Record]:
    return [Record(offset, **fields) for offset in offsets]


def offsets(records) -> list[int]:
    return [record.offset for record in records]


@pytest.fixture
def partition() -> Partition:
    """Read up to offset 4."""
    one = Partition(next=0, backlog_end=3)
    one.accept(log(0, 1, 2, 3, 4))
    return one


def test_reading_goes_on_behind_the_last_record(partition):
    assert (partition.next, partition.start) == (5, 5)
    assert offsets(partition.accept(log(5, 7))) == [5, 7]
    assert partition.start == 8


def test_the_last_record_read_again_proves_the_log_and_is_not_new(partition):
    partition.doubt()
    assert partition.start == 4
    assert offsets(partition.accept(log(4, 5))) == [5]
    assert partition.start == 6


@pytest.mark.parametrize("other", [{"value": b"y"}, {"value": None}, {"timestamp": 1_001}])
def test_another_record_in_its_place_is_another_log(partition, other):
    partition.doubt()
    with pytest.raises(LogReplaced):
        partition.accept(log(4, 5, **other))
    assert partition.replaced
    assert partition.next == 5


def test_where_the_last_record_is_gone_nothing_is_proved_and_what_is_new_is_taken(partition):
    assert partition.resume(begin=5) == 0
    assert partition.start == 5
    partition.doubt()
    assert offsets(partition.accept(log(6))) == [6]  # compaction took the one that was asked for
    assert not partition.replaced


def test_what_retention_took_before_it_was_read_is_counted_and_skipped(partition):
    assert partition.resume(begin=9) == 4
    assert (partition.next, partition.start) == (9, 9)
    partition.doubt()
    assert partition.start == 9


def test_a_new_session_asks_for_the_last_record_where_the_log_still_has_it(partition):
    assert partition.resume(begin=4) == 0
    assert partition.start == 4


def test_nothing_is_doubted_where_nothing_was_read():
    partition = Partition(next=7, backlog_end=7)
    partition.doubt()
    assert partition.resume(begin=0) == 0
    assert partition.start == 7


def test_the_backlog_is_what_the_log_held_before_we_came(partition):
    assert [partition.backlog(log(*some)) for some in ((), (0, 1), (1, 2, 3, 4), (3, 4))] == [0, 2, 2, 0]
    assert partition.caught_up
    assert not Partition(next=2, backlog_end=3).caught_up


def test_what_is_left_is_never_less_than_nothing(partition):
    partition.end = 12
    assert partition.left == 7
    partition.end = 2
    assert partition.left == 0
