"""`connected`: the feed's `Consumer` by aiokafka, or what stands in its way; the only import of aiokafka.

reach ──> start ──> TopicConsumer ──> stop
  │         └──> HandshakeFailed: found by asking the broker ourselves, as aiokafka does not tell
  └──> BrokerUnreachable
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from aiokafka.structs import BrokerMetadata

from producer.cluster.address import Address, parse_servers
from producer.cluster.connection import HideSecrets, Security
from producer.cluster.diagnosis import diagnose
from producer.cluster.errors import SettingError
from tracker.errors import BrokerUnreachable, HandshakeFailed
from tracker.feed.records import Record
from tracker.feed.upstream import ConsumerFailed, TopicChanged

log = logging.getLogger(__name__)
# Else Python's handler of last resort prints aiokafka's complaints into whichever notebook cell runs.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())
logging.getLogger("aiokafka.conn").addFilter(HideSecrets())

MAX_RECORDS = 1_000
"""Records taken at once: enough for the columns to pay, few enough to be gone before the garbage collector looks."""
_FETCH_TIMEOUT = 0.5  # s
_FEW = 100  # records, which are worked on before the broker could answer
_TURNS = 5  # of the event loop, in which aiokafka asks for more; the broker then works beside us
_CONNECT_TIMEOUT = 5.0  # s
_GRACE = 1.0  # s, in which a client that is no longer wanted may finish starting
_METADATA_AGE = 1.0  # s

_Value = TypeVar("_Value")


@asynccontextmanager
async def connected(bootstrap_servers: str, topic: str, security: Security) -> AsyncIterator[TopicConsumer]:
    """Connect a consumer without a group and without partitions; close it at the end.

    Args:
        bootstrap_servers: `host:port`, several separated by commas.
        topic: The topic to read; it need not exist yet.
        security: How to speak to the brokers.

    Raises:
        BrokerUnreachable: Nothing listens there.
        HandshakeFailed: The broker refuses us, or we it.
        ConsumerFailed: The broker does not do what it is asked.
    """
    await _reach(bootstrap_servers)
    client = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        client_id="flight-tracker",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        metadata_max_age_ms=int(_METADATA_AGE * 1000),
        request_timeout_ms=int(_CONNECT_TIMEOUT * 1000),
        fetch_max_bytes=8 << 20,
        **_client_options(bootstrap_servers, security),
    )
    starting = asyncio.ensure_future(client.start())
    try:
        await _answer(asyncio.shield(starting))
        yield TopicConsumer(client, bootstrap_servers, topic)
    except ConsumerFailed:
        await _refuse(bootstrap_servers, security, [*client._client.cluster.brokers()])
        raise
    finally:
        await _outlast(asyncio.ensure_future(_stop(client, starting)))


class TopicConsumer:
    """The `Consumer` of one topic by aiokafka; `tracker.feed.upstream` has the whole contract."""

    def __init__(self, client: AIOKafkaConsumer, address: str, topic: str) -> None:
        self._client = client
        self.address = address
        self.topic = topic

    async def reach(self) -> None:
        """See whether anything listens at the address."""
        await _reach(self.address)

    async def topics(self) -> Collection[str]:
        """Ask for the names of all topics, and for the own topic's metadata where it is among them."""
        topics: set[str] = await _answer(self._client.topics())
        if self.topic in topics:
            await self.begins([0])  # aiokafka keeps the metadata of topics that it was asked about
        return topics

    def partitions(self) -> Set[int]:
        """Return the topic's partitions, by the newest metadata."""
        return self._client.partitions_for_topic(self.topic) or frozenset()

    async def begins(self, partitions: Collection[int]) -> Mapping[int, int]:
        """Ask for the first offset that each log still holds."""
        return _by_number(await _answer(self._client.beginning_offsets(self._places(partitions))))

    async def ends(self, partitions: Collection[int]) -> Mapping[int, int]:
        """Ask for the offset that the next record of each log will have."""
        return _by_number(await _answer(self._client.end_offsets(self._places(partitions))))

    async def offsets_at(self, moment: float, partitions: Collection[int]) -> Mapping[int, int | None]:
        """Ask for the first offset published at `moment`, s since 1970, or later."""
        wanted = dict.fromkeys(self._places(partitions), round(moment * 1000))
        found = _by_number(await _answer(self._client.offsets_for_times(wanted)))
        return {number: None if place is None else place.offset for number, place in found.items()}

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Read on from these offsets, in these partitions alone."""
        places = self._places(offsets)
        if self._client.assignment() != {*places}:
            self._client.assign(places)  # nothing may be awaited before the positions are set: there is no default
        for place in places:
            self._client.seek(place, offsets[place.partition])

    async def fetch(self, *, ahead: bool) -> dict[int, Sequence[Record]]:
        """Wait half a second at most for the next records, and return them by partition."""
        fetched = await _answer(self._client.getmany(timeout_ms=int(_FETCH_TIMEOUT * 1000), max_records=MAX_RECORDS))
        # Not where a seek follows: it costs aiokafka 0.2 s where a fetch is on its way.
        if ahead and sum(map(len, fetched.values())) > _FEW:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        return _by_number(fetched)

    def _places(self, partitions: Collection[int]) -> list[TopicPartition]:
        return [TopicPartition(self.topic, number) for number in partitions]


def _by_number(places: Mapping[TopicPartition, _Value]) -> dict[int, _Value]:
    return {place.partition: value for place, value in places.items()}


async def _answer(asked: Awaitable[Any]) -> Any:  # noqa: ANN401 - aiokafka is not typed
    """Wait for aiokafka's answer; turn its errors into those that a session knows."""
    try:
        return await asked
    except OffsetOutOfRangeError as error:
        raise TopicChanged(f"an offset is out of range: {error}") from error
    except KafkaError as error:
        raise ConsumerFailed(str(error) or type(error).__name__) from error


