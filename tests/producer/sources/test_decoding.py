"""producer/sources/decoding.py: what recorded frames say, read in pieces as they come."""

import math
from collections import Counter

import pytest
import rs1090
from mode_s_frames import load, sealed

from producer.sources.decoding import Decoder
from producer.sources.mode_s import MLAT_TICKS, Frame
from producer.sources.rows import FOOT, KNOT

NEAR = (49.0, 2.55)
"""A place near the recording's receiver."""

# Surface positions of another airliner would need a recording of their own: these are of the documentation of Mode S.
CALLSIGN = "8d406b902015a678d4d220aa4bda"


@pytest.fixture(scope="module")
def rows():
    return load()


def frames_of(rows):
    return [(Frame(row["frame"], None), row["timestamp"]) for row in rows]


def in_pieces(frames, seconds):
    """The frames, so many seconds together."""
    pieces = []
    for frame, time in frames:
        if not pieces or time >= pieces[-1][0][1] + seconds:
            pieces.append([])
        pieces[-1].append((frame, time))
    return pieces


def decoded(decoder, pieces):
    return [part for piece in pieces for part in decoder.decode(piece)]


def places(parts):
    return {part.time: (part.values["lat"], part.values["lon"]) for part in parts if "lat" in part.values}


@pytest.mark.parametrize("seconds", [0.05, 0.5, 1.0, 5.0])
@pytest.mark.parametrize("at", [None, NEAR])
def test_at_least_95_percent_of_the_positions_that_one_call_finds_are_found_in_pieces(rows, seconds, at):
    frames = frames_of(rows)
    at_once = {
        message["timestamp"]: (message["latitude"], message["longitude"])
        for message in rs1090.decode([frame.hex for frame, _ in frames], [time for _, time in frames], reference=at)
        if message.get("latitude") is not None
    }
    found = places(decoded(Decoder(at), in_pieces(frames, seconds)))
    assert len(at_once) > 140
    assert len(found.items() & at_once.items()) >= 0.95 * len(at_once)
    assert found.items() <= at_once.items(), "and none is another"


def test_what_frames_say_is_what_the_recording_says(rows):
    times = Counter(row["timestamp"] for row in rows)
    recorded = {row["timestamp"]: row for row in rows if times[row["timestamp"]] == 1}
    parts = decoded(Decoder(NEAR), in_pieces(frames_of(rows), 0.5))
    seen = set()
    for part in parts:
        row = recorded.get(part.time)
        if row is None:
            continue
        assert part.icao24 == "393322"
        said = {
            "lat": row.get("latitude"),
            "lon": row.get("longitude"),
            "altitude": row["altitude"] * FOOT if row.get("bds") == "05" else None,
            "velocity": row["groundspeed"] * KNOT if row.get("bds") == "09" else None,
            "track": row["track"] if row.get("bds") == "09" else None,
            "vertical_rate": row["vertical_rate"] * FOOT / 60 if row.get("bds") == "09" else None,
            "callsign": row.get("callsign") if row.get("bds") == "08" else None,
            "squawk": row.get("squawk"),
        }
        for name, value in part.values.items():
            if name in said:
                assert value == (pytest.approx(said[name]) if isinstance(value, float) else said[name]), name
                seen.add(name)
        if row.get("bds") == "05":
            assert part.values["on_ground"] is False
    assert seen == said.keys()
    assert {part.values["position_source"] for part in parts if "lat" in part.values} == {"adsb"}


def test_a_squawk_is_taken_only_of_an_aircraft_that_has_said_who_it_is(rows):
    identities = [(frame, time) for frame, time in frames_of(rows) if int(frame.hex[:2], 16) >> 3 in (5, 21)]
    assert Decoder().decode(identities) == []
    decoder = Decoder()
    decoder.decode([frame for frame in frames_of(rows) if frame not in identities][:200])
    assert {part.values["squawk"] for part in decoder.decode(identities[:20])} == {"1000"}


def with_control(hex_, control):
    """A squitter as downlink format 18, with another control field."""
    raw = bytearray.fromhex(hex_)
    raw[0] = 18 << 3 | control
    return sealed(raw)


