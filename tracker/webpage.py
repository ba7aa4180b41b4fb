"""The page at `/`, as it was built from tracker/web into tracker/page, and its files at `/assets`.

Their names hold a hash of what is in them, so a browser may keep them for ever; it asks for `/` each time.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE = Path(__file__).parent / "page"
TILES = "https://tile.openstreetmap.org"
"""Where the page may load pictures of the map from, where there is a network."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_MISSING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Flights</title>
<h1>The page was not built</h1>
<p>In a checkout, <code>make web</code> builds it. The rest of the server is there:
<a href="/docs">what it answers</a>, <a href="/api/flights">the flights</a>.</p>
</html>
"""


def add_page(app: FastAPI, folder: Path = PAGE) -> None:
    """Serve the page that was built into a folder; where it was not, a page that says so."""
    app.add_route("/", _serve_index(_Files(directory=folder, check_dir=False)), include_in_schema=False)
    app.mount("/assets", _Assets(directory=folder / "assets", check_dir=False))


class _Files(StaticFiles):
    """Files of a folder that may come later."""

    async def check_config(self) -> None:
        """Accept that there is none yet."""


class _Assets(_Files):
    """Files that never change; their gzipped copies, where there are any, for who takes those."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one request."""
        response = await self._smaller(path, scope) or await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def _smaller(self, path: str, scope: Scope) -> Response | None:
        kind = _TYPES.get(Path(path).suffix)
        if kind is None or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return None
        try:
            response = await super().get_response(f"{path}.gz", scope)
        except HTTPException:
            return None
        response.headers["Content-Type"] = kind
        response.headers["Content-Encoding"] = "gzip"
        return response


def _serve_index(files: _Files) -> Callable[[Request], Awaitable[Response]]:
    async def index(request: Request) -> Response:
        try:
            response = await files.get_response("index.html", request.scope)
        except HTTPException:
            response = HTMLResponse(_MISSING, status_code=503)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Content-Security-Policy"] = _policy(request.headers.get("host", ""))
        response.headers["Referrer-Policy"] = (
            "strict-origin-when-cross-origin"  # the tiles' host wants to know who asks
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return index


def _policy(host: str) -> str:
    """What the page may load, and from where: all from here, but the map's pictures."""
    # Not every browser counts the sockets of a host to 'self'.
    sockets = f" ws://{host} wss://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host, re.ASCII) else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"img-src 'self' data: {TILES}",
            "style-src 'self' 'unsafe-inline'",
            f"connect-src 'self'{sockets}",
            "base-uri 'none'",
            "form-action 'none'",
            "object-src 'none'",
        ]
    )
