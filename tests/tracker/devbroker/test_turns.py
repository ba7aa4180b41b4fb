import asyncio
import time

import pytest

from tracker.devbroker.turns import ROOM, Turns


@pytest.fixture
def turns():
    return Turns()


async def test_a_turn_has_room_for_so_much_and_the_next_one_again(turns):
    assert turns.left == ROOM
    turns.spend(ROOM // 2)
    assert turns.left == ROOM // 2
    turns.spend(ROOM)
    assert turns.left == 0
    await asyncio.sleep(0)
    assert turns.left == ROOM


async def test_those_that_are_much_work_come_one_a_turn_in_their_order(turns):
    turns.spend(ROOM)
    waiting = [turns.wait(ROOM) for _ in range(4)]
    for done in (1, 2, 3, 4):
        assert turns.left == 0
        await waiting[done - 1]
        assert [one.done() for one in waiting] == [True] * done + [False] * (4 - done)
    assert turns.left == ROOM


async def test_as_many_come_as_a_turn_has_room_for(turns):
    waiting = [turns.wait(ROOM // 4) for _ in range(6)]
    waiting[1].cancel()
    await asyncio.sleep(0)
    assert [one.done() for one in waiting] == [True] * 5 + [False]
    assert turns.left == 0
    await waiting[5]


async def test_what_is_more_than_a_turn_has_room_for_comes_alone(turns):
    waiting = [turns.wait(work) for work in (1, 2 * ROOM, 1)]
    for done in (1, 2, 3):
        await waiting[done - 1]
        assert [one.done() for one in waiting] == [True] * done + [False] * (3 - done)


async def test_newcomers_do_not_overtake_those_that_wait(turns):
    waiting = [turns.wait(ROOM) for _ in range(2)]
    await asyncio.sleep(0)
    assert [one.done() for one in waiting] == [True, False]
    assert turns.left == 0


async def test_between_two_turns_of_long_work_the_loop_belongs_to_others(turns):
    loop = asyncio.get_running_loop()
    waiting = [turns.wait(ROOM) for _ in range(2)]
    waiting[0].add_done_callback(lambda _: time.sleep(0.02))  # what is done in the turn
    await waiting[0]
    begun = loop.time()
    await waiting[1]
    assert loop.time() - begun >= 0.02, "a rest in proportion to the work"


async def test_one_that_no_longer_waits_takes_no_turn(turns):
    gone, patient = turns.wait(ROOM), turns.wait(ROOM)
    gone.cancel()
    await asyncio.sleep(0)
    assert patient.done()
    assert turns.left == ROOM


async def test_nothing_is_scheduled_while_nothing_is_done(turns):
    turns.spend(1)
    await asyncio.sleep(0)
    assert turns._next is None
