"""The development server in front of a real one: it lets its own page through, and no other."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import psutil
import pytest
from brokers import Topic
from patience import PATIENCE
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from producer.wire import StateVector
from tracker.devbroker import BrokerThread
from tracker.stream.protocol import DIALECT, PATH

pytestmark = pytest.mark.timeout(240)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A program that says where it listens."""

    def __init__(self, *command: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"NO_COLOR": "1"} | environment,
        )
        said = ""
        for line in self.process.stdout:
            said += line
            if found := re.search(r"http://[\w.]+:\d+", line):
                self.url = found[0]
                return
        self.process.stdout.close()
        raise AssertionError(f"status {self.process.wait(PATIENCE)}: it does not say where it listens, but: {said}")

    def stop(self) -> None:
        """End it, with all that it had started."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        self.process.wait(PATIENCE)
        assert not psutil.wait_procs(family, PATIENCE)[1]
        self.process.stdout.close()


@pytest.fixture(scope="module")
def front() -> Iterator[str]:
    """Where the development server listens; an aircraft flies behind it."""
    with BrokerThread(port=0) as broker:
        topic = Topic(broker.address)
        topic.create()
        topic.write(StateVector(icao24="000001", lat=49.0, lon=2.0, time=time.time()))
        back = Program("tracker", "serve", "--port", "0", "--bootstrap-servers", broker.address)
        vite = Program("tracker.web.dev", BACKEND_URL=back.url, WEB_PORT=str(free_port()))
        try:
            yield vite.url
        finally:
            back.stop()
            vite.stop()


def own(front: str, host: str) -> str:
    return f"http://{host}:{front.rsplit(':')[-1]}"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_its_own_page_reads_the_stream_and_the_answers(front, host):
    origin = own(front, host)
    async with connect(f"{front}{PATH}".replace("http", "ws"), origin=origin, subprotocols=[DIALECT]) as client:
        async with asyncio.timeout(PATIENCE):
            assert json.loads(await client.recv())["type"] == "hello"
            await client.send('{"type": "subscribe"}')
            frame = json.loads(await client.recv())
            while "000001" not in frame["columns"].get("key", []):  # the feed may still be reading
                frame = json.loads(await client.recv())
    async with httpx.AsyncClient(base_url=front, headers={"Origin": origin}) as http:
        assert [one["key"] for one in (await http.get("/api/flights")).json()["flights"]] == ["000001"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1"])
async def test_a_foreign_page_gets_nothing_through_it(front, origin):
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{front}{PATH}".replace("http", "ws"), origin=origin, subprotocols=[DIALECT])
    assert refused.value.response.status_code == 403
    async with httpx.AsyncClient(base_url=front, headers={"Origin": origin}) as http:
        assert (await http.get("/api/flights")).status_code == 403


async def test_a_name_that_was_made_to_point_here_gets_nothing_through_it(front):
    async with httpx.AsyncClient(base_url=front, headers={"Host": "rebound.example"}) as http:
        assert (await http.get("/api/flights")).status_code == 403


async def test_it_serves_the_sources_and_the_descriptions(front):
    async with httpx.AsyncClient(base_url=front) as http:
        assert "/@vite/client" in (await http.get("/", headers={"Accept": "text/html"})).text
        links = re.findall(r'(?:src|href)="([^"]+)"', (await http.get("/docs")).text)
        assert links
        for link in links:
            answer = await http.get(urljoin("/docs", link))
            assert answer.status_code == 200
            assert "/@vite/client" not in answer.text, f"{link} is not of the server behind"


def test_a_port_that_is_none_is_named():
    with pytest.raises(AssertionError, match="WEB_PORT: 70000 is no port: 1 to 65535"):
        Program("tracker.web.dev", WEB_PORT="70000")
