"""The server in its event loop, from the first connection to the last goodbye."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import uvicorn
from fastapi import FastAPI

from tracker.server.acceptor import Acceptor
from tracker.server.admission import Rules
from tracker.server.app import Service, create_app
from tracker.server.descriptors import reserve
from tracker.server.http import MAX_HEAD, REQUEST_WITHIN, Guests, HttpConnection
from tracker.server.log import rare_log
from tracker.server.websocket import Outlet
from tracker.stream.protocol import MAX_MESSAGE_BYTES

_GRACE = 2  # s, for clients to take their leave

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """uvicorn without hands on signals, on an `Acceptor`; it says when it listens."""

    def __init__(self, config: uvicorn.Config, most: int, on_listening: Callable[[str], None]) -> None:
        super().__init__(config)
        self.guests = Guests()
        self._most = most
        self._on_listening = on_listening

    def stop(self) -> None:
        """Say goodbye to all, and end."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept at the one socket that is given."""
        assert sockets is not None
        (listener,) = sockets
        await self.lifespan.startup()
        make = functools.partial(HttpConnection, self.config, self.server_state, self.lifespan.state, self.guests)
        acceptor = Acceptor(listener, make, self.server_state.connections, self.guests.idle, self._most)
        self.servers = [acceptor]  # type: ignore[list-item]  # it closes as asyncio's server does
        self.started = True
        host, port = listener.getsockname()[:2]
        self._on_listening(f"http://{f'[{host}]' if ':' in host else host}:{port}")

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `run`."""
        yield


async def run(
    service: Service,
    rules: Rules,
    listener: socket.socket,
    on_listening: Callable[[str], None],
    *,
    root_path: str = "",
    drain: float = 0.0,
    stop_on_eof: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        service: What is served.
        rules: Conditions under which a client may connect; there are fewer clients where too few files may be open.
        listener: A socket that listens.
        on_listening: Is told the URL once clients can connect.
        root_path: Prefix under which a proxy serves us; empty: none.
        drain: How long it serves on after SIGTERM, s, while it says that it is not ready; a second signal ends that.
        stop_on_eof: Stop when standard input ends, too.

    Raises:
        HandshakeFailed: The broker refuses us, or we it; in an exception group.
        TooFewFiles: This process may not open enough files to serve anybody.
    """
    with rare_log() as lines:
        budget = reserve(rules.max_clients)
        if budget.clients < rules.max_clients:
            log.warning(
                "--max-clients %d is lowered to %d: only %d files may be open (ulimit -n)",
                rules.max_clients,
                budget.clients,
                budget.files,
            )
        app = create_app(service, replace(rules, max_clients=budget.clients), root_path)
        server = _Server(_configure(app), budget.connections, on_listening)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, server.stop)
        loop.add_signal_handler(signal.SIGTERM, _drain, service, drain, server.stop)
        if stop_on_eof:
            stop = functools.partial(loop.call_soon_threadsafe, server.stop)
            threading.Thread(target=_await_eof, args=(stop,), daemon=True).start()
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(one.run()) for one in (service, server.guests, lines)]
            await server.serve([listener])
            for task in running:
                task.cancel()


def _drain(service: Service, seconds: float, stop: Callable[[], None]) -> None:
    if service.draining:
        stop()
    service.draining = True
    asyncio.get_running_loop().call_later(seconds, stop)


def _configure(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws=Outlet,
        ws_max_size=2 * MAX_MESSAGE_BYTES,  # the app itself answers what is a little too large
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=round(REQUEST_WITHIN),
        h11_max_incomplete_event_size=MAX_HEAD,
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        lifespan="off",
    )


def _await_eof(stop: Callable[[], object]) -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not buffered: a lock of that would be held as we end
        pass
    with suppress(RuntimeError):  # the loop has ended
        stop()
