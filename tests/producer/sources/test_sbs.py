"""producer/sources/sbs.py: lines of SBS-1, and a decoder that sends them."""

import itertools
import logging
import select
import socket
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE

from producer.cluster.address import Address
from producer.sources.rows import FOOT, KNOT
from producer.sources.sbs import Sbs, parse, read_time
from producer.sources.tcp import Peer
from producer.stop import Stop
from producer.wire import SchemaError

NOW = datetime(2026, 3, 29, 11, 45, 2, tzinfo=UTC).timestamp()
PARIS = ZoneInfo("Europe/Paris")


def line(type_=3, generated="2026/03/29,11:45:01.250", logged="2026/03/29,11:45:01.500", first="MSG", **columns):
    """A line of 22 columns; those that are named differ from empty."""
    names = (
        "callsign",
        "altitude",
        "gs",
        "track",
        "lat",
        "lon",
        "rate",
        "squawk",
        "alert",
        "emergency",
        "spi",
        "ground",
    )
    values = [str(columns.pop(name, "")) for name in names]
    hex_ = columns.pop("hex", "3C6586")
    assert not columns
    return ",".join([first, str(type_), "1", "1", hex_, "1", generated, logged, *values]).encode()


def fields(data, **options):
    repairs = []
    part = parse(data, NOW, repairs=repairs, **options)
    assert not repairs
    return dict(part.values)


def test_an_airborne_position():
    part = parse(line(altitude=35000, lat=48.5, lon=2.25, alert=0, emergency=0, spi=0, ground=0), NOW)
    assert part.icao24 == "3c6586"
    assert part.time == NOW - 0.75
    assert part.values == {"altitude": pytest.approx(35000 * FOOT), "lat": 48.5, "lon": 2.25, "on_ground": False}


def test_each_type_says_what_it_says():
    assert fields(line(1, callsign="AFR12  ")) == {"callsign": "AFR12"}
    surface = fields(line(2, altitude=0, gs=10, track=90, lat=48.5, lon=2.25, ground=-1))
    assert surface == {
        "altitude": 0.0, "velocity": pytest.approx(10 * KNOT), "track": 90.0, "lat": 48.5, "lon": 2.25,
        "on_ground": True,
    }  # fmt: skip
    assert fields(line(4, gs=420, track=270, rate=-640)) == {
        "velocity": pytest.approx(420 * KNOT), "track": 270.0, "vertical_rate": pytest.approx(-640 * FOOT / 60)
    }  # fmt: skip
    assert fields(line(5, altitude=35000, ground=0)).keys() == {"altitude", "on_ground"}
    assert fields(line(6, squawk="0000", altitude=1000))["squawk"] == "0000"
    assert fields(line(6, altitude=1000)).keys() == {"altitude"}
    assert fields(line(7, altitude=1000)).keys() == {"altitude"}
    assert fields(line(8, ground=1)) == {"on_ground": True}


@pytest.mark.parametrize(
    ("type_", "flag", "ground"),
    [(2, "", True), (2, "0", True), (3, "", False), (3, "-1", True), (3, "1", True), (8, "", None), (8, "0", False)],
)
def test_a_surface_position_is_on_the_ground_and_an_airborne_one_in_the_air_where_nothing_is_said(type_, flag, ground):
    assert parse(line(type_, ground=flag), NOW).values.get("on_ground") is ground


def test_a_trailing_h_marks_what_satellites_measured():
    assert fields(line(altitude="35100H", rate="640H", lat=1, lon=2)) == {
        "geo_altitude": pytest.approx(35100 * FOOT), "vertical_rate": pytest.approx(640 * FOOT / 60),
        "lat": 1.0, "lon": 2.0, "on_ground": False,
    }  # fmt: skip


def test_positions_of_a_network_of_receivers_say_so_and_its_extra_columns_are_not_read():
    part = parse(line(3, first="MLAT", lat=1, lon=2, alert=7, emergency="0.3"), NOW)
    assert part.values["position_source"] == "mlat"


@pytest.mark.parametrize("kind", ["SEL", "ID", "AIR", "STA", "CLK"])
def test_lines_of_other_kinds_are_passed_over(kind):
    assert (
        parse(f"{kind},,496,2286,4CA4E5,27215,2026/02/19,18:06:07.710,2026/02/19,18:06:07.710,RYR1427".encode(), NOW)
        is None
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"junk", "'junk': refused (format): MSG and 21 more fields"),
        (line().rpartition(b",")[0], "22 fields are needed, and these are 21"),
        (line(9), "type = '9': refused (format): 1 to 8 is needed"),
        (line(""), "type = ''"),
        (line(hex=""), "icao24"),
        (line(hex="3C65"), "icao24 = '3C65'"),
        (line(lat="x", lon=1), "lat = 'x'"),
        (line(lat="nan", lon=1), "lat = 'nan'"),
        (line(lat=91, lon=1), "lat = 91"),
        (line(lat=1), "lon"),
        (line(generated="2026/13/29,11:45:01.250"), "there is no such date or time"),
        (line(generated="29.03.2026,11:45:01.250"), "2026/03/29 and 13:45:01.250 are the form"),
        (line(generated="2026/03/29,25:45:01"), "there is no such date or time"),
        (b"\xff" * 100, "MSG and 21 more fields"),
    ],
)
def test_what_is_no_report_is_refused_with_a_reason(data, says):
    with pytest.raises(SchemaError) as caught:
        parse(data, NOW)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_value_that_cannot_be_understood_costs_its_field_alone():
    repairs = []
    part = parse(line(altitude="x", gs="1_0", squawk="9", ground="2", lat=1, lon=2), NOW, repairs=repairs)
    assert part.values == {"lat": 1.0, "lon": 2.0, "on_ground": False}
    assert {repair.field for repair in repairs} == {"altitude", "velocity", "squawk", "on_ground"}


