import asyncio
import time

import pytest
from devbroker_wire import (
    build,
    compress,
    connected,
    create,
    deletion,
    fetched,
    fetching,
    now_ms,
    produce,
    production,
    record,
    records,
    seal,
    until,
)
from kafka.protocol.metadata import FindCoordinatorRequest
from kafka.protocol.producer import ProduceRequest

from tracker.devbroker import produce as producing
from tracker.devbroker.batch import FULL, QUICK
from tracker.devbroker.errors import ErrorCode
from tracker.devbroker.turns import ROOM

BY_NAME = 12  # a version of Fetch


async def test_with_append_time_the_answer_tells_the_time(client):
    await create(client, "t", message_timestamp_type="LogAppendTime")
    before = time.time_ns() // 1_000_000
    written = await produce(client, "t", build([5, 6]))
    assert before <= written.log_append_time_ms <= time.time_ns() // 1_000_000
    got = records(fetched(await client.ask(fetching("t", 0), BY_NAME)).records)
    assert got == [(0, written.log_append_time_ms, b"v"), (1, written.log_append_time_ms, b"v")]


async def test_with_create_time_the_records_keep_theirs(client):
    await create(client, "t", retention_ms=-1)
    assert (await produce(client, "t", build([5]))).log_append_time_ms == -1
    assert records(fetched(await client.ask(fetching("t", 0), BY_NAME)).records) == [(0, 5, b"v")]


async def test_damaged_batches_are_refused_and_nobody_is_cut_off(client, other):
    await create(client, "t", retention_ms=-1)
    good = build([5])
    for bad in (good[:-1], good[:40], b"", b"junk", good + good):
        assert (await produce(client, "t", bad)).error_code == ErrorCode.INVALID_RECORD
    assert (await produce(client, "t", good[:-1] + b"\xff")).error_code == ErrorCode.CORRUPT_MESSAGE
    assert (await produce(client, "t", good)).base_offset == 0
    assert (await produce(other, "t", good)).base_offset == 1


