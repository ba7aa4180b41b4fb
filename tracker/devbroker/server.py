"""The broker: a node that listens.

async with Broker(port=0) as broker:
    AIOKafkaProducer(bootstrap_servers=broker.address)
"""

from __future__ import annotations

import asyncio
import ipaddress
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType, TracebackType
from typing import Self

from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.connection import READ_AHEAD, Connection
from tracker.devbroker.coordinator import Coordinator
from tracker.devbroker.errors import BrokerError
from tracker.devbroker.listen import listen_at_all
from tracker.devbroker.node import Node
from tracker.devbroker.records import MAX_FETCH
from tracker.devbroker.topics import Topics

RETENTION_BYTES = TopicConfig().retention_bytes
"""Bytes of record batches kept for a partition, unless its topic says otherwise: 64 MiB."""

RETENTION_MS = TopicConfig().retention_ms
"""Milliseconds that records are kept, unless their topic says otherwise: a week, as in Kafka."""

_SWEEP = 10.0  # seconds between looks for records that are too old; who reads a log never sees them anyway


class Broker:
    """An embedded broker that speaks Kafka's protocol: one node, in memory, for development, demonstration and tests.

    It keeps nothing when it stops, and a memory's worth while it runs: retention is always bounded unless a topic
    asks for -1.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 9092,
        *,
        retention_bytes: int = RETENTION_BYTES,
        retention_ms: int = RETENTION_MS,
        partitions: int = 1,
        auto_create_topics: bool = False,
        group_delay: float = 0.1,
        advertised: Mapping[int, tuple[str, int]] = MappingProxyType({}),
    ) -> None:
        """Describe a broker; it listens once it is entered.

        Args:
            host: Where to listen; clients are told the address at which they reached the broker.
            port: 0 for one that is free.
            retention_bytes: Bytes kept for a partition; a topic's retention.bytes goes before it. -1: no limit.
            retention_ms: Milliseconds that records are kept; a topic's retention.ms goes before it. -1: no limit.
            partitions: Partitions of a topic that is made without a number.
            auto_create_topics: Whether a client makes the topics that it asks for. If not, looking makes nothing.
            group_delay: Seconds that a new consumer group waits for more members before it shares out partitions.
            advertised: By port: the host and port that clients who come in there are told. It is listened on, too.
        """
        defaults = TopicConfig(retention_bytes=retention_bytes, retention_ms=retention_ms)
        self._node = Node(
            Topics(defaults, partitions=partitions, auto_create=auto_create_topics),
            Coordinator(group_delay),
            advertised=advertised,
        )
        self.host = host
        self.port = port
        """The port; the true one once the broker listens."""
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._buffer = memoryview(bytearray(READ_AHEAD))
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Host and port, as clients of this machine take them for `bootstrap_servers`."""
        host = self.host
        try:
            parsed = ipaddress.ip_address(host)
        except ValueError:
            return f"{host}:{self.port}"
        if parsed.is_unspecified:
            host = "127.0.0.1" if parsed.version == 4 else "::1"
        return f"[{host}]:{self.port}" if parsed.version == 6 else f"{host}:{self.port}"

    @property
    def cluster_id(self) -> str:
        """The name of this run, which clients are told."""
        return self._node.cluster_id

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            CannotListenError: The port is taken, or the host is not this machine.
        """
        if self._servers:
            raise BrokerError("The broker listens already.")
        sockets = listen_at_all(self.host, dict.fromkeys((self.port, *self._node.advertised)))
        self.port = int(sockets[0].getsockname()[1])
        loop = asyncio.get_running_loop()
        for sock in sockets:
            self._servers.append(await loop.create_server(self._connect, sock=sock))
        self._sweeping = asyncio.create_task(self._sweep())
        _keep_heap()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, and end every connection at once."""
        servers, self._servers = self._servers, []
        for server in servers:
            for sock in server.sockets:
                asyncio.get_running_loop().remove_reader(sock.fileno())
        # A client that was just accepted has its connection one turn later. A server that is closed before loses it
        # unclosed (CPython 3.11); now it is sent away.
        await asyncio.sleep(0)
        for server in servers:
            server.close()
        self._node.coordinator.close()
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connection in self._connections:
            connection.abort()
        await asyncio.gather(*(connection.closed for connection in self._connections))

    def _connect(self) -> Connection:
        connection = Connection(self._node, self._buffer, self._accept)
        self._connections.add(connection)
        connection.closed.add_done_callback(lambda _: self._connections.discard(connection))
        return connection

    def _accept(self, connection: Connection) -> None:
        if not self._servers:
            connection.abort()

    async def _sweep(self) -> None:
        """Drop records that are too old from logs that nobody reads."""
        while True:
            await asyncio.sleep(_SWEEP)
            self._node.topics.retain(self._node.now())


async def serve(broker: Broker, *, on_listening: Callable[[Broker], object] | None = None) -> None:
    """Run a broker until SIGINT or SIGTERM, or until cancelled.

    Args:
        broker: One that does not listen yet.
        on_listening: Called once it does.

    Raises:
        CannotListenError: The port is taken, or the host is not this machine.
    """
    with _interruption() as interrupted:
        async with broker:
            if on_listening is not None:
                on_listening(broker)
            await interrupted.wait()


def _keep_heap() -> None:
    """Have the memory of a long answer kept for the next one.

    glibc gives what was freed back to the system, and takes it anew page by page (three times the work of the answer
    itself), until it has seen a piece as large as that freed once.
    """
    bytearray(MAX_FETCH)


@contextmanager
def _interruption() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set, instead of what else they do."""
    loop, interrupted = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, interrupted.set)
    try:
        yield interrupted
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
