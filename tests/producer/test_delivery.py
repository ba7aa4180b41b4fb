"""producer/delivery.py: commands that are stopped, and what is then delivered."""

import signal
import socket
import subprocess
import sys

import pytest
from patience import PATIENCE
from reading import count
from running import finish, start, wait_for_records

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_flushes_and_ends_it_with_a_summary(broker, signum):
    with start("replay", "--bootstrap-servers", broker.address, "--loop", "--linger-ms", "50") as process:
        wait_for_records(broker.address, process)
        process.send_signal(signum)
        status, _, err = finish(process)
    assert status == 0, err
    total = count(broker.address, "shipments")
    assert f"sent {total:,} reports" in err.splitlines()[-1]
    assert f"delivered {total:,}" in err.splitlines()[-1]


def test_it_ends_with_its_parent_where_it_is_told_so(broker):
    arguments = ("replay", "--bootstrap-servers", broker.address, "--loop", "--stop-on-eof")
    with start(*arguments, stdin=subprocess.PIPE) as process:
        wait_for_records(broker.address, process)
        status, _, err = finish(process)  # closes its standard input
    assert status == 0, err


def test_a_stop_while_the_broker_is_away_says_how_many_were_not_delivered(broker):
    arguments = ("replay", "--bootstrap-servers", broker.address, "--loop", "--flush-timeout", "0.2")
    with start(*arguments) as process:
        wait_for_records(broker.address, process)
        broker.stop()
        for line in process.stderr:
            if "no answer from the broker" in line:
                break
        process.send_signal(signal.SIGTERM)
        status, _, err = finish(process)
    assert status == 1, err
    assert "NOT delivered" in err.splitlines()[-1]


def test_without_kafka_python_the_extra_is_named():
    code = (
        "import sys; sys.modules['kafka'] = None; sys.argv = ['producer', 'replay']; import producer.cli as c; c.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "producer: kafka is missing: pip install 'flight-tracker[producer]'\n"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once_while_it_looks_for_a_broker(signum):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        with start("replay", "--bootstrap-servers", address, "--connect-timeout", "3600") as process:
            deaf.accept()  # it has begun to look, and nothing ever answers
            process.send_signal(signum)
            _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "stopped while no broker was found: nothing was published" in said
