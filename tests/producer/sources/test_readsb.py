"""producer/sources/readsb.py: what receivers answer becomes reports, each once."""

import json

import pytest
from aircraft_json import JUNK, NOW, aircraft, document
from hypothesis import example, given
from hypothesis import strategies as st

from producer.sources.exchange import Answer
from producer.sources.readsb import INTERVAL, Receiver

WALL = NOW


@pytest.fixture
def receiver():
    return Receiver("http://me:s3cr3t@pi.local:8080/data/aircraft.json?key=s3cr3t")


def take(receiver, body, status=200, headers=None, now=0.0):
    return receiver.take(Answer(status, headers or {}, body), WALL, now)


def test_a_report_is_as_old_as_its_position(receiver):
    outcome = take(receiver, document(aircraft(seen_pos=12.5)))
    (state,) = outcome.states
    assert (state.key, state.callsign, state.time) == ("3c1234", "DLH1AB", NOW - 12.5)
    assert state.altitude == pytest.approx(304.8)
    assert (outcome.wait, outcome.trouble) == (INTERVAL, None)


def test_reports_come_in_the_order_of_time(receiver):
    listed = [aircraft(f"00000{age}", seen_pos=float(age)) for age in (1, 3, 2)]
    assert [state.key for state in take(receiver, document(*listed)).states] == ["000003", "000002", "000001"]


def test_an_answer_of_the_same_moment_is_no_news(receiver):
    assert take(receiver, document(aircraft())).states
    assert not take(receiver, document(aircraft("000001"))).states
    assert take(receiver, document(aircraft("000001"), now=NOW + 1)).states


def test_a_position_is_handed_on_once_though_its_time_is_rounded(receiver):
    ages = [0.5, 1.4, 2.6, 3.5]
    found = [
        take(receiver, document(aircraft(seen_pos=age), now=NOW + later), now=float(later)).states
        for later, age in enumerate(ages)
    ]
    assert [len(states) for states in found] == [1, 0, 0, 0]


def test_a_parked_aircraft_that_reports_again_is_handed_on_again(receiver):
    for later in range(3):
        assert take(receiver, document(aircraft(), now=NOW + later), now=float(later)).states


def test_the_clock_of_a_receiver_may_jump_in_both_directions(receiver):
    for later in (0, 1, 86_400, -86_400, 2):
        (state,) = take(receiver, document(aircraft(), now=NOW + later), now=1.0).states
        assert state.time == NOW + later - 0.5


def test_records_without_a_position_are_counted_apart_from_those_that_are_wrong(receiver, caplog):
    listed = [aircraft("000001", lat=None, lon=None, rr_lat=50.1, rr_lon=8.1), aircraft("000002", lat=91.0), 7]
    assert not take(receiver, document(*listed)).states
    assert (receiver.without_position, receiver.refused) == (1, 2)
    assert "lat = 91.0" in caplog.text


def test_a_value_that_cannot_be_understood_costs_its_field(receiver):
    (state,) = take(receiver, document(aircraft(gs="fast"))).states
    assert state.velocity is None
    assert receiver.repaired == {"velocity": 1}


def test_a_report_without_a_time_is_refused(receiver):
    assert not take(receiver, json.dumps({"aircraft": [aircraft()]}).encode()).states
    assert receiver.refused == 1


def test_names_of_dump1090_mutability_are_read(receiver):
    listed = {
        "hex": "3c1234",
        "lat": 50.0,
        "lon": 8.5,
        "seen_pos": 0.5,
        "altitude": 1000,
        "speed": 100,
        "vert_rate": 60,
    }
    (state,) = take(receiver, document(listed)).states
    assert (state.altitude, state.velocity, state.vertical_rate) == pytest.approx((304.8, 100 * 1852 / 3600, 0.3048))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"aircraft": {}}', b"null", document(aircraft())[:40]]
)
def test_another_document_is_trouble_and_no_report(receiver, body):
    outcome = take(receiver, body)
    assert (outcome.states, outcome.wait) == ((), None)
    assert outcome.trouble == "answers with something that is no aircraft.json"


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_another_status_is_trouble(receiver, status):
    outcome = take(receiver, document(aircraft()), status)
    assert (outcome.states, outcome.wait, outcome.trouble) == ((), None, f"answers with status {status}")


def test_a_file_that_has_not_changed_is_not_sent_again(receiver):
    assert receiver.request(WALL).headers == {}
    take(receiver, document(aircraft()), headers={"etag": '"1"', "last-modified": "Sat, 28 Nov 2026 00:00:00 GMT"})
    unless = {"If-None-Match": '"1"', "If-Modified-Since": "Sat, 28 Nov 2026 00:00:00 GMT"}
    assert receiver.request(WALL).headers == unless
    assert take(receiver, b"", 304).wait == INTERVAL
    assert receiver.request(WALL).headers == unless
    take(receiver, b"", 500)
    assert receiver.request(WALL).headers == {}


@example({}, 10**400)
@example({"seen_pos": 10**400}, 1e9)
@example(fields={}, now=True)
@given(
    st.dictionaries(st.sampled_from([*aircraft(), "gs", "track", "squawk", "category", "t", "r", "type"]), JUNK), JUNK
)
def test_junk_is_no_more_than_refused(fields, now):
    receiver = Receiver("http://pi.local/")
    listed = [aircraft() | fields, 7]
    outcome = take(receiver, json.dumps({"now": now, "aircraft": listed}).encode())
    assert outcome.trouble is None
    assert len(outcome.states) + receiver.refused + receiver.without_position == 2
    assert now is not True or not outcome.states


def test_nothing_secret_is_shown(receiver):
    assert receiver.name == "http://pi.local:8080/data/aircraft.json"
    assert "s3cr3t" in receiver.request(WALL).url
    assert "s3cr3t" not in repr(receiver.request(WALL))
