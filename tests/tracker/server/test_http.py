"""HTTP connections that would hold something for ever; real sockets, a server in a process."""

import asyncio
import contextlib
import functools
import socket
from types import SimpleNamespace

import pytest
import uvicorn
from raw_socket import RawSocket, upgrade
from served import Served, served
from uvicorn.server import ServerState

from tracker.server.acceptor import Acceptor
from tracker.server.command import listen
from tracker.server.http import MOST_WAITING, REQUEST_WITHIN, TAKEN_WITHIN, Guests, HttpConnection

GET = "GET {} HTTP/1.1\r\nHost: {}\r\n{}\r\n\r\n"


@pytest.fixture(scope="module")
def server():
    with served() as running:
        yield running
        assert "Traceback" not in running.log()


class Connection:
    """As much of a connection as guests are asked for."""

    def __init__(self, waiting: int = 0) -> None:
        self.ended: list[str] = []
        self.transport = SimpleNamespace(
            close=lambda: self.ended.append("closed"),
            abort=lambda: self.ended.append("aborted"),
            get_write_buffer_size=lambda: waiting,
        )


def test_an_idle_connection_is_closed_and_one_that_does_not_take_its_answer_is_aborted():
    guests, idle, young, slow = Guests(), Connection(), Connection(), Connection()
    guests.idle.add(idle, 100.0)
    guests.idle.add(young, 101.0)
    guests.slow.add(slow, 100.0)
    guests.close_late(100.0 + REQUEST_WITHIN)
    assert idle.ended == []
    guests.close_late(100.5 + REQUEST_WITHIN)
    assert (idle.ended, young.ended, slow.ended) == (["closed"], [], [])
    guests.close_late(100.5 + TAKEN_WITHIN)
    assert slow.ended == ["aborted"]


def test_where_too_much_waits_for_all_together_the_slowest_are_aborted():
    guests, some = Guests(), [Connection(MOST_WAITING // 3) for _ in range(5)]
    for now, connection in enumerate(some):
        guests.slow.add(connection, now)
        guests.make_room()
    assert [connection.ended for connection in some] == [["aborted"], ["aborted"], [], [], []]


async def test_a_connection_is_idle_until_its_request_is_complete_and_after_its_answer():
    asked, answer = asyncio.Event(), asyncio.Event()

    async def endpoint(_, __, send) -> None:
        asked.set()
        await answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    loop, guests, state = asyncio.get_running_loop(), Guests(), ServerState()
    config = uvicorn.Config(endpoint, lifespan="off", log_config=None)
    config.load()
    make = functools.partial(HttpConnection, config, state, {}, guests)
    with listen("127.0.0.1", 0) as listener:
        acceptor = Acceptor(listener, make, state.connections, guests.idle, 10)
        readers, writers = zip(*[await asyncio.open_connection(*listener.getsockname()) for _ in range(3)], strict=True)
        silent, slow, served = writers
        slow.write(b"GET / HTTP/1.1\r\nHost: a\r\n")  # and never the end of it
        served.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await asked.wait()
        guests.close_late(loop.time() + 2 * REQUEST_WITHIN)
        assert [await readers[0].read(), await readers[1].read()] == [b"", b""]
        answer.set()
        assert (await readers[2].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        guests.close_late(loop.time())
        assert len(guests.idle) == 1  # it may ask again, for a while
        guests.close_late(loop.time() + 2 * REQUEST_WITHIN)
        assert await readers[2].read() == b""
        acceptor.close()
        for writer in (silent, slow, served):
            writer.close()


def test_pipelined_requests_are_all_answered(server: Served):
    with server.connect() as client:
        client.sendall(GET.format("/healthz", server.base, "X: y").encode() * 50)
        client.sendall(GET.format("/healthz", server.base, "Connection: close").encode())
        data = b""
        while some := client.recv(1 << 16):
            data += some
        assert data.count(b"HTTP/1.1 200 ") == 51


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (GET.format("/healthz", "{}", "Cookie: " + "x" * 60_000), 200),
        (GET.format("/healthz", "{}", "X: " + "x" * 70_000), 431),
        (GET.format("/" + "x" * 70_000, "{}", "X: y"), 431),
        ("junk\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("\xff\xfe\r\n\r\n", 400),
    ],
    ids=["cookies", "long header", "long path", "junk", "no host", "two hosts", "no ascii"],
)
def test_a_request_that_cannot_be_read_is_answered_with_the_status_that_fits(server: Served, request_, status):
    data = request_.replace("{}", server.base).encode("latin-1")
    if status == 200:
        data = data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert server.ask(data)[0] == status


def test_the_long_cookies_of_localhost_are_no_hindrance_to_a_websocket(server: Served):
    with RawSocket(server, "Cookie: session=" + "x" * 20_000) as client:
        assert client.heard(b"hello")


def test_a_handshake_with_a_long_header_is_answered_and_closed(server: Served):
    status, _, body = server.ask(upgrade(server.base, "X: " + "x" * 8_200))
    assert (status, b"8 KiB" in body) == (431, True)
    with RawSocket(server, "X: " + "x" * 8_180) as client:
        assert client.heard(b"hello")


def test_a_body_is_read_to_its_limit_and_no_further(server: Served):
    chunk = b"1\r\nx\r\n"
    with server.connect() as client:
        client.sendall(chunked("POST", server) + chunk * 1_000 + b"0\r\n\r\n")
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 405 ")
        client.sendall(GET.format("/healthz", server.base, "Connection: close").encode())
        assert b"HTTP/1.1 200 " in read_all(client)
    with server.connect() as client:
        client.sendall(chunked("POST", server))
        with pytest.raises(ConnectionError):
            client.sendall(chunk * 10_000_000)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_body_that_goes_wrong_ends_the_connection_with_one_answer_and_no_traceback(server: Served, method):
    with server.connect() as client:
        client.sendall(chunked(method, server) + b"1\r\nx\r\n")
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 ")
        client.sendall(b"no chunk\r\n")
        assert b"HTTP/1.1 " not in read_all(client)
    with server.connect() as client:  # at once: the endpoint may not have answered yet
        client.sendall(chunked(method, server) + b"no chunk\r\n")
        assert read_all(client).count(b"HTTP/1.1 ") == 1


def test_bad_requests_write_one_line(server: Served):
    for _ in range(200):
        server.ask(b"junk\r\n\r\n")
        assert server.get("/api/flights", "Origin: http://[")[0] == 403
    lines = server.log().splitlines()
    assert len([line for line in lines if "Invalid HTTP request" in line]) <= 1
    assert len([line for line in lines if "Refused (origin): pages of 'http://['" in line]) == 1


def chunked(method: str, server: Served) -> bytes:
    """The head of a request whose body comes in chunks."""
    head = f"{method} /api/flights HTTP/1.1\r\nHost: {server.base}\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode()


def read_all(client: socket.socket) -> bytes:
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while some := client.recv(1 << 16):
            data += some
    return data
