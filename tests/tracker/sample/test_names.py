"""tracker/sample/names.py: what names of places say."""

import pytest

from tracker.sample.names import ENDINGS, LENGTHS, SPEEDS, match, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("speed_kt", ["speed", "kt"]), ("speedKt", ["speed", "kt"]), ("GPSLatitude", ["gps", "latitude"]),
        ("SPEED-KM/H", ["speed", "km", "h"]), ("icao24", ["icao", "24"]), ("широта", []),
    ],
)  # fmt: skip
def test_words_of_a_name(name, words):
    assert words_of((name,)) == words


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("speed", None), ("speed_kt", "kt"), ("speedKnots", "kt"), ("speed_km_h", "km/h"), ("SPEEDKMH", "km/h"),
        ("speed_mph", "mph"), ("speed_m_s", "m/s"), ("gps_speed_mps", "m/s"),
    ],
)  # fmt: skip
def test_endings_say_units(name, unit):
    assert match((name,), ("speed",), SPEEDS).unit == unit


def test_the_longest_unit_is_taken():
    assert match(("altitude_km",), ("altitude",), LENGTHS).unit == "km"
    assert match(("altitudeM",), ("altitude",), LENGTHS).unit == "m"
    assert match(("altitude_feet",), ("altitude",), LENGTHS).unit == "ft"


def test_outer_names_are_words_before():
    assert match(("position", "lat"), ("latitude", "lat"), ENDINGS).score == (0, 1, 1)
    assert match(("destination", "lat"), ("latitude", "lat"), ENDINGS).doubt
    assert match(("lat_deg",), ("latitude", "lat"), ENDINGS).score == (0, 1, 0)
    assert match(("flat",), ("latitude", "lat"), ENDINGS) is None
