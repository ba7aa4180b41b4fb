import asyncio
import logging
import socket

import pytest
from devbroker_wire import until
from patience import PATIENCE
from scarce_files import CountedSocket, none_left

from tracker.devbroker.acceptor import Acceptor
from tracker.devbroker.listen import listen
from tracker.devbroker.notices import Notices


class Greeter(asyncio.Protocol):
    """Says hello and hangs up."""

    def connection_made(self, transport):
        transport.write(b"hello")
        transport.close()


@pytest.fixture
def relieved():
    return []


@pytest.fixture
async def accepting(relieved, request):
    """An acceptor; after a failure it waits for a minute, or as the test says."""
    (bound,) = listen("127.0.0.1", 0)
    counted = CountedSocket(fileno=bound.detach())
    counted.settimeout(0)
    notices, retry = Notices(logging.getLogger("test")), getattr(request, "param", 60)
    one = Acceptor([counted], Greeter, lambda: relieved.append(1), notices, retry)
    one.start()
    yield one
    await one.close()


async def greeted(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = await reader.read()
    writer.close()
    await writer.wait_closed()
    return said == b"hello"


async def test_connections_are_accepted(accepting):
    port = accepting.sockets[0].getsockname()[1]
    assert all(await asyncio.gather(*(greeted(port) for _ in range(40))))


async def test_out_of_descriptors_it_asks_once_says_so_and_waits(accepting, relieved, caplog):
    (sock,) = accepting.sockets
    with socket.socket() as client:
        client.settimeout(0)
        loop = asyncio.get_running_loop()
        with none_left():
            await loop.sock_connect(client, sock.getsockname())
            await until(lambda: accepting.paused)
            for _ in range(100):
                await asyncio.sleep(0)
        assert (sock.asked, len(relieved), len(caplog.messages)) == (1, 1, 1)
        assert "Too many open files" in caplog.text
        accepting.start()
        assert await loop.sock_recv(client, 10) == b"hello"


@pytest.mark.parametrize("accepting", [0.01], indirect=True)
async def test_a_pause_ends_by_itself_and_is_said_once(accepting, caplog):
    (sock,) = accepting.sockets
    with socket.socket() as client:
        client.settimeout(0)
        loop = asyncio.get_running_loop()
        with none_left():
            await loop.sock_connect(client, sock.getsockname())
            await until(lambda: sock.asked == 3)
        async with asyncio.timeout(PATIENCE):
            assert await loop.sock_recv(client, 10) == b"hello"
        assert len(caplog.messages) == 1


async def test_once_closed_nobody_listens(accepting):
    address = accepting.sockets[0].getsockname()
    await accepting.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)
