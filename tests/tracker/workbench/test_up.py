"""`tracker up`, started and stopped for real."""

import asyncio
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from brokers import Topic
from patience import PATIENCE

from tracker import Tracker


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Up:
    """A running workbench, and what it has said."""

    def __init__(self, *options: str) -> None:
        self.broker_port = free_port()
        self.http_port = free_port()
        ports = ["--broker-port", str(self.broker_port), "--http-port", str(self.http_port)]
        command = [sys.executable, "-m", "tracker", "up", *ports, *options]
        environment = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment | {"PYTHONUNBUFFERED": "1"},
        )
        self.said = ""

    def until(self, word: str) -> str:
        """The first line with this word in it."""
        for line in self.process.stdout:
            self.said += line
            if word in line:
                return line
        raise AssertionError(f"{word!r} was not said, but: {self.said}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit status."""
        self.process.send_signal(number)
        self.said += self.process.stdout.read()
        return self.process.wait(PATIENCE)


@pytest.fixture
def up():
    started = []

    def start(*options: str) -> Up:
        started.append(Up(*options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
        one.process.stdout.close()


def children(process: int) -> list[int]:
    listing = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listing.split()]


def is_alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_without_the_lab_it_streams_until_it_is_told_to_stop(up, number):
    workbench = up("--no-lab")
    workbench.until("Ctrl-C")
    with Tracker(f"127.0.0.1:{workbench.broker_port}") as t:
        await t.settled(count=50, timeout=PATIENCE)
    programs = children(workbench.process.pid)
    assert len(programs) == 2
    status = await asyncio.to_thread(workbench.stop, number)
    assert status == 0, workbench.said
    assert workbench.said.endswith("Stopped.\n")
    assert not any(map(is_alive, programs))


def test_the_live_server_reads_the_same_stream(up):
    workbench = up("--no-lab")
    link = workbench.until("live page").split()[-1]
    assert link == f"http://127.0.0.1:{workbench.http_port}/"
    fleet = json.load(urllib.request.urlopen(f"{link}api/flights", timeout=PATIENCE))
    assert fleet["connected"]
    assert fleet["flights"]


async def test_its_broker_is_in_the_clear_whatever_the_environment_holds_for_another(up, monkeypatch):
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "PLAIN")
    monkeypatch.setenv("KAFKA_SASL_USERNAME", "alice")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "s3cret")
    monkeypatch.setenv("KAFKA_SSL_CAFILE", "/nowhere/ca.pem")
    workbench = up("--no-lab")
    workbench.until("Ctrl-C")
    with Tracker(f"127.0.0.1:{workbench.broker_port}", security_protocol="PLAINTEXT") as t:
        await t.settled(count=50, timeout=PATIENCE)
    producer, _ = children(workbench.process.pid)
    environment = await asyncio.to_thread(Path(f"/proc/{producer}/environ").read_bytes)
    assert b"KAFKA_SASL" not in environment
    assert b"s3cret" not in environment
    await asyncio.to_thread(workbench.stop)
    assert "s3cret" not in workbench.said


async def test_made_up_flights_take_the_place_of_the_replay(up):
    workbench = up("--no-lab", "--flights", "30")
    assert workbench.until("producer") == "producer    topic shipments: 30 made-up flights, all over the world\n"
    with Tracker(f"127.0.0.1:{workbench.broker_port}") as t:
        await t.settled(count=60, timeout=PATIENCE)
        seen = t.latest()
        assert len(seen) == 30
        assert abs(seen["timestamp"].max().timestamp() - time.time()) < PATIENCE
    status = await asyncio.to_thread(workbench.stop)
    assert status == 0, workbench.said


def test_with_a_mapping_it_publishes_nothing_and_what_others_publish_is_read(up, tmp_path):
    mapping = tmp_path / "trucks.toml"
    mapping.write_text(
        'constants = { kind = "vehicle" }\n[fields]\nid = "truck"\nlat = "place.lat"\nlon = "place.lon"\n', "utf-8"
    )
    ageing = ["--stale-after", "20", "--lost-after", "90"]
    workbench = up("--no-lab", "--mapping", os.path.relpath(mapping), *ageing)
    assert "what you publish is read by the mapping" in workbench.until("producer")
    workbench.until("live page")
    Topic(f"127.0.0.1:{workbench.broker_port}").write({"truck": "T7", "place": {"lat": 48.0, "lon": 2.0}})
    page, flights = f"http://127.0.0.1:{workbench.http_port}/api/flights", []
    while not flights:  # bounded by the test's own time limit
        flights = json.load(urllib.request.urlopen(page, timeout=PATIENCE))["flights"]
    assert [(flight["key"], flight["kind"]) for flight in flights] == [("id:T7", "vehicle")]
    [server] = children(workbench.process.pid)
    variables = set(Path(f"/proc/{server}/environ").read_text().split("\0"))
    assert variables >= {"TRACKER_STALE_AFTER=20", "TRACKER_LOST_AFTER=90", f"TRACKER_MAPPING={mapping}"}


