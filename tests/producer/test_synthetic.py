"""producer/synthetic.py: flights that move as their reports say; and the command, in a process of its own."""

import itertools
import math
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import records

from producer import cli
from producer.errors import ProducerError
from producer.stop import Stop
from producer.synthetic import (
    AIRLINES,
    EARTH_RADIUS,
    MAX_ACCELERATION,
    MAX_FLIGHTS,
    MAX_VERTICAL_ACCELERATION,
    Airports,
    Region,
    batches,
    launch,
    load_airports,
    run,
    step,
)
from producer.wire import decode, encode, validate

EUROPE = Region(36, -10, 60, 25)
WORLD = load_airports()
EUROPEAN = load_airports(EUROPE)

seeds = st.integers(0, 2**63 - 1)
some_airports = st.sampled_from([WORLD, EUROPEAN])
moments = st.floats(0, 200_000)


def at(fleet, when):
    """All reports of a moment, and the fleet then."""
    return step(fleet, np.full(len(fleet), float(when)))


def arrive(lat, lon, track, distance):
    """Where one comes to from a point, along the great circle of a track; degrees and m.

    Ed Williams, Aviation Formulary, "Lat/lon given radial and distance".
    """
    phi, lam, bearing, angle = np.radians(lat), np.radians(lon), np.radians(track), distance / EARTH_RADIUS
    there = np.arcsin(np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(bearing))
    turn = np.arctan2(np.sin(bearing) * np.sin(angle) * np.cos(phi), np.cos(angle) - np.sin(phi) * np.sin(there))
    return np.degrees(there), np.degrees(lam + turn)


def apart(lat, lon, other_lat, other_lon):
    """Great-circle distance, m, by the haversine formula; good also where it is small."""
    phi, other_phi = np.radians(lat), np.radians(other_lat)
    half = np.sin((other_phi - phi) / 2) ** 2
    half += np.cos(phi) * np.cos(other_phi) * np.sin(np.radians(np.asarray(other_lon) - lon) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(half))


@settings(deadline=None, max_examples=40)
@given(seeds, some_airports, moments, st.floats(0.1, 60))
def test_the_next_position_follows_from_the_last_state(seed, airports, when, later):
    fleet, before = at(launch(seed, 100, airports), when)
    _, after = at(fleet, when + later)
    same = before.icao24 == after.icao24
    lat, lon = arrive(before.lat, before.lon, before.track, before.velocity * later)
    # Speed changes by no more than an acceleration allows; reports are rounded to 1e-6 deg, 0.01 m/s and 0.01 deg.
    rounding = 0.2 + 0.005 * later + np.radians(0.005) * before.velocity * later
    allowed = MAX_ACCELERATION * later**2 / 2 + rounding
    assert (apart(lat, lon, after.lat, after.lon) <= allowed)[same].all()
    assert (abs(after.velocity - before.velocity) <= MAX_ACCELERATION * later + 0.011)[same].all()


@settings(deadline=None, max_examples=40)
@given(seeds, some_airports, moments, st.floats(0.1, 60))
def test_the_next_altitude_follows_from_the_vertical_rate(seed, airports, when, later):
    fleet, before = at(launch(seed, 100, airports), when)
    _, after = at(fleet, when + later)
    same = before.icao24 == after.icao24
    climbed = after.altitude - before.altitude - before.vertical_rate * later
    assert (abs(climbed) <= MAX_VERTICAL_ACCELERATION * later**2 / 2 + 0.011 + 0.005 * later)[same].all()
    assert (abs(after.vertical_rate - before.vertical_rate) <= MAX_VERTICAL_ACCELERATION * later + 0.011)[same].all()


