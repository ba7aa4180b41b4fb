import socket
import threading

import pytest
from patience import PATIENCE

from tracker.devbroker import BrokerThread, CannotListenError, EmbeddedBrokerError


def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        return client.getpeername()[1] == port


def test_a_broker_thread_starts_and_stops_as_often_as_one_likes():
    thread = BrokerThread(port=0)
    for _ in range(2):
        assert thread.start() is thread
        assert connect(thread.port)
        with pytest.raises(EmbeddedBrokerError, match="already"):
            thread.start()
        port = thread.port
        thread.stop()
        thread.stop()
        with pytest.raises(ConnectionRefusedError):
            connect(port)
    assert not [one for one in threading.enumerate() if one.name == "devbroker"]


def test_a_port_that_is_taken_is_raised_where_the_thread_is_started():
    with BrokerThread(port=0) as first, pytest.raises(CannotListenError):
        BrokerThread(port=first.port).start()
    assert not [one for one in threading.enumerate() if one.name == "devbroker"]
