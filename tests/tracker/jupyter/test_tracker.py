"""`Tracker` against a real broker: what is written is held, whatever happens to the broker meanwhile."""

import asyncio
import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
import trustme
from brokers import Embedded, Topic
from patience import PATIENCE

from producer.sources.recording import BUNDLED, Recording
from producer.wire import StateVector, encode
from tracker import (
    BadOption,
    BrokerWarning,
    FeedFailed,
    HandshakeFailed,
    NotRunning,
    NotSettled,
    Tracker,
    UnknownAircraft,
    UnknownColumn,
)
from tracker.devbroker import BrokerThread

NOW = time.time()


def state(number: int = 1, **fields) -> StateVector:
    return StateVector(**({"icao24": f"{number:06x}", "lat": 48.0, "lon": 2.0} | fields))


def feed_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("Tracker(")]


@pytest.fixture
def tracker(broker):
    with Tracker(broker.address, since="earliest") as running:
        yield running


@pytest.fixture(scope="module")
def recording() -> list[StateVector]:
    return list(Recording(BUNDLED))


@pytest.fixture(scope="module")
def recorded_frame() -> pd.DataFrame:
    """The recording as pandas reads it, by another way than ours."""
    df = pd.read_csv(BUNDLED, dtype={"squawk": "string", "callsign": "string", "icao24": "string"})
    df["timestamp"] = pd.to_datetime(df.timestamp, utc=True).astype("datetime64[us, UTC]")
    return df


async def test_the_half_hour_of_paris_is_held_whole_and_unchanged(topic, recording, recorded_frame):
    topic.create(partitions=4)
    with Tracker(topic.address, since="earliest", window="1h") as t:
        topic.write(*recording)
        await t.settled(count=len(recording), timeout=PATIENCE)
        df = t.frame()
        latest = t.latest()
        stats = t.stats
    assert (len(df), stats.received, stats.duplicates, stats.rejected, stats.late) == (43_191, 43_191, 0, 0, 0)
    assert not df.duplicated(["key", "timestamp"]).any()
    for _, own in df.groupby("key", observed=True):
        assert own.timestamp.is_monotonic_increasing

    keys = ["icao24", "timestamp"]
    got = df.astype({"icao24": "string", "callsign": "string", "squawk": "string"}).sort_values(keys, ignore_index=True)
    want = recorded_frame.sort_values(keys, ignore_index=True)
    for name in ("icao24", "timestamp", "callsign"):
        assert (got[name] == want[name]).all(), name
    for name in ("latitude", "longitude", "altitude", "groundspeed", "track", "vertical_rate"):
        np.testing.assert_allclose(got[name], want[name], rtol=0, atol=1e-6, err_msg=name)
    assert (got.onground.astype(bool) == want.onground).all()
    assert got.squawk.fillna("").eq(want.squawk.str.zfill(4).fillna("")).all()

    last = got.groupby("icao24").tail(1).sort_values("icao24", ignore_index=True)
    assert list(latest.key) == list(last.icao24)
    pd.testing.assert_frame_equal(
        latest[["timestamp", "latitude", "altitude"]], last[["timestamp", "latitude", "altitude"]]
    )


async def test_a_window_holds_the_last_minutes_of_event_time_and_no_more(topic, recording):
    topic.create(partitions=4)
    with Tracker(topic.address, since="earliest", window="10min") as t:
        topic.write(*recording)
        await t.settled(count=len(recording), timeout=PATIENCE)
        df = t.frame()
    newest = max(report.time for report in recording)
    kept = {(report.key, report.time) for report in recording if report.time >= newest - 600}
    assert len(df) == len(kept)
    assert set(zip(df.key, df.timestamp.astype("int64") / 1e6, strict=True)) == kept


