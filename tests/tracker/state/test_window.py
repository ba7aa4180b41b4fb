"""The rolling window, against one that is computed anew from all reports."""

import tracemalloc
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.state.interning import ABSENT
from tracker.state.window import BYTES_PER_ROW, Window


def report(key="aaaaaa", time=0.0, **fields):
    fields = {"lat": 1.0, "lon": 2.0} | fields
    return StateVector(icao24=key, time=time, **fields)


def add(window, *reports, published=0.0):
    return window.add(collect(reports, [published] * len(reports)))


class Whole(NamedTuple):
    """A row, as the plain window and the real one are compared."""

    key: str
    time: float
    altitude: float
    callsign: str | None
    squawk: str | None
    serial: int


def wholes(reports):
    """Each row with its texts."""
    columns = {name: column.tolist() for name, column in reports.columns.items()}
    for name, known in reports.categories.items():
        columns[name] = [None if code == ABSENT else known.by_code[code] for code in columns[name]]
    return [Whole(*row) for row in zip(*(columns[name] for name in Whole._fields), strict=True)]


def rows(reports):
    """(key, time, altitude) of each row."""
    return [(row.key, row.time, row.altitude) for row in wholes(reports)]


def times(reports):
    return reports.columns["time"].tolist()


def test_reports_older_than_the_window_leave_it():
    window = Window(10)
    add(window, report(time=0), report(time=5), report(time=10))
    assert times(window.reports()) == [0, 5, 10]
    add(window, report(time=15.5))
    assert times(window.reports()) == [10, 15.5]
    assert len(window) == 2


def test_the_window_reaches_back_from_the_newest_event_time_of_all_aircraft():
    window = Window(10)
    add(window, report("aaaaaa", 0), report("bbbbbb", 20, altitude=1.0))
    assert rows(window.reports()) == rows(window.latest()) == [("bbbbbb", 20, 1.0)]


def test_a_report_older_than_the_window_is_counted_and_dropped():
    window = Window(10)
    judgement = add(window, report(time=100), report(time=89.9))
    assert judgement.outside == 1
    assert times(window.reports()) == [100]


def test_a_late_report_enters_in_time_order_and_moves_nothing():
    window = Window(100)
    add(window, report("aaaaaa", 1), report("bbbbbb", 1), report("aaaaaa", 3, altitude=3.0))
    judgement = add(window, report("aaaaaa", 2), report("bbbbbb", 2))
    assert judgement.late.tolist() == [0]
    assert judgement.fresh.tolist() == [1]
    assert times(window.track("aaaaaa")) == [1, 2, 3]
    assert [row for row in rows(window.latest()) if row[0] == "aaaaaa"] == [("aaaaaa", 3, 3.0)]


def test_of_duplicates_the_first_stays():
    window = Window(100)
    judgement = add(window, report(time=1, altitude=10.0), report(time=1, altitude=20.0), report(time=2))
    assert judgement.duplicates == 1
    judgement = add(window, report(time=1, altitude=30.0), report(time=2, altitude=30.0))
    assert judgement.duplicates == 2
    assert rows(window.reports())[0] == ("aaaaaa", 1, 10.0)
    assert len(window) == 2


def test_reports_without_an_event_time_are_no_duplicates():
    window = Window(100)
    judgement = add(window, report(time=None), report(time=None), published=7.0)
    assert judgement.duplicates == 0
    assert times(window.reports()) == [7, 7]


def test_track_finds_by_key_and_by_callsign():
    window = Window(100)
    add(window, report("aaaaaa", 1, callsign="AFR1"), StateVector(callsign="TEST-1", lat=0, lon=0, time=1))
    assert len(window.track("aaaaaa")) == 1
    assert len(window.track("AFR1")) == 1
    assert len(window.track("cs:TEST-1")) == 1
    assert len(window.track("TEST-1")) == 1
    assert len(window.track("NOBODY")) == 0


def test_memory_follows_the_rows_that_are_held():
    window = Window(1000)
    for start in range(0, 100_000, 1000):
        add(window, *(report(f"{t % 50:06x}", start + t) for t in range(1000)))
    assert len(window) == 1001
    assert window.nbytes <= 4096 * BYTES_PER_ROW


def test_memory_is_given_back_once_traffic_has_thinned_out():
    window = Window(10, min_capacity=16)
    add(window, *(report(f"{number:06x}", 0) for number in range(1000)))
    assert window.nbytes >= 1000 * BYTES_PER_ROW
    for time in range(1, 1000):
        add(window, report("aaaaaa", time))
    assert len(window) == 11
    assert window.nbytes <= 3 * 12 * BYTES_PER_ROW


