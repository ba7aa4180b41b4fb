"""A feed that reads a cluster in memory: where it starts, what it hands on, and how it ends.

As time is virtual, `asyncio.sleep` lets it pass and takes none.
"""

import asyncio

import pytest
from fake_cluster import FakeCluster, FakeSink
from feeding import Run, reading
from virtual_time import VirtualClock, in_virtual_time


@pytest.mark.parametrize(
    ("since", "offsets"),
    [
        ("earliest", [2, 3, 4, 5]),
        ("latest", []),
        ("-25min", [4, 5]),
        (VirtualClock.EPOCH - 7200, [2, 3, 4, 5]),
        (VirtualClock.EPOCH + 1800, [4, 5]),
        (VirtualClock.EPOCH + 7200, []),
    ],
)
@in_virtual_time
async def test_reading_starts_where_it_was_told_and_goes_on_live(since, offsets):
    cluster = FakeCluster(partitions=2)
    cluster.write(4)
    cluster.truncate(2)
    await asyncio.sleep(1800)
    cluster.write(2)
    await asyncio.sleep(1200)
    async with reading(cluster, since) as run:
        await run.until(lambda: run.status.caught_up)
        assert [(run.offsets(0), run.offsets(1)), run.status.lag] == [(offsets, []), 0]
        cluster.write()
        cluster.write(partition=1)
        await run.until(lambda: len(run.sink.taken) == len(offsets) + 2)
        assert (run.offsets(0), run.offsets(1)) == ([*offsets, 6], [0])


@in_virtual_time
async def test_what_the_log_held_before_is_backlog_even_where_it_comes_together_with_what_is_live():
    cluster = FakeCluster(partitions=1)
    cluster.write(5)

    async def write_meanwhile(request: str) -> None:
        if request == "fetch" and cluster.asked["fetch"] == 1:
            cluster.write(2)

    cluster.before = write_meanwhile
    async with reading(cluster) as run:
        await run.settle()
        assert [one.backlog for one in run.sink.taken] == [True] * 5 + [False] * 2
        assert run.sink.takes == 2
        assert run.status.caught_up


@in_virtual_time
async def test_what_is_left_is_counted_and_each_report_is_handed_on_with_the_moment_at_which_it_came():
    cluster = FakeCluster(partitions=1)
    cluster.write(3)
    seen = []

    async def look(request: str) -> None:
        if request == "fetch":
            seen.append((run.status.lag, run.status.caught_up))

    cluster.before = look
    async with reading(cluster) as run:
        await run.settle()
        await run.until(lambda: len(seen) == 2)
        assert seen == [(3, False), (0, True)]
        await asyncio.sleep(100)
        cluster.write()
        await run.settle()
        assert run.sink.taken[-1].now == pytest.approx(cluster.clock.monotonic())


@in_virtual_time
async def test_a_topic_that_does_not_exist_is_waited_for_with_a_hint_and_then_read_from_its_start():
    cluster = FakeCluster()
    cluster.other_topics = {"shipment", "orders"}
    async with reading(cluster, "latest") as run:
        await run.until(lambda: run.status.error)
        assert run.status.error == (
            "the topic 'shipments' does not exist (yet) at kafka.example:9092; there is 'shipment'"
        )
        assert run.status.connected
        cluster.other_topics = {"orders"}
        await run.until(lambda: run.status.error.endswith("kafka.example:9092"))
        cluster.create(1)
        cluster.write(2)
        await run.settle()
        assert not any(one.backlog for one in run.sink.taken)
        assert (run.status.error, run.status.caught_up) == (None, True)
        assert len(cluster.attempts) == 1


@in_virtual_time
async def test_a_partition_that_is_added_is_read_from_its_start_whatever_was_told():
    cluster = FakeCluster(partitions=1)
    cluster.write(3)
    async with reading(cluster, "latest") as run:
        await run.until(lambda: run.status.caught_up)
        cluster.create(2)
        cluster.write(2, partition=1)
        cluster.write()
        await run.until(lambda: len(run.sink.taken) == 3)
        assert (run.offsets(0), run.offsets(1)) == ([3], [0, 1])
        assert (run.status.logs_replaced, run.status.reconnects) == (0, 0)


@in_virtual_time
async def test_a_defect_of_the_sink_ends_the_feed():
    class Defect(FakeSink):
        def take(self, reading, *, backlog, now):
            raise TypeError

    cluster = FakeCluster(partitions=1)
    cluster.write()
    async with reading(cluster, sink=Defect()) as run:
        with pytest.raises(ExceptionGroup) as raised:
            await run.settle()
        assert raised.group_contains(TypeError)


async def play(cluster: FakeCluster) -> None:
    """Have happen to a cluster what a feed must bear."""
    await asyncio.sleep(1)
    cluster.create(2)
    cluster.write(3)
    await asyncio.sleep(8)
    cluster.listens = False
    await asyncio.sleep(3)
    cluster.refusals, cluster.listens = ["still starting"], True
    await asyncio.sleep(2)
    cluster.answers = False


@pytest.mark.parametrize("partitions", [0, 1])
@in_virtual_time
async def test_cancelled_at_any_moment_it_leaves_nothing_running(partitions):
    met = set()
    for step in range(300):
        cluster = FakeCluster(partitions)
        cluster.late = 0.2  # longer than a step, so that every request is met
        run, playing = Run(cluster, "-5min", FakeSink()), asyncio.create_task(play(cluster))
        await asyncio.wait([run.task], timeout=step / 16)
        met |= {name for name, busy in cluster.busy.items() if busy} or {"pause"}
        playing.cancel()
        run.task.cancel()
        await asyncio.wait([playing, run.task])
        assert run.task.cancelled()
        assert (asyncio.all_tasks(), cluster.open) == ({asyncio.current_task()}, 0)
    assert met == {"connect", "topics", "begins", "ends", "fetch", "pause"} | ({"offsets_at"} if partitions else set())


@in_virtual_time
async def test_closing_tells_that_nobody_reads_any_more_and_why():
    cluster = FakeCluster(partitions=1)
    async with reading(cluster) as run:
        await run.until(lambda: run.status.connected)
    run.feed.close("failed", "ValueError: a defect")
    assert (run.status.state, run.status.error) == ("failed", "ValueError: a defect")
    assert len(run.sink.silences) == 2
    run.feed.close("stopped")
    assert (run.status.state, run.status.error) == ("stopped", "ValueError: a defect")
    assert len(run.sink.silences) == 2
