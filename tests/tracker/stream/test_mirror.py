"""A client's copy of the fleet: frames in, rows, ages and the place to resume out."""

import math
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadFrame
from tracker.geo.boxes import Box
from tracker.stream.mirror import Mirror
from tracker.stream.protocol import Bye, Delta, Fault, Hello, Lag, Resume, Snapshot


def columns(*keys, **others):
    """Columns of aircraft at (1, 2) that were just heard."""
    rows = len(keys)
    return {"key": list(keys), "lat": [1.0] * rows, "lon": [2.0] * rows, "heard": [0.0] * rows} | others


def mirror(*frames, now=0.0) -> Mirror:
    one = Mirror()
    for frame in frames:
        one.apply(frame, now)
    return one


def test_a_snapshot_replaces_all_that_was_held():
    one = mirror(Hello("e", 0.0), Snapshot(1, columns("a", "b")), Snapshot(2, columns("c")))
    assert set(one.aircraft()) == {"c"}
    assert len(one) == 1
    assert "c" in one
    assert "a" not in one


def test_a_delta_replaces_whole_rows_and_takes_out_what_was_removed_also_what_was_never_held():
    one = mirror(Hello("e", 0.0), Snapshot(1, columns("a", "b", "c", squawk=["7700", "1234", None])))
    one.apply(Delta(2, columns("a", "d"), ["b", "x"]), 0.0)
    assert set(one.aircraft()) == {"a", "c", "d"}
    assert "squawk" not in one["a"]


def test_an_aircraft_that_left_and_is_back_in_the_same_frame_is_held():
    one = mirror(Snapshot(1, columns("a")), Delta(2, columns("a"), ["a"]))
    assert "a" in one


def test_what_is_not_known_is_absent_from_a_row():
    one = mirror(Snapshot(1, columns("a", "b", callsign=["AFR1", None], altitude=[None, 0.0], on_ground=[False, None])))
    assert one["a"] == {"key": "a", "callsign": "AFR1", "lat": 1.0, "lon": 2.0, "on_ground": False, "heard_at": 0.0}
    assert one["b"] == {"key": "b", "altitude": 0.0, "lat": 1.0, "lon": 2.0, "heard_at": 0.0}


def test_an_age_counts_from_when_the_server_heard():
    one = mirror(Snapshot(1, columns("a", "b", heard=[0.5, None])), now=100.0)
    assert one["a"]["heard_at"] == 99.5
    assert one.age("a", 103.0) == 3.5
    assert one.age("b", 103.0) == 3.0
    with pytest.raises(KeyError):
        one.age("c", 103.0)


def test_the_server_says_from_what_age_on_an_aircraft_is_stale():
    one = mirror()
    assert one.stale_after == 15.0
    one.apply(Hello("e", 0.0, stale_after=20.0, lost_after=90.0), 0.0)
    assert one.stale_after == 20.0


def test_a_row_has_what_is_known_beside_its_reports():
    described = {"kind": [None, "vehicle"], "typecode": ["A320", None], "position_source": ["mlat", None]}
    one = mirror(Snapshot(1, columns("a", "id:b", **described)))
    assert one["a"] == {
        "key": "a", "lat": 1.0, "lon": 2.0, "heard_at": 0.0, "typecode": "A320", "position_source": "mlat"
    }  # fmt: skip
    assert one["id:b"] == {"key": "id:b", "lat": 1.0, "lon": 2.0, "heard_at": 0.0, "kind": "vehicle"}


def test_nobody_ages_while_the_server_hears_nothing_of_its_broker():
    one = mirror(Hello("e", 0.0), Snapshot(1, columns("a", heard=[1.0])), now=100.0)
    one.apply(Lag(2.0, "broker"), 105.0)
    assert one.unheard_since == 103.0
    assert one.age("a", 105.0) == one.age("a", 300.0) == 4.0
    one.apply(Lag(97.0, "broker"), 200.0)
    assert one.age("a", 300.0) == 4.0
    one.apply(Lag(0.0, "broker"), 203.0)
    assert one.unheard_since is None
    assert one.age("a", 203.0) == 4.0
    assert one.age("a", 205.0) == 6.0


def test_what_was_heard_at_the_end_of_an_outage_is_not_of_the_future():
    one = mirror(Lag(10.0, "broker"), Snapshot(1, columns("a")), Lag(0.0, "broker"), now=50.0)
    assert one["a"]["heard_at"] == 50.0


def test_a_lag_of_the_client_itself_stops_no_clock():
    one = mirror(Snapshot(1, columns("a")), Lag(3.0, "client"), now=10.0)
    assert one.age("a", 30.0) == 20.0


def test_a_new_connection_has_yet_to_tell_that_the_broker_is_away():
    one = mirror(Hello("e", 0.0), Snapshot(1, columns("a")), now=100.0)
    one.apply(Lag(1.0, "broker"), 110.0)
    one.apply(Hello("e", 0.0), 120.0)
    assert one.age("a", 121.0) == 21.0
    one.apply(Lag(12.0, "broker"), 121.0)
    assert one.age("a", 121.0) == 9.0


