"""Each extra in an environment of its own, made of the wheel of this tree: `make test-extras`."""

import json
import urllib.request
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from brokers import Topic, until
from environments import CHECKOUT, Environment, NoIndexError, build_wheel
from patience import PATIENCE
from reading import records

from producer.wire import BUILT_IN, StateVector, decode
from tracker.devbroker import BrokerThread
from tracker.web.build import SKIP, is_fresh, is_wanted

pytestmark = [pytest.mark.extras, pytest.mark.timeout(1_800)]

HEAVY = ("airportsdata", "fastapi", "ipyleaflet", "jupyterlab", "matplotlib", "numpy", "pandas", "pyarrow")
ROW = {
    "timestamp": 1_633_611_601_000_000_001,
    "icao24": b"392ae7",
    "callsign": b"AFR21SQ",
    "latitude": 49.0,
    "longitude": 2.5,
}
TYPES = pa.schema(
    [("timestamp", pa.timestamp("ns")), ("icao24", pa.binary()), ("callsign", pa.binary()), ("latitude", pa.float64()),
     ("longitude", pa.float64())]
)  # fmt: skip


@pytest.fixture(scope="session")
def wheel(request, tmp_path_factory) -> Path:
    if "extras" not in request.config.getoption("markexpr"):
        pytest.skip("`make test-extras` makes an environment for each extra, which takes minutes and a package index")
    return build_wheel(tmp_path_factory.mktemp("wheel"), **({} if is_fresh() else {SKIP: "1"}))


@pytest.fixture(scope="session")
def make(wheel, tmp_path_factory, request):
    """Makes environments, and prints how long each took."""

    def make(extras: str) -> Environment:
        try:
            made = Environment(tmp_path_factory.mktemp(extras.replace(",", "-")), wheel, extras)
        except NoIndexError as error:
            pytest.skip(f"no network: the extra {extras} could not be installed from a package index ({error})")
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            request.config.get_terminal_writer().line(f"\n[{extras}] installed in {made.took:.0f} s")
        return made

    return make


@pytest.fixture(scope="module")
def broker():
    with BrokerThread(port=0) as running:
        yield running.address


@pytest.fixture(scope="module")
def producing(make) -> Environment:
    return make("producer")


@pytest.fixture(scope="module")
def with_parquet(make) -> Environment:
    return make("producer,parquet")


@pytest.fixture(scope="module")
def serving(make) -> Environment:
    return make("server")


@pytest.fixture(scope="module")
def notebook(make) -> Environment:
    return make("notebook")


def replay(environment, broker, topic, *options):
    """Replay at once; what became of it, and the reports that arrived."""
    target = ["--bootstrap-servers", broker, "--topic", topic, "--speed", "max", "--time", "recorded"]
    done = environment.run("producer", "replay", *options, *target)
    assert "Traceback" not in done.stderr, done.stderr
    return done, [decode(record.value) for record in records(broker, topic)] if done.returncode == 0 else []


def write(path: Path, *changes: dict) -> Path:
    table = {name: [(ROW | change)[name] for change in changes] for name in ROW}
    columns = [pa.array(table[field.name], field.type) for field in TYPES]
    texts = [
        column.view(pa.string()) if column.type == pa.binary() else column for column in columns
    ]  # unchecked UTF-8
    pq.write_table(pa.table(dict(zip(table, texts, strict=True))), path)
    return path


