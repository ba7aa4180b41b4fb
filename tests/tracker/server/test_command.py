"""`tracker serve`: what its options do."""

import json
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest
from click.testing import CliRunner
from patience import PATIENCE
from served import served
from websockets.sync.client import connect

from producer.wire import StateVector
from tracker.server.command import serve
from tracker.stream.protocol import DIALECT


def test_a_mapping_that_cannot_be_used_is_told_in_a_line():
    result = CliRunner().invoke(serve, ["--mapping", "nowhere"])
    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)
    assert "no such built-in one (opensky, readsb, traffic)" in result.output


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--stale-after", "0"],
            "'--stale-after' (env var: 'TRACKER_STALE_AFTER'): 0.0 is not in the range 0<x<=86400.0",
        ),
        (["--lost-after", "-1"], "'--lost-after' (env var: 'TRACKER_LOST_AFTER'): -1.0 is not in the range"),
        (["--lost-after", "nan"], "'--lost-after' (env var: 'TRACKER_LOST_AFTER'): 'nan': a number is needed"),
        (["--stale-after", "60"], "--lost-after=60.0: more than --stale-after, which is 60 s, is needed"),
        (["--lost-after", "10"], "--lost-after=10.0: more than --stale-after, which is 15 s, is needed"),
    ],
)
def test_ages_that_cannot_be_are_refused_by_option_value_and_limit(options, sentence):
    result = CliRunner().invoke(serve, options)
    assert result.exit_code == 2
    assert sentence in result.output


def test_the_ages_of_the_options_reach_list_and_stream(broker, topic):
    topic.create()
    topic.write(*(StateVector(icao24=f"40000{n}", lat=1.0, lon=2.0) for n in range(3)))
    options = ["--stale-after", "0.001", "--since", "earliest", "--topic", topic.name]
    with served(*options, broker=broker.address) as server, connect(f"ws://{server.base}/ws/flights") as plain:
        plain.recv(PATIENCE)  # read, so that the list holds them
        hello, flights = json.loads(greet(server)), json.loads(server.get("/api/flights")[2])["flights"]
    assert (hello["stale_after"], hello["lost_after"]) == (0.001, 60.0)
    assert {flight["stale"] for flight in flights} == {True}


def greet(server) -> str:
    with connect(f"ws://{server.base}/ws/flights", subprotocols=[DIALECT]) as client:
        return client.recv(PATIENCE)


def test_records_of_another_dialect_are_refused_and_the_log_names_the_mapping_that_reads_them(broker, topic):
    topic.create()
    topic.write(*({"hex": f"3c123{n}", "alt_baro": 10_000, "lat": 48.0, "lon": 2.0} for n in range(5)))
    with served("--since", "earliest", "--topic", topic.name, broker=broker.address) as server:
        stats = {"rejected": 0}
        while stats["rejected"] < 5:  # bounded by the test's own time limit
            stats = json.loads(server.get("/api/stats")[2])
        metrics = server.get("/metrics")[2].decode()
        log = server.log()
    hint = "the mapping 'readsb' reads it: --mapping readsb"
    assert [(refusal["reason"], refusal["count"]) for refusal in stats["refused"]] == [("dialect", 5)]
    assert stats["trouble"].startswith("all reports so far were refused (5), the newest because of hex, alt_baro:")
    assert hint in stats["trouble"]
    assert 'tracker_refused_total{reason="dialect"} 5.0' in metrics
    assert [hint in line for line in log.splitlines() if "refused (dialect" in line] == [True]


def test_what_is_mended_and_what_nobody_reads_is_counted_by_field(broker, topic):
    topic.create()
    topic.write(*({"icao24": "3c1234", "lat": 48.0, "lon": 2.0, "squawk": "9999", "mood": n} for n in range(3)))
    with served("--since", "earliest", "--topic", topic.name, broker=broker.address) as server:
        stats = {"received": 0}
        while stats["received"] < 3:  # bounded by the test's own time limit
            stats = json.loads(server.get("/api/stats")[2])
        metrics = server.get("/metrics")[2].decode()
    assert (stats["repaired"], stats["unused"]) == ({"squawk": 3}, {"mood": 1})
    assert 'tracker_repaired_total{field="squawk"} 3.0' in metrics
    assert 'tracker_unused_total{field="mood"} 1.0' in metrics


def test_a_topic_of_another_dialect_is_served_by_a_mapping(broker, topic):
    topic.create()
    topic.write({"hex": "3c1234", "alt_baro": 10_000, "lat": 48.0, "lon": 2.0})
    command = [sys.executable, "-m", "tracker", "serve", "--port", "0", "--mapping", "readsb", "--since", "earliest"]
    command += ["--bootstrap-servers", broker.address, "--topic", topic.name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[1].rstrip("/")
            flights = []
            while not flights:  # bounded by the test's own time limit
                with urlopen(f"{url}/api/flights") as answer:
                    flights = json.load(answer)["flights"]
        finally:
            process.send_signal(signal.SIGTERM)
    assert [(flight["key"], flight["altitude"]) for flight in flights] == [("3c1234", 3048.0)]
