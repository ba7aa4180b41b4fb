import asyncio
import time

import pytest
from devbroker_wire import (
    Client,
    build,
    checked,
    connected,
    create,
    deletion,
    fetched,
    fetching,
    produce,
    records,
    until,
)
from patience import PATIENCE

from tracker.devbroker import fetch
from tracker.devbroker.errors import ErrorCode
from tracker.devbroker.turns import ROOM

BY_NAME, BY_ID = 12, 13  # versions of Fetch

# A wait that no test sits out: what ends it is an event.
LONG_MS = 10 * round(1000 * PATIENCE)


async def waiting(client, broker, request, version):
    """Send a fetch, and return once the broker waits on its behalf."""
    sent = client.send(request, version)
    log = broker._node.topics.log(request.topics[0].topic, 0, request.topics[0].topic_id)
    await until(lambda: log.watchers)
    return sent


async def test_a_waiting_fetch_is_answered_at_once_when_records_come(broker, client, other):
    await create(client, "t")
    sent = await waiting(client, broker, fetching("t", 0, wait_ms=LONG_MS), BY_NAME)
    await produce(other, "t", build([5]))
    async with asyncio.timeout(PATIENCE):
        answer = fetched(await client.receive(sent))
    assert records(answer.records) == [(0, 5, b"v")]
    assert answer.high_watermark == 1


async def test_an_empty_fetch_is_held_for_as_long_as_the_client_says(client):
    await create(client, "t")
    start = time.monotonic()
    answer = fetched(await client.ask(fetching("t", 0, wait_ms=150), BY_NAME))
    assert time.monotonic() - start >= 0.149
    assert not answer.records
    assert answer.error_code == ErrorCode.NONE


async def test_a_fetch_waits_for_as_many_bytes_as_the_client_says(broker, client, other):
    await create(client, "t")
    batch = build([1])
    sent = await waiting(client, broker, fetching("t", 0, wait_ms=LONG_MS, min_bytes=2 * len(batch)), BY_NAME)
    await produce(other, "t", batch)
    await produce(other, "t", batch)
    assert len(records(fetched(await client.receive(sent)).records)) == 2


@pytest.mark.parametrize(
    ("version", "code"), [(BY_NAME, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION), (BY_ID, ErrorCode.UNKNOWN_TOPIC_ID)]
)
async def test_a_waiting_fetch_is_answered_at_once_when_its_topic_is_deleted(broker, client, other, version, code):
    topic_id = (await create(client, "t")).topic_id
    request = fetching("t" if version < BY_ID else "", 0, topic_id=topic_id, wait_ms=LONG_MS)
    sent = await waiting(client, broker, request, version)
    await other.ask(deletion("t"), 6)
    async with asyncio.timeout(PATIENCE):
        assert fetched(await client.receive(sent)).error_code == code


async def test_a_topic_made_anew_is_empty_and_not_taken_for_the_old_one(client):
    old = (await create(client, "t")).topic_id
    await produce(client, "t", build([1, 2]))
    await client.ask(deletion("t"), 6)
    new = (await create(client, "t")).topic_id
    assert new != old
    assert fetched(await client.ask(fetching("", 0, topic_id=old), BY_ID)).error_code == ErrorCode.UNKNOWN_TOPIC_ID
    assert fetched(await client.ask(fetching("", 0, topic_id=new), BY_ID)).high_watermark == 0
    assert (await produce(client, "t", build([1]))).base_offset == 0


async def test_records_that_are_too_old_are_not_served(broker, client):
    await create(client, "t", retention_ms=60_000)
    now = time.time_ns() // 1_000_000
    log = broker._node.topics.log("t", 0)
    log.append(checked(build([now - 70_000])), now - 70_000)
    await produce(client, "t", build([now]))
    assert fetched(await client.ask(fetching("t", 1), BY_NAME)).log_start_offset == 1


async def test_a_fetch_that_asks_for_more_than_an_answer_can_hold_is_answered_when_there_is_as_much(
    client, other, broker
):
    await create(client, "t")
    request = fetching("t", 0, wait_ms=LONG_MS, min_bytes=2**31 - 1, max_bytes=500)
    sent = await waiting(client, broker, request, BY_NAME)
    await produce(other, "t", build([1], value=bytes(600)))
    async with asyncio.timeout(PATIENCE):
        assert len(records(fetched(await client.receive(sent)).records)) == 1


async def test_a_fetch_that_waits_holds_no_records_and_counts_what_comes(broker, client, other):
    await create(client, "t")
    batch = build([1], value=bytes(10_000))
    await produce(client, "t", batch)
    sent = await waiting(client, broker, fetching("t", 0, wait_ms=LONG_MS, min_bytes=4 * len(batch)), BY_NAME)
    (connection,) = (one for one in broker._connections if one._deferred is not None)
    for _ in range(3):
        assert connection.held == fetch._ELEMENT
        await produce(other, "t", batch)
    assert len(records(fetched(await client.receive(sent)).records)) == 4


async def test_long_answers_take_turns_and_short_ones_do_not_wait_for_them(broker, client, other):
    await create(client, "t")
    for _ in range(8):
        await produce(client, "t", build([1], value=bytes(1_000_000)))
    await create(client, "short")
    await produce(client, "short", build([1]))
    turns, long_request = broker._node.turns, fetching("t", 0, max_bytes=1 << 30)
    readers = [await Client.connect(broker.address) for _ in range(10)]
    before = [turns.wait(ROOM) for _ in range(1000)]
    for reader in readers:
        reader.send(long_request, BY_NAME)
    await until(lambda: sum(one._deferred is not None for one in broker._connections) == len(readers))
    assert records(fetched(await other.ask(fetching("short", 0), BY_NAME)).records)
    assert not before[-1].done(), "the long ones still wait"
    for reader in readers:
        assert len(fetched(await reader.receive(long_request)).records) > 900_000
        await reader.close()


async def test_answers_become_short_when_all_clients_together_hold_nearly_as_much_as_they_may(broker, client):
    await create(client, "t")
    for _ in range(10):
        await produce(client, "t", build([1], value=bytes(50_000)))
    clients = broker._node.clients
    assert len(fetched(await client.ask(fetching("t", 0), BY_NAME)).records) > 500_000
    clients.limit = clients.held + 4 * 120_000
    assert 100_000 < len(fetched(await client.ask(fetching("t", 0), BY_NAME)).records) <= 120_000
    clients.limit = clients.held
    assert len(fetched(await client.ask(fetching("t", 0), BY_NAME)).records) < 2 * fetch._LEAST_FETCH


async def test_a_client_that_hangs_up_leaves_no_fetch_behind(broker, client):
    await create(client, "t")
    log = broker._node.topics.log("t", 0)
    async with connected(broker.address) as other:
        await waiting(other, broker, fetching("t", 0, wait_ms=2**31 - 1), BY_NAME)
    await until(lambda: not log.watchers)
