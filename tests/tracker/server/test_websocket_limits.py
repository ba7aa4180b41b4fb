"""The server's end of a WebSocket against clients that no library would make; real sockets, a server in a process."""

import asyncio
import contextlib
import socket

import pytest
import uvicorn
from raw_socket import BINARY, CLOSE, CONT, PING, PONG, SUBSCRIBE, TEXT, RawSocket, frame, upgrade
from served import Served, served

from tracker.server.command import listen
from tracker.server.websocket import Outlet
from tracker.stream.protocol import FRAMES_AT_ONCE, MAX_FRAGMENTS


@pytest.fixture(scope="module")
def server():
    with served() as running:
        yield running
        assert "Traceback" not in running.log()


async def test_nothing_is_read_before_the_endpoint_has_answered(caplog):
    asked, answer = asyncio.Event(), asyncio.Event()

    async def endpoint(scope, receive, send) -> None:
        asked.set()
        await answer.wait()
        await receive()
        await send({"type": "websocket.accept"})
        assert (await receive())["type"] == "websocket.disconnect"

    listener = listen("127.0.0.1", 0)
    base = f"127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(endpoint, ws=Outlet, lifespan="off", log_level="warning"))
    running = asyncio.create_task(server.serve([listener]))
    reader, writer = await asyncio.open_connection(*base.split(":"))
    writer.write(upgrade(base))
    await asked.wait()
    writer.write(frame(CONT))  # a frame that breaks the protocol
    for _ in range(20):
        await asyncio.sleep(0)  # turns of the loop in which the server could read it
    answer.set()
    answered = await reader.read()
    assert answered.startswith(b"HTTP/1.1 101 ")
    assert answered[-len("unexpected continuation frame") :] == b"unexpected continuation frame"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    writer.close()
    server.should_exit = True
    await running
    listener.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["X-Long: " + "x" * 9_000], 431),
        ([f"X-Many-{number}: x" for number in range(200)], 431),
        (["Content-Length: 5"], 400),
        (["Transfer-Encoding: chunked"], 400),
        (["Sec-WebSocket-Key: again"], 400),
    ],
)
def test_a_handshake_that_cannot_be_read_is_answered_and_closed(server: Served, innocent, headers, status):
    before = server.log()
    assert server.ask(upgrade(server.base, *headers))[0] == status
    assert server.log() == before


def test_a_handshake_with_a_long_path_is_answered_and_closed(server: Served, innocent):
    request = upgrade(server.base).replace(b" HTTP/1.1", b"?" + b"x" * 9_000 + b" HTTP/1.1", 1)
    assert server.ask(request)[0] in (400, 414)


@pytest.fixture
def innocent(server: Served):
    """A client that is served before, while and after others misbehave."""
    with RawSocket(server) as client:
        client.send(frame(TEXT, SUBSCRIBE))
        assert b"snapshot" in client.heard(b"snapshot")
        yield client
        client.send(frame(TEXT, b'{"type":"shout"}'))
        assert client.heard(b"shout")


def test_pings_are_answered_and_a_flood_of_them_is_closed(server: Served, innocent):
    with RawSocket(server) as client:
        client.send(*(frame(PING, b"%d" % number) for number in range(FRAMES_AT_ONCE - 1)))
        pongs = client.frames()
        assert next(pongs)[0] == TEXT  # hello
        assert [next(pongs) for _ in range(FRAMES_AT_ONCE - 1)] == [
            (PONG, b"%d" % n) for n in range(FRAMES_AT_ONCE - 1)
        ]
        client.send(*(frame(PING) for _ in range(FRAMES_AT_ONCE)))
        code, reason = client.closed()
        assert (code, reason) == (1008, "over 100 frames at once, or 20 a second")


def test_a_flood_of_pings_from_one_that_does_not_read_is_closed_and_costs_no_memory(server: Served, innocent):
    before = server.peak()
    flood = frame(PING, bytes(125)) * 1_000
    with RawSocket(server, receive=4096) as client:
        assert not all(client.send(flood) for _ in range(2_000))  # 260 MB, which the server does not take
        assert server.peak() < before + (32 << 20)


@pytest.mark.parametrize("opcode", [CONT, PONG, PING, TEXT])
def test_empty_frames_do_not_hold_the_loop(server: Served, innocent, opcode):
    with RawSocket(server) as client:
        client.send(frame(TEXT, b"", fin=False) if opcode == CONT else b"", frame(opcode, fin=opcode != CONT) * 200_000)
        assert client.closed()[0] in (1008, 1006)


def test_a_message_in_as_many_fragments_as_are_allowed_is_heard(server: Served, innocent):
    with RawSocket(server) as client:
        parts = [SUBSCRIBE[at : at + 1] for at in range(len(SUBSCRIBE))]
        client.send(
            frame(TEXT, parts[0], fin=False), *(frame(CONT, part, fin=False) for part in parts[1:]), frame(CONT)
        )
        assert client.heard(b"snapshot")
    with RawSocket(server) as client:
        client.send(frame(TEXT, fin=False), *(frame(CONT, fin=False) for _ in range(MAX_FRAGMENTS)))
        assert client.closed() == (1008, f"a message in over {MAX_FRAGMENTS} fragments")


@pytest.mark.parametrize("frames", [[frame(TEXT, b"\xff\xfe")], [frame(TEXT, b"\xc3", fin=False), frame(CONT, b"(")]])
def test_text_that_is_not_utf_8_is_closed_with_1007_and_nothing_is_logged(server: Served, innocent, frames):
    before = server.log()
    with RawSocket(server) as client:
        client.send(*frames)
        assert client.closed() == (1007, "a text message that is not UTF-8")
    assert server.log() == before


def test_a_character_that_two_fragments_share_is_utf_8(server: Served, innocent):
    with RawSocket(server) as client:
        client.send(frame(TEXT, b'"\xc3', fin=False), frame(CONT, b'\xa9"'))
        assert client.heard(b"error")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff",
        frame(3), frame(11), frame(PING, fin=False), frame(CONT),
        frame(CLOSE, b"\x00"), frame(CLOSE, b"\x03\xe8\xff"), frame(CLOSE, b"\xff\xff"), frame(CLOSE),
        frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), frame(TEXT, b"a", fin=False) + frame(CLOSE),
        bytes([0x81, 2]) + b"{}", bytes([0xC1, 0x82, 0, 0, 0, 0]) + b"{}",
        bytes([0x81, 0xFF]) + b"\xff" * 8 + bytes(4),
        frame(BINARY, bytes(200 << 10)),
        frame(TEXT, b"junk") * 10 + frame(CLOSE) + frame(TEXT, b"more"),
        frame(PING) * (FRAMES_AT_ONCE + 20) + frame(CLOSE), frame(TEXT, b"\xff") * 20 + frame(CLOSE),
    ],
    ids=lambda data: data[:8].hex(),
)  # fmt: skip
def test_what_breaks_the_protocol_ends_the_connection_and_nothing_else(server: Served, innocent, data):
    before = server.log()
    for wait in (False, True):  # before the server has answered, and after
        with server.connect() if not wait else RawSocket(server).socket as client:
            if not wait:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.sendall(upgrade(server.base))
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while client.recv(1 << 16):
                    pass
    assert server.log() == before
