"""Reads the topic with bare aiokafka; a process of its own, which `fanout` starts.

It says `joined` once it reads, takes `START END` (s since 1970) from its standard input, and prints the latencies of
what it was handed between the two, s from each report's `time`.
"""

import asyncio
import json
import sys
import time

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.publisher import TOPIC
from benchmarks.readers import quantiles


class _Timed(msgspec.Struct):
    time: float


async def _run(address: str) -> None:
    decode = msgspec.json.Decoder(_Timed).decode
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
    await consumer.start()
    place = TopicPartition(TOPIC, 0)
    consumer.assign([place])
    await consumer.seek_to_end(place)
    print("joined", flush=True)
    start, end = map(float, sys.stdin.readline().split())
    latencies: list[float] = []
    while time.time() < end:
        for records in (await consumer.getmany(timeout_ms=200)).values():
            now = time.time()
            if start <= now < end:
                latencies += [now - decode(record.value).time for record in records]
    await consumer.stop()
    print(json.dumps({"updates": len(latencies), **quantiles(latencies)}), flush=True)


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1]))
