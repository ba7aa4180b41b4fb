"""Window, fleet and counters under one lock."""

import threading
import time

import numpy as np

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.feed.records import Reading, Reject
from tracker.feed.status import Status
from tracker.state.store import Store


def reading(*reports, rejects=(), tombstones=0, repaired=None):
    """Reports as (key, event time)."""
    vectors = [StateVector(lat=1.0, lon=2.0, icao24=key, time=at) for key, at in reports]
    batch = collect(vectors, [at for _, at in reports]) if vectors else None
    return Reading(batch, [], list(rejects), tombstones, repaired or {})


def reject(error="lat = 91"):
    return Reject(0.0, 0, 7, "range", "lat", error, b"{}")


def store(**options):
    return Store(**({"window": 600.0, "stale_after": 15.0, "lost_after": 60.0} | options))


def test_every_outcome_is_a_number():
    held = store(window=100.0)
    now = time.monotonic()
    held.take(reading(("aaaaaa", 1_000.0), ("bbbbbb", 1_000.0), tombstones=2), backlog=False, now=now)
    late_again_outside = [("aaaaaa", 950.0), ("bbbbbb", 1_000.0), ("aaaaaa", 10.0)]
    held.take(reading(*late_again_outside, rejects=[reject()] * 3, repaired={"time": 1}), backlog=False, now=now)
    stats = held.stats(Status(state="connected"))
    assert (stats.received, stats.rejected, stats.tombstones) == (5, 3, 2)
    assert (stats.late, stats.duplicates, stats.outside_window) == (1, 1, 1)
    assert (stats.rows, stats.aircraft, stats.evicted) == (3, 2, 0)
    assert [(refusal.reason, refusal.count) for refusal in stats.refused] == [("range", 3)]
    assert stats.repaired == {"time": 1}
    assert [one.offset for one in held.rejects()] == [7] * 3


def test_the_rate_is_that_of_the_last_seconds_and_falls_when_the_stream_stops():
    held, now = store(), time.monotonic()
    held.take(reading(*((f"{number:06x}", 1.0) for number in range(50))), backlog=False, now=now - 6.0)
    assert held.stats(Status()).rate == 0.0
    held.take(reading(*((f"{number:06x}", 2.0) for number in range(50))), backlog=False, now=now + 1e6)
    assert held.stats(Status()).rate == 10.0


def test_an_aircraft_whose_reports_come_late_was_heard_all_the_same():
    held, now = store(), time.monotonic()
    held.take(reading(("aaaaaa", 1_000.0)), backlog=False, now=now - 30.0)
    assert held.picture().stale.tolist() == [True]
    held.take(reading(("aaaaaa", 990.0)), backlog=False, now=now)
    picture = held.picture()
    assert (picture.stale.tolist(), picture.time.tolist()) == ([False], [1_000.0])


def test_a_full_window_is_said_once(caplog):
    held = store(max_rows=10)
    for number in range(5):
        held.take(reading(*((f"{number:03x}{row:03x}", 1.0) for row in range(5))), backlog=False, now=0.0)
    assert held.stats(Status()).evicted > 0
    assert [record.getMessage() for record in caplog.records] == ["the window is full at 10 rows: the oldest make room"]


def test_numbers_and_aircraft_of_one_look_belong_together():
    held, stop = store(), threading.Event()

    def report():
        number = 0
        while not stop.is_set():
            number += 1
            held.take(reading((f"{number:06x}", 1.0)), backlog=False, now=time.monotonic())

    thread = threading.Thread(target=report)
    thread.start()
    try:
        for _ in range(200):
            scene = held.look(Status())
            assert scene.stats.aircraft == len(scene.picture) == scene.stats.received
    finally:
        stop.set()
        thread.join()


def test_a_question_to_the_window_is_answered_under_the_lock():
    held = store()
    held.take(reading(("aaaaaa", 1.0), ("bbbbbb", 2.0)), backlog=False, now=0.0)
    assert np.sort(held.ask(lambda window: window.times())).tolist() == [1.0, 2.0]


def described(key, at, typecode=None):
    return Reading(collect([StateVector(lat=1.0, lon=2.0, icao24=key, time=at, typecode=typecode)], [at]), [], [], 0)


def test_a_description_outlives_the_fleet_in_the_window_and_the_window_in_the_fleet():
    held, now = store(window=100.0), time.monotonic()
    held.take(described("aaaaaa", 1_000.0, "A320"), backlog=False, now=now - 70.0)
    assert held.expire() == ["aaaaaa"]
    held.take(described("aaaaaa", 1_010.0), backlog=False, now=now)
    assert held.picture().typecode == ["A320"]
    held.take(described("bbbbbb", 5_000.0), backlog=False, now=now)  # the first leaves the window
    assert dict(zip(held.picture().key, held.picture().typecode, strict=True)) == {"aaaaaa": "A320", "bbbbbb": None}


def test_what_nobody_holds_any_more_is_not_described_for_ever():
    held, now = store(window=10.0), time.monotonic()
    for number in range(20_000):
        held.take(described(f"{number:06x}", float(number), "A320"), backlog=False, now=now - 1e6 + number)
        if number % 500 == 0:
            held.expire()
    assert held.picture().typecode[-1:] in ([], ["A320"])
    assert len(held._window.descriptions) < 12_000
