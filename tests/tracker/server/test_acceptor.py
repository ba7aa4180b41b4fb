"""More connections than there are files for; real sockets, a server in a process."""

import asyncio
import contextlib
import functools
import resource
import socket
from collections.abc import Iterator

import pytest
import uvicorn
from brokers import until as wait_until
from devbroker_wire import until
from patience import PATIENCE
from raw_socket import RawSocket, RefusedError
from scarce_files import CountedSocket, none_left
from served import Served, served
from uvicorn.server import ServerState

from tracker.server.acceptor import Acceptor
from tracker.server.command import listen
from tracker.server.descriptors import OTHERS, SPARE
from tracker.server.http import Guests, HttpConnection

FILES = 400


@pytest.fixture
def server() -> Iterator[Served]:
    with served(files=(FILES, FILES)) as running:
        yield running
        assert "Traceback" not in running.log()


def test_those_who_ask_for_nothing_keep_nobody_out(server: Served):
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(server.connect())
        idle = [stack.enter_context(server.connect()) for _ in range(3 * FILES)]
        assert server.get("/healthz")[0] == 200  # answered, though more wait than can be served
        assert first.recv(1) == b""  # the oldest made room
        idle[-1].sendall(f"GET /healthz HTTP/1.1\r\nHost: {server.base}\r\n\r\n".encode())
        assert idle[-1].recv(1 << 16).startswith(b"HTTP/1.1 200 ")
    assert len(server.log().splitlines()) == 1  # that there are fewer clients than by default


def test_viewers_are_refused_above_the_limit_and_then_the_page_is_still_there(server: Served):
    most = FILES - SPARE - OTHERS
    with contextlib.ExitStack() as stack:
        viewers = [stack.enter_context(RawSocket(server)) for _ in range(most)]
        with pytest.raises(RefusedError, match="503"):
            RawSocket(server)
        idle = [stack.enter_context(server.connect()) for _ in range(2 * OTHERS)]
        assert server.get("/healthz")[0] == 200
        assert all(viewer.heard(b"hello") for viewer in viewers)  # none made room
        del idle


async def test_without_files_it_asks_the_system_once_says_so_and_goes_on_later(caplog):
    loop, guests, state = asyncio.get_running_loop(), Guests(), ServerState()
    config = uvicorn.Config(None, lifespan="off", log_config=None)
    make = functools.partial(HttpConnection, config, state, {}, guests)
    with CountedSocket(fileno=listen("127.0.0.1", 0).detach()) as listener, socket.socket() as client:
        client.settimeout(0)
        acceptor = Acceptor(listener, make, state.connections, guests.idle, 10)
        with none_left():
            await loop.sock_connect(client, listener.getsockname())
            await until(lambda: caplog.messages)
            for _ in range(100):
                await asyncio.sleep(0)
        assert listener.asked == 1
        assert caplog.messages == ["No connection can be accepted: Too many open files"]
        async with asyncio.timeout(PATIENCE):
            await until(lambda: guests.idle)
            acceptor.close()
            guests.idle.oldest().transport.abort()
            with contextlib.suppress(ConnectionResetError):
                assert await loop.sock_recv(client, 1) == b""


def test_a_server_whose_files_were_taken_away_serves_on_when_it_has_some(server: Served):
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (3, FILES))  # its standard streams
    with server.connect() as client:
        client.sendall(f"GET /healthz HTTP/1.1\r\nHost: {server.base}\r\n\r\n".encode())
        wait_until(lambda: "No connection can be accepted" in server.log(), PATIENCE, "the server to try")
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
    assert server.log().count("No connection can be accepted") == 1
