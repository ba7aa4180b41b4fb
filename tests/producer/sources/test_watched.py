"""producer/sources/watched.py: a file that comes, goes, is renamed into place or written half."""

import os

import pytest
from aircraft_json import NOW, Clock, aircraft, document

from producer.sources.watched import Watched


@pytest.fixture
def clock():
    return Clock(0.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "aircraft.json"


def put(path, body):
    """As receivers do: written beside, and renamed."""
    beside = path.with_suffix(".new")
    beside.write_bytes(body)
    os.utime(beside, (NOW, NOW))  # the same moment always: an inode of its own is enough
    beside.rename(path)


def test_each_file_that_is_renamed_into_place_is_read_once(path, clock):
    watched = Watched(path, clock=clock)
    for later in range(3):
        put(path, document(aircraft(), now=NOW + later))
        assert [state.time for state in watched.look()] == [NOW + later - 0.5]
        assert watched.look() == []


def test_a_file_that_is_rewritten_in_place_is_read_anew(path, clock):
    watched = Watched(path, clock=clock)
    path.write_bytes(document(aircraft()))
    assert watched.look()
    path.write_bytes(document(aircraft(lat=50.25), now=NOW + 1))
    assert watched.look()


def test_a_file_written_half_is_read_when_it_is_whole(path, clock, caplog):
    watched = Watched(path, clock=clock)
    whole = document(aircraft())
    path.write_bytes(whole[:50])
    assert watched.look() == []
    path.write_bytes(whole)
    assert watched.look()
    assert caplog.messages == []


def test_a_file_that_is_missing_for_a_while_is_told_once_and_again_when_it_is_there(path, clock, caplog):
    caplog.set_level("INFO")
    watched = Watched(path, clock=clock)
    clock.stops_at = 30
    for _ in watched.batches(clock):
        if clock.now == 2:
            assert caplog.messages == []
    assert caplog.messages == [f"{path} cannot be read (no such file or directory): trying until it is over"]
    for later in range(12):
        clock.now += 1
        put(path, document(aircraft(), now=NOW + later))
        watched.look()
    assert caplog.messages[1:] == [f"{path} answers again"]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b""])
def test_another_file_is_told_once(path, clock, caplog, body):
    watched = Watched(path, clock=clock)
    path.write_bytes(body)
    for _ in range(20):
        assert watched.look() == []
        clock.now += 1
    assert caplog.messages == [f"{path} is no aircraft.json: trying until it is over"]


def test_it_looks_at_least_twice_a_second_and_ends_with_the_stop(path, clock):
    clock.stops_at = 5
    assert len([batch for batch in Watched(path, clock=clock).batches(clock) if batch.states == []]) >= 10
    assert clock.now < 5.5


def test_a_file_beyond_the_bound_is_not_read(path, clock, caplog):
    with path.open("wb") as file:
        file.truncate((64 << 20) + 1)
    watched = Watched(path, clock=clock)
    watched.look()
    clock.now = 10
    assert watched.look() == []
    assert "is no aircraft.json" in caplog.text


def test_a_file_that_seems_the_same_is_not_read_again(path, clock):
    watched = Watched(path, clock=clock)
    path.write_bytes(document(aircraft()))
    os.utime(path, (NOW, NOW))
    assert watched.look()
    path.write_bytes(document(aircraft(), now=NOW + 1))  # as long as before, in place
    os.utime(path, (NOW, NOW))
    assert watched.look() == []
    os.utime(path, (NOW, NOW + 1))
    assert watched.look()