async def test_sources_of_ones_own_take_the_place_of_the_replay(up, tmp_path):
    files = [tmp_path / f"{name} sky.jsonl" for name in ("one", "other")]
    for number, file in enumerate(files):
        file.write_text(json.dumps({"icao24": f"00000{number}", "lat": 1.0, "lon": 2.0, "time": 1.7e9}) + "\n")
    sources = [f"replay --loop '{file}'" for file in files]
    workbench = up("--no-lab", "--no-http", "--source", sources[0], "--source", sources[1])
    assert workbench.until("producer").endswith(f"shipments: {sources[0]}; {sources[1]}\n")
    with Tracker(f"127.0.0.1:{workbench.broker_port}", since="earliest") as t:
        await t.settled(count=2, timeout=PATIENCE)
        assert set(t.latest()["icao24"]) <= {"000000", "000001"}
        assert [source.name for source in t.stats.sources] == ["replay"]
    assert len(children(workbench.process.pid)) == 2
    assert await asyncio.to_thread(workbench.stop) == 0, workbench.said


def test_a_source_that_there_is_not_is_said_by_the_producer(up):
    workbench = up("--no-lab", "--no-http", "--source", "radar host:1")
    assert "radar" in workbench.until("No such command")
    assert workbench.process.wait(PATIENCE) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--mapping", "nowhere"], "mapping 'nowhere': no such built-in one (opensky, readsb, traffic), and no file"),
        (["--mapping", "readsb", "--flights", "30"], "leave out --flights, --speed and --source"),
        (["--mapping", "readsb", "--source", "sbs h:1"], "leave out --flights, --speed and --source"),
        (["--flights", "3", "--source", "sbs h:1"], "leave out --flights and --speed"),
        (["--source", "sbs 'h:1"], "No closing quotation"),
        (["--source", " "], "'sbs HOST:PORT', is needed"),
        (["--lost-after", "10"], "--lost-after=10.0: more than --stale-after, which is 15 s, is needed"),
    ],
)
def test_options_that_cannot_be_are_refused_in_a_sentence(up, options, sentence):
    workbench = up("--no-lab", *options)
    assert sentence in workbench.until("Error")
    assert workbench.process.wait(PATIENCE) == 2


def test_made_up_flights_have_one_speed(up):
    workbench = up("--no-lab", "--flights", "30", "--speed", "10")
    assert "leave out --speed" in workbench.until("--flights")
    assert workbench.process.wait(PATIENCE) == 2


def test_with_the_lab_its_link_opens_the_first_page(up):
    workbench = up("--lab-port", str(free_port()))
    link = workbench.until("JupyterLab").split()[1]
    base, _, token = link.partition("/lab/tree/01_live_map.ipynb?token=")
    page = urllib.request.urlopen(f"{base}/api/contents/01_live_map.ipynb?content=0&token={token}", timeout=PATIENCE)
    assert page.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{base}/api/contents", timeout=PATIENCE)
    programs = children(workbench.process.pid)
    assert len(programs) == 3
    status = workbench.stop()
    assert status == 0, workbench.said
    assert not any(map(is_alive, programs))


@pytest.mark.parametrize("which", ["broker", "http", "lab"])
def test_a_taken_port_is_said_with_the_option_that_changes_it(up, which):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        workbench = up(f"--{which}-port", str(port))
        line = workbench.until("taken")
        assert re.search(rf"127\.0\.0\.1:{port} is taken.*--{which}-port", line)
        workbench.process.stdout.read()
        assert workbench.process.wait(PATIENCE) == 2
    assert "Traceback" not in workbench.said


def test_a_child_that_dies_is_said_plainly_and_ends_all(up):
    workbench = up("--no-lab")
    workbench.until("Ctrl-C")
    producer, _ = children(workbench.process.pid)
    os.kill(producer, signal.SIGKILL)
    assert "The producer ended (status -9)" in workbench.until("ended")
    workbench.process.stdout.read()
    assert workbench.process.wait(PATIENCE) == 1


def test_a_wrong_speed_is_said_by_the_producer(up):
    workbench = up("--no-lab", "--speed", "fast")
    workbench.until("'fast' is neither a positive number nor 'max'")
    workbench.process.stdout.read()
    assert workbench.process.wait(PATIENCE) == 1


def test_when_it_is_killed_its_children_end_too(up):
    workbench = up("--no-lab")
    workbench.until("Ctrl-C")
    producer, _ = children(workbench.process.pid)
    descriptor = os.pidfd_open(producer)
    workbench.process.kill()

    assert select.select([descriptor], [], [], 15)[0]
    os.close(descriptor)
