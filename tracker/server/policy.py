"""The headers that keep a page to what it needs: where it may load from, and that foreign pages cannot frame it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response


def protect(response: Response, **sources: str) -> None:
    """Add the headers to the response that is a page.

    Args:
        response: The page.
        sources: What it may load besides its own files, by directive, with `_` for `-`: `img_src="data:"`.
    """
    policy = {
        "default-src": "'self'",
        **{name.replace("_", "-"): f"'self' {allowed}".rstrip() for name, allowed in sources.items()},
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "object-src": "'none'",
    }
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"  # tile servers refuse who names no page
    response.headers["X-Content-Type-Options"] = "nosniff"


def sockets_of(headers: Mapping[str, Any]) -> str:
    """Return the WebSockets of the host that was asked, as sources: not every browser counts them to 'self'."""
    host = headers.get("host", "")
    return f"ws://{host} wss://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host, re.ASCII) else ""
