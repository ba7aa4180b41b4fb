"""tracker/state/sources.py: what was read of each source since the start."""

from tracker.feed.sources import Heard
from tracker.state.sources import MOST, Source, Sources


def test_readings_add_up_and_ages_are_counted_from_the_newest_report():
    sources = Sources()
    sources.note({"a": Heard(2, 100.0, "A"), "b": Heard(5, 90.0, "")})
    sources.note({"a": Heard(1, 95.0, "")})
    assert sources.at(110.0) == (Source("b", 5, 20.0, ""), Source("a", 3, 10.0, "A"))
    assert [one.age for one in sources.at(99.0)] == [9.0, 0.0]


def test_names_that_are_made_up_do_not_fill_the_memory():
    sources = Sources()
    sources.note({"true": Heard(1, 1.0, "")})
    for number in range(2 * MOST):
        sources.note({f"made up {number}": Heard(1, 1.0, "")})
    sources.note({"true": Heard(1, 2.0, "")})
    assert len(sources.at(2.0)) == MOST
    assert sources.at(2.0)[0] == Source("true", 2, 0.0, "")
