"""A feed that reads a cluster in memory, in virtual time, until a test has seen enough."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fake_cluster import FakeCluster, FakeSink

from tracker.feed.session import Feed
from tracker.spans import parse_since


class Run:
    """A feed that reads a cluster."""

    def __init__(self, cluster: FakeCluster, since: str | float, sink: FakeSink) -> None:
        self.cluster = cluster
        self.sink = sink
        self._changed = asyncio.Event()
        self.feed = Feed(cluster.connect, parse_since(since), self.sink, self._changed.set, cluster.clock)
        self.status = self.feed.status
        self.task = asyncio.create_task(self.feed.run())
        self.task.add_done_callback(lambda _: self._changed.set())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds; an error that ends the feed is raised."""
        async with asyncio.timeout(120):
            while not holds():
                if self.task.done():
                    self.task.result()
                self._changed.clear()
                await self._changed.wait()

    async def settle(self) -> None:
        """Wait until all is handed on that the logs hold."""
        held = {record for log in self.cluster.logs.values() for record in log.records}
        await self.until(lambda: held <= {*self.sink.records})

    def offsets(self, partition: int = 0) -> list[int]:
        return [record.offset for record in self.sink.records if record.partition == partition]


@asynccontextmanager
async def reading(
    cluster: FakeCluster, since: str | float = "earliest", sink: FakeSink | None = None
) -> AsyncIterator[Run]:
    run = Run(cluster, since, sink or FakeSink())
    try:
        yield run
    finally:
        run.task.cancel()
        await asyncio.wait([run.task])
        assert cluster.open == 0
