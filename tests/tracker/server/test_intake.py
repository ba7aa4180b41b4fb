"""How much a connection reads at once; real sockets."""

import asyncio
import socket

import pytest

from tracker.server.http import HttpConnection
from tracker.server.intake import AT_ONCE, Intake
from tracker.server.websocket import Outlet


class Heard(Intake):
    """Keeps what has come."""

    def __init__(self):
        self.pieces, self.ended = [], asyncio.Event()

    def data_received(self, data):
        self.pieces.append(data)

    def connection_lost(self, _):
        self.ended.set()


async def test_two_that_send_much_are_read_in_turns_a_little_at_a_time():
    loop, sent = asyncio.get_running_loop(), [b"a" * 50_000, b"b" * 50_000]
    heard, turns = [Heard(), Heard()], []
    for one, data in zip(heard, sent, strict=True):
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(data)
        await loop.connect_accepted_socket(lambda one=one: one, ours)
    for one in heard:
        await one.ended.wait()
    for one, data in zip(heard, sent, strict=True):
        assert b"".join(one.pieces) == data
        assert max(map(len, one.pieces)) <= AT_ONCE
        turns.append(len(one.pieces))
    assert turns == [-(-50_000 // AT_ONCE)] * 2


@pytest.mark.parametrize("protocol", [HttpConnection, Outlet])
def test_all_connections_of_the_server_read_so(protocol):
    assert issubclass(protocol, Intake)