@given(st.lists(st.text(max_size=6), max_size=25).map(",".join) | st.text(max_size=40))
def test_any_line_is_a_part_or_refused(text):
    for data in (text.encode(), b"MSG,3," + text.encode(), line(lat=text, lon=text, squawk=text, ground=text)):
        try:
            parse(data, NOW)
        except SchemaError:
            continue


def at(text, zone=UTC):
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def test_the_time_is_when_it_was_heard_else_when_it_was_written_else_when_it_came():
    assert parse(line(generated=",", lat=1, lon=2), NOW).time == NOW - 0.5
    assert parse(line(generated="2026/03/29,", logged=",", lat=1, lon=2), NOW).time == NOW


def test_a_time_is_of_the_zone():
    assert read_time("2026/04/30", "13:45:01.250", PARIS, NOW) == at("2026-04-30T11:45:01.250")
    assert read_time("2026/01/30", "13:45:01", PARIS, NOW) == at("2026-01-30T12:45:01")


def test_of_two_moments_that_a_clock_shows_the_nearer_one_is_meant():
    for utc in ("2026-10-25T00:30:00", "2026-10-25T01:30:00"):  # both are 02:30 in Paris
        assert read_time("2026/10/25", "02:30:00", PARIS, at(utc) + 1) == at(utc)


def test_a_date_from_the_other_side_of_midnight_is_mended():
    assert read_time("2026/03/28", "00:00:00.100", UTC, at("2026-03-29T00:00:00.200")) == at("2026-03-29T00:00:00.100")
    assert read_time("2026/03/29", "23:59:59.900", UTC, at("2026-03-29T00:00:00.200")) == at("2026-03-28T23:59:59.900")
    assert read_time("2026/03/28", "12:00:00", UTC, at("2026-03-29T00:00:00")) == at("2026-03-28T12:00:00")


class Sender:
    """Lines that a decoder would send, without a connection."""

    name = "pi.local:30003"

    def __init__(self, *pieces):
        self._pieces = pieces

    def lines(self, stop):
        yield from self._pieces


def published(*pieces, zone=UTC, wall=lambda: NOW):
    source = Sbs(Sender(*pieces), zone, wall=wall, clock=lambda: 0.0)
    with source:
        return source, list(source.batches(Stop()))


def test_parts_are_joined_into_state_vectors():
    source, batches = published(
        [line(1, callsign="AFR12"), line(4, gs=420, track=270)], [], [line(lat=1, lon=2), line(lat=1, lon=2)]
    )
    assert [len(states) for states, _ in batches] == [0, 0, 1], "nothing is said of the same moment and place twice"
    (state,) = batches[-1].states
    assert (state.key, state.callsign, state.lat, state.time) == ("3c6586", "AFR12", 1.0, NOW - 0.75)
    assert state.velocity == pytest.approx(420 * KNOT)
    assert (source.label, source.attribution, source.refused) == ("sbs", None, 0)


def test_bad_lines_are_counted_and_cost_no_other():
    source, batches = published([b"junk", line(lat=1, lon=2, squawk="9"), SchemaError("too-large"), line(hex="x")])
    assert source.refused == 3
    assert source.repaired == {"squawk": 1}
    assert len(batches[0].states) == 1


@pytest.mark.parametrize("hours", [-5, 2, 24 * 365])
def test_where_the_senders_clock_cannot_be_right_the_moment_of_arrival_is_taken_and_that_is_said_once(hours, caplog):
    wrong = datetime.fromtimestamp(NOW + hours * 3600, UTC).strftime("%Y/%m/%d,%H:%M:%S.000")
    ticking = itertools.count(NOW)
    with caplog.at_level(logging.WARNING):
        _, batches = published(
            *[[line(generated=wrong, lat=number, lon=2)] for number in range(3)], wall=lambda: next(ticking)
        )
    assert [states[0].time for states, _ in batches] == [NOW, NOW + 1, NOW + 2]
    (said,) = caplog.messages
    assert "--zone" in said
    assert ("ahead of" if hours > 0 else "behind") in said


def test_lines_that_waited_while_no_broker_was_there_keep_their_times():
    (state,) = published([line(lat=1, lon=2)], wall=lambda: NOW + 600)[1][0].states
    assert state.time == NOW - 0.75


def test_a_decoder_over_tcp_that_comes_back():
    stop = Stop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        source = Sbs(Peer(Address("127.0.0.1", listener.getsockname()[1])), wall=lambda: NOW)
        with source:
            batches = source.batches(stop)
            for place in (1, 2):
                while not select.select([listener], [], [], 0)[0]:
                    assert next(batches) == ([], None)
                with listener.accept()[0] as other:
                    other.sendall(line(lat=place, lon=2) + b"\r\n" + line(lat=9, lon=9)[:30])
                    (state,) = next(states for states, _ in batches if states)
                assert state.lat == place
            stop.set()
            assert list(batches) == []
        assert source.refused == 0