async def test_hostile_records_are_counted_and_the_stream_goes_on(tracker, topic):
    topic.create(max_message_bytes=str(4 << 20))
    hostile = [
        b"not json", b"\xff\xfe", b"", b"null", b"12", b"[" * 10_000, b'{"a":' * 10_000,
        b'{"icao24":"abc123","lat":48,"lon":2,"x":"' + b"x" * 2_000_000 + b'"}',
        b'{"icao24":"abc123","lat":NaN,"lon":2}', b'{"icao24":"abc123","lat":Infinity,"lon":2}',
        b'{"icao24":"abc123","lat":' + b"1" * 400 + b',"lon":2}',
        {"icao24": "abc123", "lat": 91, "lon": 2}, {"icao24": "abc123", "lat": "48", "lon": 2},
        {"icao24": "abc12g", "lat": 48, "lon": 2},
        {"icao24": "abc123", "lat": 48, "lon": 2, "time": 253_370_764_800},
        {"icao24": "abc123", "lat": 48, "lon": 2, "time": NOW * 1000},
        {"icao24": "abc123", "lat": 48, "lon": 2, "time": NOW + 3600},
    ]  # fmt: skip
    for n, value in enumerate(hostile):
        topic.write(value, state(n, time=NOW))
    topic.write(b"[" + encode(state(500, time=NOW)) + b', {"lat": 91}, ' + encode(state(501, time=NOW)) + b"]")
    topic.write(None)
    await tracker.settled(count=len(hostile) + 2)
    assert sorted(tracker.frame().key) == [f"{n:06x}" for n in range(len(hostile))] + ["0001f4", "0001f5"]
    rejected = tracker.rejected()
    assert len(rejected) == len(hostile) + 1
    assert rejected.reason.notna().all()
    assert {"json", "utf-8", "empty", "nesting", "too-large", "range", "type", "time-unit", "future"} <= set(
        rejected.reason
    )
    assert (rejected.partition == 0).all()
    await tracker.until(lambda stats: stats.tombstones == 1)
    assert tracker.error is None


async def test_what_cannot_be_understood_is_dropped_and_the_report_stays(tracker, topic):
    topic.create()
    place = {"icao24": "abc123", "lat": 48, "lon": 2}
    topic.write(
        {**place, "time": NOW, "squawk": 1000, "on_ground": 1},
        {**place, "time": NOW + 1, "squawk": 9999, "altitude": float("nan"), "velocity": "NULL"},
        {**place, "time": NOW + 2, "callsign": "N/A", "lat": None},
    )
    await tracker.settled(count=2)
    df = tracker.frame()
    assert (df.squawk[0], df.onground[0]) == ("1000", True)
    assert df[["squawk", "onground"]].iloc[1].isna().all()
    assert df.altitude.isna().all()
    await tracker.until(lambda stats: stats.rejected == 1)
    assert tracker.stats.repaired == {"squawk": 1, "altitude": 1}
    rejected = tracker.rejected()
    assert rejected.outcome.tolist() == ["mended", "mended", "refused"]
    assert rejected.field.tolist() == ["squawk", "altitude", "lat"]


async def test_a_topic_of_another_dialect_is_read_by_a_mapping(broker, topic):
    topic.create()
    topic.write({"truck": {"no": 7, "y": 48.0, "x": 2.0}, "speed": 36, "at": "2026-01-01T00:00:00Z"})
    mapping = {
        "constants": {"kind": "vehicle"},
        "fields": {
            "id": "truck.no", "lat": "truck.y", "lon": "truck.x", "velocity": {"from": "speed", "unit": "km/h"},
            "time": {"from": "at", "unit": "iso8601"},
        },
    }  # fmt: skip
    with Tracker(broker.address, topic=topic.name, since="earliest", mapping=mapping) as tracker:
        await tracker.settled(count=1)
        row = tracker.track("7").iloc[0]
    assert (row.key, row.kind, row.latitude) == ("id:7", "vehicle", 48.0)
    assert row.groundspeed == pytest.approx(10 * 3600 / 1852)


def test_a_mapping_that_cannot_be_used_is_told():
    with pytest.raises(BadOption, match="no such built-in one"):
        Tracker(mapping="nowhere")


