import contextlib
import re
import signal
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tracker.devbroker.command import broker


@contextlib.contextmanager
def running(*options):
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker.devbroker", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_cleanly(number):
    with running("--port", "0") as (process, line):
        port = int(re.search(r"127\.0\.0\.1:(\d+)", line)[1])
        assert "keeps nothing" in line
        with socket.create_connection(("127.0.0.1", port)):
            process.send_signal(number)
            rest, errors = process.communicate(timeout=5)
    assert (process.returncode, rest, errors) == (0, "", "")
    with running("--port", str(port)) as (_, line):
        assert str(port) in line, "its port can be taken again at once"


def test_a_port_that_is_taken_is_one_line_and_status_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(broker, ["--port", str(port)])
    assert result.exit_code == 2
    assert result.output.count("\n") == 1
    assert f"127.0.0.1:{port}" in result.output
    assert "--port" in result.output


def test_every_option_has_an_environment_variable():
    for option in broker.params:
        assert option.envvar == f"TRACKER_BROKER_{option.name.upper()}"


def test_options_out_of_range_are_refused():
    assert CliRunner().invoke(broker, ["--port", "70000"]).exit_code == 2
    assert CliRunner().invoke(broker, ["--retention-bytes", "-2"]).exit_code == 2


@pytest.mark.parametrize(
    "text", ["9092", "9092=localhost", "0=localhost:9092", "9092=localhost:70000", "a=b:1", "1=:2"]
)
def test_an_advertised_address_that_is_none_is_named(text):
    result = CliRunner().invoke(broker, ["--advertise", text])
    assert result.exit_code == 2
    assert f"{text!r} is not PORT=HOST:PORT, with ports from 1 to 65535" in result.output


def test_an_advertised_address_is_listened_at():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with running("--port", "0", "--advertise", f"{port}=[::1]:19092"), socket.create_connection(("127.0.0.1", port)):
        pass
