"""Which aircraft are asked for: a filter that can match nothing is refused in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.geo.boxes import Box
from tracker.server.query import Filter, parse_filter


def test_what_is_empty_filters_nothing():
    assert parse_filter() == parse_filter(" ", "  ", " ") == Filter()


def test_case_and_blanks_do_not_matter():
    wanted = parse_filter(" 1, 2,3 ,4", " afr1 ", "A1B2C3, ~00F00D")
    assert wanted == Filter(Box(1, 2, 3, 4), "AFR1", frozenset({"a1b2c3", "~00f00d"}))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"bbox": "1,2,3"}, "bbox = '1,2,3': four numbers are needed"),
        ({"bbox": "200,0,10,10"}, "bbox: west = 200.0: -180 to 180"),
        ({"bbox": "0,nan,10,10"}, "bbox = .0,nan,10,10.: four numbers"),
        ({"bbox": "0,20,10,10"}, r"bbox: south = 20.0: at most north \(10.0\)"),
        ({"callsign": "A" * 17}, "callsign = 'A{17}': at most 16 characters"),
        ({"icao24": "a1b2c3,"}, "icao24 = '': 6 hex digits"),
        ({"icao24": "a1b2cg"}, "icao24 = 'a1b2cg': 6 hex digits"),
    ],
)
def test_a_filter_that_can_match_nothing_is_refused_by_name_value_and_limit(query, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse_filter(**query)


@given(st.text(), st.text(), st.text())
def test_junk_gives_a_filter_or_a_short_sentence(bbox, callsign, icao24):
    try:
        answer = parse_filter(bbox, callsign, icao24)
    except ValueError as error:
        answer = str(error)
    assert isinstance(answer, Filter) or 20 < len(answer.encode()) < 1_000
