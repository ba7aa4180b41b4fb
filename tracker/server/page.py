"""The page at `/`, as it was built from tracker/web into tracker/page, and its files at `/assets`.

Their names hold a hash of what is in them, so a browser may keep them for ever; it asks for `/` each time.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tracker.server.policy import protect, sockets_of

PAGE = Path(__file__).parents[1] / "page"
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
<a href="docs">what it answers</a>, <a href="api/flights">the flights</a>.</p>
</html>
"""


def add_page(app: FastAPI, folder: Path = PAGE) -> None:
    """Serve the page that was built into a folder; where it was not, a page that says so."""

    def index(request: Request) -> Response:
        try:
            response = _unless_known((folder / "index.html").read_bytes(), request)
        except FileNotFoundError:
            response = HTMLResponse(_MISSING, status_code=503)
        response.headers["Cache-Control"] = "no-cache"
        protect(
            response,
            img_src=f"data: {TILES}",
            style_src="'unsafe-inline'",
            connect_src=sockets_of(request.headers),
        )
        return response

    app.add_route("/", index, include_in_schema=False)
    app.mount("/assets", _Assets(directory=folder / "assets", check_dir=False))


def _unless_known(content: bytes, request: Request) -> Response:
    """Return the page, or that the browser has it: told by its content, as an installed file's time tells nothing."""
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    known = tag in request.headers.get("if-none-match", "")
    response = Response(status_code=304) if known else HTMLResponse(content)
    response.headers["ETag"] = tag
    return response


class _Assets(StaticFiles):
    """Files that never change; their gzipped copies, where there are any, for who takes those."""

    async def check_config(self) -> None:
        """Accept that there are none yet."""

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
