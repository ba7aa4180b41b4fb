"""A feed whose logs are replaced, or lose what they held: it notices, and goes on with what is there."""

import asyncio

import pytest
from fake_cluster import FakeCluster
from feeding import reading
from virtual_time import in_virtual_time


@in_virtual_time
async def test_nothing_is_handed_on_twice_though_the_last_record_is_read_again_every_few_seconds():
    cluster = FakeCluster(partitions=2)
    cluster.write(3)
    async with reading(cluster) as run:
        for _ in range(20):
            await asyncio.sleep(3)
            cluster.write()
        await run.settle()
        assert run.offsets() == [*range(23)]
        assert run.status.logs_replaced == 0
        assert len(cluster.attempts) == 1


@pytest.mark.parametrize("length", [0, 2])
@in_virtual_time
async def test_a_log_that_ends_before_what_was_read_is_another_one(length):
    cluster = FakeCluster(partitions=1)
    cluster.write(5)
    async with reading(cluster) as run:
        await run.settle()
        cluster.replace(length)
        await run.until(lambda: run.status.logs_replaced)
        cluster.write()
        await run.settle()
        assert run.offsets() == [*range(5), *range(length + 1)]
        assert run.status.logs_replaced == 1
        assert not any(one.backlog for one in run.sink.taken[5:])


@in_virtual_time
async def test_another_log_of_the_same_length_is_found_out_within_a_session():
    cluster = FakeCluster(partitions=1)
    cluster.write(5)
    async with reading(cluster) as run:
        await run.settle()
        cluster.replace(5)
        await run.settle()
        assert run.offsets() == [*range(5)] * 2
        assert run.status.logs_replaced == 1


@in_virtual_time
async def test_a_longer_log_is_found_out_within_a_session_where_the_last_record_is_read_again_before_others():
    cluster = FakeCluster(partitions=1)
    cluster.write(5)

    async def replace(request: str) -> None:
        if request == "fetch" and cluster.sought[-1] == {0: 4}:
            cluster.replace(20)
            cluster.before = None

    async with reading(cluster) as run:
        await run.settle()
        cluster.before = replace
        await run.until(lambda: len(run.sink.taken) == 25)
        assert run.offsets() == [*range(5), *range(20)]
        assert run.status.logs_replaced == 1


@in_virtual_time
async def test_a_longer_log_is_found_out_by_the_next_session():
    cluster = FakeCluster(partitions=2)
    cluster.write(5)
    cluster.write(partition=1)
    async with reading(cluster) as run:
        await run.settle()
        cluster.listens = False
        await run.until(lambda: not run.status.connected)
        cluster.replace(20, 3)
        cluster.listens = True
        await run.settle()
        assert run.offsets(0) == [*range(5), *range(20)]
        assert run.offsets(1) == [0, 0, 1, 2]
        assert run.status.logs_replaced == 2


@in_virtual_time
async def test_a_topic_made_anew_with_fewer_partitions_is_read_from_its_start():
    cluster = FakeCluster(partitions=3)
    for partition in range(3):
        cluster.write(2, partition=partition)
    async with reading(cluster) as run:
        await run.settle()
        cluster.delete()
        await run.until(lambda: run.status.error)
        cluster.replace(4)
        await run.settle()
        assert run.offsets(0) == [0, 1, 0, 1, 2, 3]
        assert (run.status.logs_replaced, run.status.lag, run.status.error) == (1, 0, None)


@in_virtual_time
async def test_a_log_that_proves_replaced_while_its_end_is_measured_is_read_from_its_start():
    cluster = FakeCluster(partitions=1)
    cluster.write(5)
    measured, fetched = asyncio.Event(), asyncio.Event()

    async def hold(request: str) -> None:
        if request == "ends" and cluster.busy["fetch"]:  # the watch's question: it is answered as the log proves
            measured.set()
            await fetched.wait()
        if request == "fetch":
            await measured.wait()
            fetched.set()

    async with reading(cluster) as run:
        await run.settle()
        cluster.listens = False
        await run.until(lambda: not run.status.connected)
        cluster.replace(20)
        cluster.before = hold
        cluster.listens = True
        await run.settle()
        assert run.offsets() == [*range(5), *range(20)]
        assert run.status.logs_replaced == 1


@in_virtual_time
async def test_what_retention_took_before_it_was_read_is_counted_and_reading_goes_on():
    cluster = FakeCluster(partitions=1)
    cluster.write(5)
    async with reading(cluster) as run:
        await run.settle()
        cluster.listens = False
        await run.until(lambda: not run.status.connected)
        cluster.write(10)
        cluster.truncate(9)
        cluster.listens = True
        await run.settle()
        assert run.offsets() == [*range(5), *range(9, 15)]
        assert (run.status.truncated, run.status.logs_replaced) == (4, 0)
        cluster.truncate(15)
        await asyncio.sleep(20)
        cluster.write()
        await run.settle()
        assert run.offsets()[-1] == 15
        assert (run.status.truncated, run.status.logs_replaced) == (4, 0)
