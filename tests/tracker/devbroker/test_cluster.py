import pytest
from devbroker_wire import Client
from kafka.protocol.metadata import ApiVersionsRequest, FindCoordinatorRequest, MetadataRequest
from kafka.protocol.producer import InitProducerIdRequest

from tracker.devbroker import Broker
from tracker.devbroker.codec import APIS
from tracker.devbroker.errors import ErrorCode


def named(*names):
    return MetadataRequest(topics=[MetadataRequest.MetadataRequestTopic(name=name) for name in names])


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