async def test_what_is_odd_but_good_is_taken_and_counted(tracker, topic):
    topic.create()
    topic.write(
        {"icao24": "abc123", "lat": 1, "lon": 2, "time": NOW, "unheard_of": [1, {"x": None}]},
        {"icao24": "abc123", "lat": 9, "lon": 9, "time": NOW},
        {"icao24": "abc123", "lat": 3, "lon": 2, "time": NOW - 5},
        {"icao24": "abc123", "lat": 4, "lon": 2, "time": NOW - 3600},
    )
    await tracker.settled(count=4)
    stats = tracker.stats
    assert (stats.received, stats.duplicates, stats.late, stats.outside_window) == (4, 1, 1, 1)
    assert list(tracker.frame().latitude) == [3, 1]
    assert list(tracker.latest().latitude) == [1]


async def test_the_minimal_message_is_valid(tracker, topic):
    topic.create()
    topic.write(b'{"callsign": "TEST-1", "lat": 40.7128, "lon": -74.006}')
    await tracker.settled(count=1)
    assert list(tracker.track("TEST-1").key) == ["cs:TEST-1"]
    assert list(tracker.track(" test-1 ").latitude) == [40.7128]
    with pytest.raises(UnknownAircraft, match="close to it: TEST-1"):
        tracker.track("TEST1")


async def test_a_busy_cell_starves_nothing(topic):
    topic.create(partitions=4)
    with Tracker(topic.address, since="earliest") as t:
        writer = threading.Thread(
            target=lambda: [topic.write(*(state(n, time=NOW + k) for n in range(500))) for k in range(8)]
        )
        writer.start()
        writer.join()  # blocks this event loop, as time.sleep in a cell does
        await t.settled(count=4000)
        assert len(t.frame()) == 4000


def test_running_the_start_cell_again_leaves_one_consumer(broker):
    for _ in range(10):
        t = Tracker(broker.address).start()
    assert len(feed_threads()) == 1
    other = Tracker(broker.address, name="other").start()
    assert len(feed_threads()) == 2
    other.stop()
    t.stop()
    assert feed_threads() == []


async def test_stopping_keeps_what_is_held_and_starting_again_reads_anew(topic):
    topic.create()
    topic.write(state(1, time=NOW))
    t = Tracker(topic.address, since="earliest")
    with pytest.raises(NotRunning, match="start"):
        await t.settled()
    t.start()
    assert t.start() is t
    await t.settled(count=1)
    t.stop()
    t.stop()
    assert len(t.frame()) == 1
    assert (t.stats.state, t.stats.connected, t.stats.error) == ("stopped", False, None)
    assert t.stats.aircraft == t.stats.stale == 1
    with pytest.raises(NotRunning):
        await t.settled(count=2)
    with t:
        await t.settled(count=1)
        assert t.stats.received == 1


def test_without_a_broker_start_warns_and_goes_on():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        t = Tracker(address)
        with pytest.warns(BrokerWarning, match=rf"{address}.*refused"):
            t.start()
        assert t.running
        assert t.frame().empty
        t.stop()


@contextlib.contextmanager
def port_that_speaks_tls():
    """A port that refuses whoever does not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.settimeout(20)
                with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)


async def test_an_error_is_kept_and_raised_until_a_start_succeeds_and_every_start_tries():
    with port_that_speaks_tls() as port:
        t = Tracker(f"127.0.0.1:{port}", since="earliest")
        errors = []
        for _ in range(2):
            with pytest.raises(FeedFailed, match="speaks TLS"):
                await asyncio.to_thread(t.start)
            errors.append(t.error)
            assert not t.running
            assert "speaks TLS" in t.stats.error
            assert t.stats.state == "failed"
    assert isinstance(errors[0], HandshakeFailed)
    assert errors[0] is not errors[1]
    for wait in (t.settled(), t.until(lambda stats: True)):
        with pytest.raises(FeedFailed, match="speaks TLS"):
            await wait
    assert t.frame().empty
    with BrokerThread(port=port) as broker:
        Topic(broker.address).create()
        with t:
            await t.settled()
            assert t.error is None


async def test_one_can_wait_for_any_of_the_numbers(tracker, topic):
    topic.create()
    await tracker.until(lambda stats: stats.connected)
    with pytest.raises(NotSettled, match=r"within 0\.1 s: connected"):
        await tracker.until(lambda stats: stats.aircraft == 3, timeout=0.1)
    waiting = asyncio.create_task(tracker.until(lambda stats: stats.aircraft == 3))
    topic.write(*(state(n, time=NOW) for n in range(3)))
    stats = await waiting
    assert (stats.aircraft, stats.rows, stats.state) == (3, 3, "connected")


def test_the_address_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka.example:9093")
    assert repr(Tracker()) == "Tracker('kafka.example:9093', topic='shipments')"
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS")
    assert Tracker().bootstrap_servers == "localhost:9092"


def test_nothing_is_printed_from_the_background():
    broker = Embedded()
    broker.start()
    Topic(broker.address).create()
    code = f"""