@settings(deadline=None, max_examples=30)
@given(seeds, some_airports, moments)
def test_every_report_is_canonical_on_the_wire(seed, airports, when):
    _, reports = at(launch(seed, 100, airports), when)
    for state in reports.states(1.7e9):
        assert decode(encode(state)) == state
        assert validate({name: getattr(state, name) for name in state.__struct_fields__}) == state
        assert re.fullmatch("[0-7]{4}", state.squawk)
        assert state.squawk not in {"7500", "7600", "7700", "0000", "1200", "7000"}
        assert re.fullmatch("[A-Z]{3}[1-9][0-9]{0,3}", state.callsign)
        assert not re.search(r"-0\.0[,}]", encode(state).decode())
        assert 0 <= int(state.icao24, 16) - AIRLINES[state.callsign[:3]] < 1 << 18


@settings(deadline=None, max_examples=30)
@given(seeds, some_airports, moments)
def test_what_stands_is_at_an_airport_of_the_region_and_still(seed, airports, when):
    fleet, reports = at(launch(seed, 100, airports), when)
    still = reports.on_ground & (reports.velocity == 0)
    assert not reports.vertical_rate[reports.on_ground].any()
    for ends in (fleet.origin, fleet.destination):
        assert (EUROPE.holds(airports.lat[ends], airports.lon[ends])).all() or airports is WORLD
    at_origin, at_destination = (
        apart(reports.lat, reports.lon, airports.lat[ends], airports.lon[ends]) < 1.0
        for ends in (fleet.origin, fleet.destination)
    )
    assert (at_origin | at_destination)[still].all()
    ground = np.where(at_origin, airports.elevation[fleet.origin], airports.elevation[fleet.destination])
    assert (abs(reports.altitude - ground) < 0.02)[still].all()
    assert (reports.velocity[~reports.on_ground] > 60).all()


def test_a_slot_is_taken_by_another_aircraft_after_landing_and_standing():
    fleet = launch(4, 200, EUROPEAN)
    end = float(fleet.ends.min())
    slot = int(fleet.ends.argmin())
    _, last = at(fleet, math.nextafter(end, 0))
    assert last.on_ground[slot]
    assert last.velocity[slot] == 0
    assert apart(last.lat, last.lon, EUROPEAN.lat[fleet.destination], EUROPEAN.lon[fleet.destination])[slot] < 1
    successor, first = at(fleet, end)
    assert first.on_ground[slot]
    assert first.velocity[slot] == 0
    assert (last.icao24[slot], last.callsign[slot]) != (first.icao24[slot], first.callsign[slot])
    others = np.arange(200) != slot
    assert (last.icao24 == first.icao24)[others].all()
    assert fleet.generation[slot] == 0, "the fleet of before is left as it was"
    assert successor.generation[slot] == 1


def test_addresses_and_callsigns_stay_unique_over_days_of_replacement():
    fleet = launch(9, 3000, EUROPEAN)
    met = set()
    for hour in range(0, 72, 6):
        fleet, reports = at(fleet, hour * 3600.0)
        assert len(set(reports.icao24)) == len(set(reports.callsign)) == 3000
        met.update(reports.icao24)
    assert len(met) > 12_000
    assert fleet.generation.min() >= 5


def test_the_largest_fleet_has_addresses_for_all():
    fleet = launch(1, MAX_FLIGHTS, WORLD)
    assert len(set(fleet.icao24)) == len(set(fleet.callsign)) == MAX_FLIGHTS


def test_every_phase_is_there_at_the_start():
    _, reports = at(launch(0, 2000, WORLD), 0)
    climbing, descending = reports.vertical_rate > 5, reports.vertical_rate < -5
    level = ~reports.on_ground & (reports.vertical_rate == 0)
    standing = reports.on_ground & (reports.velocity == 0)
    for phase in (climbing, descending, level, standing):
        assert phase.sum() > 50
    assert reports.altitude[level].min() > 2000
    assert reports.altitude.max() < 12_500
    assert 130 < reports.velocity[level].min() < reports.velocity[level].max() < 270


def test_the_mix_of_phases_stays_as_it_was():
    fleet, early = at(launch(0, 2000, WORLD), 0)
    _, late = at(fleet, 100_000)
    assert abs(early.on_ground.mean() - late.on_ground.mean()) < 0.05


