"""How the server comes to its end; a server in a process, with real signals."""

import json
import os
import signal

from raw_socket import RawSocket
from served import Served, served


def ready(server: Served) -> tuple[int, str]:
    """What it tells load balancers."""
    status, _, body = server.get("/readyz")
    return status, json.loads(body).get("detail")


def test_while_it_drains_it_serves_on_and_is_not_ready_and_a_second_signal_ends_it():
    with served("--drain", "3600") as server, RawSocket(server) as viewer:
        os.kill(server.pid, signal.SIGTERM)
        while ready(server) != (503, "the server is about to stop"):
            pass
        assert server.get("/healthz")[0] == 200
        with RawSocket(server) as late:
            assert late.heard(b"hello")
        assert server.stop() == 0
        assert viewer.closed() == (1001, "the server stops")


def test_ctrl_c_ends_it_at_once():
    with served("--drain", "3600") as server, RawSocket(server) as viewer:
        os.kill(server.pid, signal.SIGINT)
        assert viewer.closed() == (1001, "the server stops")
