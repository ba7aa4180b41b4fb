"""producer/commands/sbs.py: from a decoder's lines to records of the topic, by the command as a process."""

import signal
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from loopback_tcp import sending
from mistakes import refused
from reading import count, records
from running import end_while_connected, finish, start, wait_for

from producer.wire import decode

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def line(kind, address, moment, *columns):
    """One line, with the wall's time in Tokyo; the columns are those from the callsign on."""
    generated = datetime.fromtimestamp(moment, ZoneInfo("Asia/Tokyo")).strftime("%Y/%m/%d,%H:%M:%S.%f")[:-3]
    return ",".join(["MSG", str(kind), "1", "1", address, "1", generated, generated, *columns]).encode() + b"\r\n"


def name(address, moment):
    return line(1, address, moment, "AFR12  ", *[""] * 11)


def velocity(address, moment):
    return line(4, address, moment, "", "", "420", "270", "", "", "-640", *[""] * 5)


def position(address, moment, lat):
    return line(3, address, moment, "", "35000", "", "", lat, "2.25", "", "", "0", "0", "0", "0")


def test_what_a_decoder_says_is_in_the_topic(broker):
    now = round(time.time(), 3)
    first = b"junk\r\n" + name("3C1234", now - 2) + velocity("3C1234", now - 1) + position("3C1234", now, "48.5")
    second = position("3C1234", now, "48.5") + position("000002", now, "49.5") + position("000003", now, "1")[:60]
    with sending(first, second) as address:
        arguments = ("--zone=Asia/Tokyo", "--bootstrap-servers", broker.address, "--partitions", "1")
        with start("sbs", *arguments, env={"PRODUCER_SBS": str(address)}) as process:
            wait_for(lambda: count(broker.address, "shipments") >= 2, process)
            process.send_signal(signal.SIGTERM)
            status, out, err = finish(process)
    assert (status, out) == (0, ""), err
    found = records(broker.address, "shipments")
    assert [dict(record.headers) for record in found] == [{"source": b"sbs"}] * 2
    whole, other = [decode(record.value) for record in found]
    assert (whole.key, whole.callsign, whole.lat, whole.lon, whole.track) == ("3c1234", "AFR12", 48.5, 2.25, 270.0)
    assert whole.time == pytest.approx(now, abs=2e-3)
    assert whole.altitude == pytest.approx(35000 * 0.3048)
    assert whole.velocity == pytest.approx(420 * 1852 / 3600)
    assert whole.vertical_rate == pytest.approx(-640 * 0.3048 / 60)
    assert (other.key, other.callsign, other.velocity, other.on_ground) == ("000002", None, None, False)
    assert f"publishing SBS from {address} to shipments" in err
    assert err.count("'junk': refused (format)") == 1
    assert err.count("has ended the connection: connecting again") == 1
    assert "--zone" not in err


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_the_decoder_is_silent(broker, signum):
    with sending(b"") as address, start("sbs", str(address), "--bootstrap-servers", broker.address) as process:
        end_while_connected(process, signum)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "HOST[:PORT]"),
        (["pi.local:0"], "'pi.local:0': a port from 1 to 65535 is needed"),
        (["pi.local:99999"], "'pi.local:99999': a port from 1 to 65535 is needed"),
        (["pi.local:x"], "'pi.local:x': host:port is needed, such as pi.local:30003"),
        (["http://pi.local"], "host:port is needed, such as pi.local:30003"),
        (["pi.local", "--zone=Europe/Nowhere"], "'Europe/Nowhere': UTC, or a name such as Europe/Paris"),
        (["pi.local", "--zone=Europe"], "'Europe': UTC, or a name such as Europe/Paris"),
        (["pi.local", "--zone=../passwd"], "'../passwd': UTC, or a name such as Europe/Paris"),
        (["pi.local", "--zone=+02:00"], "'+02:00': UTC, or a name such as Europe/Paris"),
        (["pi.local", "--zone="], "'': UTC, or a name such as Europe/Paris"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, says, capsys):
    assert says in refused(capsys, "sbs", *arguments)