def test_names_that_no_row_has_any_more_are_forgotten():
    window = Window(10)
    for start in range(0, 100_000, 1000):
        add(window, *(report(f"{start + t:06x}", start + t) for t in range(1000)))
    assert len(window.reports().categories["key"]) < 10_000


def test_names_of_reports_outside_the_window_do_not_pile_up():
    window = Window(10)
    add(window, report("ffffff", 1e9))
    for start in range(0, 200_000, 1000):
        add(window, *(report(f"{start + t:06x}", 1.0) for t in range(1000)))
    assert len(window.reports().categories["key"]) <= 70_000


@pytest.mark.parametrize("last", [0.5, 3, 10, 99])
def test_the_last_seconds_are_those_before_the_newest(last):
    window = Window(10)
    add(window, *(report(time=t) for t in range(21)))
    assert times(window.reports(last)) == [t for t in range(21) if t >= 20 - min(last, 10)]


class Plain:
    """The same window in plain Python: lists and sorting."""

    def __init__(self, span):
        self.span, self.newest, self.serial, self.rows = span, -np.inf, 0, []

    def add(self, key, time, altitude, callsign, squawk, *, dated):
        self.newest = max(self.newest, time)
        if time < self.newest - self.span:
            return "outside"
        own = [row for row in self.rows if row.key == key]
        if dated and any(row.time == time for row in own):
            return "duplicate"
        late = any(row.time > time for row in own)
        self.serial += 1
        self.rows.append(Whole(key, time, altitude, callsign, squawk, self.serial))
        return "late" if late else "fresh"

    def held(self):
        self.rows = [row for row in self.rows if row.time >= self.newest - self.span]
        return self.rows


@pytest.mark.parametrize(
    "ask",
    [
        lambda window: [1.0] * len(window),
        lambda window: times(window.reports()),
        lambda window: times(window.latest()),
        lambda window: times(window.track("aaaaaa")),
        lambda window: window.paths(["aaaaaa"], 9).time.tolist(),
        lambda window: window.times().tolist(),
    ],
    ids=["len", "reports", "latest", "track", "paths", "times"],
)
def test_a_report_that_came_alone_is_there_whatever_is_asked(ask):
    window = Window(10)
    add(window, report("aaaaaa", 1))
    assert ask(window) == [1.0]


@pytest.mark.parametrize(("span", "held"), [(1e6, 9_000), (99, 100)], ids=["that grows", "of one size"])
def test_reports_that_come_one_by_one_stand_in_a_window(span, held):
    window = Window(span)
    for time in range(9_000):
        alone = report(f"{time % 7:06x}", time, altitude=time)
        assert add(window, alone).fresh.tolist() == [0]
        assert add(window, alone).duplicates == 1
    expected = [(f"{time % 7:06x}", time, time) for time in range(9_000 - held, 9_000)]
    assert rows(window.reports()) == expected
    assert rows(window.latest()) == sorted(expected[-7:])


@pytest.mark.parametrize("time", [100, 1], ids=["duplicates", "reports outside the window"])
def test_reports_that_are_no_rows_cost_no_memory_however_many_come_before_anybody_asks(time):
    window = Window(10)
    add(window, report("aaaaaa", 100))
    refused = collect([report("aaaaaa", time)], [0.0])
    tracemalloc.start()
    try:
        for _ in range(5_000):
            assert not len(window.add(refused).accepted)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 100_000  # bytes; each would take some hundreds
    assert times(window.reports()) == [100]


def test_the_rows_after_a_serial_number_are_those_that_came_since():
    window = Window(100)
    add(window, report("aaaaaa", 10), report("bbbbbb", 10))
    add(window, report("aaaaaa", 10))  # a duplicate, which is no row
    seen = window.serial
    add(window, report("aaaaaa", 12))
    add(window, report("bbbbbb", 11), report("bbbbbb", 9))
    assert seen == 2
    assert sorted(rows(window.reports(after=seen)))[0][:2] == ("aaaaaa", 12)
    assert sorted(times(window.reports(after=seen))) == [9, 11, 12]
    assert times(window.reports(after=window.serial)) == []


