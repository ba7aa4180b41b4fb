"""The page's files over HTTP: a real server, on folders that look like built pages."""

import asyncio
import contextlib
import gzip
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from tracker.server.command import listen
from tracker.server.page import add_page

SCRIPT = "console.log('aircraft');" * 200


@contextlib.asynccontextmanager
async def serving(folder: Path):
    """A client of a server that has nothing but this page."""
    app = FastAPI()
    add_page(app, folder)
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve([listener]))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as http:
            yield http
    finally:
        server.should_exit = True
        await running
        listener.close()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    assets = tmp_path / "page" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text("<title>Built</title>")
    (assets / "index-1a2b.js").write_text(SCRIPT)
    (assets / "index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (assets / "small-3c4d.css").write_text("p {}")
    (tmp_path / "secret.js").write_text("not of the page")
    return assets.parent


async def test_the_page_is_asked_for_each_time_and_sent_where_it_changed(page):
    async with serving(page) as http:
        first = await http.get("/")
        assert (first.status_code, first.text) == (200, "<title>Built</title>")
        assert first.headers["cache-control"] == "no-cache"
        tag = {"If-None-Match": first.headers["etag"]}
        again = await http.get("/", headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        (page / "index.html").write_text("<title>Again</title>")  # as long as before
        assert (await http.get("/", headers=tag)).text == "<title>Again</title>"


async def test_its_files_are_kept_for_ever(page):
    async with serving(page) as http:
        answer = await http.get("/assets/small-3c4d.css")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        missing = await http.get("/assets/none-5e6f.js")
        assert missing.status_code == 404
        assert "cache-control" not in missing.headers


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("identity", None)])
async def test_who_takes_gzip_is_sent_the_copy_that_lies_beside(page, accepted, encoding):
    async with serving(page) as http:
        answer = await http.get("/assets/index-1a2b.js", headers={"Accept-Encoding": accepted})
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.text == SCRIPT
        assert (int(answer.headers["content-length"]) < 200) == (encoding == "gzip")


@pytest.mark.parametrize("path", ["/assets/../secret.js", "/assets/%2e%2e/%2e%2e/secret.js", "/assets/", "/secret.js"])
async def test_nothing_but_its_files_is_served(page, path):
    async with serving(page) as http:
        assert (await http.get(path)).status_code == 404


async def test_it_may_load_from_here_alone_but_for_tiles(page):
    async with serving(page) as http:
        answer = await http.get("/")
        policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["img-src"] == "'self' data: https://tile.openstreetmap.org"
        host = str(http.base_url).removeprefix("http://").rstrip("/")
        assert policy["connect-src"] == f"'self' ws://{host} wss://{host}"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"]


async def test_a_host_that_would_widen_the_policy_does_not_enter_it(page):
    async with serving(page) as http:
        answer = await http.get("/", headers={"Host": "a *; script-src *"})
        assert "*" not in answer.headers["content-security-policy"]


async def test_where_it_was_not_built_a_page_says_how_and_what_else_there_is(tmp_path):
    async with serving(tmp_path / "none") as http:
        answer = await http.get("/")
        assert answer.status_code == 503
        assert "<code>make web</code>" in answer.text
        assert 'href="docs"' in answer.text
        assert 'href="api/flights"' in answer.text
        assert (await http.get("/assets/index-1a2b.js")).status_code == 404


async def test_one_that_is_built_while_the_server_runs_is_served(page):
    away = page.rename(page.with_name("away"))
    async with serving(page) as http:
        assert (await http.get("/")).status_code == 503
        away.rename(page)
        assert (await http.get("/")).status_code == 200
        assert (await http.get("/assets/index-1a2b.js")).status_code == 200
