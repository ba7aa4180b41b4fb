"""producer/commands/beast.py: from a receiver's frames to records of the topic, by the command as a process."""

import signal
import subprocess
import sys
import time

import pytest
from loopback_tcp import sending
from mistakes import refused
from mode_s_frames import beast, load
from reading import count, records
from running import end_while_connected, finish, start, wait_for

from producer.wire import decode

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

ROWS = load()


def binary(row):
    return beast(row["frame"], int((row["timestamp"] - ROWS[0]["timestamp"]) * 12_000_000))


def text(row):
    return f"*{row['frame'].upper()};\n".encode()


@pytest.mark.parametrize("form", [binary, text])
def test_what_a_receiver_hears_is_in_the_topic(broker, form):
    begun = time.time()
    with sending(form(ROWS[0])[3:] + b"".join(map(form, ROWS))) as address:
        arguments = ("--at=48.99,2.55", "--bootstrap-servers", broker.address, "--partitions", "1")
        with start("beast", *arguments, env={"PRODUCER_BEAST": str(address)}) as process:
            wait_for(lambda: count(broker.address, "shipments") >= 130, process)
            process.send_signal(signal.SIGTERM)
            status, out, err = finish(process)
    assert (status, out) == (0, ""), err
    found = records(broker.address, "shipments")
    assert {tuple(record.headers) for record in found} == {(("source", b"beast"),)}
    states = [decode(record.value) for record in found]
    sent = {(row["latitude"], row["longitude"]) for row in ROWS if "latitude" in row}
    assert {state.key for state in states} == {"393322"}
    assert {(state.lat, state.lon) for state in states} <= sent
    last = states[-1]
    assert (last.callsign, last.squawk, last.on_ground, last.position_source) == ("AFR34ZG", "1000", False, "adsb")
    assert last.altitude > states[0].altitude
    assert begun - 1.0 <= last.time <= time.time()
    assert f"publishing frames from {address} to shipments" in err
    assert err.count("frames of Beast or AVR are needed") <= 1  # the part of a frame with which it begins


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_the_receiver_is_silent(broker, signum):
    half = binary(ROWS[0])[:9]
    with sending(half) as address, start("beast", str(address), "--bootstrap-servers", broker.address) as process:
        end_while_connected(process, signum)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "HOST[:PORT]"),
        (["pi.local:99999"], "'pi.local:99999': a port from 1 to 65535 is needed"),
        (["pi.local:x"], "'pi.local:x': host:port is needed, such as pi.local:30005"),
        (["pi.local", "--at=48.99"], "'48.99': lat,lon is needed, in degrees"),
        (["pi.local", "--at=here,there"], "'here,there': lat,lon is needed, in degrees"),
        (["pi.local", "--at=nan,2.55"], "'nan,2.55'"),
        (["pi.local", "--at=91,2.55"], "'91,2.55': a latitude from -90 to 90"),
        (["pi.local", "--at=48.99,181"], "'48.99,181': a latitude from -90 to 90 and a longitude from -180 to 180"),
        (["pi.local", "--zone=UTC"], "No such option"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, says, capsys):
    assert says in refused(capsys, "beast", *arguments)


def test_without_rs1090_the_extra_is_named():
    code = (
        "import sys; sys.modules['rs1090'] = None; sys.argv = ['producer', 'beast', 'pi.local']; "
        "import producer.cli as c; c.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "producer: rs1090 is missing: pip install 'flight-tracker[beast]'\n"