def test_a_flight_stands_climbs_cruises_descends_and_lands_in_this_order():
    fleet = launch(7, 50, EUROPEAN)
    slot = int((fleet.ends - fleet.begins[:, 0]).argmin())
    follower, _ = at(fleet, fleet.ends[slot])  # its next flight, from the first moment on
    begin, end = follower.begins[slot, 0], follower.ends[slot]
    words = []
    for when in np.arange(begin, end, 4.0):
        follower, report = step(follower, np.array([when]), slot)
        if report.on_ground[0]:
            words.append("stands" if report.velocity[0] == 0 else "rolls")
        else:
            words.append({1.0: "climbs", 0.0: "cruises", -1.0: "descends"}[float(np.sign(report.vertical_rate[0]))])
    order = [word for word, _ in itertools.groupby(words)]
    expected = ["stands", "rolls", "climbs", "cruises", "descends", "rolls", "stands"]
    # Lift-off and touch-down have a vertical rate of 0 themselves.
    assert [word for number, word in enumerate(order) if word != "cruises" or number == order.index("cruises", 3)] == (
        expected
    )


@pytest.mark.parametrize("low", [-400.0, 0.0, 2000.0, 4411.0])
@pytest.mark.parametrize("high", [-400.0, 0.0, 2000.0, 4411.0])
@pytest.mark.parametrize("route", [100_000.0, 101_000.0, 150_000.0, 400_000.0, 14_000_000.0])
def test_every_length_and_elevation_can_be_flown(low, high, route):
    lat, lon = np.zeros(2), np.array([0.0, math.degrees(route / EARTH_RADIUS) * (1 + 1e-9)])
    if route == 14_000_000.0:
        lon[1] -= 1e-6
    place = np.stack([np.cos(np.radians(lon)), np.sin(np.radians(lon)), np.zeros(2)], axis=1)
    airports = Airports(np.array(["AAAA", "BBBB"]), lat, lon, np.array([low, high]), place)
    fleet = launch(3, 200, airports)
    lasts = np.diff(np.concatenate([fleet.begins, fleet.ends[:, None]], axis=1), axis=1)
    assert (lasts > 0).all()
    assert (abs(fleet.vertical_acceleration) <= MAX_VERTICAL_ACCELERATION).all()
    assert (abs(fleet.acceleration) <= MAX_ACCELERATION).all()
    assert np.allclose(fleet.distance[:, -1], route, atol=20)
    assert np.allclose(fleet.altitude[:, -1], airports.elevation[fleet.destination], atol=1e-6)
    assert (fleet.origin != fleet.destination).all()


def test_the_antimeridian_and_the_equator_are_crossed_without_a_jump():
    fiji = load_airports(Region(-25, 170, 25, -155))
    assert (fiji.lon > 169).any()
    assert (fiji.lon < -154).any()
    assert not ((fiji.lon < 170) & (fiji.lon > -155)).any()
    fleet, before = at(launch(0, 300, fiji), 0)
    crossed = 0
    for when in range(60, 12_000, 60):
        fleet, after = at(fleet, when)
        same = before.icao24 == after.icao24
        moved = apart(before.lat, before.lon, after.lat, after.lon)
        assert (moved[same] <= 60 * 265).all()
        crossed += int((same & (abs(before.lon - after.lon) > 300)).sum())
        before = after
    assert crossed > 5


@pytest.mark.parametrize("box", [(48, 2, 48.4, 2.5), (-70, -150, -60, -100), (89, -180, 90, 180)])
def test_a_region_without_two_distant_airports_is_refused(box):
    with pytest.raises(ProducerError, match="larger --region"):
        load_airports(Region(*box))


def stream(seed, *, flights=30, rate=0.5, speed=1.0, duration=100.0, start=1.7e9):
    reports = batches(launch(seed, flights, EUROPEAN), rate, speed=speed, duration=duration)
    return [state for batch in reports for state in batch.states(start)]


