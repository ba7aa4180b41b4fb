import asyncio
import time

import pytest
from devbroker_wire import (
    Client,
    build,
    create,
    creation,
    fetched,
    fetching,
    produce,
    production,
    records,
    until,
)
from kafka.protocol.admin import DeleteTopicsRequest
from kafka.protocol.metadata import ApiVersionsRequest, FindCoordinatorRequest, MetadataRequest
from kafka.protocol.producer import InitProducerIdRequest

from tracker.devbroker import Broker
from tracker.devbroker.errors import ErrorCode
from tracker.devbroker.handlers import HANDLERS
from tracker.devbroker.wire import APIS

BY_NAME, BY_ID = 12, 13  # versions of Fetch

# A wait that no test sits out: what ends it is an event.
LONG_MS = 60_000


def named(*names):
    return MetadataRequest(topics=[MetadataRequest.MetadataRequestTopic(name=name) for name in names])


def deletion(name):
    state = DeleteTopicsRequest.DeleteTopicState
    return DeleteTopicsRequest(topics=[state(name=name, topic_id=None)], timeout_ms=1000)


async def waiting(client, broker, request, version):
    """Send a fetch, and return once the broker waits on its behalf."""
    sent = client.send(request, version)
    log = broker._node.topics.log(request.topics[0].topic, 0, request.topics[0].topic_id)
    await until(lambda: log.watchers)
    return sent


def test_every_request_that_is_served_has_a_handler():
    assert HANDLERS.keys() == APIS.keys()


async def test_a_waiting_fetch_is_answered_at_once_when_records_come(broker, client, other):
    await create(client, "t")
    sent = await waiting(client, broker, fetching("t", 0, wait_ms=LONG_MS), BY_NAME)
    await produce(other, "t", build([5]))
    async with asyncio.timeout(5):
        answer = fetched(await client.receive(sent))
    assert records(answer.records) == [(0, 5, b"v")]
    assert answer.high_watermark == 1


async def test_an_empty_fetch_is_held_for_as_long_as_the_client_says(client):
    await create(client, "t")
    start = time.monotonic()
    answer = fetched(await client.ask(fetching("t", 0, wait_ms=150), BY_NAME))
    assert 0.149 <= time.monotonic() - start < 5
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
    async with asyncio.timeout(5):
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
    for bad in (good[:-1], good[:40], b"", b"junk", good[:-1] + b"\xff", good + good):
        assert (await produce(client, "t", bad)).error_code == ErrorCode.CORRUPT_MESSAGE
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


async def test_records_that_are_too_old_are_not_served(broker, client):
    await create(client, "t", retention_ms=60_000)
    now = time.time_ns() // 1_000_000
    log = broker._node.topics.log("t", 0)
    log.append(build([now - 70_000]), now - 70_000)
    await produce(client, "t", build([now]))
    assert fetched(await client.ask(fetching("t", 1), BY_NAME)).log_start_offset == 1


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
    answer = fetched(await client.ask(fetching("missing", 0, wait_ms=LONG_MS), BY_NAME))
    assert answer.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize("version", [1, 4, 9, 13])
async def test_looking_makes_no_topic(client, version):
    (topic,) = (await client.ask(named("t"), version)).topics
    assert (topic.name, topic.error_code) == ("t", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    assert (await client.ask(MetadataRequest(topics=None), 9)).topics == []


async def test_looking_makes_a_topic_where_the_broker_is_told_so():
    async with Broker(port=0, auto_create_topics=True, partitions=3) as broker:
        client = await Client.connect(broker.address)
        (topic,) = (await client.ask(named("t"), 9)).topics
        assert (topic.error_code, len(topic.partitions)) == (ErrorCode.NONE, 3)
        (invalid,) = (await client.ask(named("a b"), 9)).topics
        assert invalid.error_code == ErrorCode.INVALID_TOPIC_EXCEPTION
        request = named("u")
        request.allow_auto_topic_creation = False
        (topic,) = (await client.ask(request, 9)).topics
        assert topic.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        await client.close()


async def test_a_topic_asked_for_twice_at_once_is_not_made(client):
    request = creation("t")
    request.topics = request.topics * 2
    response = await client.ask(request, 7)
    assert {topic.error_code for topic in response.topics} == {ErrorCode.INVALID_REQUEST}
    assert (await create(client, "t")).error_code == ErrorCode.NONE


async def test_versions_beyond_ours_are_answered_with_those_that_are_served(client):
    request = client.send(ApiVersionsRequest(client_software_name="x", client_software_version="1"), 4)
    assert (await client.receive(request)).error_code == ErrorCode.NONE
    frame = b"\x00\x12\x00\x63" + b"\x00\x00\x00\x07" + b"\x00\x01x" + b"\x00" * 4
    client.writer.write(len(frame).to_bytes(4, "big") + frame)
    request.API_VERSION = 0
    answer = await client.receive(request)
    assert answer.error_code == ErrorCode.UNSUPPORTED_VERSION
    assert {api.api_key for api in answer.api_keys} == APIS.keys()


async def test_producers_have_different_ids_and_transactions_are_refused(client):
    ids = [
        await client.ask(InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=1000), 4) for _ in range(2)
    ]
    assert ids[0].producer_id != ids[1].producer_id
    refused = await client.ask(InitProducerIdRequest(transactional_id="x", transaction_timeout_ms=1000), 4)
    assert refused.error_code == ErrorCode.UNSUPPORTED_VERSION
    coordinator = await client.ask(FindCoordinatorRequest(key_type=1, coordinator_keys=["x"]), 4)
    assert coordinator.coordinators[0].error_code == ErrorCode.UNSUPPORTED_VERSION
