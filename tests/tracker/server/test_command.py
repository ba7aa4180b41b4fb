"""`tracker serve`: what its options do."""

import json
import signal
import subprocess
import sys
from urllib.request import urlopen

from click.testing import CliRunner

from tracker.server.command import serve


def test_a_mapping_that_cannot_be_used_is_told_in_a_line():
    result = CliRunner().invoke(serve, ["--mapping", "nowhere"])
    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)
    assert "no such built-in one (opensky, readsb, traffic)" in result.output


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
