import asyncio
import random
import socket
import struct

import pytest
from devbroker_wire import Client, build, create, fetching, has_ipv6, now_ms, produce, until
from kafka.protocol.metadata import MetadataRequest
from patience import PATIENCE

import tracker.devbroker
from tracker.devbroker import Broker, CannotListenError, EmbeddedBrokerError, serve
from tracker.devbroker.codec import APIS, MAX_REQUEST


def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        return client.getpeername()[1] == port


def junk(rng):
    """Random bytes, from hopeless to nearly right."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 60))
    if kind == 1:
        return struct.pack(">i", rng.choice([-1, 0, 3, MAX_REQUEST + 1, 2**31 - 1])) + rng.randbytes(20)
    key = rng.choice([*APIS, 4, 50, -1])
    highest = APIS[key].highest if key in APIS else 3
    head = struct.pack(">hhih", key, rng.randrange(highest + 1), 1, 4) + b"junk"
    body = rng.choice([rng.randbytes, bytes, lambda size: b"\xff" * size])(rng.randrange(80))
    frame = head + body
    return struct.pack(">i", len(frame)) + frame


async def works(broker):
    client = await Client.connect(broker.address)
    await create(client, "good")
    written = await produce(client, "good", build([now_ms()]))
    await client.close()
    return written.error_code == 0


def test_public_names_are_complete_and_sorted():
    assert tracker.devbroker.__all__ == sorted(tracker.devbroker.__all__)
    assert all(hasattr(tracker.devbroker, name) for name in tracker.devbroker.__all__)


async def test_a_topic_can_be_made_without_a_client():
    broker = Broker(port=0)
    broker.create_topic("t", 2, {"message.timestamp.type": "LogAppendTime"})
    with pytest.raises(EmbeddedBrokerError, match="'t' already exists"):
        broker.create_topic("t")
    async with broker:
        client = await Client.connect(broker.address)
        written = await produce(client, "t", build([now_ms()]), partition=1)
        await client.close()
    assert (written.error_code, written.log_append_time_ms > 0) == (0, True)


async def test_junk_ends_its_own_connection_at_most(broker):
    rng = random.Random(7)
    bystander = await Client.connect(broker.address)
    await create(bystander, "t")
    for _ in range(300):
        reader, writer = await asyncio.open_connection(broker.host, broker.port)
        writer.write(junk(rng))
        writer.write_eof()
        await reader.read(100)
        writer.transport.abort()
    assert (await produce(bystander, "t", build([now_ms()]))).base_offset == 0
    await bystander.close()
    assert await works(broker)


async def test_a_request_that_a_handler_fails_on_ends_its_own_connection_alone(broker, caplog):
    client = await Client.connect(broker.address)
    request = fetching("t", 0)
    request.topics = None
    client.send(request, 12)
    assert await client.reader.read() == b""
    await client.close()
    assert "127.0.0.1 failed" in caplog.text
    assert await works(broker)


async def test_junk_leaves_nothing_behind(broker):
    client = await Client.connect(broker.address)
    await create(client, "t")
    client.send(fetching("t", 0, wait_ms=2**31 - 1), 12)
    log = broker._node.topics.log("t", 0)
    await until(lambda: log.watchers)
    await client.close()
    await until(lambda: not log.watchers and not broker._connections)


async def test_stopping_ends_open_connections_and_waits_at_once():
    async with Broker(port=0) as broker:
        clients = [await Client.connect(broker.address) for _ in range(3)]
        await create(clients[0], "t")
        clients[1].send(fetching("t", 0, wait_ms=10 * round(1000 * PATIENCE)), 12)
        log = broker._node.topics.log("t", 0)
        await until(lambda: log.watchers)
    async with asyncio.timeout(PATIENCE):
        for client in clients:
            assert await client.reader.read() == b""
            await client.close()
    assert not broker._connections
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", broker.port)


async def test_a_broker_starts_again_on_its_port_empty_and_under_another_name():
    async with Broker(port=0) as first:
        client = await Client.connect(first.address)
        await create(client, "t")
        cluster = (await client.ask(MetadataRequest(topics=None), 9)).cluster_id
        await client.close()
    async with Broker(port=first.port) as second:
        client = await Client.connect(second.address)
        metadata = await client.ask(MetadataRequest(topics=None), 9)
        assert metadata.topics == []
        assert metadata.cluster_id != cluster
        await client.close()


async def test_a_port_that_is_taken_is_an_error_with_its_number(broker):
    with pytest.raises(CannotListenError, match="--port") as error:
        async with Broker(port=broker.port):
            pass
    assert (error.value.host, error.value.port) == ("127.0.0.1", broker.port)
    assert isinstance(error.value, EmbeddedBrokerError)


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 0), ("192.0.2.1", 0), ("127.0.0.1", 70_000)])
async def test_an_address_that_is_not_here_is_an_error(host, port):
    with pytest.raises(CannotListenError, match=str(port)):
        await Broker(host, port).__aenter__()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
async def test_clients_are_told_an_address_that_they_reach(host):
    async with Broker(host, 0) as broker:
        client = await Client.connect(f"127.0.0.1:{broker.port}")
        (node,) = (await client.ask(MetadataRequest(topics=None), 9)).brokers
        assert (node.host, node.port) == ("127.0.0.1", broker.port)
        await client.close()
        assert connect(int(broker.address.rsplit(":", 1)[1]))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


async def test_clients_are_told_what_is_advertised_at_the_port_where_they_come_in():
    inside = free_port()
    async with Broker("127.0.0.1", 0, advertised={inside: ("broker", 29092)}) as broker:
        for port, told in ((inside, ("broker", 29092)), (broker.port, ("127.0.0.1", broker.port))):
            client = await Client.connect(f"127.0.0.1:{port}")
            (node,) = (await client.ask(MetadataRequest(topics=None), 9)).brokers
            assert (node.host, node.port) == told
            await client.close()


async def test_where_one_of_its_ports_is_taken_a_broker_listens_at_none(broker):
    free = free_port()
    with pytest.raises(CannotListenError, match=str(broker.port)):
        await Broker("127.0.0.1", free, advertised={broker.port: ("elsewhere", 1)}).__aenter__()
    with socket.create_server(("127.0.0.1", free)):
        pass


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize(
    ("host", "reached"), [("::", "::1"), ("::", "127.0.0.1"), ("::1", "::1"), ("localhost", "::1")]
)
async def test_ipv6_clients_are_told_an_address_that_they_reach(host, reached):
    async with Broker(host, 0) as broker:
        client = Client(*await asyncio.open_connection(reached, broker.port))
        (node,) = (await client.ask(MetadataRequest(topics=None), 9)).brokers
        assert (node.host, node.port) == (reached, broker.port)
        await client.close()


async def test_serve_runs_until_it_is_cancelled():
    listening = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(Broker(port=0), on_listening=listening.set_result))
    broker = await listening
    assert await works(broker)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", broker.port)
