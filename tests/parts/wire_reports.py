"""Reports as JSON, good and bad."""

import json
import string

import pytest
from hypothesis import strategies as st

from producer import wire
from producer.wire import SchemaError, StateVector, decode

HERE = {"callsign": "TEST-1", "lat": 40.7128, "lon": -74.006}


def text(**fields):
    return json.dumps({**HERE, **fields}).encode()


def refusal(data):
    with pytest.raises(SchemaError) as caught:
        decode(data)
    assert caught.value.reason in wire.REASONS
    return caught.value


def within(name):
    low, high = wire.LIMITS[name]
    return st.floats(low, high, exclude_max=name == "track").map(lambda value: value + 0.0)


def is_known(name):
    """Whether a made-up text is none that says that nothing is known."""
    return name.strip("_").lower() not in ("", "null", "none", "nan", "n/a")


callsigns = st.from_regex(r"[A-Z0-9ÅΩ日][-A-Z0-9ÅΩ日]{0,15}", fullmatch=True)
addresses = st.builds(str.__add__, st.sampled_from(["", "~"]), st.text(string.hexdigits[:16], min_size=6, max_size=6))
known = st.fixed_dictionaries(
    {"lat": within("lat"), "lon": within("lon"), "callsign": callsigns},
    optional={
        "icao24": addresses,
        **{name: within(name) for name in ("velocity", "track", "altitude", "geo_altitude", "vertical_rate", "time")},
        "on_ground": st.booleans(),
        "squawk": st.text("01234567", min_size=4, max_size=4),
        "id": st.text(string.ascii_letters + string.digits + ":_/Å日", min_size=1, max_size=64).filter(is_known),
        "kind": st.sampled_from(wire.KINDS),
        "position_source": st.sampled_from(wire.POSITION_SOURCES),
        "typecode": st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=4).filter(is_known),
        "registration": st.text(string.ascii_uppercase + string.digits + "Å", min_size=1, max_size=12).filter(is_known),
        "category": st.builds(str.__add__, st.sampled_from("ABCD"), st.sampled_from("01234567")),
    },
)
vectors = known.map(lambda fields: StateVector(**fields))
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
names = st.sampled_from([*wire.FIELDS, *(name for aliases in wire.ALIASES.values() for name in aliases), "other"])
