"""A feed against a cluster in memory, in virtual time: whatever happens to the cluster, each record is handed on once.

As time is virtual, `asyncio.sleep` lets it pass and takes none.
"""

import asyncio

import pytest
from fake_cluster import FakeCluster, FakeSink
from feeding import Run, reading
from virtual_time import VirtualClock, in_virtual_time

from tracker.errors import HandshakeFailed
from tracker.feed.upstream import ConsumerFailed

# Where reading starts


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


# Logs that are replaced, or lose what they held


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


# A broker that is away, or turns us away


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
        assert run.status.since.timestamp() == pytest.approx(cluster.clock.time())
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


# The end


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
