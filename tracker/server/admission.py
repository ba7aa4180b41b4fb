"""Whether a client may connect: the one place where that is asked, before anything is accepted.

A browser sends the `Origin` of the page that asks, and the `Host` it believes to be at: a foreign page (or a name that
was made to point here) must not read what only this machine can reach. CORS does not cover WebSockets.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tracker.server.docs import FILES
from tracker.stream.protocol import PATH

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
PROBES = frozenset({"/healthz", "/readyz"})
"""Paths for load balancers, which send any `Host`, or none; the answers tell nothing that needs protection."""
PUBLIC = ("/assets/", f"{FILES}/")
"""Paths of files that everybody has; a browser sends the `Origin` of the page with some of them, and a proxy that
rewrites the `Host` makes that look foreign."""
_HOST = re.compile(r"([\w.~-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", re.ASCII)
_SHOWN = 200  # characters of a value that is refused

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused."""

    status: int
    """Status of the HTTP response."""
    kind: str
    """One word, for the log: `host`, `origin` or `full`."""
    reason: str
    """A sentence for people."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Conditions under which a client may connect."""

    hosts: frozenset[str] = LOCAL_HOSTS
    """Names under which the server may be asked, without a port; `*`: any."""
    origins: frozenset[str] = frozenset()
    """Pages that may read, besides those that the server itself serves: `https://map.example`; `*`: any."""
    max_clients: int = 2_000
    """WebSockets at most."""

    def refusal(self, scope: Scope, clients: int) -> Refusal | None:
        """Return why a request is refused; None: it is not.

        Args:
            scope: An ASGI scope of type `http` or `websocket`.
            clients: Number of WebSockets that are connected.
        """
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in PROBES:
            return None
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if host and not _HOST.fullmatch(host):
            return Refusal(400, "host", f"the Host {host[:_SHOWN]!r} is malformed: NAME or NAME:PORT is needed")
        if "*" not in self.hosts and _name(host) not in self.hosts:
            return Refusal(421, "host", f"the host {host[:_SHOWN]!r} is not served here: --allow-host allows it")
        origin = headers.get(b"origin")
        if origin is not None and not path.startswith(PUBLIC) and not self._knows(origin, host):
            reason = f"pages of {origin[:_SHOWN]!r} may not read here: --allow-origin allows them"
            return Refusal(403, "origin", reason)
        if path == PATH and clients >= self.max_clients:
            return Refusal(503, "full", f"{clients} clients are connected: {self.max_clients} are allowed")
        return None

    def _knows(self, origin: str, host: str) -> bool:
        if {"*", origin.lower()} & self.origins:
            return True
        try:
            # The page's own scheme is not compared: a proxy in front of the server may speak TLS.
            return urlsplit(origin).netloc.lower() == host.lower() != ""
        except ValueError:  # such as http://[
            return False


class AccessMiddleware:
    """ASGI middleware that answers refused requests itself.

    Args:
        app: The app behind it.
        rules: Conditions under which a client may connect.
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
            log.warning(f"Refused ({refusal.kind}): %s", refusal.reason)
            await _refuse(scope["type"], refusal, send)


async def _refuse(kind: str, refusal: Refusal, send: Send) -> None:
    body = msgspec.json.encode({"detail": refusal.reason})
    prefix = "http.response" if kind == "http" else "websocket.http.response"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": f"{prefix}.start", "status": refusal.status, "headers": headers})
    await send({"type": f"{prefix}.body", "body": body})


def _name(host: str) -> str:
    """Return a host without its port."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdecimal() else host).lower()
