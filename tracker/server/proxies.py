"""What proxies and load balancers make of a request: a prefix that they leave in the path or take away, and HEAD."""

from __future__ import annotations

from tracker.server.admission import App, Receive, Scope, Send


class ProxyMiddleware:
    """ASGI middleware that reads requests as a proxy passes them on.

    A path is taken with the prefix and without it, so that it does not matter whether the proxy takes the prefix away.
    HEAD is answered as GET; uvicorn leaves out the body.

    Args:
        app: The app behind it.
        root_path: Prefix under which the proxy serves us, such as `/flights`; empty: none.
    """

    def __init__(self, app: App, root_path: str) -> None:
        self._app, self._root_path = app, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] in ("http", "websocket"):
            if scope["type"] == "http" and scope["path"] == self._root_path:
                await _lead_on(scope["path"], send)
                return
            scope = {**scope, "root_path": self._root_path, "path": self._prefixed(scope["path"])}
            if scope.get("method") == "HEAD":
                scope["method"] = "GET"
        await self._app(scope, receive, send)

    def _prefixed(self, path: str) -> str:
        prefix = self._root_path
        return path if path == prefix or path.startswith(f"{prefix}/") else prefix + path


async def _lead_on(path: str, send: Send) -> None:
    """Redirect from the prefix to the page below it; relative, as the proxy may be at any host."""
    location = f"{path.rpartition('/')[2]}/".encode()
    await send({"type": "http.response.start", "status": 308, "headers": [(b"location", location)]})
    await send({"type": "http.response.body", "body": b""})
