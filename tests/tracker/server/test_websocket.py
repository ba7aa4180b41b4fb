"""The server's end of a WebSocket, with clients that misbehave on real sockets."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
import uvicorn
import websockets
from devbroker_wire import until
from patience import PATIENCE

from tracker.server.websocket import _ABORT_AFTER, Outlet
from tracker.stream.protocol import FRAMES_AT_ONCE, Bye

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Watched(Outlet):
    """An outlet that says when its connection has ended."""

    lost: asyncio.Event

    def connection_made(self, transport):
        self.lost = asyncio.Event()
        super().connection_made(transport)

    def connection_lost(self, exc):
        super().connection_lost(exc)
        self.lost.set()


class Endpoint:
    """An app that accepts, hands its outlet to the test, and stays until the connection has ended."""

    def __init__(self):
        self.listens = asyncio.Event()
        self.listens.set()
        self.outlets = asyncio.Queue()
        self.ended = asyncio.Event()

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        self.outlets.put_nowait(scope["state"]["outlet"])
        await self.listens.wait()
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self.ended.set()


@pytest.fixture
async def endpoint():
    return Endpoint()


@pytest.fixture
async def port(endpoint):
    config = uvicorn.Config(endpoint, ws=Watched, lifespan="off", log_config=None, ws_ping_interval=None)
    config.load()
    state = uvicorn.server.ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: config.http_protocol_class(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()


@asynccontextmanager
async def raw(port):
    """A client that has shaken hands, and from then on does only what the test does."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(0)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, HANDSHAKE)
        assert (await loop.sock_recv(client, 4096)).startswith(b"HTTP/1.1 101 ")
        yield client


async def test_prepared_bytes_go_over_the_wire_as_they_are(endpoint, port):
    async with raw(port) as client:
        outlet = await endpoint.outlets.get()
        outlet.write(b"\x81\x02hi")
        assert await asyncio.get_running_loop().sock_recv(client, 100) == b"\x81\x02hi"
        assert outlet.waiting == 0
        outlet.write(b"")  # nothing
        outlet.transport.abort()
        await endpoint.ended.wait()


async def test_what_a_client_does_not_read_is_waiting(endpoint, port):
    async with raw(port):
        outlet = await endpoint.outlets.get()
        frame = b"\x82\x7f" + (8 << 20).to_bytes(8, "big") + bytes(8 << 20)
        outlet.write(frame)
        assert 0 < outlet.waiting < len(frame)
        outlet.transport.abort()
        await endpoint.ended.wait()


async def test_a_client_that_never_answers_the_close_is_hung_up_on(endpoint, port):
    async with raw(port) as client, asyncio.timeout(PATIENCE):
        outlet = await endpoint.outlets.get()
        outlet.dismiss(Bye(1013, "too slow"))
        assert not outlet.open
        received = b""
        while chunk := await receive(client):  # until the server ends the connection, which we never do
            received += chunk
        assert received == b"\x88\x0a\x03\xf5too slow"
        await endpoint.ended.wait()


async def test_a_client_that_reads_nothing_at_all_is_hung_up_on_with_what_it_was_sent(endpoint, port):
    async with raw(port), asyncio.timeout(PATIENCE):
        outlet = await endpoint.outlets.get()
        outlet.write(b"\x82\x7f" + (8 << 20).to_bytes(8, "big") + bytes(8 << 20))
        outlet.dismiss(Bye(1013, "too slow"))
        assert outlet.waiting  # so that a mere close would wait for the client for ever
        await outlet.lost.wait()


async def test_a_client_that_answers_ends_in_good_order(endpoint, port):
    async with websockets.connect(f"ws://127.0.0.1:{port}/") as client:
        outlet = await endpoint.outlets.get()
        outlet.dismiss(Bye(1001, "the server stops"))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.recv()
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "the server stops")
    await endpoint.ended.wait()


async def test_a_client_that_was_not_listened_to_is_read_again_so_that_its_answer_is_seen(endpoint, port):
    endpoint.listens.clear()
    async with websockets.connect(f"ws://127.0.0.1:{port}/") as client, asyncio.timeout(PATIENCE):
        outlet = await endpoint.outlets.get()
        await client.send("a message that the endpoint does not take")
        await until(lambda: not outlet.transport.is_reading())
        outlet.dismiss(Bye(1013, "too slow"))
        assert outlet.transport.is_reading()
        endpoint.listens.set()
        await outlet.lost.wait()


async def test_a_client_that_answers_no_ping_is_hung_up_on_though_it_has_not_read_what_it_was_sent(endpoint, port):
    async with raw(port), asyncio.timeout(PATIENCE):
        outlet = await endpoint.outlets.get()
        outlet.write(b"\x82\x7f" + (8 << 20).to_bytes(8, "big") + bytes(8 << 20))
        outlet.send_keepalive_ping()
        outlet.keepalive_timeout()
        await outlet.lost.wait()
        await endpoint.ended.wait()


async def test_of_one_that_floods_no_more_is_read_and_it_is_told_why(endpoint, port):
    async with raw(port) as client, asyncio.timeout(PATIENCE):
        outlet = await endpoint.outlets.get()
        pings = b"\x89\x80\0\0\0\0" * (FRAMES_AT_ONCE + 1)
        await asyncio.get_running_loop().sock_sendall(client, pings)
        await until(lambda: not outlet.open)
        assert not outlet.transport.is_reading()
        received = b""
        while chunk := await receive(client):
            received += chunk
        assert received.endswith(b"frames at once, or 20 a second")
        await outlet.lost.wait()


async def test_the_system_is_given_little_to_hold(endpoint, port):
    async with raw(port):
        outlet = await endpoint.outlets.get()
        held = outlet.transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        assert held <= 2 * (256 << 10)  # Linux doubles what it is asked for
        outlet.transport.abort()
        await endpoint.ended.wait()


async def test_a_client_that_reads_the_rest_in_time_is_not_aborted_once_it_has_gone(endpoint, port):
    loop, complaints = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    async with raw(port) as client, asyncio.timeout(PATIENCE):
        outlet = await endpoint.outlets.get()
        outlet.write(b"\x82\x7f" + (8 << 20).to_bytes(8, "big") + bytes(8 << 20))
        await loop.sock_sendall(client, b"\x88\x80\0\0\0\0")
        await endpoint.ended.wait()
        while await loop.sock_recv(client, 1 << 20):
            pass
        await outlet.lost.wait()
        over = asyncio.Event()
        loop.call_later(_ABORT_AFTER, over.set)  # set after what was to be done by then
        await over.wait()
    assert complaints == []


async def test_after_the_end_nothing_is_sent(endpoint, port):
    async with raw(port) as client, asyncio.timeout(PATIENCE):
        outlet = await endpoint.outlets.get()
        outlet.dismiss(Bye(1013, "x"))
        outlet.write(b"\x81\x02hi")
        outlet.dismiss(Bye(1013, "again"))
        received = b""
        while chunk := await receive(client):
            received += chunk
        assert received == b"\x88\x03\x03\xf5x"


async def receive(client):
    """What comes next; nothing at the end, which may be a reset."""
    try:
        return await asyncio.get_running_loop().sock_recv(client, 4096)
    except ConnectionResetError:
        return b""
