"""Clients that mean harm, and others beside them that must not notice.

How long a harmless request takes meanwhile is logged (`pytest --log-cli-level=info`), not asserted: machines differ.
"""

import asyncio
import contextlib
import logging
import resource
import signal
import struct
import subprocess
import sys
import time

import pytest
from brokers import Embedded
from devbroker_wire import (
    Client,
    compress,
    connected,
    create,
    fetched,
    fetching,
    now_ms,
    produce,
    production,
    record,
    seal,
    seek,
    until,
)
from kafka.protocol.metadata import FindCoordinatorRequest
from patience import PATIENCE

from tracker.devbroker.batch import FULL
from tracker.devbroker.codec import MAX_PRODUCE
from tracker.devbroker.errors import ErrorCode

_log = logging.getLogger(__name__)

GZIP_OF_0XFF = seal(compress("gzip", b"\xff" * (15 << 20)), codec="gzip")
JUNK = seal(b"\xff" * 900_000)
TWO_BILLION = seal(record(), 2**31 - 1)


def largest():
    """The most records that are taken, as small as they get."""
    return seal(compress("gzip", b"".join(record(i, i % 7) for i in range(FULL.records))), FULL.records, codec="gzip")


@pytest.fixture
def process():
    """A broker in a process of its own."""
    broker = Embedded()
    broker.start()
    yield broker
    broker.discard()


