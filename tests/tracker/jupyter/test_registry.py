"""What runs under a name: the newer stops the older, and nothing is kept alive."""

import gc
import weakref

from tracker.jupyter.registry import Registry


class Runner:
    def __init__(self) -> None:
        self.stopped = 0

    def stop(self) -> None:
        self.stopped += 1


def test_a_newer_one_stops_the_older_of_its_name_alone():
    registry = Registry()
    older, other, newer = Runner(), Runner(), Runner()
    registry.enter("a", older)
    registry.enter("b", other)
    registry.enter("a", newer)
    assert (older.stopped, other.stopped, newer.stopped) == (1, 0, 0)
    registry.stop("a")
    registry.stop("a")
    assert (older.stopped, newer.stopped) == (1, 1)


def test_one_that_leaves_does_not_take_along_what_has_its_name_since():
    registry = Registry()
    older, newer = Runner(), Runner()
    registry.enter("a", older)
    registry.enter("a", newer)
    registry.leave("a", older)
    registry.stop("a")
    assert newer.stopped == 1
    registry.enter("a", older)
    registry.leave("a", older)
    registry.stop("a")
    assert older.stopped == 1


def test_it_keeps_nothing_alive():
    registry, one = Registry(), Runner()
    registry.enter("a", one)
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None
    registry.stop("a")
