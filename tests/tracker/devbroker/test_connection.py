import asyncio

from devbroker_wire import build, checked, create, fetched, fetching, produce, records, until
from kafka.protocol.metadata import FindCoordinatorRequest
from patience import PATIENCE

from tracker.devbroker.connection import READ_AHEAD

LONG_MS = 10 * round(1000 * PATIENCE)  # a wait that no test sits out


def served(broker, client):
    """The broker's end of a connection."""
    ours = client.writer.get_extra_info("sockname")
    (connection,) = (one for one in broker._connections if one._transport.get_extra_info("peername") == ours)
    return connection


def where(name="g"):
    return FindCoordinatorRequest(key=name, key_type=0)


async def test_requests_behind_one_that_waits_are_answered_after_it(broker, client, other):
    await create(client, "t")
    waiting, next_one = client.send(fetching("t", 0, wait_ms=LONG_MS), 12), client.send(where(), 2)
    await until(lambda: broker._node.topics.log("t", 0).watchers)
    await produce(other, "t", build([5]))
    async with asyncio.timeout(PATIENCE):
        assert records(fetched(await client.receive(waiting)).records) == [(0, 5, b"v")]
        assert (await client.receive(next_one)).port == broker.port


async def test_records_that_come_between_the_wake_and_the_answer_are_in_it(broker, client, other):
    await create(client, "t")
    waiting = client.send(fetching("t", 0, wait_ms=LONG_MS), 12)
    log = broker._node.topics.log("t", 0)
    await until(lambda: log.watchers)
    log.append(checked(build([5])), broker._node.now())
    log.append(checked(build([6])), broker._node.now())
    assert [offset for offset, _, _ in records(fetched(await client.receive(waiting)).records)] == [0, 1]


async def test_what_is_sent_behind_a_request_that_waits_stays_in_the_socket(broker, client, other):
    await create(client, "t")
    waiting = client.send(fetching("t", 0, wait_ms=LONG_MS), 12)
    await until(lambda: broker._node.topics.log("t", 0).watchers)
    count = 8 * READ_AHEAD // 1000
    sent = [client.send(where("g" * 1000), 2) for _ in range(count)]
    connection = served(broker, client)
    await until(lambda: not connection._transport.is_reading())
    assert len(connection._input) <= 2 * READ_AHEAD
    await produce(other, "t", build([5]))
    async with asyncio.timeout(PATIENCE):
        for one in (waiting, *sent):
            await client.receive(one)
    assert connection._transport.is_reading()


async def test_a_client_that_takes_no_answers_is_given_no_more_until_it_does(broker, client, other):
    await create(client, "t")
    await produce(client, "t", build([5], value=bytes(500_000)))
    client.writer.transport.pause_reading()
    sent = [client.send(fetching("t", 0), 12) for _ in range(100)]
    connection = served(broker, client)
    await until(lambda: connection._full)
    assert connection._transport.get_write_buffer_size() < 2_000_000
    assert (await other.ask(where(), 2)).port == broker.port
    client.writer.transport.resume_reading()
    async with asyncio.timeout(PATIENCE):
        for one in sent:
            assert len(fetched(await client.receive(one)).records) > 500_000


async def test_a_client_that_sends_no_more_is_answered_unless_it_has_to_wait(broker, client):
    await create(client, "t")
    first, _, _ = client.send(where(), 2), client.send(fetching("t", 0, wait_ms=LONG_MS), 12), client.send(where(), 2)
    client.writer.write_eof()
    async with asyncio.timeout(PATIENCE):
        assert (await client.receive(first)).port == broker.port
        assert await client.reader.read() == b""
    assert not broker._node.topics.log("t", 0).watchers


async def test_a_client_that_sends_no_more_is_hung_up_on_once_it_has_its_answers(broker, client):
    await create(client, "t")
    await produce(client, "t", build([5], value=bytes(500_000)))
    connection = served(broker, client)
    client.writer.transport.pause_reading()
    sent = [client.send(fetching("t", 0), 12) for _ in range(50)]
    client.send(fetching("t", 1, wait_ms=LONG_MS), 12)
    client.writer.write_eof()
    await until(lambda: connection._gone and connection._full)
    client.writer.transport.resume_reading()
    async with asyncio.timeout(PATIENCE):
        for one in sent:
            assert len(fetched(await client.receive(one)).records) > 500_000
        assert await client.reader.read() == b""


async def test_a_client_that_says_nothing_and_ends_is_hung_up_on(client):
    client.writer.write_eof()
    async with asyncio.timeout(PATIENCE):
        assert await client.reader.read() == b""


async def test_each_turn_answers_one_request_so_that_others_are_not_kept_waiting(broker, client, other):
    await client.ask(where(), 2)
    connection, request = served(broker, client), where()
    request.API_VERSION = 2
    request.with_header(7, "test")
    frame = request.encode(header=True, framed=True)
    client.writer.write(frame * 100)
    await until(lambda: connection._due)
    for left in range(99, 90, -1):
        assert len(connection._input) == left * len(frame)
        await asyncio.sleep(0)
    for _ in range(100):
        await client.receive(request)


async def test_what_a_client_holds_is_counted_and_is_nothing_in_the_end(broker, client):
    await create(client, "t", retention_ms=-1)
    connection, clients = served(broker, client), broker._node.clients
    client.writer.write(b"\0\0\x10\0" + b"\0\3\0\x63" + bytes(1000))
    await until(lambda: connection.held)
    assert clients.held == connection.held == 1008
    client.writer.write(bytes(0x1000 - 1004))  # a request of a version that is not served
    assert await client.reader.read() == b""
    await until(lambda: not broker._connections)
    assert (clients.held, len(clients)) == (0, 0)


async def test_refused_requests_are_said_once(broker, caplog):
    for _ in range(5):
        reader, writer = await asyncio.open_connection(broker.host, broker.port)
        writer.write(bytes(100))
        assert await reader.read() == b""
        writer.close()
    (message,) = caplog.messages
    assert message.startswith("hung up on 127.0.0.1: ")
