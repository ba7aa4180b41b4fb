"""An aiokafka consumer that is connected, or what stands in its way.

reach ──> start ──> the consumer ──> stop
  │         └──> HandshakeFailed: seen by a look of our own, as aiokafka does not tell
  └──> BrokerUnreachable
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import BrokerMetadata

from producer.cluster.address import Address, parse_servers
from producer.cluster.connection import HideSecrets, Security
from producer.cluster.diagnosis import diagnose
from producer.cluster.errors import SettingError
from tracker.errors import BrokerUnreachable, HandshakeFailed

# Else Python's handler of last resort prints aiokafka's complaints into whichever notebook cell runs.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())
logging.getLogger("aiokafka.conn").addFilter(HideSecrets())

_CONNECT_TIMEOUT = 5.0  # s


@asynccontextmanager
async def connected(bootstrap_servers: str, security: Security, metadata_age: float) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group and without partitions.

    Args:
        bootstrap_servers: `host:port`, several separated by commas.
        security: How to speak to the brokers.
        metadata_age: How old what it knows of the topics may grow, s.

    Raises:
        BrokerUnreachable: Nothing listens there.
        HandshakeFailed: The broker refuses us, or we it.
    """
    await reach(bootstrap_servers)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        client_id="flight-tracker",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        metadata_max_age_ms=int(metadata_age * 1000),
        request_timeout_ms=int(_CONNECT_TIMEOUT * 1000),
        fetch_max_bytes=8 << 20,
        **_client_options(bootstrap_servers, security),
    )
    try:
        await consumer.start()
        yield consumer
    except KafkaError:
        await _refuse(bootstrap_servers, security, [*consumer._client.cluster.brokers()])
        raise
    finally:
        await _stop(consumer)


async def reach(bootstrap_servers: str) -> None:
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
    """Read anew for each session: a certificate may have been renewed meanwhile."""
    try:
        return security.client_options()
    except SettingError as error:
        raise HandshakeFailed(bootstrap_servers, str(error)) from error


async def _refuse(bootstrap_servers: str, security: Security, brokers: Sequence[BrokerMetadata]) -> None:
    """See why a client failed: aiokafka does not tell a wrong password from a broker that is away."""
    found = [parse_servers(bootstrap_servers), *((Address(broker.host, broker.port),) for broker in brokers)]
    for servers in dict.fromkeys(found):
        reason = await asyncio.to_thread(diagnose, servers, security, failed=True)
        if reason is not None:
            raise HandshakeFailed(",".join(map(str, servers)), reason)


def _reason(error: OSError) -> str:
    """What went wrong, without the address, which asyncio repeats for each of a name's addresses."""
    if isinstance(error, socket.gaierror):
        return f"unknown host ({error.strerror})"
    number = re.search(r"\[Errno (\d+)\]", str(error))
    return os.strerror(int(number[1])).lower() if number else str(error)


async def _stop(consumer: AIOKafkaConsumer) -> None:
    """Close a consumer, also one whose broker is away.

    aiokafka 0.14 lets the cancellation of a fetch that waits to be tried again out of `stop()`, which would look as
    if we were cancelled ourselves, and leaves its connections open.
    """
    stopping = asyncio.ensure_future(consumer.stop())
    await asyncio.wait([stopping])
    if stopping.cancelled():
        await consumer._client.close()
    else:
        stopping.result()
