"""The broker in a thread of its own, for tests, scripts and notebooks."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from tracker.devbroker.errors import EmbeddedBrokerError
from tracker.devbroker.server import RETENTION_BYTES, RETENTION_MS, Broker


class BrokerThread:
    """A `Broker` with an event loop in a daemon thread.

        with BrokerThread(port=0) as broker:
            KafkaProducer(bootstrap_servers=broker.address)

    `start` and `stop` do the same without a block. A broker that was stopped can be started again, and is empty.
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
    ) -> None:
        """Describe a broker; the arguments are those of `Broker`."""

        def make() -> Broker:
            return Broker(
                host,
                port,
                retention_bytes=retention_bytes,
                retention_ms=retention_ms,
                total_bytes=total_bytes,
                partitions=partitions,
                auto_create_topics=auto_create_topics,
                group_delay=group_delay,
            )

        self._make = make
        self._broker = make()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None

    @property
    def address(self) -> str:
        """Host and port, as clients of this machine write them in `bootstrap_servers`."""
        return self._broker.address

    @property
    def host(self) -> str:
        """The host where the broker listens, as given."""
        return self._broker.host

    @property
    def port(self) -> int:
        """The port; the true one once the broker listens."""
        return self._broker.port

    def start(self) -> Self:
        """Listen, and return once clients can connect.

        Raises:
            CannotListenError: The port is taken, or the host is not this machine.
        """
        if self._thread is not None:
            raise EmbeddedBrokerError("The broker listens already.")
        self._broker = self._make()
        listening: Future[None] = Future()
        thread = threading.Thread(target=self._run, args=(listening,), name="devbroker", daemon=True)
        thread.start()
        try:
            listening.result()
        except BaseException:
            thread.join()
            raise
        self._thread = thread
        return self

    def _run(self, listening: Future[None]) -> None:
        try:
            asyncio.run(self._main(listening))
        except Exception as error:
            # The top of the thread: what went wrong at the start is raised where `start` was called.
            if listening.done():
                raise
            listening.set_exception(error)

    async def _main(self, listening: Future[None]) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        async with self._broker:
            listening.set_result(None)
            await self._stopped.wait()

    def stop(self) -> None:
        """Close every connection and end the thread; does nothing where the broker does not run."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stopped is None:
            return
        self._loop.call_soon_threadsafe(self._stopped.set)
        thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
