import contextlib
import re
import signal
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner
from devbroker_wire import has_ipv6
from patience import PATIENCE

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
            rest, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest, errors) == (0, "", "")
    with running("--port", str(port)) as (_, line):
        assert str(port) in line, "its port can be taken again at once"


def said(host, *options):
    """What it says until it ends."""
    with running("--host", host, "--port", "0", *options) as (process, line):
        process.send_signal(signal.SIGTERM)
        return line + process.stdout.read()  # communicate() would lose what was read together with the line


OPEN = "anyone who can reach it may read and write"


def test_on_every_interface_it_says_so_and_who_may_use_it():
    text = said("0.0.0.0")
    port = re.search(r"listening at 0\.0\.0\.0:(\d+) \(every interface\)", text)[1]
    assert f"come in at port {port} are told the address at which they reached it" in text
    assert OPEN in text


def test_on_this_machine_alone_it_says_one_line():
    assert said("127.0.0.1").count("\n") == 1


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_addresses_of_ipv6_stand_in_brackets():
    assert re.search(r"listening at \[::1\]:\d+, ", said("::1"))
    assert re.search(r"listening at \[::\]:\d+ \(every interface\), ", text := said("::"))
    assert OPEN in text
    both = said("localhost")
    assert re.search(r"listening at 127\.0\.0\.1:(\d+) and \[::1\]:\1, ", both)
    assert OPEN not in both


def test_what_clients_are_told_is_said():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    text = said("127.0.0.1", "--advertise", f"{port}=[::1]:19092")
    assert f"Clients that come in at port {port} are told [::1]:19092.\n" in text
    assert OPEN not in text


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
    assert CliRunner().invoke(broker, ["--total-bytes", "1000"]).exit_code == 2


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
