"""Producer, broker and tracker together, the same against every kind of broker."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest
from brokers import Broker, Topic, until
from patience import PATIENCE
from reading import records

from producer.wire import StateVector
from tracker import NotSettled, Tracker

NOW = time.time()
RECORDED = 43_191


def state(number: int = 1, **fields) -> StateVector:
    return StateVector(**({"icao24": f"{number:06x}", "lat": 48.0, "lon": 2.0, "time": NOW} | fields))


@pytest.fixture
def tracker(any_topic):
    with Tracker(any_topic.address, topic=any_topic.name, since="earliest", window="1h") as running:
        yield running


async def produce(topic: Topic, *options: str) -> str:
    """Run the producer's command; what it said."""
    command = [sys.executable, "-m", "producer", "replay", "--bootstrap-servers", topic.address, "--topic", topic.name]
    done = await asyncio.to_thread(
        subprocess.run, [*command, *options], capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


async def test_the_producer_makes_the_topic_and_all_that_it_sends_arrives(tracker, any_topic):
    said = await produce(any_topic, "--speed", "max")
    assert f"delivered {RECORDED:,}" in said
    await tracker.settled(count=RECORDED, timeout=PATIENCE)
    stats = tracker.stats
    assert (stats.rows, stats.duplicates, stats.late, stats.rejected) == (RECORDED, 0, 0, 0)
    assert len(tracker.latest()) == 67


@pytest.mark.parametrize("compression", ["gzip", "lz4", "snappy", "zstd"])
async def test_batches_of_every_compression_arrive(tracker, any_topic, compression):
    await produce(any_topic, "--speed", "max", "--limit", "2000", "--compression", compression)
    await tracker.settled(count=2000)
    assert tracker.stats.rows == 2000


async def test_reading_starts_where_it_was_told(any_topic):
    any_topic.create(partitions=2)
    any_topic.write(*(state(n) for n in range(10)))
    any_topic.write(*(state(n) for n in range(10, 14)))
    stamps = {record.key: record.timestamp / 1000 for record in records(any_topic.address, any_topic.name)}
    middle = min(stamps[state(n).key.encode()] for n in range(10, 14))
    assert middle > max(stamps[state(n).key.encode()] for n in range(10))
    starts = [("earliest", 14), ("-10min", 14), (middle, 4), ("latest", 0), (middle + 3600, 0)]
    trackers = [
        Tracker(any_topic.address, topic=any_topic.name, since=since, name=str(since)).start() for since, _ in starts
    ]
    for t in trackers:
        await t.settled()
    any_topic.write(state(99, time=NOW + 1))  # and on it goes live
    for t, (since, expected) in zip(trackers, starts, strict=True):
        await t.settled(count=expected + 1)
        assert t.stats.received == expected + 1, since
        assert "000063" in set(t.latest().key)
        t.stop()


async def test_the_tracker_may_come_before_the_topic_and_the_partitions_may_grow(tracker, any_topic):
    await tracker.until(lambda stats: stats.error is not None)
    with pytest.raises(NotSettled, match=f"the topic '{any_topic.name}' does not exist"):
        await tracker.settled(count=1, timeout=0.1)
    any_topic.create(partitions=1)
    any_topic.write(state(1))
    await tracker.settled(count=1)
    any_topic.grow(3)
    for partition in range(3):
        any_topic.write(state(10 + partition), partition=partition)
    await tracker.settled(count=4)
    assert (tracker.stats.rejected, tracker.stats.logs_replaced) == (0, 0)


async def test_a_topic_made_anew_is_read_from_its_start_even_when_it_has_outgrown_the_old_one(tracker, any_topic):
    any_topic.create()
    any_topic.write(*(state(n) for n in range(5)))
    await tracker.settled(count=5)
    any_topic.delete()
    any_topic.create()
    any_topic.write(*(state(100 + n) for n in range(20)))
    await tracker.settled(count=25)
    assert len(tracker.frame()) == 25
    assert tracker.stats.logs_replaced == 1


async def test_a_broker_that_is_killed_and_comes_back_costs_nothing(tracker, any_broker, any_topic):
    any_topic.create(partitions=2)
    any_topic.write(*(state(n) for n in range(50)))
    await tracker.settled(count=50)
    any_broker.kill()
    stats = await tracker.until(lambda stats: stats.state == "away", timeout=PATIENCE)
    assert stats.aircraft == stats.stale == 50  # all in grey, none lost
    assert any_broker.address in stats.error
    assert len(tracker.frame()) == 50
    await asyncio.to_thread(any_broker.start)
    if not any_broker.keeps_log:
        any_topic.create(partitions=2)
    any_topic.write(*(state(100 + n) for n in range(80)))
    await tracker.settled(count=130)
    stats = tracker.stats
    assert (stats.connected, stats.error, stats.stale) == (True, None, 0)
    assert stats.reconnects >= 1
    assert stats.logs_replaced == (0 if any_broker.keeps_log else 2)
    assert (len(tracker.frame()), stats.duplicates) == (130, 0)


async def test_a_broker_that_listens_but_does_not_answer_is_told_and_waited_for(tracker, any_broker, any_topic):
    any_topic.create()
    any_topic.write(state(1))
    await tracker.settled(count=1)
    any_broker.freeze()
    try:
        stats = await tracker.until(lambda stats: stats.state == "away", timeout=PATIENCE)
        assert "does not answer" in stats.error
    finally:
        any_broker.thaw()
    any_topic.write(state(2))
    await tracker.settled(count=2)
    assert len(tracker.frame()) == 2


async def test_what_retention_removed_while_nobody_read_is_counted_and_reading_goes_on(
    any_broker: Broker, any_topic: Topic
):
    any_topic.create()
    with Tracker(any_topic.address, topic=any_topic.name, since="earliest") as t:
        any_topic.write(*(state(n) for n in range(10)))
        await t.settled(count=10)
        # The tracker is away: its thread is held, as a suspended machine would hold it.
        held = threading.Event()
        t._background.call(held.wait)
        for _ in range(4):
            any_topic.write(*(state(n, time=NOW + 1, callsign="X" * 16) for n in range(300)))
        any_topic.configure(retention_ms="1000")
        until(lambda: any_topic.begin() > 300, 60, "retention")
        any_topic.configure(retention_ms="600000")
        held.set()
        any_topic.write(state(77_777, time=NOW + 2))
        stats = await t.until(lambda stats: stats.received + stats.truncated == 10 + 1200 + 1, timeout=PATIENCE)
        assert stats.truncated > 0
        assert "012fd1" in set(t.latest().key)
        assert t.stats.logs_replaced == 0