def test_the_wheel_carries_what_is_read_at_run_time(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {*archive.namelist()}
    wanted = {f"producer/wire/mappings/{name}.toml" for name in BUILT_IN}
    wanted |= {f"tracker/notebooks/{path.name}" for path in (CHECKOUT / "notebooks").glob("*.ipynb")}
    wanted |= {"producer/py.typed", "producer/data/paris_2021-10-07_1300-1330.csv.gz"}
    wanted |= {"tracker/data/natural_earth/countries-110m.json"}
    if is_wanted() and is_fresh():
        wanted |= {"tracker/page/index.html"}
    assert len(wanted) >= 9
    assert wanted - names == set()


def test_the_producer_alone_is_small_and_replays(producing, broker):
    assert producing.has("kafka", "msgspec", *HEAVY) == ["kafka", "msgspec"]
    for words in (["--help"], ["replay", "--help"], ["--version"]):
        done = producing.run("producer", *words)
        assert (done.returncode, done.stderr) == (0, "")
    done, arrived = replay(producing, broker, "alone", "--limit", "500")
    assert (done.returncode, len(arrived)) == (0, 500)


def test_the_producer_alone_reads_other_dialects(producing, broker, tmp_path):
    (tmp_path / "aircraft.json").write_text(
        json.dumps(
            {"now": 1633611601.0, "aircraft": [{"hex": "392ae7", "lat": 49.0, "lon": 2.5, "alt_baro": "ground"}]}
        )
    )
    done, arrived = replay(producing, broker, "dialect", tmp_path / "aircraft.json")
    assert arrived == [StateVector(icao24="392ae7", lat=49.0, lon=2.5, on_ground=True, time=1633611601.0)], done.stderr


def test_the_producer_alone_names_the_extra_that_reads_parquet(producing, broker, tmp_path):
    done, _ = replay(producing, broker, "none", write(tmp_path / "a.parquet", {}))
    assert done.returncode != 0
    assert (
        done.stderr.strip()
        .splitlines()[-1]
        .endswith("a.parquet: Parquet files need pyarrow: pip install 'flight-tracker[parquet]', or convert it to CSV")
    )


def test_the_producer_alone_says_in_a_sentence_what_made_up_flights_need(producing, broker):
    done = producing.run("producer", "synthetic", "--flights", "1", "--bootstrap-servers", broker)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "flight-tracker[synthetic]" in done.stderr


def test_parquet_needs_neither_numpy_nor_pandas(with_parquet, broker, tmp_path):
    assert with_parquet.has("pyarrow", "numpy", "pandas") == ["pyarrow"]
    file = write(tmp_path / "a.parquet", {}, {"timestamp": 1_633_611_602_000_000_000, "callsign": b"caf\xe9"})
    done, arrived = replay(with_parquet, broker, "parquet", file)
    assert [(one.time, one.callsign) for one in arrived] == [(1633611601.0, "AFR21SQ"), (1633611602.0, None)], (
        done.stderr
    )
    assert "callsign" in done.stderr


def test_what_parquet_holds_and_python_does_not_costs_its_row_alone(with_parquet, broker, tmp_path):
    far = pa.array([1_633_611_601, 1 << 45, None], pa.timestamp("s"))  # the second: more than a million years ahead
    table = pa.table({"timestamp": far, "icao24": ["392ae7"] * 3, "latitude": [49.0] * 3, "longitude": [2.5] * 3})
    pq.write_table(table, tmp_path / "far.parquet")
    done, arrived = replay(with_parquet, broker, "far", tmp_path / "far.parquet")
    assert [one.time for one in arrived] == [1633611601.0], done.stderr
    assert done.stderr.count("refused") >= 2


def test_a_broken_parquet_file_ends_with_a_sentence(with_parquet, broker, tmp_path):
    file = write(tmp_path / "a.parquet", {})
    file.write_bytes(file.read_bytes()[:-20] + b"x" * 16 + b"PAR1")
    done, _ = replay(with_parquet, broker, "broken", file)
    assert done.returncode != 0
    assert "a.parquet" in done.stderr.strip().splitlines()[-1]


def test_the_server_serves_topic_and_page_without_pandas(serving, broker):
    assert serving.has("fastapi", "numpy", "ipyleaflet", "jupyterlab", "matplotlib", "pandas", "pyarrow") == [
        "fastapi",
        "numpy",
    ]
    truck = {"id": 7, "position": {"lat": 48.0, "lon": 11.0}, "ts": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    topic = Topic(broker, "trucks")
    topic.create()
    topic.write(truck)
    target = ["--bootstrap-servers", broker, "--topic", "trucks"]
    done = serving.run("tracker", "sample", *target, "--propose", "trucks.toml")
    assert (done.returncode, done.stderr) == (0, "")
    server = serving.start("tracker", "serve", *target, "--port", "0", "--mapping", "trucks.toml")
    try:
        base = server.stdout.readline().split()[1]
        assert fetch(f"{base}/healthz")
        assert b"<html" in fetch(base) or not (is_wanted() and is_fresh())
        until(lambda: b'"id:7"' in fetch(f"{base}/api/flights"), PATIENCE, "the truck")
    finally:
        server.terminate()
        _, complaints = server.communicate(timeout=PATIENCE)
    assert (server.returncode, complaints) == (0, "")


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read()


def test_the_server_alone_tails_and_has_the_client(serving):
    assert serving.run("tracker", "tail", "--help").returncode == 0
    assert serving.python("import tracker.client; print(tracker.client.connect.__name__)") == "connect"


NOTEBOOK = """
import asyncio, tracker

async def main():
    with tracker.demo(recorded=True) as t:
        await t.settled(count=43191, timeout=60)
        print(len(t.frame()), len(t.latest()), type(t.map()).__name__, type(t.table()).__name__)

asyncio.run(main())
"""


def test_the_notebook_has_tracker_frames_map_and_lab(notebook):
    assert notebook.has("pandas", "ipyleaflet", "jupyterlab", "pyarrow", "pytest") == [
        "pandas",
        "ipyleaflet",
        "jupyterlab",
    ]
    assert notebook.python("import tracker; print(all(hasattr(tracker, name) for name in tracker.__all__))") == "True"
    assert notebook.python(NOTEBOOK).startswith("43191 67 ")
    assert notebook.run("tracker", "up", "--help").returncode == 0
