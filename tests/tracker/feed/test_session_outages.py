"""A feed whose broker is away, does not answer, or turns it away."""

import asyncio

import pytest
from fake_cluster import FakeCluster
from feeding import reading
from virtual_time import in_virtual_time

from tracker.errors import HandshakeFailed
from tracker.feed.upstream import ConsumerFailed


@in_virtual_time
async def test_a_broker_that_is_lost_is_tried_ever_more_slowly_and_told_when_it_is_back():
    cluster = FakeCluster(partitions=1)
    cluster.write(3)
    async with reading(cluster) as run:
        await run.settle()
        await asyncio.sleep(10)
        cluster.listens = False
        await run.until(lambda: not run.status.connected)
        lost = cluster.clock.monotonic()
        assert run.status.since.timestamp() == pytest.approx(cluster.clock.time(), abs=0.001)
        assert run.status.error == "no Kafka broker answers at kafka.example:9092: connection refused"
        assert (run.status.state, run.status.reconnects) == ("away", 0)
        await asyncio.sleep(6)
        pauses = [moment - lost for moment in cluster.attempts[1:]]
        assert pauses == pytest.approx([0.1, 0.3, 0.7, 1.5, 2.5, 3.5, 4.5, 5.5], abs=0.02)
        cluster.write()
        cluster.listens = True
        await run.settle()
        assert run.offsets() == [0, 1, 2, 3]
        assert (run.status.connected, run.status.error, run.status.reconnects) == (True, None, 1)
        assert run.status.since.timestamp() == pytest.approx(cluster.clock.time(), abs=0.1)
        assert run.sink.silences == pytest.approx([0, lost])
        assert run.sink.resumptions == pytest.approx([0, lost + 6.5], abs=0.02)
        cluster.listens = False
        await run.until(lambda: not run.status.connected)
        lost, before = cluster.clock.monotonic(), len(cluster.attempts)
        await asyncio.sleep(0.5)
        assert [moment - lost for moment in cluster.attempts[before:]] == pytest.approx([0.1, 0.3], abs=0.02)


@in_virtual_time
async def test_a_broker_that_was_never_there_is_waited_for_and_no_reconnect():
    cluster = FakeCluster(partitions=1)
    cluster.write()
    cluster.listens = False
    async with reading(cluster) as run:
        await run.until(lambda: run.status.error)
        assert run.status.state == "connecting"
        await asyncio.sleep(30)
        cluster.listens = True
        await run.settle()
        assert (run.status.state, run.status.error, run.status.reconnects) == ("connected", None, 0)
        assert run.sink.silences == [0]
        assert run.sink.resumptions == pytest.approx([30], abs=1.1)


@in_virtual_time
async def test_a_broker_that_listens_but_does_not_answer_is_given_up_and_found_again():
    cluster = FakeCluster(partitions=1)
    cluster.write(2)
    async with reading(cluster) as run:
        await run.settle()
        cluster.answers = False
        await run.until(lambda: not run.status.connected)
        assert run.status.error.endswith("it listens, but does not answer")
        await asyncio.sleep(60)
        cluster.answers = True
        cluster.write()
        await run.settle()
        assert run.offsets() == [0, 1, 2]
        assert (run.status.reconnects, len(run.sink.silences), len(run.sink.resumptions)) == (1, 2, 2)


@in_virtual_time
async def test_a_client_that_fails_while_it_reads_is_replaced():
    cluster = FakeCluster(partitions=1)
    cluster.write(2)

    async def fail(request: str) -> None:
        if request == "fetch":
            cluster.before = None
            raise ConsumerFailed("TopicAuthorizationFailedError: shipments")

    async with reading(cluster) as run:
        await run.settle()
        cluster.before = fail
        await run.until(lambda: not run.status.connected)
        assert run.status.error == "TopicAuthorizationFailedError: shipments"
        cluster.write()
        await run.settle()
        assert run.offsets() == [0, 1, 2]


@in_virtual_time
async def test_to_be_refused_at_first_ends_the_feed():
    cluster = FakeCluster(partitions=1)
    cluster.refusals = ["the password is wrong"]
    async with reading(cluster) as run:
        with pytest.raises(ExceptionGroup) as raised:
            await run.until(lambda: run.status.connected)
        assert raised.group_contains(HandshakeFailed, match="the password is wrong")
        assert run.status.error == "the password is wrong"


@in_virtual_time
async def test_to_be_refused_later_ends_the_feed_only_after_three_times_in_a_row():
    cluster = FakeCluster(partitions=1)

    async def go_away(refusals: list[str]) -> None:
        cluster.listens = False
        await run.until(lambda: not run.status.connected)
        cluster.refusals, cluster.listens = refusals, True

    async with reading(cluster) as run:
        for _ in range(2):
            await run.until(lambda: run.status.caught_up)
            await go_away(["still starting", "still starting"])
            cluster.write()
            await run.settle()
        await go_away(["the password was changed"] * 3)
        with pytest.raises(ExceptionGroup) as raised:
            await run.until(lambda: run.status.connected)
        assert raised.group_contains(HandshakeFailed, match="the password was changed")
        assert run.status.reconnects == 2
