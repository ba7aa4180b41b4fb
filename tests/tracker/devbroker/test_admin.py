from devbroker_wire import create, creation

from tracker.devbroker.errors import ErrorCode


async def test_a_topic_asked_for_twice_at_once_is_not_made(client):
    request = creation("t")
    request.topics = request.topics * 2
    response = await client.ask(request, 7)
    assert {topic.error_code for topic in response.topics} == {ErrorCode.INVALID_REQUEST}
    assert (await create(client, "t")).error_code == ErrorCode.NONE
