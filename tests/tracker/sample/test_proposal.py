"""tracker/sample/proposal.py: a mapping that loads, and reads what it was made of."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.wire import StateVector, load_mapping
from tracker.sample.places import MOST_PLACES
from tracker.sample.proposal import places_in, propose

OWN = {
    "id": "T-1",
    "position": {"lat": 48.0, "lon": 2.0},
    "ts": "2026-01-01T00:00:00Z",
    "speed_kt": 3600,
    "cargo": "tea",
}
KNOTS = 3600 * (1852 / 3600)  # m/s
TRUCK = StateVector(id="T-1", kind="vehicle", lat=48.0, lon=2.0, time=1767225600.0, velocity=KNOTS)


def data(document):
    return json.dumps(document).encode()


def read_back(values, topic="trucks"):
    """What the proposal, written and loaded, reads of the values."""
    offer = propose(values, topic)
    mapping = load_mapping(tomllib.loads(offer.text))
    return [vector for value in values for vector in mapping.decode(value)[0]]


def test_ones_own_topic_is_read_and_the_rest_is_named():
    offer = propose([data(OWN), data(OWN | {"lat": "?"})], "trucks")
    assert (offer.fit.whole, offer.fit.mended, offer.fit.refused) == (2, 0, 0)
    assert offer.unread == ["cargo", "lat"]
    assert "#   cargo  # such as 'tea'" in offer.text
    assert read_back([data(OWN)]) == [TRUCK]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (data({"schema": {}, "payload": OWN}), 'envelope = "payload"'),
        (data({"before": None, "after": OWN, "op": "u"}), 'envelope = "after"'),
        (data({"schema": {}, "payload": {"before": None, "after": OWN, "op": "u"}}), 'envelope = "payload.after"'),
        (b"\0\0\0\0\x07" + data(OWN), 'envelope = "registry"'),
        (data([OWN]), "name ="),
        (data({"feed": {"cars": [OWN]}, "version": 2}), 'records = "feed.cars"'),
    ],
)
def test_envelopes_and_arrays_are_opened(value, line):
    assert line in propose([value], "trucks").text
    assert read_back([value]) == [TRUCK]


def test_what_holds_of_all_records_of_an_array_is_inherited():
    track = [{"lat": 48.0, "lon": 2.0, "t": 1767225600}, {"lat": 48.1, "lon": 2.0, "t": 1767225601}]
    value = data({"vehicle": "T-1", "points": track, "speed_kt": 3600})
    assert 'inherit = ["vehicle", "speed_kt"]' in propose([value], "x").text
    assert read_back([value]) == [
        StateVector(id="T-1", kind="vehicle", lat=lat, lon=2.0, time=time, velocity=KNOTS)
        for lat, time in ((48.0, 1767225600.0), (48.1, 1767225601.0))
    ]


def test_most_envelopes_count_and_deleted_rows_do_not():
    change = {"before": None, "after": OWN, "op": "c"}
    offer = propose(
        [data(change), data(change), data(change | {"after": None, "op": "d"}), b"junk", data(OWN)], "trucks"
    )
    assert 'envelope = "after"' in offer.text
    assert (offer.fit.whole, offer.fit.refused) == (2, 3)


def test_without_an_identity_all_are_one_object_and_it_says_so():
    offer = propose([data({"lat": 1.0, "lon": 2.0})], "boat-7")
    assert offer.text.count("guess:") == 2
    assert read_back([data({"lat": 1.0, "lon": 2.0})], "boat-7") == [
        StateVector(id="boat-7", kind="vessel", lat=1.0, lon=2.0)
    ]


def test_an_altitude_of_ground_is_not_a_number():
    ground = data({"icao": "3c1234", "lat": 1.0, "lon": 2.0, "alt_baro": "ground"})
    offer = propose([ground, data({"icao": "3c1234", "lat": 1.0, "lon": 2.0, "alt_baro": 1000})], "planes")
    assert (offer.fit.whole, offer.fit.mended) == (2, 0)
    assert "kind" not in offer.text


def test_where_there_is_no_position_the_names_are_told():
    values = [data({"a": 1, "b": {"c\x1b": [2]}}), b"junk"]
    assert propose(values, "x") is None
    assert places_in(values) == ["a", r"b.c\x1b"]


def test_names_of_strangers_stay_within_their_line():
    offer = propose([data({"lat": 1.0, "lon": 2.0, 'a"\n[fields]\n\x1b': {"id": "\n[x]"}, "x.y": "\\"})], "t")
    assert all(line.isprintable() for line in offer.text.splitlines())
    assert "x.y (a dot in a name: cannot be named)" in offer.text
    assert offer.fit.whole == 1


NAMES = st.sampled_from(
    ["lat", "lon", "x", "y", "position", "id", "truck", "ts", "speed_kt", "alt", "heading", "payload", "schema",
     "after", "op", "records", "kind", "icao24", "on_ground"]
) | st.text(max_size=5)  # fmt: skip
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.floats(-90, 90)
    | st.sampled_from([1767225600, "2026-01-01", "3c1234", "ground", 12])
)  # fmt: skip
DOCUMENTS = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=20
)
PLACED = st.dictionaries(NAMES, DOCUMENTS, max_size=5).map(lambda more: more | {"lat": 48.0, "lon": 2.0})
WRITTEN = (DOCUMENTS | PLACED).map(lambda document: json.dumps(document).encode())


@given(st.lists(WRITTEN | st.binary(max_size=8), max_size=4), st.sampled_from(["trucks", "a.b_c-7", "x" * 249]))
def test_whatever_is_proposed_loads_and_is_text_that_steers_nothing(values, topic):
    offer = propose(values, topic)
    if offer is None:
        return
    assert load_mapping(tomllib.loads(offer.text)).name == topic
    assert all(line.isprintable() for line in offer.text.splitlines())
    assert offer.fit.read + offer.fit.refused >= bool(values)


@given(st.lists(PLACED, min_size=1, max_size=4))
def test_a_position_is_always_found(documents):
    assert propose([json.dumps(documents).encode()], "x") is not None


def test_what_is_deep_or_wide_is_bounded():
    deep = b'{"lat":1,"lon":2,"a":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}"
    wide = data({"lat": 1.0, "lon": 2.0} | {f"n{number}": number for number in range(5_000)})
    assert propose([deep, wide], "x").fit.whole == 2
    assert places_in([deep]) == ["lat", "lon", ".".join("a" * 8)]
    assert len(places_in([wide])) == MOST_PLACES
    assert len(propose([wide], "x").text) < 10_000
