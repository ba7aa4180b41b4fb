"""producer/delivery.py: commands that are stopped, and what is then delivered."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE
from reading import count, records
from running import finish, start, wait_for, wait_for_records

from producer.sources.recording import BUNDLED_ATTRIBUTION

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


def test_records_name_their_source_and_whom_to_thank(broker):
    with start("replay", "--bootstrap-servers", broker.address, "--speed", "max", "--limit", "200") as process:
        status, _, err = finish(process)
    assert status == 0, err
    headers = {tuple(record.headers) for record in records(broker.address, "shipments")}
    assert headers == {(("source", b"replay"), ("attribution", BUNDLED_ATTRIBUTION.encode()))}


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


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_heeded_before_kafka_python_is_loaded(signum):
    code = f"""
import os, sys

class Signalling:
    @staticmethod
    def find_spec(name, path, target=None):
        if name == "kafka":
            os.kill(os.getpid(), {int(signum)})

sys.meta_path.insert(0, Signalling)
sys.argv = ["producer", "replay"]
from producer.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "stopped while no broker was found: nothing was published" in done.stderr


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_search_for_a_broker_where_nothing_listens(signum):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with start("replay", "--bootstrap-servers", address, "--connect-timeout", "3600") as process:
            wait_for(lambda: catches(process, signal.SIGTERM), process)
            process.send_signal(signum)
            status, _, err = finish(process)
    assert status == 0, err
    assert "stopped while no broker was found: nothing was published" in err


def catches(process, signum):
    """Whether the process has a handler of its own for a signal."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (caught,) = re.findall(r"^SigCgt:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return int(caught, 16) >> (signum - 1) & 1


def test_a_second_interrupt_ends_it_without_the_last_reports(broker):
    arguments = ("replay", "--bootstrap-servers", broker.address, "--loop", "--flush-timeout", "3600")
    with start(*arguments) as process:
        wait_for_records(broker.address, process)
        broker.stop()
        for line in process.stderr:
            if "no answer from the broker" in line:
                break
        process.send_signal(signal.SIGINT)
        wait_for(lambda: not catches(process, signal.SIGTERM), process)  # the first has been heeded
        process.send_signal(signal.SIGINT)
        status, _, err = finish(process)
    assert status == 130, err


def test_a_signal_ends_it_while_it_waits_for_the_end_of_standard_input(broker):
    arguments = ("replay", "--bootstrap-servers", broker.address, "--loop", "--stop-on-eof")
    with start(*arguments, stdin=subprocess.PIPE) as process:
        wait_for_records(broker.address, process)
        process.send_signal(signal.SIGTERM)
        err = process.stderr.read()
        assert process.wait(PATIENCE) == 0, err
    assert "delivered" in err.splitlines()[-1]
