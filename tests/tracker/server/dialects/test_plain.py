"""The plain dialect: the bytes that go over the wire."""

from msgspec.structs import replace
from pictures import BARE, JET, TRUCK, WHOLE, picture

from producer.wire import decode
from tracker.server.dialects import News
from tracker.server.dialects.plain import PLAIN
from tracker.stream.protocol import Bye, Fault, Hello, Lag

FIRST = (
    b'{"key":"400001","icao24":"400001","callsign":"AFR1","time":1000000000.0,"lat":49.0,"lon":2.5,"altitude":1000.0,'
    b'"on_ground":false}'
)
SECOND = (
    b'{"key":"cs:TEST-1","callsign":"TEST-1","squawk":"0421","time":1000000000.0,"lat":0.0,"lon":0.0,"velocity":3.5}'
)


def test_each_aircraft_is_a_message_a_state_vector_of_the_wire_with_its_key():
    due = PLAIN.encode(News(picture(WHOLE, BARE), [0, 1], [], seq=1, since=None))
    assert due.data == b"\x81\x7e\x00\x81" + FIRST + b"\x81\x6e" + SECOND
    assert (due.dialect, due.kind, due.frames, due.rows) == ("plain", "delta", 2, 2)
    assert [decode(FIRST), decode(SECOND)] == [WHOLE, BARE]


def test_what_is_no_aircraft_says_so_and_has_its_id_and_all_else_that_is_known_is_told():
    due = PLAIN.encode(News(picture(TRUCK, JET), [0, 1], [], seq=1, since=None))
    truck = (
        b'{"key":"id:TRUCK-7","id":"TRUCK-7","position_source":"other","registration":"FRA 1234","category":"C2",'
        b'"kind":"vehicle","time":1000000000.0,"lat":50.0,"lon":8.5}'
    )
    jet = (
        b'{"key":"400003","icao24":"400003","position_source":"mlat","typecode":"A320","time":1000000000.0,"lat":49.0,'
        b'"lon":2.5}'
    )
    assert due.data == b"\x81\x7e\x00" + bytes([len(truck)]) + truck + b"\x81" + bytes([len(jet)]) + jet
    assert [decode(truck), decode(jet)] == [TRUCK, replace(JET, kind=None)]


def test_only_the_rows_that_are_due_are_sent():
    due = PLAIN.encode(News(picture(WHOLE, BARE), [1], [], seq=1, since=0))
    assert due.data == b"\x81\x6e" + SECOND
    assert (due.frames, due.rows) == (1, 1)


def test_nothing_is_said_of_aircraft_that_have_gone_nor_of_an_empty_fleet():
    assert PLAIN.encode(News(picture(WHOLE), [], ["400002"], seq=2, since=1)) is None
    assert PLAIN.encode(News(picture(), [], [], seq=0, since=None)) is None


def test_it_has_no_notices_and_hears_nothing():
    for notice in (Hello("one", 1e9), Lag(2.0, "broker"), Fault("junk"), Bye(1001, "the server stops")):
        assert PLAIN.announce(notice) == b""
    assert PLAIN.decode is None
