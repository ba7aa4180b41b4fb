"""Waiting for numbers: what is returned, what is raised, and by whom a condition is asked."""

import asyncio
import threading

import pytest

from tracker import FeedFailed, NotRunning, NotSettled
from tracker.jupyter.changes import Changes
from tracker.jupyter.waiting import Waiting
from tracker.state.stats import Stats


class Background:
    """A thread that runs, and may have failed."""

    running = True
    error = None

    def check(self) -> None:
        if self.error is not None:
            raise FeedFailed("ended") from self.error


class Numbers:
    """The numbers of a tracker, changed from another thread."""

    def __init__(self) -> None:
        self.changes, self.background, self.stats = Changes(), Background(), Stats()
        self.waiting = Waiting(self.background, self.changes, lambda: self.stats)

    def become(self, **numbers) -> None:
        self.stats = Stats(**numbers)
        self.changes.notify()


@pytest.fixture
def numbers():
    return Numbers()


async def test_the_numbers_for_which_it_holds_are_returned(numbers):
    waiting = asyncio.create_task(numbers.waiting.until(lambda stats: stats.rows >= 2, 20))
    await asyncio.sleep(0)
    for rows in (1, 2):
        await asyncio.to_thread(numbers.become, rows=rows, state="connected")
    assert await waiting == Stats(rows=2, state="connected")
    assert await numbers.waiting.until(lambda stats: stats.connected, 0) == numbers.stats


async def test_at_the_end_of_the_time_the_numbers_are_told(numbers):
    numbers.become(received=12_345, rejected=3, rate=0.5, state="away", error="no broker", trouble="a clock lies")
    with pytest.raises(NotSettled) as raised:
        await numbers.waiting.until(lambda stats: stats.rows == 9, 0.01)
    assert str(raised.value) == (
        "what was waited for did not come within 0.01 s: "
        "away, received 12,345, rejected 3, rate 0.5; a clock lies; no broker"
    )
    with pytest.raises(NotSettled, match=r"9 rows did not come within 0\.01 s: away, received 12,345"):
        await numbers.waiting.settle(lambda: False, 0.01, "9 rows")


async def test_changes_that_never_end_do_not_lengthen_the_time(numbers):
    def condition(stats) -> bool:
        numbers.changes.notify()
        return False

    with pytest.raises(NotSettled):
        await numbers.waiting.until(condition, 0.05)


@pytest.mark.parametrize("wait", ["until", "settle"])
async def test_where_nobody_reads_there_is_nothing_to_wait_for(numbers, wait):
    def begin():
        if wait == "until":
            return numbers.waiting.until(lambda stats: stats.rows == 1, 20)
        return numbers.waiting.settle(lambda: numbers.stats.rows == 1, 20, "a row")

    waiting = asyncio.create_task(begin())
    await asyncio.sleep(0)
    numbers.background.running = False
    await asyncio.to_thread(numbers.become)
    with pytest.raises(NotRunning, match=r"start\(\) it"):
        await waiting
    numbers.become(rows=1)
    await begin()  # what is held is held
    numbers.background.error = ValueError("broken")
    with pytest.raises(FeedFailed) as raised:
        await begin()
    assert raised.value.__cause__ is numbers.background.error


async def test_a_condition_is_asked_by_the_one_who_waits_and_its_error_is_his(numbers):
    asked = []

    def condition(stats) -> bool:
        asked.append(threading.current_thread())
        return 1 / stats.rows > 1

    numbers.become(rows=1)
    waiting = asyncio.create_task(numbers.waiting.until(condition, 20))
    await asyncio.sleep(0)
    await asyncio.to_thread(numbers.become, rows=0)
    with pytest.raises(ZeroDivisionError):
        await waiting
    assert set(asked) == {threading.current_thread()}
