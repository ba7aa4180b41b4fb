"""Eight hours of made-up traffic in time-lapse: does memory stay level, and is the window exact at the end?

500 aircraft, a report every 5 s, as fast as the producer goes. The expected window is read from the log by a bare
client, independently of the tracker. Takes a few minutes. `BENCH_HOURS` (default 8) sets how long.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from tracker import Tracker

HOURS = float(os.environ.get("BENCH_HOURS", "8"))
FLIGHTS, EVERY, WINDOW = 500, 5.0, 600.0
REPORTS = int(HOURS * 3600 / EVERY * FLIGHTS)


def main() -> None:
    """Run it, printing a line every half hour of event time."""
    with subprocess.Popen(
        [sys.executable, "-m", "tracker.devbroker", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as broker:
        try:
            assert broker.stdout is not None
            address = broker.stdout.readline().split(" at ")[1].split(",")[0]
            asyncio.run(_run(address))
        finally:
            broker.terminate()


async def _run(address: str) -> None:
    start = time.time() - HOURS * 3600
    command = [sys.executable, "-m", "producer", "synthetic", "--bootstrap-servers", address, "--speed", "max"]
    options = [
        "--flights",
        str(FLIGHTS),
        "--rate",
        str(1 / EVERY),
        "--start",
        str(start),
        "--duration",
        str(HOURS * 3600),
    ]
    with Tracker(address, since="earliest", window=WINDOW) as tracker:
        begun = time.perf_counter()
        producer = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)
        done, shown = asyncio.create_task(asyncio.to_thread(producer.wait)), 0
        while not done.done():
            await asyncio.wait([done], timeout=0.5)
            newest = tracker.stats.newest
            if newest and newest.timestamp() - start >= shown * 1800:
                shown += 1
                _show(tracker, newest)
        await asyncio.wait_for(_caught_up(tracker), 60)
        seconds = time.perf_counter() - begun
        stats, df = tracker.stats, tracker.frame(columns=["key", "timestamp"])
        _show(tracker, stats.newest or datetime.now(UTC))
        print(f"{stats.received:,} reports in {seconds:.0f} s ({stats.received / seconds:,.0f}/s)")
        odd = f"rejected {stats.rejected}, duplicates {stats.duplicates}, late {stats.late}"
        print(f"{odd}, outside the window {stats.outside_window}")
        held = set(zip(df.key, (df.timestamp.astype("int64") / 1e6).round(3), strict=True))
        expected = await _expected(address)
        same = held == expected and len(df) == len(held)
        print(f"window: {len(df):,} rows, expected {len(expected):,}, the same: {same}")


async def _caught_up(tracker: Tracker) -> None:
    while tracker.stats.lag != 0:
        await asyncio.sleep(0.2)


def _show(tracker: Tracker, newest: datetime) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    stats = tracker.stats
    rows = f"{stats.received:>10,} reports, {stats.rows:>7,} rows, {stats.aircraft} aircraft"
    print(f"{newest:%H:%M} {rows}, largest memory so far {memory:.0f} MB", flush=True)


async def _expected(address: str) -> set[tuple[str, float]]:
    """Key and time of each report of the last minutes, as they stand in the log."""
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
    await consumer.start()
    await consumer.topics()
    await consumer.end_offsets([TopicPartition("shipments", 0)])
    places = [TopicPartition("shipments", number) for number in consumer.partitions_for_topic("shipments") or ()]
    begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    consumer.assign(places)
    for place in places:
        consumer.seek(place, begins[place])
    reports = []
    while any([await consumer.position(place) < ends[place] for place in places]):
        for records in (await consumer.getmany(timeout_ms=500)).values():
            reports += [json.loads(record.value) for record in records]
    await consumer.stop()
    newest = max(report["time"] for report in reports)
    return {(report["icao24"], round(report["time"], 3)) for report in reports if report["time"] >= newest - WINDOW}