def limited(soft, hard):
    """A broker in a process that may open so many descriptors, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker.devbroker", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),
    )
    return process, process.stdout.readline().split(" at ")[1].split(",")[0]


class Bystander:
    """A client that asks one thing after the other, and notes how long each takes."""

    def __init__(self, client):
        self.client, self.seconds = client, []

    async def ask(self):
        begun = time.perf_counter()
        await self.client.ask(FindCoordinatorRequest(key="g", key_type=0), 2)
        self.seconds.append(time.perf_counter() - begun)

    async def run(self):
        while True:
            await self.ask()


@contextlib.asynccontextmanager
async def bystander(address, what):
    async with connected(address) as client:
        other = Bystander(client)
        await other.ask()
        asking = asyncio.create_task(other.run())
        try:
            yield other
        finally:
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking
            slowest = max(other.seconds) * 1e3
            _log.info("%s: %d requests beside it, the slowest %.1f ms", what, len(other.seconds), slowest)


@pytest.mark.parametrize(
    ("batch", "code"),
    [
        (GZIP_OF_0XFF, ErrorCode.INVALID_RECORD),
        (JUNK, ErrorCode.UNKNOWN_SERVER_ERROR),
        (TWO_BILLION, ErrorCode.INVALID_RECORD),
        (largest(), ErrorCode.NONE),
    ],
    ids=["15 kB of gzip", "900 kB of junk", "2^31-1 records", "the largest there is"],
)
async def test_a_harmful_batch_and_lookups_by_time_do_not_hold_up_others(process, batch, code, request):
    async with connected(process.address) as attacker:
        await create(attacker, "t")
        async with bystander(process.address, request.node.callspec.id) as other:
            before = len(other.seconds)
            sent = [attacker.send(production("t", batch), 9) for _ in range(10)]
            answers = [(await attacker.receive(one)).responses[0].partition_responses[0] for one in sent]
            for timestamp in (0, now_ms() - 1, now_ms() + 10, -3):
                await seek(attacker, "t", timestamp)
            assert {answer.error_code for answer in answers} == {code}
            await until(lambda: len(other.seconds) > before)


async def test_half_requests_hold_no_more_than_all_clients_may_together(broker):
    clients = broker._node.clients
    clients.limit = 8 << 20
    async with bystander(broker.address, "half requests") as other:
        attackers = [await Client.connect(broker.address) for _ in range(12)]
        most = 0
        for attacker in attackers:
            attacker.writer.write(struct.pack(">ih", 30 << 20, 0))
        for _ in range(30):
            for attacker in attackers:
                if not attacker.writer.transport.is_closing():
                    attacker.writer.write(bytes(100_000))
            before = len(other.seconds)
            await until(lambda before=before: len(other.seconds) > before)
            most = max(most, clients.held)
        _log.info("twelve half requests of 3 MB: %.1f MB held at most", most / 1e6)
        assert 3_000_000 < most <= clients.limit
        assert any(attacker.reader.at_eof() or attacker.reader.exception() for attacker in attackers)
        assert clients.held <= clients.limit
        for attacker in attackers:
            attacker.writer.transport.abort()


async def test_a_request_that_is_longer_than_any_is_not_waited_for(broker, client):
    client.writer.write(struct.pack(">ih", 95 << 20, 0) + bytes(1000))
    assert MAX_PRODUCE < 95 << 20
    assert await client.reader.read() == b""


async def test_clients_that_fetch_and_do_not_read_hold_no_more_than_all_may_together(broker, client):
    clients = broker._node.clients
    clients.limit = 16 << 20
    await create(client, "t")
    for _ in range(40):
        await produce(client, "t", seal(record(value=bytes(500_000))))
    attackers = [await Client.connect(broker.address) for _ in range(50)]
    async with bystander(broker.address, "clients that do not read"):
        for attacker in attackers:
            attacker.writer.transport.pause_reading()
            for _ in range(20):
                attacker.send(fetching("t", 0, max_bytes=1 << 30), 12)
        most = 0
        for _ in range(40):
            answer = fetched(await client.ask(fetching("t", 39, max_bytes=1 << 20), 12))
            assert len(answer.records) > 500_000
            most = max(most, clients.held)
        _log.info("50 clients that do not read: %.1f MB held at most", most / 1e6)
        assert most <= clients.limit
    clients.patience = 0
    clients.sweep()
    clients.sweep()
    await until(lambda: clients.held < 1 << 20)
    for attacker in attackers:
        attacker.writer.transport.abort()


async def test_it_ends_when_it_is_told_to_whatever_clients_do():
    process, address = limited(1024, 1024)
    try:
        batch = largest()
        async with connected(address) as busy, connected(address) as half, connected(address) as deaf:
            await create(busy, "t")
            await produce(busy, "t", seal(record(value=bytes(900_000))))
            for _ in range(40):
                busy.send(production("t", batch), 9)
            half.writer.write(struct.pack(">ih", 30 << 20, 0) + bytes(1_000_000))
            deaf.writer.transport.pause_reading()
            for _ in range(30):
                deaf.send(fetching("t", 0), 12)
            await busy.receive(busy.send(production("t", batch), 9))
            begun = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            out, errors = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
            _log.info("it ended %.2f s after SIGTERM", time.perf_counter() - begun)
            for one in (busy, half, deaf):
                one.writer.transport.abort()
        assert (process.returncode, out) == (0, "")
        assert "Traceback" not in errors
    finally:
        process.kill()
        process.communicate()


async def test_idle_connections_up_to_the_limit_of_descriptors_shut_nobody_out():
    process, address = limited(60, 60)
    try:
        async with contextlib.AsyncExitStack() as stack:
            first = await stack.enter_async_context(connected(address))
            await create(first, "t")
            idle = []
            for i in range(200):
                idle.append(await stack.enter_async_context(connected(address)))
                if i % 10 == 0:  # one that is in use is not dropped
                    assert (await produce(first, "t", seal(record()))).error_code == ErrorCode.NONE
            last = await stack.enter_async_context(connected(address))
            assert fetched(await last.ask(fetching("t", 0), 12)).high_watermark == 20
            assert await idle[0].reader.read() == b""
    finally:
        process.terminate()
        _, errors = process.communicate()
    assert process.returncode == 0
    assert len(errors.splitlines()) <= 2
    assert "as many as can be connected" in errors


def test_the_soft_limit_of_descriptors_is_raised():
    process, _ = limited(64, 512)
    try:
        assert resource.prlimit(process.pid, resource.RLIMIT_NOFILE) == (512, 512)
    finally:
        process.terminate()
        process.communicate()
