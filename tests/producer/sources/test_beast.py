"""producer/sources/beast.py: a receiver that sends frames, over a real connection."""

import time

import pytest
from loopback_tcp import sending
from mode_s_frames import beast, load, sealed
from patience import PATIENCE

from producer.sources.backoff import Backoff
from producer.sources.beast import Beast
from producer.sources.tcp import Peer
from producer.stop import Stop

ROWS = load()
TICKS = 12_000_000


def binary(row):
    return beast(row["frame"], int((row["timestamp"] - ROWS[0]["timestamp"]) * TICKS))


def text(row):
    return f"*{row['frame'].upper()};\n".encode()


def source_at(address):
    return Beast(Peer(address, backoff=Backoff(0.01, 0.01)))


def published(source, enough):
    """What comes until it is enough; then the source is stopped, and must end."""
    stop, states = Stop(), []
    deadline = time.monotonic() + PATIENCE
    with source:
        batches = source.batches(stop)
        for batch, due in batches:
            assert due is None
            states += batch
            if enough(states):
                break
            assert time.monotonic() < deadline, f"{len(states)} reports alone"
        stop.set()
        assert [batch for batch, _ in batches if batch] == []
    return states


@pytest.mark.parametrize("form", [binary, text])
def test_a_receiver_is_heard_in_either_form(form):
    places = [(row["latitude"], row["longitude"]) for row in ROWS if "latitude" in row]
    before = time.time()
    with sending(b"".join(map(form, ROWS))) as address:
        source = source_at(address)
        states = published(source, lambda states: len(states) >= 130)
    assert {(state.lat, state.lon) for state in states} <= set(places)
    assert {state.icao24 for state in states} == {"393322"}
    last = states[-1]
    assert (last.callsign, last.squawk, last.on_ground, last.position_source) == ("AFR34ZG", "1000", False, "adsb")
    assert last.velocity is not None
    assert last.altitude > states[0].altitude
    assert all(before - 1.0 <= state.time <= time.time() for state in states)
    assert source.refused == 0
    assert (source.label, source.attribution) == ("beast", None)


def test_a_receiver_that_comes_back_in_another_form_with_junk_between():
    squitters = [bytes.fromhex(row["frame"]) for row in ROWS if row["df"] == "17"]
    others = [sealed(raw[:1] + bytes.fromhex("abcdef") + raw[4:]) for raw in squitters]
    first = b"".join(map(binary, ROWS)) + binary(ROWS[0])[:9]
    second = "".join(f"*{frame};\n" for frame in others).encode() + b"junk\n"
    with sending(first, second) as address:
        source = source_at(address)
        states = published(source, lambda states: len(states) >= 250)
    assert {state.icao24 for state in states} == {"393322", "abcdef"}
    assert source.refused == 1


def test_a_receiver_that_is_silent_ends_when_it_is_told():
    with sending(b"") as address:
        assert published(source_at(address), lambda states: True) == []
