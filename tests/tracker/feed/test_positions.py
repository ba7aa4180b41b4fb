"""Positions over sessions: what is read goes on, and what is not the log of before begins anew."""

from dataclasses import dataclass

import pytest

from tracker.feed.partition import LogReplaced
from tracker.feed.positions import Positions


@dataclass(frozen=True)
class Record:
    offset: int
    value: bytes = b"x"
    timestamp: int = 1_000
    partition: int = 0


@pytest.fixture
def positions() -> Positions:
    """Partition 0 read up to offset 6 of 8, partition 1 not at all."""
    positions = Positions()
    assert positions.place({0: 2, 1: 0}, {0: 8, 1: 5}, {0: 4, 1: 5}) == []
    positions[0].accept([Record(4), Record(5), Record(6)])
    return positions


def test_the_first_time_reading_starts_where_it_is_told_and_all_up_to_the_ends_is_backlog():
    positions = Positions()
    positions.place({0: 2, 1: 0}, {0: 8, 1: 5}, {0: 4, 1: 5})
    assert positions.starts() == positions.reached() == {0: 4, 1: 5}
    assert [positions[number].backlog_end for number in (0, 1)] == [8, 5]
    assert (positions.left, positions.caught_up) == (4, False)


def test_a_partition_that_comes_later_is_read_from_its_beginning_and_is_live(positions):
    positions.place({0: 2, 1: 0, 2: 3}, {0: 8, 1: 5, 2: 9})
    assert positions.starts() == {0: 6, 1: 5, 2: 3}
    assert positions[2].backlog_end == 0


def test_a_partition_that_is_gone_is_forgotten(positions):
    positions.place({0: 2}, {0: 8})
    assert positions.reached() == {0: 7}
    assert positions.logs_replaced == 0


@pytest.mark.parametrize(("end", "replaced"), [(6, [0]), (7, []), (8, [])])
def test_a_log_that_ends_before_what_was_read_is_another_one(positions, end, replaced):
    assert positions.place({0: 0, 1: 0}, {0: end, 1: 5}) == replaced
    assert positions.logs_replaced == len(replaced)
    assert positions.reached()[0] == (0 if replaced else 7)


def test_a_log_that_proved_to_be_another_one_is_read_from_its_beginning(positions):
    assert positions.doubt() == {0: 6, 1: 5}
    with pytest.raises(LogReplaced):
        positions[0].accept([Record(6, b"other")])
    assert positions.place({0: 1, 1: 0}, {0: 20, 1: 5}) == [0]
    assert positions.starts() == {0: 1, 1: 5}
    assert positions[0].backlog_end == 0


def test_what_a_log_lost_before_it_was_read_is_counted_over_all_sessions(positions):
    positions.place({0: 9, 1: 6}, {0: 12, 1: 8})
    assert (positions.truncated, positions.starts()) == (3, {0: 9, 1: 6})
    positions.place({0: 10, 1: 6}, {0: 12, 1: 8})
    assert (positions.truncated, positions.logs_replaced) == (4, 0)


def test_what_is_left_is_measured(positions):
    positions.measure({0: 10, 1: 6})
    assert positions.left == 4
