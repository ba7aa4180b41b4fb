"""Publishes reports of many aircraft at a steady rate; a process of its own, which `fanout` starts.

It writes the whole fleet once, says `ready`, reads `START END` (s since 1970) from its standard input, publishes until
END, and prints how many reports fell into that span. Each report's `time` is the moment when it was handed to the
client, to 0.1 ms.
"""

import argparse
import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator

from aiokafka import AIOKafkaProducer
from msgspec.structs import replace

from benchmarks.traffic import reports
from producer.wire import StateVector, encode

TOPIC = os.environ.get("BENCH_TOPIC", "shipments")
_ROUNDS = 3  # of different positions, which then repeat


def main() -> None:
    """Publish as the options say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--aircraft", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True, help="reports a second")
    parser.add_argument("--tick", type=float, default=0.004, help="s between sends; 0: a send for each report")
    options = parser.parse_args()
    asyncio.run(_run(options.address, options.aircraft, options.rate, options.tick))


async def _run(address: str, aircraft: int, rate: float, tick: float) -> None:
    fleet = list(reports(_ROUNDS * aircraft, aircraft))
    async with AIOKafkaProducer(bootstrap_servers=address, linger_ms=0, max_batch_size=1 << 20) as producer:
        await _seed(producer, fleet[:aircraft])
        print("ready", flush=True)
        start, end = map(float, sys.stdin.readline().split())
        send = _send_batch if tick else _send_each
        published, count, begun = 0, 0, time.time()
        source = itertools.cycle(fleet)
        while (now := time.time()) < end:
            due = int((now - begun) * rate) + 1 - count
            if due > 0:
                await send(producer, source, due)
                count += due
                published += due * (start <= now)
            await asyncio.sleep(tick - (time.time() - begun) % tick if tick else 0.0005)
    print(json.dumps({"published": published, "seconds": end - start}), flush=True)


async def _seed(producer: AIOKafkaProducer, fleet: list[StateVector]) -> None:
    """Write one report of each aircraft, and wait until they are there."""
    for some in range(0, len(fleet), 1000):
        await _send_batch(producer, iter(fleet[some : some + 1000]), min(1000, len(fleet) - some))
    await producer.flush()


async def _send_batch(producer: AIOKafkaProducer, source: Iterator[StateVector], count: int) -> None:
    """Send the next reports as one batch."""
    batch = producer.create_batch()
    for report in itertools.islice(source, count):
        batch.append(key=report.key.encode(), value=_now(report), timestamp=None)
    await producer.send_batch(batch, TOPIC, partition=0)


async def _send_each(producer: AIOKafkaProducer, source: Iterator[StateVector], count: int) -> None:
    """Send the next reports one by one."""
    for report in itertools.islice(source, count):
        await producer.send(TOPIC, _now(report), report.key.encode(), partition=0)


def _now(report: StateVector) -> bytes:
    """The report on the wire, as of now."""
    return encode(replace(report, time=round(time.time(), 4)))


if __name__ == "__main__":
    main()