def test_the_same_seed_gives_the_same_bytes_however_it_is_batched():
    first = [encode(state) for state in stream(5)]
    assert first == [encode(state) for state in stream(5)]
    assert first == [encode(state) for state in stream(5, speed=math.inf)]
    assert not {(state.lat, state.lon) for state in stream(5)} & {(state.lat, state.lon) for state in stream(6)}
    moved = stream(5, start=0.0)
    assert [state.time for state in moved] != [state.time for state in stream(5)]
    assert [encode(state).split(b'"time"')[0] for state in moved] == [value.split(b'"time"')[0] for value in first]


def test_the_same_flights_are_met_at_whatever_times_one_looks():
    fine = coarse = launch(5, 100, EUROPEAN)
    for when in range(0, 20_001, 500):
        fine, seen = at(fine, when)
    _, alone = at(coarse, 20_000)
    assert seen.states(0.0) == alone.states(0.0)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 300), st.floats(0.05, 20), st.sampled_from([1.0, 10.0, math.inf]))
def test_reports_are_spread_over_time_and_each_aircraft_keeps_its_rate(flights, rate, speed):
    duration = 4 / rate
    reports = stream(1, flights=flights, rate=rate, speed=speed, duration=duration, start=0.0)
    times = np.array([state.time for state in reports])
    assert (np.diff(times) >= 0).all()
    assert abs(len(times) - 4 * flights) <= 1
    assert (abs(np.diff(times) - 1 / (flights * rate)) <= 0.00101).all()
    assert times[-1] <= duration + 0.0005
    slots = {}
    for number, state in enumerate(reports):
        slots.setdefault(number % flights, []).append(state.time)
    for own in slots.values():
        assert (abs(np.diff(own) - 1 / rate) <= 0.00101).all()


def test_the_command_allows_as_many_flights_as_there_are_addresses_for():
    assert cli._MAX_FLIGHTS == MAX_FLIGHTS


class Sink:
    """Takes reports, and remembers when."""

    def __init__(self, clock, most=math.inf):
        self.taken = []
        self.in_flight = 0
        self.polls = 0
        self._clock = clock
        self._most = most

    def publish_batch(self, states):
        for state in states:
            if len(self.taken) >= self._most:
                return False
            self.taken.append((state, self._clock.now))
        return not self._clock.is_set()

    def poll(self):
        self.polls += 1


class Clock(Stop):
    """A clock that only waiting moves on."""

    def __init__(self):
        super().__init__()
        self.now = 100.0

    def __call__(self):
        return self.now

    def wait(self, timeout):
        self.now += timeout
        return self.is_set()


def play(*, start, speed, wall=lambda: 5000.0, most=math.inf, duration=30.0):
    clock = Clock()
    sink = Sink(clock, most)
    lags = []
    reports = batches(launch(1, 20, EUROPEAN), 0.5, speed=speed, duration=duration)
    run(reports, sink, clock, start=start, speed=speed, progress=lags.append, clock=clock, wall=wall)
    return sink, lags


def test_at_speed_1_each_report_is_published_when_it_is_true():
    sink, lags = play(start=None, speed=1.0)
    assert len(sink.taken) == 300
    for state, when in sink.taken:
        assert abs((state.time - 5000.0) - (when - 100.0)) <= 0.06
        assert when - 100.0 >= state.time - 5000.0 - 1e-6, "never before"
    assert sink.polls == len(lags) > 50
    assert max(lags) == 0


def test_at_speed_10_it_goes_ten_times_as_fast():
    sink, _ = play(start=1000.0, speed=10.0)
    for state, when in sink.taken:
        assert abs((state.time - 1000.0) - 10 * (when - 100.0)) <= 0.6


def test_from_the_past_it_ends_when_event_time_reaches_the_present():
    sink, _ = play(start=4990.0, speed=math.inf)
    times = [state.time for state, _ in sink.taken]
    assert max(times) == 5000.0
    assert len(times) == 101, "ten a second, from 4990 to 5000"


