"""The FastAPI app: one consumer of the topic, any number of viewers.

    Kafka ──> Feed ──> Store ──┬─> Hub ──> Broadcast ──> /ws/flights
                               └─> /api, /metrics, /healthz, /readyz

All of it runs in one event loop; `tracker serve` (`tracker.server.command`) starts it.
"""

from __future__ import annotations

import asyncio
import secrets
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI, Request, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, Response

from producer import wire
from producer.cluster.connection import Security
from tracker.feed.consumer import connected
from tracker.feed.session import Feed
from tracker.server.admission import AccessMiddleware, Rules
from tracker.server.api import routes
from tracker.server.broadcast import Broadcast
from tracker.server.dialects import SPOKEN, choose
from tracker.server.docs import described_app
from tracker.server.hub import Hub, Viewer
from tracker.server.metrics import Metrics, metrics_routes
from tracker.server.page import add_page
from tracker.server.proxies import ProxyMiddleware
from tracker.server.queue import QueueMiddleware
from tracker.server.websocket import Outlet
from tracker.spans import Since
from tracker.state.store import Store
from tracker.stream.protocol import DIALECT, PATH, Bye, Fault

MOST_FAULTS = 5
"""Refused messages after which a client is disconnected."""
_DESCRIPTION = f"""Live aircraft out of a Kafka topic, in SI units.

The stream is at the WebSocket `{PATH}`, which OpenAPI cannot describe: without a subprotocol each text frame is one
state vector; with `{DIALECT}` there are snapshots, differences, boxes and resume (docs/protocol.md).
"""


class Service:
    """The feed with its store, and the viewers that are served from it.

    Args:
        bootstrap_servers: `host:port`, several separated by commas.
        topic: The topic to read; it need not exist yet.
        since: As in `Feed`.
        window: Reach of the tracks that are kept, s of event time.
        security: How to speak to the brokers; None: in the clear, without a user.
        stale_after: As in `Fleet`, s.
        lost_after: As in `Fleet`, s.
        mapping: How the records are read; None: as the wire.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        topic: str,
        *,
        since: Since,
        window: float = 600.0,
        security: Security | None = None,
        stale_after: float = 15.0,
        lost_after: float = 60.0,
        mapping: wire.Mapping | None = None,
    ) -> None:
        self.draining = False
        """Whether it is about to stop: it serves on, and tells load balancers to look elsewhere."""
        self.store = Store(window, stale_after, lost_after)
        connect = partial(connected, bootstrap_servers, topic, security or Security())
        self.feed = Feed(connect, since, self.store, self._changed, mapping=mapping)
        self.metrics = Metrics(lambda: self.store.stats(self.feed.status))
        hub = Hub(self.store.fleet, secrets.token_hex(8))
        self.broadcast = Broadcast(hub, self.store, self.feed.status, self.metrics)

    async def run(self) -> None:
        """Read the topic and serve the viewers until cancelled.

        Raises:
            HandshakeFailed: The broker refuses us, or we it; in an exception group.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.feed.run())
            tasks.create_task(self.broadcast.run())

    def _changed(self) -> None:
        self.broadcast.publish()


def create_app(service: Service, rules: Rules, root_path: str = "") -> FastAPI:
    """Return the app of a service that runs.

    Args:
        service: What is served.
        rules: Conditions under which a client may connect.
        root_path: Prefix under which a proxy serves the app, such as `/flights`; empty: none.
    """
    app = described_app("flight-tracker", version("flight-tracker"), _DESCRIPTION)
    app.include_router(routes(service.store, service.feed.status, lambda: service.draining))
    app.include_router(metrics_routes(service.metrics))
    add_page(app)
    app.add_middleware(CORSMiddleware, allow_origins=sorted(rules.origins))
    app.add_middleware(QueueMiddleware)
    app.add_middleware(AccessMiddleware, rules=rules, clients=lambda: len(service.broadcast))
    app.add_middleware(ProxyMiddleware, root_path=root_path)

    @app.post(PATH, include_in_schema=False)  # with POST a browser tells the Origin, as it does with a WebSocket
    async def explain(_: Request) -> Response:
        """Tell a page why its WebSocket was refused, which browsers hide; 426: it was not, but for its subprotocol."""
        return JSONResponse({"detail": "a WebSocket is spoken here"}, 426, {"Upgrade": "websocket"})

    @app.websocket(PATH)
    async def flights(socket: WebSocket) -> None:
        try:
            subprotocol = choose(socket.scope["subprotocols"])
        except ValueError as error:
            await socket.send_denial_response(JSONResponse({"detail": str(error)}, status_code=400))
            return
        outlet: Outlet = socket.scope["state"]["outlet"]
        await socket.accept(subprotocol)
        viewer = service.broadcast.join(outlet, SPOKEN[subprotocol])
        try:
            await _listen(socket, outlet, service.broadcast, viewer)
        finally:
            service.broadcast.leave(viewer)

    return app


async def _listen(socket: WebSocket, outlet: Outlet, broadcast: Broadcast, viewer: Viewer) -> None:
    """Heed the messages of a client until it leaves or is disconnected."""
    decode, faults = viewer.dialect.decode, 0
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if decode is None:
            continue
        try:
            text = message.get("text")
            broadcast.subscribe(viewer, decode(message["bytes"] if text is None else text))
        except ValueError as error:
            faults += 1
            outlet.say(Fault(str(error)[:500]))
            if faults == MOST_FAULTS:
                outlet.dismiss(Bye(1008, f"{faults} messages were refused"))
