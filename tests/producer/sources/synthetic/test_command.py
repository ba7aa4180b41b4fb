"""The command `producer synthetic`, in a process of its own."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from reading import records
from synthetic_fleets import stream

from producer.wire import decode, encode


def command(*arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KAFKA_", "PRODUCER_"))}
    return subprocess.run(
        [sys.executable, "-m", "producer", "synthetic", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )


def test_the_command_publishes_flights_of_now(broker):
    before = time.time()
    done = command("--bootstrap-servers", broker.address, "--flights", "40", "--rate", "5", "--duration", "2")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "sent 400 reports" in done.stderr.splitlines()[-1]
    assert "delivered 400" in done.stderr.splitlines()[-1]
    found = [decode(record.value) for record in records(broker.address, "shipments")]
    assert len({state.icao24 for state in found}) == 40
    assert len(found) == 400
    for record, state in zip(records(broker.address, "shipments"), found, strict=True):
        assert record.key.decode() == state.key
        assert before <= state.time <= record.timestamp / 1000 + 0.002, "true before it was published"


def test_the_command_gives_the_same_twice_from_a_start_in_the_past(broker):
    region = ["--region=36,-10,60,25", "--seed", "3", "--speed", "max", "--partitions", "1"]
    start = "2021-10-07T13:00:00Z"
    for topic in ("one", "two"):
        done = command(
            "--bootstrap-servers", broker.address, "--topic", topic, "--flights", "30", "--rate", "0.2",
            "--duration", "600", "--start", start, *region,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    one, two = ([record.value for record in records(broker.address, topic)] for topic in ("one", "two"))
    assert one == two
    assert len(one) == 3600
    begin = datetime(2021, 10, 7, 13, tzinfo=UTC).timestamp()
    assert decode(one[0]).time == begin
    assert begin + 599 < decode(one[-1]).time < begin + 600
    assert one == [encode(state) for state in stream(3, flights=30, rate=0.2, duration=600.0, start=begin)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--flights", "0"], "--flights"),
        (["--flights", "100001"], "--flights"),
        (["--flights", "many"], "--flights"),
        (["--rate", "0"], "--rate"),
        (["--rate", "-1"], "--rate"),
        (["--rate", "nan"], "--rate"),
        (["--rate", "1e9"], "--rate"),
        (["--seed", "-1"], "--seed"),
        (["--seed", str(2**63)], "--seed"),
        (["--duration", "0"], "--duration"),
        (["--duration", "inf"], "--duration"),
        (["--duration", "nan"], "--duration"),
        (["--region", "1,2,3"], "lat_min,lon_min,lat_max,lon_max"),
        (["--region", "50,0,40,10"], "lat_min < lat_max"),
        (["--region", "-91,0,40,10"], "lat_min < lat_max"),
        (["--region", "nan,0,40,10"], "lat_min,lon_min,lat_max,lon_max is needed, in degrees"),
        (["--region", "40,0,50,181"], "longitudes"),
        (["--region", "40,5,50,5"], "longitudes"),
        (["--region", "48,2,48.4,2.5"], "larger --region"),
        (["--speed", "0"], "neither a positive number nor 'max'"),
        (["--speed", "10"], "--start"),
        (["--speed", "max"], "--start"),
        (["--start", "2021-10-07"], "--speed"),
        (["--speed", "10", "--start", "yesterday"], "2021-10-07T13:00:00Z, or seconds since 1970, is needed"),
        (["--speed", "10", "--start", "2999-01-01"], "between 1970 and now"),
        (["--speed", "10", "--start", "-5"], "between 1970 and now"),
        (["--speed", "10", "--start", "nan"], "or seconds since 1970, is needed"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, says):
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("producer: ")
    assert says in line


@pytest.mark.parametrize("missing", ["airportsdata", "numpy"])
def test_where_a_library_is_missing_the_extra_is_named(missing):
    code = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv = ['producer', 'synthetic']; "
        "import producer.cli as c; c.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"producer: {missing} is missing: pip install 'flight-tracker[synthetic]'\n"


def test_the_command_needs_no_numpy_for_anything_else():
    code = (
        "import sys; sys.modules['numpy'] = sys.modules['airportsdata'] = None; "
        "import producer.cli, producer.publish.publisher"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
