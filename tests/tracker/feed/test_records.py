"""Records into batches: the hostile are counted with a reason, and the next good one counts."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.wire import load_mapping
from tracker.feed.batch import FLOATS
from tracker.feed.clocks import Clocks
from tracker.feed.records import SAMPLED, read

GOOD = b'{"icao24": "abc123", "lat": 48.0, "lon": 2.0}'


@dataclass
class Record:
    value: bytes | None
    timestamp: int = 1_700_000_000_000
    partition: int = 3
    offset: int = 7
    timestamp_type: int = 1
    headers: tuple[tuple[str, bytes | None], ...] = ()


def good(**fields):
    return json.dumps({"icao24": "abc123", "lat": 48.0, "lon": 2.0} | fields).encode()


@pytest.mark.parametrize(
    ("value", "reason", "field"),
    [
        (b"not json", "json", None),
        (b"\xff\xfe{", "utf-8", None),
        (b"", "empty", None),
        (b"null", "type", None),
        (b"12", "type", None),
        (b"[" * 10_000 + b"]" * 10_000, "nesting", None),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nesting", None),
        (b'{"icao24":"abc123","lat":48,"lon":2,"note":"' + b"x" * 2_000_000 + b'"}', "too-large", None),
        (b'{"icao24":"abc123","lat":NaN,"lon":2}', "not-finite", "lat"),
        (b'{"icao24":"abc123","lat":1e999,"lon":2}', None, "lat"),
        (b'{"icao24":"abc123","lat":' + b"9" * 400 + b',"lon":2}', None, "lat"),
        (good(lat=91), "range", "lat"),
        (good(lat="48.0"), "type", "lat"),
        (good(icao24="abc12g"), "format", "icao24"),
        (good(time=253_370_764_800), "range", "time"),
        (good(time=1_700_000_000_000), "time-unit", "time"),
        (good(time=1_700_000_061), "future", "time"),
        (b'{"lat": 48.0, "lon": 2.0}', "missing", "icao24"),
    ],
)
def test_a_hostile_record_is_kept_with_its_reason_and_the_next_good_one_counts(value, reason, field):
    reading = read([Record(value), Record(GOOD, offset=8)], now=0.0, clocks=Clocks())
    assert reading.batch.key == ["abc123"]
    assert [source.offset for source in reading.records] == [8]
    (reject,) = reading.rejects
    assert reason in (None, reject.reason)
    assert reject.field == field
    assert (reject.partition, reject.offset, reject.published) == (3, 7, 1_700_000_000.0)
    assert reject.first_bytes == value[:64]
    assert len(reject.error) < 500


def test_a_tombstone_is_counted_apart():
    reading = read([Record(None), Record(GOOD)], now=0.0, clocks=Clocks())
    assert (reading.tombstones, reading.rejects, len(reading.batch)) == (1, [], 1)


def test_of_an_array_with_one_bad_element_the_good_ones_count():
    value = b"[" + good(icao24="aaaaaa") + b"," + good(lat=91) + b"," + good(icao24="bbbbbb") + b"]"
    reading = read([Record(value)], now=0.0, clocks=Clocks())
    assert reading.batch.key == ["aaaaaa", "bbbbbb"]
    assert [reject.field for reject in reading.rejects] == ["lat"]
    assert len(reading.records) == 2


def test_without_an_event_time_the_time_of_the_record_counts():
    reading = read([Record(GOOD), Record(good(time=5.5)), Record(GOOD, timestamp=-1)], now=99.0, clocks=Clocks())
    assert reading.batch.time.tolist() == [1_700_000_000.0, 5.5, 99.0]
    assert reading.batch.dated.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("field", "value"), [("lat", 90.5), ("lat", -1e999), ("lon", 180.5), ("time", -1), ("time", 5e9)]
)
def test_every_limit_of_place_and_time_holds_beside_good_records_too(field, value):
    bad = good(**{field: value}).replace(b"Infinity", b"1e999")
    reading = read([Record(GOOD), Record(bad), Record(GOOD)], now=0.0, clocks=Clocks())
    assert len(reading.batch) == 2
    assert [reject.field for reject in reading.rejects] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [("velocity", -0.1), ("track", 360.5), ("track", -1), ("altitude", 2e9), ("geo_altitude", -2e9),
     ("vertical_rate", 1e300), ("altitude", float("nan"))],
)  # fmt: skip
def test_beyond_any_other_limit_the_field_is_dropped_and_the_report_taken(field, value):
    bad = good(**{field: value})
    reading = read([Record(GOOD), Record(bad, offset=8), Record(GOOD)], now=0.0, clocks=Clocks())
    assert np.isnan(reading.batch.floats[FLOATS.index(field)]).all()
    assert (len(reading.batch), reading.rejects, reading.repaired) == (3, [], {field: 1})
    (example,) = reading.examples
    assert (example.outcome, example.field, example.offset, example.partition) == ("mended", field, 8, 3)
    assert example.error.startswith(f"{field} = ")
    assert example.first_bytes == bad[:64]


def test_what_is_dropped_is_counted_by_field_with_one_example_of_each():
    bad = [good(squawk=9999), good(squawk=8, velocity="x"), good(callsign="A" * 17)]
    reading = read([Record(value, offset=n) for n, value in enumerate([GOOD, *bad])], now=0.0, clocks=Clocks())
    assert reading.repaired == {"squawk": 2, "velocity": 1, "callsign": 1}
    assert {example.field: example.offset for example in reading.examples} == {
        "squawk": 1, "velocity": 2, "callsign": 3,
    }  # fmt: skip


def test_beside_refused_records_and_in_arrays_the_examples_are_those_that_were_mended():
    values = [b"junk", good(track=-1), b"[" + GOOD + b"," + good(squawk="x") + b", {}]", None, good(altitude=[])]
    reading = read([Record(value, offset=n) for n, value in enumerate(values)], now=0.0, clocks=Clocks())
    assert (len(reading.batch), [reject.offset for reject in reading.rejects], reading.tombstones) == (4, [0, 2], 1)
    assert {example.field: example.offset for example in reading.examples} == {"track": 1, "squawk": 2, "altitude": 4}
    assert reading.repaired == {"track": 1, "squawk": 1, "altitude": 1}


def test_what_was_mended_in_a_report_that_is_refused_for_its_time_is_not_counted():
    values = [good(time=1_700_000_061, track=-1), good(time=1_700_000_000, squawk=9)]
    reading = read([Record(value, offset=n) for n, value in enumerate(values)], now=0.0, clocks=Clocks())
    assert [reject.reason for reject in reading.rejects] == ["future"]
    assert reading.repaired == {"squawk": 1}
    assert [example.offset for example in reading.examples] == [1]


def test_an_event_time_that_was_mended_has_an_example():
    reading = read([Record(good(time=1_700_000_055), offset=4)], now=0.0, clocks=Clocks())
    (example,) = reading.examples
    assert (example.outcome, example.field, example.offset) == ("mended", "time", 4)
    assert "55 s after" in example.error


def test_a_track_of_360_is_0_beside_good_records_too():
    reading = read([Record(good(track=10)), Record(good(track=360))], now=0.0, clocks=Clocks())
    assert reading.batch.floats[FLOATS.index("track")].tolist() == [10, 0]


def test_nothing_good_is_no_batch():
    assert (
        read([Record(b"junk"), Record(None), Record(good(time=4_000_000_000))], now=0.0, clocks=Clocks()).batch is None
    )
    assert read([], now=0.0, clocks=Clocks()).batch is None


@given(st.lists(st.binary(max_size=60) | st.none() | st.just(GOOD), max_size=8))
def test_every_record_is_counted_once_whatever_it_holds(values):
    reading = read([Record(value) for value in values], now=0.0, clocks=Clocks())
    accounted = len(reading.records) + len(reading.rejects) + reading.tombstones
    assert accounted >= len(values) - values.count(b"[]")
    assert len(reading.records) >= values.count(GOOD)


def test_the_fields_that_nobody_reads_are_told_of_one_record_in_some():
    records = [Record(good(colour=1), offset=offset) for offset in range(1, 3 * SAMPLED)]
    assert list(read(records[: SAMPLED - 2], now=0.0, clocks=Clocks()).unused) == []
    assert list(read(records, now=0.0, clocks=Clocks()).unused) == ["colour"]
    told = [read([record], now=0.0, clocks=Clocks()).unused for record in records]
    assert [record.offset for record, names in zip(records, told, strict=True) if names] == [SAMPLED, 2 * SAMPLED]
    assert read([Record(None, offset=0)], now=0.0, clocks=Clocks()).unused == ()


def test_with_a_mapping_the_fields_are_those_that_it_does_not_look_at():
    mapping = load_mapping({"fields": {"id": "truck", "lat": "y", "lon": "x"}})
    record = Record(b'{"truck": 1, "y": 1, "x": 2, "lat": 3}', offset=0)
    assert list(read([record], now=0.0, clocks=Clocks(), mapping=mapping).unused) == ["lat"]


def test_records_of_another_dialect_and_envelopes_are_refused_beside_good_ones():
    frame = {"latitude": 1, "longitude": 2, "icao24": "abc123", "altitude": 35000, "groundspeed": 1, "onground": False}
    values = [GOOD, json.dumps(frame).encode(), b'{"schema": {}, "payload": {}}']
    reading = read([Record(value) for value in values], now=0.0, clocks=Clocks())
    assert (len(reading.batch), [reject.reason for reject in reading.rejects]) == (1, ["dialect", "envelope"])


def test_a_mapping_reads_what_the_wire_refuses_and_counts_alike():
    place = {"hex": "abc123", "lat": 48.0, "lon": 2.0, "gs": 10}
    values = [place, {"aircraft": [place, place | {"lat": 91}], "now": 5.5}, None, place | {"squawk": 9}]
    records = [Record(value and json.dumps(value).encode(), offset=n) for n, value in enumerate(values)]
    reading = read(records, now=0.0, clocks=Clocks(), mapping=load_mapping("readsb"))
    assert reading.batch.key == ["abc123"] * 3
    assert [source.offset for source in reading.records] == [0, 1, 3]
    assert ([reject.field for reject in reading.rejects], reading.tombstones) == (["lat"], 1)
    assert (reading.repaired, [example.offset for example in reading.examples]) == ({"squawk": 1}, [3])
