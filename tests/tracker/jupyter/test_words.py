import pytest
from screens import picture

from producer.wire import POSITION_SOURCES
from tracker.jupyter import words


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({}, "TEST0"),
        ({"callsign": [None], "registration": ["D-AIBC"]}, "D-AIBC"),
        ({"callsign": [None]}, "000000"),
        ({"key": ["cs:TEST0"], "icao24": [None]}, "TEST0"),
        ({"key": ["id:17"], "icao24": [None], "callsign": [None]}, "17"),
        ({"key": ["id:17"], "icao24": [None], "kind": ["vessel"]}, "17"),
        ({"kind": ["vessel"]}, "TEST0"),
    ],
)
def test_an_aircraft_is_called_by_its_callsign_and_other_objects_by_their_id(columns: dict, name: str) -> None:
    assert words.name(picture(1, **columns), 0) == name


@pytest.mark.parametrize("squawk", ["7500", "7600", "7700"])
def test_emergency_squawks_of_aircraft_have_words(squawk: str) -> None:
    alarmed = picture(2, squawk=[squawk, squawk], kind=["aircraft", "vehicle"])
    assert words.emergency(alarmed, 0)
    assert words.emergency(alarmed, 1) is None


@pytest.mark.parametrize("squawk", [None, "1000", "7701", "0077"])
def test_other_squawks_are_no_emergency(squawk: str | None) -> None:
    assert words.emergency(picture(1, squawk=[squawk]), 0) is None


def test_every_position_source_of_the_wire_has_words() -> None:
    assert words.POSITION_SOURCES.keys() == set(POSITION_SOURCES)


def test_category_that_tells_nothing_stays_a_code() -> None:
    assert words.category("A5") == "A5 heavy"
    assert words.category("A0") == "A0"


def test_objects_are_called_so_where_not_all_are_aircraft() -> None:
    assert words.many(picture(0)) == words.many(picture(2)) == "aircraft"
    assert words.many(picture(2, kind=["aircraft", "container"])) == "objects"
