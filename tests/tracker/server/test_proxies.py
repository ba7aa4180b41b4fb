"""Requests as proxies and load balancers pass them on, to a real server."""

import json
import re

import pytest
from click.testing import CliRunner
from served import Served, served

from tracker.server.command import serve


@pytest.fixture(scope="module")
def server():
    with served("--root-path", "/flights/", "--allow-origin", "https://public.example") as running:
        yield running


@pytest.mark.parametrize("path", ["/healthz", "/flights/healthz"])
@pytest.mark.parametrize(
    "request_line", ["GET {} HTTP/1.0", "HEAD {} HTTP/1.0", "GET {} HTTP/1.1\r\nConnection: close\r\nHost: [10.0.0.7"]
)
def test_a_load_balancer_is_answered_whatever_host_it_sends(server: Served, path, request_line):
    status, _, body = server.ask(f"{request_line.format(path)}\r\n\r\n".encode())
    assert status == 200
    assert body == (b"" if request_line.startswith("HEAD") else b'{"ok":true}')
    status, _, body = server.ask(f"{request_line.format(path.replace('healthz', 'readyz'))}\r\n\r\n".encode())
    assert status == 503  # without a broker
    assert body == b"" or b"detail" in body


def test_head_is_answered_as_get_without_a_body(server: Served):
    for path in ("/", "/api/flights", "/docs", "/openapi.json", "/metrics"):
        status, headers, body = server.get(path, method="HEAD")
        assert (status, body) == (server.get(path)[0], b"")
        assert int(headers["content-length"]) > 0
    assert server.get("/api/none", method="HEAD")[0] == 404
    assert server.get("/api/flights", method="DELETE")[0] == 405


@pytest.mark.parametrize("prefix", ["", "/flights"])
def test_it_does_not_matter_whether_the_proxy_takes_the_prefix_away(server: Served, prefix):
    assert json.loads(server.get(f"{prefix}/api/flights")[2])["flights"] == []
    assert server.get(f"{prefix}/")[0] in (200, 503)  # not built
    assert server.get(f"{prefix}/flightsx")[0] == 404
    status, _, page = server.get(f"{prefix}/docs")
    assert status == 200
    links = re.findall(r'(?:src|href)="([^"]+)"|url: \'([^\']+)\'', page.decode())
    assert len(links) == 4
    for link in (one or other for one, other in links):
        assert not link.startswith(("/", "http"))
        assert server.get(f"{prefix}/{link}")[0] == 200
    assert json.loads(server.get(f"{prefix}/openapi.json")[2])["servers"] == [{"url": "/flights"}]


def test_the_prefix_alone_leads_to_the_page_at_whatever_host(server: Served):
    status, headers, _ = server.get("/flights")
    assert (status, headers["location"]) == (308, "flights/")


def test_a_page_is_told_why_its_socket_is_refused(server: Served):
    foreign = server.get("/flights/ws/flights", "Origin: http://elsewhere.example", "Content-Length: 0", method="POST")
    assert foreign[0] == 403
    assert "elsewhere.example" in json.loads(foreign[2])["detail"]
    known = server.get("/ws/flights", "Origin: https://public.example", "Content-Length: 0", method="POST")
    assert known[0] == 426


@pytest.mark.parametrize("prefix", ["/a b", "/a?b", "/é", "/a;b", "https://x/y"])
def test_a_prefix_that_is_none_is_refused_by_name_and_value(prefix):
    result = CliRunner().invoke(serve, ["--root-path", prefix])
    assert result.exit_code == 2
    assert repr(prefix) in result.output