def test_the_place_to_resume_is_the_last_frame_of_the_same_run():
    one = Mirror()
    places = []
    for frame in (
        Snapshot(1, {}), Hello("e", 0.0), Delta(2, {}), Snapshot(3, {}), Delta(5, {}), Hello("e", 0.0), Delta(7, {}),
        Hello("f", 0.0), Delta(1, {}), Snapshot(2, {}),
    ):  # fmt: skip
        one.apply(frame, 0.0)
        places.append(one.resume)
    e = [None if seq is None else Resume("e", seq) for seq in (None, None, None, 3, 5, 5, 7)]
    assert places == [*e, None, None, Resume("f", 2)]


def test_the_aircraft_of_a_box_are_those_inside_also_across_the_antimeridian():
    lats, lons = [0.0, 0.0, 0.0, 50.0], [179.0, -179.0, 0.0, 180.0]
    one = mirror(Snapshot(1, columns("a", "b", "c", "d", lat=lats, lon=lons)), Delta(2, {"key": ["nowhere"]}))
    assert set(one.aircraft(Box(170.0, -10.0, -170.0, 10.0))) == {"a", "b"}
    assert set(one.aircraft(Box(-10.0, -10.0, 10.0, 10.0))) == {"c"}
    assert set(one.aircraft()) == {"a", "b", "c", "d", "nowhere"}
    assert mirror().aircraft(Box(-10.0, -10.0, 10.0, 10.0)) == {}


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"key": ["a", "b"], "lat": [1.0]}, "key 2, lat 1"),
        ({"key": [], "lat": [1.0]}, "key 0, lat 1"),
        ({"lat": [1.0]}, "key"),
        ({"key": [None]}, "key"),
        ({"key": [["a"]]}, "key"),
        (columns("a", heard=["1"]), "heard"),
        (columns("a", lat=[{}]), "lat"),
    ],
)
@pytest.mark.parametrize("frame", [Snapshot(2, {}), Delta(2, {}, ["x"])], ids=["snapshot", "delta"])
def test_a_frame_that_contradicts_itself_changes_nothing(frame, bad, word):
    one = mirror(Hello("e", 0.0), Snapshot(1, columns("x")))
    before = one.aircraft()
    with pytest.raises(BadFrame, match=word):
        one.apply(msgspec.structs.replace(frame, columns=bad), 1.0)
    assert one.aircraft() == before
    assert one.resume == Resume("e", 1)


def test_frames_that_tell_nothing_of_the_fleet_are_passed_over():
    one = mirror(Hello("e", 0.0), Snapshot(1, columns("x")))
    before = one.aircraft()
    for frame in (Fault("no"), Bye(1001, "bye"), Lag(1.0, "other")):
        one.apply(frame, 5.0)
    assert one.aircraft() == before
    assert one.age("x", 5.0) == 5.0


KEYS = st.sampled_from([f"{number:06x}" for number in range(6)])
FLEET = st.dictionaries(KEYS, st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.none() | st.text(max_size=4)))


def as_columns(fleet):
    lat, lon, callsign = (list(values) for values in zip(*fleet.values(), strict=True)) if fleet else ([], [], [])
    whole = {"key": list(fleet), "lat": lat, "lon": lon, "callsign": callsign, "heard": [0.0] * len(fleet)}
    return whole if any(name is not None for name in callsign) else {k: v for k, v in whole.items() if k != "callsign"}


@given(st.lists(FLEET, min_size=1, max_size=8))
def test_a_mirror_that_is_told_every_difference_holds_the_fleet(fleets):
    one = mirror(Hello("e", 0.0), Snapshot(0, as_columns(fleets[0])))
    for seq, (before, after) in enumerate(pairwise(fleets), 1):
        changed = {key: value for key, value in after.items() if before.get(key) != value}
        one.apply(Delta(seq, as_columns(changed), [key for key in before if key not in after]), 0.0)
        held = {key: (row["lat"], row["lon"], row.get("callsign")) for key, row in one.aircraft().items()}
        assert held == after
        assert one.resume == Resume("e", seq)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner),
    max_leaves=4,
)
NAMES = st.sampled_from(["key", "lat", "lon", "heard", "callsign", "else"])


@given(st.dictionaries(NAMES, st.lists(JSON, max_size=3)))
def test_junk_in_columns_raises_nothing_but_bad_frame_and_is_never_half_applied(junk):
    one = mirror(Hello("e", 0.0), Snapshot(1, columns("x")))
    before = one.aircraft()
    try:
        one.apply(Delta(2, junk), 1.0)
    except BadFrame:
        assert one.aircraft() == before
    else:
        inside = one.aircraft(Box(-180.0, -90.0, 180.0, 90.0))
        assert "x" in one
        assert set(inside) <= set(one.aircraft())
        assert all(math.isfinite(one.age(key, 2.0)) for key in one.aircraft())
