"""tracker/feed/sources.py: which source each record came from, as far as its headers say."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.feed.sources import Heard, hear_sources

READSB = (("source", b"readsb"),)
LOL = (("source", b"adsb.lol"), ("attribution", "adsb.lol, ODbL 1.0 \u00a9".encode()))


@dataclass
class Record:
    headers: tuple[tuple[str, bytes | None], ...] = ()


def hear(*headers, published=None):
    times = np.arange(len(headers), dtype=float) if published is None else np.array(published, float)
    return hear_sources([Record(one) for one in headers], times)


def test_reports_are_counted_by_source_with_the_newest_moment_and_whom_to_name():
    assert hear(READSB, LOL, (), READSB, published=[3.0, 2.0, 9.0, 1.0]) == {
        "readsb": Heard(2, 3.0, ""),
        "adsb.lol": Heard(1, 2.0, "adsb.lol, ODbL 1.0 \u00a9"),
    }


def test_of_one_source_alone_all_are_counted_at_once():
    assert hear(LOL, LOL, published=[1.0, 5.0]) == {"adsb.lol": Heard(2, 5.0, "adsb.lol, ODbL 1.0 \u00a9")}


def test_where_no_record_says_there_is_none():
    assert hear() == hear((), ()) == hear((("traceparent", b"00-1"),), (("source", None),), (("source", b" "),)) == {}


def test_other_headers_that_differ_do_not_divide_a_source():
    traced = [(*READSB, ("traceparent", str(number).encode())) for number in range(50)]
    assert hear(*traced) == {"readsb": Heard(50, 49.0, "")}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b" readsb ", "readsb"),
        (b"x" * 1000, "x" * 64),
        (b"a\x1b[31mb\n", "a[31mb"),
        (b"\xff", "\ufffd"),
        ("\u202eevil".encode(), "evil"),
    ],
)
def test_a_strangers_text_can_be_shown(value, name):
    assert list(hear((("source", value),))) == [name]


@given(st.lists(st.lists(st.tuples(st.sampled_from(["source", "attribution", "x"]), st.binary(max_size=9) | st.none()),
                         max_size=3).map(tuple), max_size=9))  # fmt: skip
def test_no_report_counts_twice_whatever_the_headers_hold(headers):
    heard = hear(*headers)
    assert sum(one.reports for one in heard.values()) <= len(headers)
    assert all(name.isprintable() and name for name in heard)