import asyncio, tracker
t = tracker.Tracker({broker.address!r}).start()
asyncio.run(t.settled())
print("settled", flush=True)
asyncio.run(t.until(lambda stats: stats.state == "away", timeout=60))
t.stop()
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with child:
        assert child.stdout.readline() == "settled\n"
        broker.kill()
        assert child.stdout.read() == ""
    assert child.returncode == 0


async def test_a_frame_can_be_asked_for_some_rows_by_any_column(tracker, topic):
    topic.create()
    topic.write(*(state(n, time=NOW, altitude=n * 304.8, on_ground=n == 0) for n in range(5)))
    await tracker.settled(count=5)
    assert list(tracker.frame(columns=["key"], where="altitude > 2500").key) == ["000003", "000004"]
    assert list(tracker.frame(columns=["key"], where="onground").key) == ["000000"]
    df = tracker.frame(where=lambda df: df.altitude < 1500)
    assert (list(df.index), list(df.key)) == ([0, 1], ["000000", "000001"])
    for wrong in ("altidude > 1", "altitude >", "altitude > 'high'", "squawk == 7700"):
        with pytest.raises(BadOption, match="where="):
            tracker.frame(where=wrong)
    limit = 2_500  # noqa: F841 - the expression names it
    assert list(tracker.frame(columns=["key"], where="altitude > @limit").key) == ["000003", "000004"]


async def test_more_than_the_window_holds_cannot_be_asked_for(tracker):
    assert len(tracker.frame(last="10 minutes")) == 0
    with pytest.raises(BadOption, match=r"last='2h': at most the window, 600 s, is held"):
        tracker.frame(last="2h")


async def test_batches_take_the_names_of_where_at_the_call(tracker, topic):
    topic.create()
    limit = 2_500
    batches = tracker.batches(where="altitude > @limit", columns=["key"])
    limit = 0
    topic.write(*(state(n, time=NOW, altitude=n * 304.8) for n in range(5)))
    rows = [key async for df in batches for key in df.key if not tracker.stop()]
    assert rows == ["000003", "000004"]
    assert limit == 0


async def test_batches_that_could_never_come_are_refused_at_the_call(tracker):
    with pytest.raises(BadOption, match="squawk is a text"):
        tracker.batches(where="squawk == 7700")
    with pytest.raises(UnknownColumn):
        tracker.batches(columns=["height"])


async def test_batches_hand_out_each_new_row_once(tracker, topic):
    topic.create()
    topic.write(state(0, time=NOW))
    await tracker.settled(count=1)
    got, complete = [], asyncio.Event()

    async def collect() -> None:
        async for df in tracker.batches(every=0.01, columns=["key", "timestamp"]):
            got.extend(zip(df.key, df.timestamp, strict=True))
            if len(got) >= 55:
                complete.set()

    collecting = asyncio.create_task(collect())
    await asyncio.sleep(0)
    for number in range(1, 6):
        topic.write(*(state(number, time=NOW + k) for k in range(10)), state(number, time=NOW - 1))
        await tracker.settled(count=1 + 11 * number)
    await asyncio.wait_for(complete.wait(), PATIENCE)
    tracker.stop()
    await asyncio.wait_for(collecting, PATIENCE)
    assert len(got) == len(set(got)) == 55
    assert "000000" not in {key for key, _ in got}