def test_it_ends_when_the_sink_takes_no_more():
    sink, _ = play(start=None, speed=1.0, most=7)
    assert len(sink.taken) == 7


def command(*arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KAFKA_", "PRODUCER_"))}
    return subprocess.run(
        [sys.executable, "-m", "producer", "synthetic", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )


def test_the_command_publishes_flights_of_now(broker):
    before = time.time()
    done = command("--bootstrap-servers", broker.address, "--flights", "40", "--rate", "5", "--duration", "2")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "sent 400 reports" in done.stderr.splitlines()[-1]
    assert "delivered 400" in done.stderr.splitlines()[-1]
    found = [decode(record.value) for record in records(broker.address, "shipments")]
    assert len({state.icao24 for state in found}) == 40
    assert len(found) == 400
    for record, state in zip(records(broker.address, "shipments"), found, strict=True):
        assert record.key.decode() == state.key
        assert before <= state.time <= record.timestamp / 1000 + 0.002, "true before it was published"


def test_the_command_gives_the_same_twice_from_a_start_in_the_past(broker):
    region = ["--region=36,-10,60,25", "--seed", "3", "--speed", "max", "--partitions", "1"]
    start = "2021-10-07T13:00:00Z"
    for topic in ("one", "two"):
        done = command(
            "--bootstrap-servers", broker.address, "--topic", topic, "--flights", "30", "--rate", "0.2",
            "--duration", "600", "--start", start, *region,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    one, two = ([record.value for record in records(broker.address, topic)] for topic in ("one", "two"))
    assert one == two
    assert len(one) == 3600
    begin = datetime(2021, 10, 7, 13, tzinfo=UTC).timestamp()
    assert decode(one[0]).time == begin
    assert begin + 599 < decode(one[-1]).time < begin + 600
    assert one == [encode(state) for state in stream(3, flights=30, rate=0.2, duration=600.0, start=begin)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--flights", "0"], "--flights"),
        (["--flights", "100001"], "--flights"),
        (["--flights", "many"], "--flights"),
        (["--rate", "0"], "--rate"),
        (["--rate", "-1"], "--rate"),
        (["--rate", "nan"], "--rate"),
        (["--rate", "1e9"], "--rate"),
        (["--seed", "-1"], "--seed"),
        (["--seed", str(2**63)], "--seed"),
        (["--duration", "0"], "--duration"),
        (["--duration", "inf"], "--duration"),
        (["--duration", "nan"], "--duration"),
        (["--region", "1,2,3"], "lat_min,lon_min,lat_max,lon_max"),
        (["--region", "50,0,40,10"], "lat_min < lat_max"),
        (["--region", "-91,0,40,10"], "lat_min < lat_max"),
        (["--region", "nan,0,40,10"], "lat_min < lat_max"),
        (["--region", "40,0,50,181"], "longitudes"),
        (["--region", "40,5,50,5"], "longitudes"),
        (["--region", "48,2,48.4,2.5"], "larger --region"),
        (["--speed", "0"], "neither a positive number nor 'max'"),
        (["--speed", "10"], "--start"),
        (["--speed", "max"], "--start"),
        (["--start", "2021-10-07"], "--speed"),
        (["--speed", "10", "--start", "yesterday"], "no time"),
        (["--speed", "10", "--start", "2999-01-01"], "between 1970 and now"),
        (["--speed", "10", "--start", "-5"], "between 1970 and now"),
        (["--speed", "10", "--start", "nan"], "between 1970 and now"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, says):
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("producer: ")
    assert says in line


@pytest.mark.parametrize("missing", ["airportsdata", "numpy"])
def test_where_a_library_is_missing_the_extra_is_named(missing):
    code = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv = ['producer', 'synthetic']; "
        "import producer.cli as c; c.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"producer: {missing} is missing: pip install 'flight-tracker[synthetic]'\n"


def test_the_command_needs_no_numpy_for_anything_else():
    code = (
        "import sys; sys.modules['numpy'] = sys.modules['airportsdata'] = None; import producer.cli, producer.publish"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
