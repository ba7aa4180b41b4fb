"""`/docs`: what the HTTP API answers, shown by Swagger UI out of files of our own, under any prefix."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi_offline import FastAPIOffline

from tracker.server.policy import protect

FILES = "/static-offline-docs"
"""Path of the scripts and styles, which FastAPI's own page loads from elsewhere."""


def described_app(title: str, version: str, description: str) -> FastAPI:
    """Return an app without routes that describes those it will have at `/docs` and `/openapi.json`."""
    app = FastAPIOffline(
        docs_url=None, redoc_url=None, title=title, version=version, description=description, static_url=FILES
    )
    files = FILES.lstrip("/")  # relative, so that it does not matter which prefix a proxy takes away
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=f"{title} - what it answers",
        swagger_js_url=f"{files}/swagger-ui-bundle.js",
        swagger_css_url=f"{files}/swagger-ui.css",
        swagger_favicon_url=f"{files}/favicon.png",
    )
    scripts = " ".join(map(_source_of, re.findall(rb"<script>(.*?)</script>", bytes(page.body), re.DOTALL)))
    protect(page, script_src=scripts, style_src="'unsafe-inline'", img_src="data:")

    @app.get("/docs", include_in_schema=False)
    async def show() -> HTMLResponse:
        return page

    return app


def _source_of(script: bytes) -> str:
    """Return an inline script as a source of a policy: by its hash."""
    return f"'sha256-{b64encode(sha256(script).digest()).decode()}'"