def click_on(live) -> None:
    """A click on the first marker of a map, as a browser says it."""
    (group,) = [layer for layer in live.layers if layer.name == "Aircraft"]
    content = {"event": "interaction", "type": "click", "coordinates": [0, 0]}
    group.layers[0].comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


async def test_a_click_on_a_map_selects_the_aircraft_and_tells_the_observers(tracker, topic):
    topic.create()
    topic.write(state(1, time=NOW))
    await tracker.settled(count=1)
    told = []
    tracker.observe(told.append, names="selected")
    live = tracker.map()
    assert tracker.selected is None
    for _ in range(2):
        click_on(live)
    assert tracker.selected == "000001"
    assert [(change["old"], change["new"]) for change in told] == [(None, "000001")]
    tracker.unobserve(told.append)
    with pytest.raises(BadOption, match="names='picked'"):
        tracker.observe(told.append, names="picked")


async def test_a_handler_that_fails_is_told_and_does_not_reach_the_thread(tracker, topic, caplog):
    topic.create()
    topic.write(state(1, time=NOW))
    await tracker.settled(count=1)
    tracker.observe(lambda change: 1 / 0)
    click_on(tracker.map())
    assert "division by zero" in caplog.text
    topic.write(state(2, time=NOW))
    await tracker.settled(count=2)
    assert tracker.error is None


async def test_a_map_draws_where_the_window_knows_aircraft_to_have_been(tracker, topic):
    topic.create()
    topic.write(*(state(1, time=NOW - 30 + k, lon=2 + k * 1e-3) for k in range(30)))
    await tracker.settled(count=30)
    (trail,) = [layer for layer in tracker.map(trails="10s").layers if layer.name == "Trails"]
    assert trail.locations == [[[48.0, round(2 + k * 1e-3, 4)] for k in range(19, 30)]]
    with pytest.raises(BadOption, match=r"trails='11min': at most the window \(600 s\)"):
        tracker.map(trails="11min")


async def test_after_the_stop_a_click_still_sorts_the_table(tracker, topic):
    topic.create()
    topic.write(*(state(n, time=NOW, altitude=n * 304.8) for n in range(3)))
    await tracker.settled(count=3)
    table = tracker.table(columns=["altitude"], sort="altitude")
    tracker.stop()
    message = {"content": {"data": {"method": "custom", "content": {"sort": "altitude"}}}, "buffers": []}
    table.comm.handle_msg(message)
    assert table.content["rows"] == [["2,000 stale"], ["1,000 stale"], ["0 stale"]]


async def test_plots_show_one_aircraft_and_the_rate_and_a_fifth_closes_the_oldest(tracker, topic):
    topic.create()
    topic.write(*(state(1, callsign="AFR123", time=NOW - 9 + k, altitude=100.0 * k) for k in range(10)))
    await tracker.settled(count=10)
    plots = [tracker.plot.altitude("afr123") for _ in range(5)]
    rate = tracker.plot.rates()
    assert repr(plots[-1]) == "AltitudePlot('000001')"
    assert [plot.comm is None for plot in plots] == [True, False, False, False, False]
    assert rate.comm is not None
    with pytest.raises(UnknownAircraft, match="close to it: AFR123"):
        tracker.plot.altitude("AFR124")


async def test_screens_end_as_they_were_when_the_tracker_stops(tracker, topic):
    topic.create()
    topic.write(state(1, time=NOW))
    await tracker.settled(count=1)
    strip = tracker.status()
    assert tracker.topic in strip.value
    assert tracker.bootstrap_servers in strip.value
    tracker.stop()
    assert "stopped, stale since" in strip.value


def test_what_tab_completion_offers_is_what_a_user_needs():
    names = {name for name in dir(Tracker()) if not name.startswith("_")}
    assert names == {
        "batches", "bootstrap_servers", "error", "frame", "latest", "map", "name", "observe", "plot", "rejected",
        "running", "security", "selected", "settled", "start", "stats", "status", "stop", "table", "topic", "track",
        "unobserve", "until", "window",
    }  # fmt: skip
    for name in names - {"bootstrap_servers", "name", "topic", "window", "security"}:
        assert getattr(Tracker, name).__doc__
