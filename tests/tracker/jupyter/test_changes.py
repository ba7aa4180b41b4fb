"""Waiting for a change: from threads and coroutines, without polling."""

import asyncio
import threading

import pytest
from patience import PATIENCE

from tracker.jupyter.changes import Changes, _Waiter


def test_a_thread_is_woken_by_a_change_of_another():
    changes, done = Changes(), []
    thread = threading.Thread(target=lambda: (done.append(1), changes.notify()))
    thread.start()
    assert changes.wait(lambda: bool(done), timeout=PATIENCE)
    thread.join()


async def test_a_coroutine_is_woken_by_a_change_of_a_thread():
    changes, done = Changes(), []
    waiting = asyncio.create_task(changes.wait_async(lambda: bool(done), PATIENCE))
    await asyncio.sleep(0)
    await asyncio.to_thread(lambda: (done.append(1), changes.notify()))
    assert await waiting


async def test_a_change_that_is_not_the_one_waited_for_wakes_nobody():
    changes, done = Changes(), []
    waiting = asyncio.create_task(changes.wait_async(lambda: bool(done), PATIENCE))
    await asyncio.sleep(0)
    changes.notify()
    (waiter,) = changes._waiters
    await asyncio.sleep(0)
    assert not waiter.woken.is_set()
    done.append(1)
    changes.notify()
    assert await waiting


class BusyLoop:
    """Comes to nothing of what it is asked to do."""

    def __init__(self) -> None:
        self.asked = []

    def call_soon_threadsafe(self, call) -> None:
        self.asked.append(call)


async def test_a_loop_that_is_busy_is_asked_once_however_much_changes():
    changes, busy = Changes(), BusyLoop()
    changes._waiters.add(_Waiter(lambda: True, busy))
    for _ in range(1000):
        changes.notify()
    assert len(busy.asked) == 1


async def test_one_who_came_too_late_is_woken_again():
    changes, free = Changes(), []
    waiting = asyncio.create_task(changes.wait_async(lambda: bool(free), None))
    await asyncio.sleep(0)
    free.append(1)
    changes.notify()
    free.clear()  # somebody else was faster
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    free.append(1)
    changes.notify()
    assert await asyncio.wait_for(waiting, PATIENCE)


async def test_another_change_is_waited_for():
    changes = Changes()
    seen = changes.seq
    waiting = asyncio.create_task(changes.wait_for_another(seen, 10))
    await asyncio.sleep(0)
    assert not waiting.done()
    changes.notify()
    assert await waiting
    assert await changes.wait_for_another(seen, 0)
    assert not await changes.wait_for_another(changes.seq, 0.01)


async def test_waiting_ends_at_the_limit():
    assert not await Changes().wait_async(lambda: False, 0.01)
    assert not Changes().wait(lambda: False, 0.01)


async def test_waiting_can_be_cancelled_and_leaves_nothing():
    changes = Changes()
    waiting = asyncio.create_task(changes.wait_async(lambda: False, PATIENCE))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not changes._waiters


def test_a_loop_that_was_closed_is_forgotten():
    changes = Changes()
    loop = asyncio.new_event_loop()
    changes._waiters.add(_Waiter(lambda: True, loop))
    loop.close()
    changes.notify()
    assert not changes._waiters
