"""Members of a set, the oldest first."""

from tracker.server.aging import Aging


def test_the_oldest_is_the_one_that_was_added_first_and_is_still_there():
    aging: Aging[str] = Aging()
    assert aging.oldest() is None
    for now, member in enumerate("abc"):
        aging.add(member, now)
    aging.add("a", 10.0)  # it stays as old as it was
    assert (aging.oldest(), list(aging), len(aging)) == ("a", ["a", "b", "c"], 3)
    aging.discard("a")
    aging.discard("a")
    assert aging.oldest() == "b"
    aging.add("a", 10.0)
    assert list(aging) == ["b", "c", "a"]


def test_those_before_a_moment_are_told_and_stay():
    aging: Aging[str] = Aging()
    for now, member in enumerate("abc"):
        aging.add(member, now)
    assert aging.before(0.0) == []
    assert aging.before(2.0) == ["a", "b"]
    assert aging.before(9.0) == ["a", "b", "c"]
    assert len(aging) == 3