async def _reach(bootstrap_servers: str) -> None:
    """See whether anything listens: aiokafka does not tell what failed.

    Raises:
        BrokerUnreachable: Nothing does.
    """
    reason = ""
    for address in parse_servers(bootstrap_servers):
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                _, writer = await asyncio.open_connection(address.host, address.port)
        except TimeoutError:
            reason = f"no answer within {_CONNECT_TIMEOUT:.0f} s"
        except OSError as error:
            reason = _reason(error)
        else:
            writer.close()
            return
    raise BrokerUnreachable(bootstrap_servers, reason)


def _client_options(bootstrap_servers: str, security: Security) -> dict[str, Any]:
    """Read the settings anew for each session: a certificate may have been renewed meanwhile."""
    try:
        return security.client_options()
    except SettingError as error:
        raise HandshakeFailed(bootstrap_servers, str(error)) from error


async def _refuse(bootstrap_servers: str, security: Security, brokers: Sequence[BrokerMetadata]) -> None:
    """Find out why a client failed: aiokafka does not tell a wrong password from a broker that is away.

    Raises:
        HandshakeFailed: One of the brokers and the settings do not fit.
    """
    found = [parse_servers(bootstrap_servers), *((Address(broker.host, broker.port),) for broker in brokers)]
    for servers in dict.fromkeys(found):
        reason = await asyncio.to_thread(diagnose, servers, security, failed=True)
        if reason is not None:
            raise HandshakeFailed(",".join(map(str, servers)), reason)


def _reason(error: OSError) -> str:
    """Say what went wrong, without the address, which asyncio repeats for each of a name's addresses."""
    if isinstance(error, socket.gaierror):
        return f"unknown host ({error.strerror})"
    number = re.search(r"\[Errno (\d+)\]", str(error))
    return os.strerror(int(number[1])).lower() if number else str(error)


async def _stop(client: AIOKafkaConsumer, starting: asyncio.Future[None]) -> None:
    """Close a client, also one that is still starting, or whose broker is away.

    aiokafka 0.14 leaves connections open in two cases. Cancelled as it starts, it forgets one: so it may finish
    starting first. And the cancellation of a fetch that waits to be tried again comes out of `stop()`, as if we were
    cancelled ourselves, before the connections are closed.
    """
    await asyncio.wait([starting], timeout=_GRACE)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait([stopping])
    if stopping.cancelled() or stopping.exception() is not None:
        await client._client.close()
        log.info("aiokafka did not stop by itself: %r", stopping)


async def _outlast(task: asyncio.Future[None]) -> None:
    """Wait for a task until it is done; a cancellation that comes meanwhile is raised only then."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    try:
        task.result()
    finally:
        if cancelled is not None:
            raise cancelled
