"""Which aircraft are asked for: a filter that can match nothing is refused in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.geo.boxes import Box
from tracker.server.query import Filter, parse_filter


def test_what_is_empty_filters_nothing():
    assert parse_filter() == parse_filter(" ", "  ", " ", " ", " ", " ") == Filter()


def test_case_and_blanks_do_not_matter():
    wanted = parse_filter(" 1, 2,3 ,4", " afr1 ", "A1B2C3, ~00F00D", "vehicle, other", "a320 ,B77W", " mlat")
    assert wanted == Filter(
        Box(1, 2, 3, 4),
        "AFR1",
        frozenset({"a1b2c3", "~00f00d"}),
        frozenset({"vehicle", "other"}),
        frozenset({"A320", "B77W"}),
        frozenset({"mlat"}),
    )


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
        ({"typecode": "\u00df"}, "typecode = '\u00df': 2 to 4 letters"),
        ({"kind": "truck"}, "kind = 'truck': one of aircraft, vehicle, vessel, container, other is needed"),
        ({"kind": "vehicle,"}, "kind = '': one of aircraft"),
        ({"typecode": "A320N"}, "typecode = 'A320N': 2 to 4 letters and digits are needed"),
        ({"position_source": "adsb,gps"}, "position_source = 'gps': one of adsb, mlat, .*, other is needed; several"),
    ],
)
def test_a_filter_that_can_match_nothing_is_refused_by_name_value_and_limit(query, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse_filter(**query)


@given(st.tuples(*[st.text()] * 6))
def test_junk_gives_a_filter_or_a_short_sentence(texts):
    try:
        answer = parse_filter(*texts)
    except ValueError as error:
        answer = str(error)
    assert isinstance(answer, Filter) or 20 < len(answer.encode()) < 1_000
