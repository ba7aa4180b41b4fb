"""producer/sources/joining.py: whole state vectors out of parts."""

import pytest

from producer.sources import joining
from producer.sources.joining import Joiner, make_part
from producer.wire import SchemaError

PLACE = {"lat": 48.5, "lon": 2.5}
VELOCITY = {"velocity": 200.0, "track": 90.0, "vertical_rate": 5.0}


class Ear:
    """Joins parts that are heard when they are true."""

    def __init__(self):
        self.joiner = Joiner()

    def hear(self, time, icao24="abcdef", now=None, **fields):
        """What is published of it, by field; None: nothing."""
        state = self.joiner.join(make_part({"icao24": icao24, **fields}, 1000.0 + time), time if now is None else now)
        if state is None:
            return None
        told = {name: value for name in state.__struct_fields__ if (value := getattr(state, name)) is not None}
        assert told.pop("icao24") == icao24
        assert told.pop("time") == 1000.0 + time
        return told


@pytest.fixture
def ear():
    return Ear()


def test_a_position_is_published_with_its_own_time_and_what_else_is_known(ear):
    assert ear.hear(0, callsign="AFR1", category="A3") is None
    assert ear.hear(1, squawk="1000") is None
    assert ear.hear(2, **VELOCITY) is None
    assert ear.hear(3, altitude=3000.0) is None
    known = {"callsign": "AFR1", "category": "A3", "squawk": "1000", "altitude": 3000.0, **VELOCITY}
    assert ear.hear(4, **PLACE) == PLACE | known
    assert ear.hear(5, altitude=3100.0, on_ground=False, **PLACE) == PLACE | known | {
        "altitude": 3100.0, "on_ground": False
    }  # fmt: skip


def test_a_velocity_is_published_where_the_position_was_published_without_one(ear):
    assert ear.hear(0, **PLACE) == PLACE
    assert ear.hear(3, **VELOCITY) == PLACE | VELOCITY
    assert ear.hear(4, **VELOCITY) is None, "once: the place is 4 s old"
    assert ear.hear(5, lat=48.6, lon=2.5) == {"lat": 48.6, "lon": 2.5} | VELOCITY
    assert ear.hear(6, **VELOCITY) is None


def test_a_velocity_is_not_published_with_a_place_of_long_ago(ear):
    ear.hear(0, **PLACE)
    assert ear.hear(10.5, **VELOCITY) is None
    assert ear.hear(11, squawk="1000") is None


def test_what_an_aircraft_does_is_true_for_15_s_and_what_it_is_for_as_long_as_it_is_heard(ear):
    ear.hear(0, callsign="AFR1", squawk="1000", altitude=3000.0, on_ground=False, **VELOCITY)
    assert ear.hear(15, **PLACE).keys() == {
        "lat", "lon", "callsign", "squawk", "altitude", "on_ground", "velocity", "track", "vertical_rate"
    }  # fmt: skip
    assert ear.hear(15.5, **PLACE) == PLACE | {"callsign": "AFR1", "squawk": "1000"}


def test_an_aircraft_that_is_not_heard_for_a_minute_is_forgotten(ear):
    ear.hear(0, callsign="AFR1")
    ear.hear(1, icao24="000001", callsign="AFR2")
    ear.hear(50, squawk="1000")
    assert len(ear.joiner) == 2
    assert ear.hear(61.5, icao24="000002") is None
    assert len(ear.joiner) == 2, "the one that was heard 60 s ago is gone"
    assert ear.hear(62, icao24="000001", **PLACE) == PLACE
    assert ear.hear(110, **PLACE) == PLACE | {"squawk": "1000"}, "the callsign is more than a minute old"


def test_aircraft_are_kept_apart(ear):
    ear.hear(0, callsign="AFR1", **VELOCITY)
    assert ear.hear(1, icao24="000001", **PLACE) == PLACE


def test_a_part_that_comes_late_replaces_nothing_newer(ear):
    ear.hear(5, callsign="NEW")
    ear.hear(3, callsign="OLD")
    assert ear.hear(6, **PLACE)["callsign"] == "NEW"
    assert ear.hear(4, lat=1.0, lon=1.0)["lat"] == 1.0, "a late position is a report of its own time"
    assert ear.hear(7, **VELOCITY) == PLACE | VELOCITY | {"callsign": "NEW"}, "and the newest stays the place"


def test_a_clock_that_is_set_back_is_followed(ear):
    ear.hear(5000, now=0, callsign="OLD", **PLACE, **VELOCITY)
    ear.hear(100, now=1, callsign="NEW", **VELOCITY)
    assert ear.hear(101, now=2, lat=1.0, lon=1.0) == {"lat": 1.0, "lon": 1.0, "callsign": "NEW"} | VELOCITY
    ear.hear(120, now=3, lat=2.0, lon=1.0)
    assert ear.hear(121, now=4, **VELOCITY)["lat"] == 2.0


def test_how_a_position_was_had_belongs_to_it(ear):
    assert ear.hear(0, position_source="mlat", **PLACE) == PLACE | {"position_source": "mlat"}
    assert ear.hear(1, **VELOCITY) == PLACE | VELOCITY | {"position_source": "mlat"}
    assert ear.hear(2, **PLACE) == PLACE | VELOCITY


def test_no_more_aircraft_are_held_than_there_can_be():
    joiner = Joiner()
    for number in range(joining.MOST + 100):
        joiner.join(make_part({"icao24": f"{number:06x}"}, 1000.0), 0.0)
    assert len(joiner) == joining.MOST


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lat": 91.0, "lon": 2.0}, "lat"),
        ({"lat": 1.0}, "lon"),
        ({"lon": 1.0}, "lat"),
        ({"icao24": "xyz"}, "icao24"),
        ({"icao24": None, "callsign": "AFR1"}, "icao24"),
    ],
)
def test_a_part_needs_an_address_and_a_position_that_is_one(fields, field):
    with pytest.raises(SchemaError) as caught:
        make_part({"icao24": "abcdef", **fields}, 1000.0)
    assert caught.value.field == field


def test_a_value_that_cannot_be_understood_is_dropped_and_the_rest_taken():
    repairs = []
    part = make_part({"icao24": "ABCDEF", "squawk": "9999", "velocity": -1.0, "callsign": " afr1 "}, 1000.0, repairs)
    assert part == ("abcdef", 1000.0, {"callsign": "AFR1"})
    assert {repair.field for repair in repairs} == {"squawk", "velocity"}


def test_a_position_that_is_not_known_is_none():
    assert make_part({"icao24": "abcdef", "lat": None, "lon": None, "altitude": 10.0}, 1.0).values == {"altitude": 10.0}
