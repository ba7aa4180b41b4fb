"""Brokers by address in every spelling, through each command that connects: one parser serves both packages."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from brokers import Topic, until
from patience import PATIENCE
from reading import count
from running import run

from producer.wire import StateVector
from tracker import Tracker
from tracker.devbroker import BrokerThread


@contextlib.contextmanager
def listening(host: str, port: int = 0) -> Iterator[BrokerThread]:
    """A broker at an address that this machine may not have."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        pytest.skip(f"this machine cannot listen at {host} port {port}: {error}")
    with BrokerThread(host, port) as broker:
        yield broker


@pytest.fixture
def ipv6() -> Iterator[BrokerThread]:
    with listening("::1") as broker:
        yield broker


@pytest.fixture
def at_the_default_port() -> Iterator[BrokerThread]:
    """On a loopback address of this process alone: another one may have the port at 127.0.0.1."""
    number = os.getpid()
    with listening(f"127.{64 + (number >> 16) % 64}.{number >> 8 & 255}.{number & 255}", 9092) as broker:
        yield broker


async def read_one(address: str, broker: BrokerThread) -> None:
    Topic(broker.address).create()
    Topic(broker.address).write(StateVector(icao24="abcdef", lat=1.0, lon=2.0, time=1000.0))
    with Tracker(address, since="earliest") as tracker:
        assert tracker.bootstrap_servers == broker.address
        await tracker.settled(count=1, timeout=PATIENCE)
        assert list(tracker.latest().key) == ["abcdef"]


async def test_a_tracker_reads_from_an_ipv6_address(ipv6):
    assert ipv6.address == f"[::1]:{ipv6.port}"
    await read_one(ipv6.address, ipv6)


async def test_a_tracker_reads_from_the_default_port(at_the_default_port):
    await read_one(at_the_default_port.host, at_the_default_port)


def test_the_producer_publishes_to_an_ipv6_address(ipv6):
    status, _, err = run("replay", "--bootstrap-servers", ipv6.address, "--speed", "max", "--limit", "3")
    assert status == 0, err
    assert count(ipv6.address, "shipments") == 3


def test_a_cause_names_an_ipv6_address_as_a_user_writes_it(ipv6):
    environment = {
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": "alice", "KAFKA_SASL_PASSWORD": "secret",
    }  # fmt: skip
    status, _, err = run("replay", "--bootstrap-servers", ipv6.address, env=environment)
    assert status == 2
    assert err.startswith(f"producer: {ipv6.address} has no users")


def test_the_producer_publishes_to_the_default_port(at_the_default_port):
    status, _, err = run("replay", "--bootstrap-servers", at_the_default_port.host, "--speed", "max", "--limit", "3")
    assert status == 0, err
    assert count(at_the_default_port.address, "shipments") == 3


def test_the_server_reads_from_an_ipv6_address(ipv6):
    serve(ipv6.address, ipv6)


def test_the_server_reads_from_the_default_port(at_the_default_port):
    serve(at_the_default_port.host, at_the_default_port)


def serve(address: str, broker: BrokerThread) -> None:
    """Runs the server until it has read the topic."""
    Topic(broker.address).create()
    command = [sys.executable, "-m", "tracker", "serve", "--port", "0", "--stop-on-eof", "--bootstrap-servers", address]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as server:
        line = server.stdout.readline()
        assert f"(topic shipments at {broker.address})" in line, line
        url = f"{line.split()[1]}/readyz"
        until(lambda: server.poll() is not None or is_ready(url), 30, "the server to have read the topic")
        out, err = server.communicate(timeout=PATIENCE)  # closes its standard input
    assert (server.returncode, out, err) == (0, "Stopped.\n", "")


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return json.load(response)["connected"]
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
