"""The broker: a node that listens.

async with Broker(port=0) as broker:
    AIOKafkaProducer(bootstrap_servers=broker.address)
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType, TracebackType
from typing import Self

from tracker.devbroker.acceptor import Acceptor
from tracker.devbroker.address import format_address, is_unspecified, reached
from tracker.devbroker.clients import MAX_CLIENTS
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.connection import READ_AT_ONCE, Connection
from tracker.devbroker.coordinator import Coordinator
from tracker.devbroker.descriptors import count_for_clients, raise_limit
from tracker.devbroker.errors import EmbeddedBrokerError
from tracker.devbroker.fetch import MAX_FETCH
from tracker.devbroker.listen import listen_at_all
from tracker.devbroker.memory import Slack, give_back, keep_for_answers
from tracker.devbroker.node import Node
from tracker.devbroker.storage import TOTAL_BYTES, Storage
from tracker.devbroker.topics import Topics

RETENTION_BYTES = TopicConfig().retention_bytes
"""Bytes of record batches that a partition keeps, unless its topic says otherwise: 64 MiB."""

RETENTION_MS = TopicConfig().retention_ms
"""Milliseconds that records are kept, unless their topic says otherwise: a week, as in Kafka."""

_SWEEP = 1.0  # seconds between looks for clients that make no progress
_RETAIN = 10  # sweeps between looks for records that are too old; those who read a log never see them anyway


class Broker:
    """An embedded broker that speaks Kafka's protocol: one node, in memory, for development, demonstration and tests.

    It keeps nothing when it stops. While it runs its memory is bounded: what all logs hold together, and what all
    clients do, whatever topics and clients ask for.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 9092,
        *,
        retention_bytes: int = RETENTION_BYTES,
        retention_ms: int = RETENTION_MS,
        total_bytes: int | None = None,
        partitions: int = 1,
        auto_create_topics: bool = False,
        group_delay: float = 0.1,
        advertised: Mapping[int, tuple[str, int]] = MappingProxyType({}),
    ) -> None:
        """Describe a broker; it listens once it is entered.

        Args:
            host: Where to listen; clients are told the address at which they reached the broker.
            port: Port to listen on; 0 takes a free one.
            retention_bytes: Bytes that a partition keeps, unless its topic sets retention.bytes. -1: no limit.
            retention_ms: Milliseconds that records are kept, unless their topic sets retention.ms. -1: no limit.
            total_bytes: Bytes of memory that all partitions may take together; beyond them the largest loses its
                oldest records. None: 512 MiB, or `retention_bytes` where that is more.
            partitions: Partitions of a topic that is created without a number.
            auto_create_topics: Whether asking for an unknown topic creates it.
            group_delay: Seconds that a new consumer group waits for more members before it shares out partitions.
            advertised: By port, the host and port that clients who come in there are told. It is listened on, too.
        """
        self._node = Node(
            Topics(
                TopicConfig(retention_bytes=retention_bytes, retention_ms=retention_ms),
                partitions=partitions,
                auto_create=auto_create_topics,
                storage=Storage(max(TOTAL_BYTES, retention_bytes) if total_bytes is None else total_bytes),
            ),
            Coordinator(group_delay),
            advertised=advertised,
        )
        self.host = host
        self.port = port
        """The port; the true one once the broker listens."""
        self._acceptor: Acceptor | None = None
        self._connections: set[Connection] = set()
        self._buffer = memoryview(bytearray(READ_AT_ONCE))
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Host and port, as clients of this machine write them in `bootstrap_servers`."""
        host = self.host
        if is_unspecified(host):
            host = "::1" if ":" in host else "127.0.0.1"
        return format_address(host, self.port)

    @property
    def bound(self) -> list[tuple[str, int]]:
        """The hosts and ports that the broker listens at; none before it is entered."""
        sockets = self._acceptor.sockets if self._acceptor is not None else []
        return [reached(sock.getsockname()) for sock in sockets]

    @property
    def advertised(self) -> Mapping[int, tuple[str, int]]:
        """By port, the host and port that clients who come in there are told."""
        return self._node.advertised

    @property
    def cluster_id(self) -> str:
        """The name of this run, as clients are told."""
        return self._node.cluster_id

    def create_topic(self, name: str, partitions: int = -1, values: Mapping[str, str] | None = None) -> None:
        """Create a topic, as a client could; it may be done before the broker listens.

        Args:
            name: 1-249 of a-z A-Z 0-9 . _ -
            partitions: How many; -1: as the broker's default says.
            values: The topic's own settings, by Kafka's names.

        Raises:
            EmbeddedBrokerError: The name is taken or invalid, or the number or a setting is.
        """
        self._node.topics.create(name, partitions, values)

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            CannotListenError: The port is taken, or the host is not this machine.
        """
        if self._acceptor is not None:
            raise EmbeddedBrokerError("The broker listens already.")
        sockets = listen_at_all(self.host, dict.fromkeys((self.port, *self._node.advertised)))
        self.port = int(sockets[0].getsockname()[1])
        clients = self._node.clients
        clients.most = count_for_clients(MAX_CLIENTS)
        self._acceptor = Acceptor(sockets, self._connect, clients.drop_idlest, self._node.notices)
        self._acceptor.start()
        self._sweeping = asyncio.create_task(self._sweep())
        keep_for_answers(MAX_FETCH)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, and close every connection at once."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._acceptor is not None:
            await self._acceptor.close()
            self._acceptor = None
        await self._node.close()
        connections = list(self._connections)
        for connection in connections:
            connection.drop()
        await asyncio.gather(*(connection.closed for connection in connections))

    def _connect(self) -> Connection:
        return Connection(self._node, self._buffer, self._connections)

    async def _sweep(self) -> None:
        """Drop clients that make no progress, and records that are too old from logs that nobody reads."""
        clients, slack, count = self._node.clients, Slack(give_back), 0
        while True:
            await asyncio.sleep(_SWEEP)
            clients.sweep()
            slack.note(clients.take_most_held(), clients.held)
            count += 1
            if count % _RETAIN == 0:
                self._node.topics.retain(self._node.now())


async def serve(broker: Broker, *, on_listening: Callable[[Broker], object] | None = None) -> None:
    """Run a broker until SIGINT or SIGTERM, or until cancelled; raises the process's limit of file descriptors.

    Args:
        broker: A broker that does not listen yet.
        on_listening: Called once it does.

    Raises:
        CannotListenError: The port is taken, or the host is not this machine.
    """
    raise_limit()
    with _interruption() as interrupted:
        async with broker:
            if on_listening is not None:
                on_listening(broker)
            await interrupted.wait()


@contextmanager
def _interruption() -> Iterator[asyncio.Event]:
    """Provide an event that SIGINT and SIGTERM set, instead of what else they do."""
    loop, interrupted = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, interrupted.set)
    try:
        yield interrupted
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
