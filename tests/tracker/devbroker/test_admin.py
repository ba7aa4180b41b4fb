from devbroker_wire import create, creation
from kafka.protocol.admin import DescribeConfigsRequest

from tracker.devbroker.admin import MAX_DESCRIBED
from tracker.devbroker.errors import ErrorCode


def description(*names):
    resource = DescribeConfigsRequest.DescribeConfigsResource
    return DescribeConfigsRequest(
        resources=[resource(resource_type=2, resource_name=name, configuration_keys=None) for name in names],
        include_synonyms=False,
    )


async def test_a_topic_asked_for_twice_at_once_is_not_made(client):
    request = creation("t")
    request.topics = request.topics * 2
    response = await client.ask(request, 7)
    assert {topic.error_code for topic in response.topics} == {ErrorCode.INVALID_REQUEST}
    assert (await create(client, "t")).error_code == ErrorCode.NONE


async def test_settings_are_described_with_their_defaults_and_those_of_their_topic(client):
    await create(client, "t", retention_ms=5)
    (described,) = (await client.ask(description("t"), 4)).results
    values = {config.name: config.value for config in described.configs}
    assert values["retention.ms"] == "5"
    assert values["message.timestamp.after.max.ms"] == "3600000"


async def test_the_settings_of_too_many_topics_at_once_are_refused(client):
    await create(client, "t")
    answers = (await client.ask(description(*["t"] * (MAX_DESCRIBED + 1)), 1)).results
    assert {answer.error_code for answer in answers} == {ErrorCode.INVALID_REQUEST}
    assert (await client.ask(description("t"), 1)).results[0].error_code == ErrorCode.NONE