few_keys = st.sampled_from(["aaaaaa", "bbbbbb", "cccccc"])
many_keys = st.integers(0, 99).map("{:06x}".format)
some_reports = st.lists(
    st.tuples(
        few_keys | many_keys,
        st.integers(0, 30) | st.integers(0, 200),
        st.booleans(),
        st.sampled_from([None, "AFR1", "BAW2", "CCA3"]),
        st.sampled_from([None, "7000", "0021"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(some_reports, st.booleans()), max_size=12),
    st.integers(1, 40),
    st.sampled_from([1, 4, 8, 64, 4096]),  # with few, rows move and texts are forgotten every other batch
)
def test_any_order_of_reports_ends_as_if_computed_anew(batches, span, min_capacity):
    window, plain, altitude = Window(span, min_capacity=min_capacity), Plain(span), 0.0
    for batch, read in batches:
        # A report without a time gets that of its record, as records of one log do: never before the newest.
        reports, published, expected = [], [], []
        for key, time, dated, callsign, squawk in batch:
            altitude += 1
            stamp = float(time) if dated else max(plain.newest, 0.0)
            fields = {"altitude": altitude, "callsign": callsign, "squawk": squawk}
            reports.append(report(key, stamp if dated else None, **fields))
            published.append(stamp)
            expected.append(plain.add(key, stamp, **fields, dated=dated))
            plain.held()
        judgement = window.add(collect(reports, published))
        assert judgement.fresh.tolist() == [i for i, what in enumerate(expected) if what == "fresh"]
        assert len(judgement.late) == expected.count("late")
        assert judgement.duplicates == expected.count("duplicate")
        assert judgement.outside == expected.count("outside")
        if read:
            assert_same(window, plain)
    assert_same(window, plain)


def assert_same(window, plain):
    """Ask both windows all that can be asked."""
    got, held = wholes(window.reports()), plain.held()
    assert sorted(got, key=by_serial) == sorted(held, key=by_serial)
    assert window.serial == plain.serial
    assert len(window) == len(held)
    assert sorted(window.times()) == sorted(row.time for row in held)
    half = plain.serial // 2
    newer = [row for row in held if row.serial > half]
    assert sorted(wholes(window.reports(after=half)), key=by_serial) == sorted(newer, key=by_serial)
    by_aircraft = {
        key: sorted((row for row in held if row.key == key), key=lambda row: row.time) for key in {r.key for r in held}
    }
    for key, own in by_aircraft.items():
        assert [row for row in got if row.key == key] == own
        assert wholes(window.track(key)) == own
        assert window.paths([key], plain.span).time.tolist() == [row.time for row in own]
    assert wholes(window.latest()) == [own[-1] for _, own in sorted(by_aircraft.items())]
    for callsign in ("AFR1", "BAW2"):
        holders = [row for row in held if row.callsign == callsign]
        last = max(holders, key=by_serial).key if holders else None
        own = {row.serial for row in holders if row.key == last}
        assert {row.serial for row in wholes(window.track(callsign.lower()))} == own


def by_serial(row):
    return row.serial


def test_paths_are_the_positions_of_the_aircraft_asked_for_in_the_time_asked_for():
    window = Window(100)
    add(window, *(report(key, time=t, lat=t) for t in range(5) for key in ("aaaaaa", "bbbbbb", "cccccc")))
    paths = window.paths(["aaaaaa", "cccccc", "unheard"], 2)
    assert paths.time.tolist() == paths.lat.tolist() == [2, 2, 3, 3, 4, 4]
    assert len(set(paths.key.tolist())) == 2
    assert len(window.paths([], 2).time) == len(Window(100).paths(["aaaaaa"], 2).time) == 0
    assert sorted(window.times()) == sorted([*range(5)] * 3)


class TestRowsAtMost:
    """Event time that stands still would let the window grow for ever."""

    @given(
        st.lists(st.integers(1, 6), min_size=1, max_size=60),
        st.integers(8, 40),
        st.sampled_from([1, 8, 4096]),
        st.booleans(),
    )
    def test_the_newest_arrivals_are_held_and_the_others_are_counted(self, sizes, max_rows, min_capacity, dated):
        window = Window(1e9, max_rows=max_rows, min_capacity=min_capacity)
        evicted = arrived = 0
        for size in sizes:
            keys = [f"{arrived + number:06x}" for number in range(size)]
            evicted += add(window, *(report(key, 5.0 if dated else None) for key in keys), published=5.0).evicted
            arrived += size
            held = [int(row.key, 16) for row in wholes(window.reports())]
            assert held == list(range(evicted, arrived))
            assert len(window) <= max_rows
            assert {row.key for row in wholes(window.latest())} == {f"{number:06x}" for number in held}

    def test_many_more_than_it_holds_cost_no_more_memory(self):
        window = Window(1e9, max_rows=1_000, min_capacity=64)
        for batch in range(200):
            add(window, *(report(f"{number:06x}", 5.0 + 1e-6 * batch) for number in range(100)))
        assert window.nbytes <= 1_600 * BYTES_PER_ROW
        assert 875 <= len(window) <= 1_000

    def test_rows_that_left_by_age_make_room_first_and_are_not_counted(self):
        window = Window(10, max_rows=10, min_capacity=1)
        add(window, *(report(f"{number:06x}", 0.0) for number in range(9)))
        judgement = add(window, *(report(f"{number:06x}", 100.0) for number in range(5)))
        judgement = add(window, *(report(f"{number:06x}", 101.0) for number in range(5)))
        assert judgement.evicted == 0
        assert len(window) == 10


class TestMendedReports:
    def add(self, window, *claims):
        """Reports of one aircraft as (claimed event time, event time)."""
        batch = collect([report(time=claimed) for claimed, _ in claims], [0.0] * len(claims))
        return window.add(batch.with_times(np.array([time for _, time in claims], np.float64)))

    def test_their_order_is_that_of_the_mended_time(self):
        window = Window(100)
        self.add(window, (155.0, 100.0), (101.0, 101.0), (130.0, 100.5))
        assert times(window.reports()) == [100.0, 100.5, 101.0]

    def test_two_of_one_mended_time_are_two_reports_the_later_offset_the_newer(self):
        window = Window(100)
        judgement = self.add(window, (155.0, 100.0), (156.0, 100.0))
        assert judgement.fresh.tolist() == [0, 1]
        assert times(window.reports()) == [100.0, 100.0]

    def test_a_duplicate_is_told_by_what_it_claimed_and_the_others_keep_their_places(self):
        window = Window(100)
        self.add(window, (155.0, 100.0))
        judgement = self.add(window, (101.0, 101.0), (155.0, 102.0), (99.0, 99.0), (103.0, 103.0))
        assert judgement.duplicates == 1
        assert judgement.fresh.tolist() == [0, 3]
        assert judgement.accepted.tolist() == [0, 2, 3]
        assert self.add(window, (155.0, 104.0)).duplicates == 1
        assert times(window.reports()) == [99.0, 100.0, 101.0, 103.0]


def test_how_a_position_was_had_stays_with_its_report():
    window = Window(100, min_capacity=4)
    for time in range(20):
        add(window, report(time=time, position_source=("mlat", "adsb", None)[time % 3]))
    add(window, report(time=2.5, position_source="flarm"))
    reports = window.reports()
    known = reports.categories["position_source"]
    had = [None if code == ABSENT else known.by_code[code] for code in reports.columns["position_source"].tolist()]
    assert had[:5] == ["mlat", "adsb", None, "flarm", "mlat"]
    assert [known.by_code[code] for code in known.order.tolist()] == sorted(known.by_code)


def test_a_description_is_that_of_the_key_whatever_its_rows_say_and_survives_them():
    window = Window(10, min_capacity=4)
    add(window, report("aaaaaa", 0, typecode="A320"), report("bbbbbb", 0))
    for time in range(1, 40):
        add(window, report("aaaaaa", time), report(f"cccc{time:02}", time, kind="vehicle"))
    reports = window.reports()
    coded = reports.descriptions["typecode"]
    keys = reports.categories["key"].by_code
    texts = dict(
        zip(keys, [None if code < 0 else coded.categories.by_code[code] for code in coded.codes.tolist()], strict=True)
    )
    assert texts.pop("aaaaaa") == "A320"
    assert set(texts.values()) == {None}


def test_a_description_that_changes_is_seen_by_the_next_to_ask_and_by_nobody_before():
    window = Window(100)
    add(window, report(time=0, typecode="A320"))
    before = window.reports().descriptions["typecode"]
    assert window.reports().descriptions["typecode"] is before
    add(window, report(time=1, typecode="A20N"))
    assert window.reports().descriptions["typecode"].categories.by_code == ["A20N"]
    assert before.categories.by_code == ["A320"]


def test_a_late_report_may_tell_what_the_newest_did_not():
    window = Window(100)
    add(window, report(time=50), report(time=40, typecode="A320"), report(time=30, typecode="B738"))
    assert window.reports().descriptions["typecode"].categories.by_code == ["A320"]


def test_an_aircraft_is_found_by_its_id():
    window = Window(100)
    truck = StateVector(id="Truck-1", lat=1.0, lon=2.0, time=0.0)
    add(window, report(time=0), truck)
    assert len(window.track("Truck-1")) == len(window.track("id:Truck-1")) == 1
    assert len(window.track("truck-1")) == 0
