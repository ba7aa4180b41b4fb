"""A feed against a cluster to which anything happens at any time, in virtual time."""

import asyncio

from fake_cluster import FakeCluster
from feeding import Run, reading
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_time import in_virtual_time

PARTITIONS = 3


async def write(run: Run, partition: int, count: int) -> None:
    run.cluster.write(count, partition=min(partition, len(run.cluster.logs) - 1))


async def pass_time(run: Run, seconds: float) -> None:
    await asyncio.sleep(seconds)


async def go_away(run: Run, seconds: float) -> None:
    run.cluster.listens = False
    await asyncio.sleep(seconds)
    run.cluster.listens = True


async def fall_silent(run: Run, seconds: float) -> None:
    run.cluster.answers = False
    await asyncio.sleep(seconds)
    run.cluster.answers = True


async def answer_late(run: Run, seconds: float) -> None:
    run.cluster.late = seconds


async def grow(run: Run) -> None:
    run.cluster.create(PARTITIONS)


async def truncate(run: Run, partition: int) -> None:
    await run.settle()  # else nothing might be left by which a log that was just replaced can be told
    number = min(partition, len(run.cluster.logs) - 1)
    log = run.cluster.logs[number]
    run.cluster.truncate((log.begin + log.end) // 2, partition=number)


async def restart_empty(run: Run, lengths: list[int]) -> None:
    """Come back with other logs, as the embedded broker does."""
    run.cluster.listens = False
    await run.until(lambda: not run.status.connected)
    run.cluster.replace(*lengths)
    run.cluster.listens = True


async def make_anew(run: Run, lengths: list[int]) -> None:
    """Delete the topic, and make it anew once that was seen."""
    run.cluster.delete()
    await run.until(lambda: "does not exist" in (run.status.error or ""))
    run.cluster.replace(*lengths)


async def swap(run: Run, lengths: list[int]) -> None:
    """Replace the logs within a session; none has outgrown the old one before that is found out."""
    await run.settle()
    ends = [log.end for log in run.cluster.logs.values()]
    run.cluster.replace(*map(min, lengths, ends))
    await asyncio.sleep(20)


LENGTHS = st.lists(st.integers(0, 6), min_size=PARTITIONS, max_size=PARTITIONS)
EVENTS = st.one_of(
    st.tuples(st.just(write), st.integers(0, PARTITIONS - 1), st.integers(1, 4)),
    st.tuples(st.just(pass_time), st.sampled_from([0.01, 0.3, 1.1, 2.6, 6.0])),
    st.tuples(st.just(go_away), st.sampled_from([0.1, 1.1, 5.0])),
    st.tuples(st.just(fall_silent), st.sampled_from([1.1, 5.0, 12.0])),
    st.tuples(st.just(answer_late), st.sampled_from([0.001, 0.3, 1.8])),
    st.tuples(st.just(grow)),
    st.tuples(st.just(truncate), st.integers(0, PARTITIONS - 1)),
    st.tuples(st.just(restart_empty), LENGTHS),
    st.tuples(st.just(make_anew), LENGTHS),
    st.tuples(st.just(swap), LENGTHS),
)


@settings(max_examples=100, deadline=None)
@given(events=st.lists(EVENTS, max_size=12))
@in_virtual_time
async def test_whatever_happens_every_record_of_the_final_log_is_handed_on_once_and_in_order(events):
    cluster = FakeCluster(partitions=1)
    cluster.write(3)
    async with reading(cluster) as run:
        for event, *values in events:
            await event(run, *values)
        await run.settle()
        await asyncio.sleep(30)
        for number, log in cluster.logs.items():
            handed = [record for record in run.sink.records if record.partition == number]
            assert [record for record in handed if record in log.records] == log.records
            values = [record.value for record in handed]
            assert values == sorted(set(values))  # the cluster counts them up
        assert (run.status.caught_up, run.status.lag) == (True, 0)
