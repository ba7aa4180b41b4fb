import socket

import pytest

from tracker.devbroker.errors import CannotListenError
from tracker.devbroker.listen import listen, listen_at_all


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def close(sockets):
    for one in sockets:
        one.close()


def test_all_addresses_of_a_name_are_listened_at_on_one_port():
    sockets = listen("localhost", 0)
    assert len({one.getsockname()[1] for one in sockets}) == 1
    assert sockets[0].getsockname()[0] == "127.0.0.1"
    close(sockets)


def test_a_port_that_is_taken_is_named(taken):
    with pytest.raises(CannotListenError, match=f"127.0.0.1:{taken}") as error:
        listen("127.0.0.1", taken)
    assert (error.value.host, error.value.port) == ("127.0.0.1", taken)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_is_named(port):
    with pytest.raises(CannotListenError, match="from 0 to 65535"):
        listen("127.0.0.1", port)


def test_where_one_port_is_taken_none_is_listened_at(taken):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    with pytest.raises(CannotListenError, match=str(taken)):
        listen_at_all("127.0.0.1", [free, taken])
    close(listen_at_all("127.0.0.1", [free]))