async def test_a_batch_over_the_limit_is_refused_unless_the_topic_raises_it(client):
    await create(client, "small")
    await create(client, "large", max_message_bytes=3_000_000)
    batch = build([time.time_ns() // 1_000_000], value=bytes(2_000_000))
    assert (await produce(client, "small", batch)).error_code == ErrorCode.MESSAGE_TOO_LARGE
    assert (await produce(client, "large", batch)).error_code == ErrorCode.NONE
    got = fetched(await client.ask(fetching("large", 0, max_bytes=1000), BY_NAME)).records
    assert len(got) == len(batch), "one batch is returned, however long it is"


async def test_records_are_dropped_at_the_bound_of_their_topic(client):
    batch = build([time.time_ns() // 1_000_000], value=bytes(1000))
    await create(client, "t", retention_bytes=10 * len(batch))
    for _ in range(25):
        last = await produce(client, "t", batch)
    assert (last.base_offset, last.log_start_offset) == (24, 15)
    answer = fetched(await client.ask(fetching("t", 3), BY_NAME))
    assert (answer.error_code, answer.log_start_offset) == (ErrorCode.OFFSET_OUT_OF_RANGE, 15)


async def test_without_acknowledgement_there_is_no_answer(client):
    await create(client, "t", retention_ms=-1)
    client.send(production("t", build([5]), acks=0), 9)
    assert records(fetched(await client.ask(fetching("t", 0), BY_NAME)).records) == [(0, 5, b"v")]


async def test_records_without_acknowledgement_that_are_refused_end_the_connection(client):
    client.send(production("missing", build([5]), acks=0), 9)
    assert await client.reader.read() == b""


async def test_acks_that_do_not_exist_are_refused(client):
    await create(client, "t")
    assert (await produce(client, "t", build([5]), acks=2)).error_code == ErrorCode.INVALID_REQUIRED_ACKS


async def test_unknown_topics_and_partitions_are_refused(client):
    await create(client, "t")
    assert (await produce(client, "missing", build([5]))).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert (await produce(client, "t", build([5]), partition=1)).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    answer = fetched(await client.ask(fetching("missing", 0, wait_ms=60_000), BY_NAME))
    assert answer.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def large(count=QUICK.records + 1):
    """A batch that is too much for one turn of the event loop."""
    return seal(b"".join(record(i) for i in range(count)), count)


def several(topic, batches, acks=-1):
    """One request with a batch for each partition."""
    data = ProduceRequest.TopicProduceData
    parts = [data.PartitionProduceData(index=i, records=batch) for i, batch in enumerate(batches)]
    return ProduceRequest(acks=acks, timeout_ms=1000, topic_data=[data(name=topic, partition_data=parts)])


async def test_a_large_batch_is_appended_too(client):
    await create(client, "t")
    written = await produce(client, "t", large())
    assert (written.error_code, written.base_offset) == (ErrorCode.NONE, 0)
    assert (await produce(client, "t", large())).base_offset == QUICK.records + 1
    assert len(records(fetched(await client.ask(fetching("t", 0), BY_NAME)).records)) == 2 * QUICK.records + 2


async def test_a_batch_beyond_all_bounds_is_refused_with_the_bounds(client):
    await create(client, "t")
    count = FULL.records + 1
    packed = compress("gzip", b"".join(record(i, value=None) for i in range(count)))
    refused = await produce(client, "t", seal(packed, count, codec="gzip"))
    assert refused.error_code == ErrorCode.MESSAGE_TOO_LARGE
    assert str(FULL.records) in refused.error_message
    assert str(FULL.bytes) in refused.error_message


async def test_what_a_request_brings_for_many_partitions_is_appended_in_several_turns(broker, client, other):
    count = 2 * ROOM // producing._BATCH
    await create(client, "t", 1000)
    batch, topic = seal(record()), broker._node.topics.find("t")
    sent = client.send(several("t", [batch] * count), 9)
    await until(lambda: topic.logs[0].end)
    assert not topic.logs[count - 1].end
    asked = other.send(FindCoordinatorRequest(key="g", key_type=0), 2)
    assert (await other.receive(asked)).port == broker.port
    answers = (await client.receive(sent)).responses[0].partition_responses
    assert {answer.error_code for answer in answers} == {ErrorCode.NONE}
    assert all(log.end == 1 for log in topic.logs[:count])


async def test_refused_batches_and_large_ones_stand_in_one_answer_in_their_order(client):
    await create(client, "t", 5)
    request = several("t", [seal(record()), b"junk", large(), seal(record(), crc=1), large(), seal(record())])
    answers = (await client.ask(request, 9)).responses[0].partition_responses
    assert [answer.index for answer in answers] == list(range(6))
    assert [answer.error_code for answer in answers] == [
        ErrorCode.NONE,
        ErrorCode.INVALID_RECORD,
        ErrorCode.NONE,
        ErrorCode.CORRUPT_MESSAGE,
        ErrorCode.NONE,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]


async def test_batches_of_one_client_stay_in_order_whether_large_or_not(client):
    await create(client, "t")
    sent = [client.send(production("t", batch), 9) for batch in (large(), seal(record()), large(), seal(record()))]
    answers = [(await client.receive(one)).responses[0].partition_responses[0] for one in sent]
    count = QUICK.records + 1
    assert [answer.base_offset for answer in answers] == [0, count, count + 1, 2 * count + 1]


async def test_a_large_batch_for_a_topic_that_is_deleted_meanwhile_is_refused(broker, client, other):
    await create(client, "t")
    hold = asyncio.get_running_loop().create_future()
    # The thread that checks is kept busy until the topic is gone.
    broker._node.checker.submit(lambda: asyncio.run_coroutine_threadsafe(wait_for(hold), hold.get_loop()).result())
    sent = client.send(production("t", large()), 9)
    await until(lambda: broker._node._tasks)
    await other.ask(deletion("t"), 6)
    hold.set_result(None)
    answer = (await client.receive(sent)).responses[0].partition_responses[0]
    assert answer.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


async def wait_for(future):
    await future


@pytest.mark.parametrize("acks", [0, 1])
async def test_a_large_batch_is_appended_though_its_client_hangs_up(broker, client, acks):
    await create(client, "t")
    async with connected(broker.address) as hasty:
        hasty.send(production("t", large(), acks=acks), 9)
    log = broker._node.topics.log("t", 0)
    await until(lambda: log.end)
    assert log.end == QUICK.records + 1


async def test_no_request_is_answered_before_a_large_batch_without_acknowledgement_is_in(client):
    await create(client, "t")
    client.send(production("t", large(), acks=0), 9)
    assert fetched(await client.ask(fetching("t", 0), BY_NAME)).high_watermark == QUICK.records + 1


async def test_the_logs_of_all_topics_make_room_for_a_batch(broker, client):
    storage = broker._node.topics.storage
    storage.limit = 1_000_000
    await create(client, "quiet")
    await create(client, "loud", retention_bytes=-1)
    batch = seal(record(value=bytes(100_000)), first=now_ms())
    await produce(client, "quiet", batch)
    for _ in range(30):
        written = await produce(client, "loud", batch)
        assert storage.used <= storage.limit
    assert written.log_start_offset > 20
    assert fetched(await client.ask(fetching("quiet", 0), BY_NAME)).log_start_offset == 0