@pytest.mark.parametrize(
    ("control", "address", "source"),
    [(0, "393322", "adsb"), (1, "~393322", "adsb"), (2, "393322", "tisb"), (6, "393322", "adsb")],
)
def test_how_a_position_was_had_and_whether_the_address_is_icaos(rows, control, address, source):
    positions = [(frame, time) for frame, time in frames_of(rows) if 9 <= int(frame.hex[8:10], 16) >> 3 <= 18]
    relayed = [
        (Frame(with_control(frame.hex, control), None), time) for frame, time in positions if frame.hex[0] == "8"
    ]
    parts = [part for part in Decoder().decode(relayed[:20]) if "lat" in part.values]
    assert len(parts) > 10
    assert {(part.icao24, part.values["position_source"]) for part in parts} == {(address, source)}


def test_positions_that_a_network_has_worked_out_say_so(rows):
    marked = [(Frame(frame.hex, MLAT_TICKS), time) for frame, time in frames_of(rows)[:200]]
    parts = [part for part in Decoder().decode(marked) if "lat" in part.values]
    assert {part.values["position_source"] for part in parts} == {"mlat"}


def test_a_callsign_comes_with_the_category():
    (part,) = Decoder().decode([(Frame(CALLSIGN, None), 1000.0)])
    assert part == ("406b90", 1000.0, {"callsign": "EZY85MH"})
    raw = bytearray.fromhex(CALLSIGN)
    raw[4] = 4 << 3 | 3
    (part,) = Decoder().decode([(Frame(sealed(raw), None), 1000.0)])
    assert part.values == {"callsign": "EZY85MH", "category": "A3"}


def test_noise_says_nothing(rows):
    flipped = [
        (Frame(f"{frame.hex[:-1]}{int(frame.hex[-1], 16) ^ 1:x}", None), time) for frame, time in frames_of(rows)
    ]
    assert Decoder(NEAR).decode(flipped) == []
    assert Decoder().decode([]) == []


def surface(lat, lon, *, odd):
    """A surface position (ICAO Doc 9871, C.2.6), type code 7, of an aircraft that stands."""
    zones = 60 - odd
    size = 90 / zones
    y = math.floor(2**17 * (lat % size) / size + 0.5) % 2**17
    rlat = size * (y / 2**17 + math.floor(lat / size))
    north = math.cos(math.radians(rlat)) ** 2
    count = math.floor(2 * math.pi / math.acos(1 - (1 - math.cos(math.pi / 30)) / north))
    width = 90 / max(count - odd, 1)
    x = math.floor(2**17 * (lon % width) / width + 0.5) % 2**17
    me = 7 << 51 | 1 << 44 | odd << 34 | y << 17 | x
    return sealed(bytes([0x8D]) + bytes.fromhex("abcdef") + me.to_bytes(7))


def test_a_position_on_the_ground_needs_the_place_of_the_receiver():
    frames = [(Frame(surface(48.99, 2.56, odd=odd), None), 1000.0 + odd) for odd in (0, 1)]
    (first, second) = places(Decoder(NEAR).decode(frames)).values()
    assert first == pytest.approx((48.99, 2.56), abs=1e-4)
    assert second == pytest.approx((48.99, 2.56), abs=1e-4)
    assert places(Decoder().decode(frames)) == {}


def test_where_nobody_names_the_receiver_low_aircraft_tell_where_it_is(rows):
    decoder = Decoder()
    low = [row for row in rows if row["timestamp"] < rows[0]["timestamp"] + 30]
    decoded(decoder, in_pieces(frames_of(low), 0.5))
    later = low[-1]["timestamp"] + 1
    ground = [(Frame(surface(48.99, 2.56, odd=0), None), later)]
    (place,) = places(decoder.decode(ground)).values()
    assert place == pytest.approx((48.99, 2.56), abs=1e-4)
    (part,) = decoder.decode([(ground[0][0], later + 1)])
    assert part.values["on_ground"] is True
