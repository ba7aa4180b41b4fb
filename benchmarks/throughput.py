"""JSON reports a second, from broker to rolling frame, beside what bare aiokafka reads in the same run.

Each reader runs in a process of its own on one core, the broker on another; they take turns, and the middle of each
reader's rounds is quoted. Then the same of topics of 100,000 reports in which every report has to be mended, or is read
by a mapping. Usage: `python -m benchmarks throughput`; `BENCH_REPORTS` (default 1,000,000) sets how many.
"""

import asyncio
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from benchmarks.traffic import values

REPORTS = int(os.environ.get("BENCH_REPORTS", "1000000"))
AIRCRAFT = 2_000
ROUNDS = 3
TOPIC = "shipments"
FEW = min(REPORTS, 100_000)

Change = Callable[[dict[str, Any]], dict[str, Any]]
SLOW: dict[str, tuple[Change, str | None]] = {  # what becomes of a report, and the mapping that reads it
    "mended: NaN": (lambda report: report | {"altitude": math.nan}, None),
    "mended: two": (lambda report: report | {"altitude": "ground", "squawk": 9999}, None),
    "mended: spelling": (lambda report: report | {"squawk": 1000, "on_ground": 0}, None),
    "mapped: readsb": (
        lambda report: {
            "hex": report["icao24"], "flight": report["callsign"], "lat": report["lat"], "lon": report["lon"],
            "alt_baro": report["altitude"], "gs": report["velocity"], "track": report["track"],
            "baro_rate": report["vertical_rate"], "squawk": report["squawk"], "now": report["time"], "seen_pos": 0.5,
        },
        "readsb",
    ),
}  # fmt: skip


def main() -> None:
    """Fill a topic once, then read it again and again."""
    with subprocess.Popen(
        [sys.executable, "-m", "tracker.devbroker", "--port", "0", "--retention-bytes", str(2 << 30)],
        stdout=subprocess.PIPE,
        text=True,
    ) as broker:
        try:
            assert broker.stdout is not None
            address = broker.stdout.readline().split(" at ")[1].split(",")[0]
            _pin(broker.pid, 0)
            size = asyncio.run(_fill(address, TOPIC, values(REPORTS, AIRCRAFT)))
            print(f"{REPORTS:,} reports of {size:.0f} bytes, {AIRCRAFT:,} aircraft, one partition, 16 KiB batches")
            rates: dict[str, list[float]] = {"bare aiokafka": [], "broker to frame": []}
            for _ in range(ROUNDS):
                for name, reader in zip(rates, (_read_bare, _read_frame), strict=True):
                    with ProcessPoolExecutor(1, get_context("spawn")) as pool:  # a fresh process: no warm caches
                        rates[name].append(REPORTS / pool.submit(reader, address).result())
            for name, (change, mapping) in SLOW.items():
                topic, rates[name] = f"slow-{len(rates)}", []
                asyncio.run(
                    _fill(address, topic, (json.dumps(change(json.loads(v))).encode() for v in values(FEW, AIRCRAFT)))
                )
                for _ in range(ROUNDS):
                    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                        rates[name].append(FEW / pool.submit(_read_frame, address, topic, FEW, mapping).result())
        finally:
            broker.terminate()
    for name, each in rates.items():
        print(f"{name:<18}{statistics.median(each):>10,.0f} reports/s   ({', '.join(f'{rate:,.0f}' for rate in each)})")
    ratio = statistics.median(rates["broker to frame"]) / statistics.median(rates["bare aiokafka"])
    print(f"broker to frame is {ratio:.0%} of bare aiokafka")


async def _fill(address: str, topic: str, reports: Iterable[bytes]) -> float:
    """Write reports into a topic of their own; their mean length, bytes."""
    admin = KafkaAdminClient(bootstrap_servers=address)
    configs = {"message.timestamp.type": "LogAppendTime"}
    admin.create_topics([NewTopic(topic, 1, 1, topic_configs=configs)])
    admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=address, max_batch_size=16 << 10)
    await producer.start()
    length, count, batch = 0, 0, producer.create_batch()
    for value in reports:
        length, count = length + len(value), count + 1
        if batch.append(key=b"400000", value=value, timestamp=None) is None:
            await producer.send_batch(batch, topic, partition=0)
            batch = producer.create_batch()
            batch.append(key=b"400000", value=value, timestamp=None)
    await producer.send_batch(batch, topic, partition=0)
    await producer.stop()
    return length / count


def _read_bare(address: str) -> float:
    """Seconds that aiokafka takes to hand out all records as it likes to, with nothing done to them."""

    async def read() -> float:
        consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
        await consumer.start()
        place = TopicPartition(TOPIC, 0)
        consumer.assign([place])
        consumer.seek(place, 0)
        begun, count = time.perf_counter(), 0
        while count < REPORTS:
            fetched = await consumer.getmany(timeout_ms=500)
            count += sum(map(len, fetched.values()))
        seconds = time.perf_counter() - begun
        await consumer.stop()
        return seconds

    _pin(0, 1)
    return asyncio.run(read())


def _read_frame(address: str, topic: str = TOPIC, count: int = REPORTS, mapping: str | None = None) -> float:
    """Seconds from a tracker's start to a frame with all reports of a topic."""
    from tracker import Tracker

    _pin(0, 1)
    begun = time.perf_counter()
    with Tracker(address, topic=topic, since="earliest", window="1d", mapping=mapping) as tracker:
        asyncio.run(tracker.settled(count=count, timeout=600))
        assert len(tracker.frame()) == count
        return time.perf_counter() - begun


def _pin(process: int, core: int) -> None:
    """Keep a process on one core, where the system can and has it."""
    if hasattr(os, "sched_setaffinity") and core in os.sched_getaffinity(0):
        os.sched_setaffinity(process, {core})
