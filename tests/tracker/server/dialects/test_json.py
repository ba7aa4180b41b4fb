"""The dialect `flights.v1.json`: the bytes that go over the wire."""

import pytest
from pictures import BARE, JET, TRUCK, WHOLE, picture

from tracker.server.dialects import News
from tracker.server.dialects.json import JSON
from tracker.stream.protocol import Bye, Fault, Hello, Lag, Subscribe, decode

SNAPSHOT = (
    b'{"type":"snapshot","seq":1,"columns":{"key":["400001","cs:TEST-1"],"callsign":["AFR1","TEST-1"],'
    b'"squawk":[null,"0421"],"time":[1000000000.0,1000000000.0],"lat":[49.0,0.0],"lon":[2.5,0.0],'
    b'"velocity":[null,3.5],"altitude":[1000.0,null],"on_ground":[false,null],"heard":[2.0,2.0]}}'
)
DELTA = (
    b'{"type":"delta","seq":3,"columns":{"key":["cs:TEST-1"],"callsign":["TEST-1"],"squawk":["0421"],'
    b'"time":[1000000000.0],"lat":[0.0],"lon":[0.0],"velocity":[3.5],"heard":[0.0]},"removed":["400002"]}'
)


def test_viewers_that_hold_nothing_are_sent_a_snapshot_in_columns():
    due = JSON.encode(News(picture(WHOLE, BARE, age=2.0), [0, 1], [], seq=1, since=None))
    assert due.data == b"\x81\x7e\x01\x16" + SNAPSHOT
    assert (due.dialect, due.kind, due.frames, due.rows) == ("flights.v1.json", "snapshot", 1, 2)


def test_a_delta_holds_the_rows_that_are_due_and_the_keys_that_have_gone():
    due = JSON.encode(News(picture(WHOLE, BARE), [1], ["400002"], seq=3, since=1))
    assert due.data == b"\x81\x7e" + len(DELTA).to_bytes(2, "big") + DELTA
    assert (due.dialect, due.kind, due.frames, due.rows) == ("flights.v1.json", "delta", 1, 1)


def test_what_is_no_aircraft_says_so_and_what_is_known_beside_the_reports_has_columns():
    due = JSON.encode(News(picture(WHOLE, TRUCK, JET), [0, 1, 2], [], seq=1, since=None))
    columns = decode(due.data[4:]).columns
    assert columns["key"] == ["400001", "id:TRUCK-7", "400003"]
    assert {name: columns[name] for name in ("kind", "position_source", "typecode", "registration", "category")} == {
        "kind": [None, "vehicle", None],
        "position_source": [None, "other", "mlat"],
        "typecode": [None, None, "A320"],
        "registration": [None, "FRA 1234", None],
        "category": [None, "C2", None],
    }
    assert "id" not in columns


def test_aircraft_of_which_nothing_more_is_known_cost_no_column():
    due = JSON.encode(News(picture(WHOLE, TRUCK), [0], [], seq=1, since=None))
    assert decode(due.data[4:]).columns.keys() == {
        "key", "callsign", "time", "lat", "lon", "altitude", "on_ground", "heard"
    }  # fmt: skip


def test_an_empty_snapshot_is_sent_and_an_empty_delta_is_not():
    empty = JSON.encode(News(picture(), [], [], seq=5, since=None))
    assert empty.data.endswith(b'{"type":"snapshot","seq":5,"columns":{}}')
    removal = JSON.encode(News(picture(WHOLE), [], ["400002"], seq=5, since=4))
    assert removal.data.endswith(b'{"type":"delta","seq":5,"columns":{},"removed":["400002"]}')
    assert JSON.encode(News(picture(WHOLE), [], [], seq=5, since=4)) is None


@pytest.mark.parametrize(
    ("notice", "payload"),
    [
        (
            Hello("one", 1e9, 20.0, 90.0),
            b'{"type":"hello","epoch":"one","server_time":1000000000.0,"stale_after":20.0,"lost_after":90.0}',
        ),
        (Lag(2.5, "client"), b'{"type":"lag","behind_s":2.5,"cause":"client"}'),
        (Fault("junk"), b'{"type":"error","reason":"junk"}'),
        (Bye(1001, "the server stops"), b'{"type":"bye","code":1001,"reason":"the server stops"}'),
    ],
)
def test_a_notice_is_a_message(notice, payload):
    assert JSON.announce(notice) == b"\x81" + bytes([len(payload)]) + payload


def test_a_subscribe_is_read_and_a_binary_message_is_refused():
    assert JSON.decode('{"type":"subscribe","max_hz":4}') == Subscribe(max_hz=4.0)
    with pytest.raises(ValueError, match="a binary message: text is needed"):
        JSON.decode(b'{"type":"subscribe"}')
    with pytest.raises(ValueError, match="max_hz = 51"):
        JSON.decode('{"type":"subscribe","max_hz":51}')
