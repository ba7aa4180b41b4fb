"""Waiting for a change: from threads and coroutines, without polling."""

import asyncio
import threading

import pytest
from patience import PATIENCE

from tracker.jupyter.changes import Changes, _Wish


def test_a_thread_is_woken_by_a_change_of_another():
    changes, done = Changes(), []
    thread = threading.Thread(target=lambda: (done.append(1), changes.tell()))
    thread.start()
    assert changes.wait(lambda: bool(done), timeout=PATIENCE)
    thread.join()


async def test_a_coroutine_is_woken_by_a_change_of_a_thread():
    changes, done = Changes(), []
    waiting = asyncio.create_task(changes.settle(lambda: bool(done), PATIENCE))
    await asyncio.sleep(0)
    await asyncio.to_thread(lambda: (done.append(1), changes.tell()))
    assert await waiting


async def test_a_change_that_is_not_the_one_waited_for_wakes_nobody():
    changes, done = Changes(), []
    waiting = asyncio.create_task(changes.settle(lambda: bool(done), PATIENCE))
    await asyncio.sleep(0)
    changes.tell()
    (wish,) = changes._wishes
    await asyncio.sleep(0)
    assert not wish.granted.is_set()
    done.append(1)
    changes.tell()
    assert await waiting


async def test_waiting_ends_at_the_limit():
    assert not await Changes().settle(lambda: False, 0.01)
    assert not Changes().wait(lambda: False, 0.01)


async def test_waiting_can_be_cancelled_and_leaves_nothing():
    changes = Changes()
    waiting = asyncio.create_task(changes.settle(lambda: False, PATIENCE))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not changes._wishes


def test_a_loop_that_was_closed_is_forgotten():
    changes = Changes()
    loop = asyncio.new_event_loop()
    changes._wishes.add(_Wish(lambda: True, loop))
    loop.close()
    changes.tell()
    assert not changes._wishes
