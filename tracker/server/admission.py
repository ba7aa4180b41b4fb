"""May this client connect? The one place where that is asked, before anything is accepted.

A browser sends the `Origin` of the page that asks, and the `Host` it believes to be at: a foreign page (or a name that
was made to point here) must not read what only this machine can reach. CORS does not cover WebSockets.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not."""

    status: int
    """Of the HTTP response."""
    reason: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may connect."""

    hosts: frozenset[str] = LOCAL_HOSTS
    """Names under which the server may be asked, without a port; `*`: any."""
    origins: frozenset[str] = frozenset()
    """Of pages that may read, besides those that the server itself serves: `https://map.example`; `*`: any."""
    max_clients: int = 2_000
    """WebSockets at most."""

    def refusal(self, scope: Scope, clients: int) -> Refusal | None:
        """Why a request is refused; None: it is not.

        Args:
            scope: Of ASGI, `http` or `websocket`.
            clients: WebSockets that are connected.
        """
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if "*" not in self.hosts and _name(host) not in self.hosts:
            return Refusal(421, f"the host {host[:200]!r} is not served here: --allow-host allows it")
        origin = headers.get(b"origin")
        if origin is not None and not self._knows(origin, host):
            return Refusal(403, f"pages of {origin[:200]!r} may not read here: --allow-origin allows them")
        if scope["type"] == "websocket" and clients >= self.max_clients:
            return Refusal(503, f"{clients} clients are connected: {self.max_clients} are allowed")
        return None

    def _knows(self, origin: str, host: str) -> bool:
        # The page's own scheme is not compared: a proxy in front of us may speak TLS.
        return bool({"*", origin.lower()} & self.origins) or urlsplit(origin).netloc.lower() == host.lower()


class Doorman:
    """ASGI middleware that turns away whom the rules refuse.

    Args:
        app: Is asked by all others.
        rules: Who may connect.
        clients: Counts the WebSockets that are connected.
    """

    def __init__(self, app: App, rules: Rules, clients: Callable[[], int]) -> None:
        self._app, self._rules, self._clients = app, rules, clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        refusal = None
        if scope["type"] in ("http", "websocket"):
            refusal = self._rules.refusal(scope, self._clients())
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await _refuse(scope["type"], refusal, send)


async def _refuse(kind: str, refusal: Refusal, send: Send) -> None:
    body = msgspec.json.encode({"detail": refusal.reason})
    prefix = "http.response" if kind == "http" else "websocket.http.response"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": f"{prefix}.start", "status": refusal.status, "headers": headers})
    await send({"type": f"{prefix}.body", "body": body})


def _name(host: str) -> str:
    """A host without its port."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdecimal() else host).lower()
