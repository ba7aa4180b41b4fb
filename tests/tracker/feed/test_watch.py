"""The watch beside the reading, in virtual time: what it bears, and what ends the session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from fake_cluster import FakeCluster
from virtual_time import in_virtual_time

from tracker.errors import BrokerUnreachable
from tracker.feed.positions import Positions
from tracker.feed.upstream import TopicChanged
from tracker.feed.watch import watch


@dataclass
class Watched:
    """A cluster of one partition with three records, all read, that is watched."""

    cluster: FakeCluster
    positions: Positions
    task: asyncio.Task
    measured: list[int]
    """What was left each time that it was measured."""

    def read(self) -> None:
        """Read one more record than before."""
        reached = self.positions.reached()[0]
        self.positions[0].accept([self.cluster.logs[0].records[reached]])


@asynccontextmanager
async def watched() -> AsyncIterator[Watched]:
    cluster, positions, measured = FakeCluster(partitions=1), Positions(), []
    cluster.write(3)
    positions.place({0: 0}, {0: 3}, {0: 3})
    async with cluster.connect() as consumer:
        task = asyncio.create_task(watch(consumer, positions, lambda: measured.append(positions.left)))
        yield Watched(cluster, positions, task, measured)
        task.cancel()
        await asyncio.wait([task])


async def outcome(task: asyncio.Task) -> str:
    """Wait for the error that ends the watch; what it says."""
    with pytest.raises((TopicChanged, BrokerUnreachable)) as raised:
        async with asyncio.timeout(60):
            await asyncio.shield(task)
    return str(raised.value)


@in_virtual_time
async def test_the_ends_are_measured_every_second():
    async with watched() as w:
        for _ in range(3):
            w.cluster.write(2)
            await asyncio.sleep(1)
        assert w.measured == [2, 4, 6]


@in_virtual_time
async def test_a_log_that_has_become_shorter_ends_the_session():
    async with watched() as w:
        await asyncio.sleep(2.5)
        w.cluster.replace(2)
        assert await outcome(w.task) == "a log of shipments ends before what was read of it"


@in_virtual_time
async def test_what_was_read_while_the_answer_was_on_its_way_does_not_make_the_log_shorter():
    async with watched() as w:
        w.cluster.late = 1.0
        await asyncio.sleep(0.75)  # the end is on its way
        w.cluster.write()
        w.read()
        await asyncio.sleep(10)
        assert not w.task.done()


@pytest.mark.parametrize("partitions", [0, 2])
@in_virtual_time
async def test_other_partitions_end_the_session(partitions):
    async with watched() as w:
        await asyncio.sleep(2.5)
        if partitions:
            w.cluster.create(partitions)
        else:
            w.cluster.delete()
        assert await outcome(w.task) == "the partitions of shipments have changed"


@in_virtual_time
async def test_a_broker_that_does_not_listen_ends_the_session_at_once():
    async with watched() as w:
        await asyncio.sleep(2.5)
        w.cluster.listens = False
        assert "connection refused" in await outcome(w.task)
        assert w.cluster.clock.monotonic() < 4


@in_virtual_time
async def test_three_questions_in_a_row_without_an_answer_end_the_session():
    async with watched() as w:
        await asyncio.sleep(2.5)
        w.cluster.answers = False
        asked = w.cluster.asked["ends"]
        assert "it listens, but does not answer" in await outcome(w.task)
        assert w.cluster.asked["ends"] == asked + 3


@in_virtual_time
async def test_two_questions_in_a_row_without_an_answer_are_borne():
    async with watched() as w:
        for _ in range(5):
            w.cluster.answers = False
            await asyncio.sleep(5)
            w.cluster.answers = True
            await asyncio.sleep(5)
        assert not w.task.done()


@in_virtual_time
async def test_while_records_come_an_answer_that_does_not_is_borne():
    async with watched() as w:
        w.cluster.answers = False
        w.cluster.write(30)
        for _ in range(30):
            await asyncio.sleep(1)
            w.read()
        assert not w.task.done()
        assert "it listens, but does not answer" in await outcome(w.task)
