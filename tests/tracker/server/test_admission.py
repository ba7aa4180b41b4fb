"""Whether a client may connect: the rules themselves, and what a refused client is answered."""

import logging

import pytest

from tracker.server.admission import AccessMiddleware, Refusal, Rules

HERE = "127.0.0.1:8000"


def refused(rules=None, clients=0, path="/api/flights", kind="http", root_path="", **headers: str) -> Refusal | None:
    """Ask the rules about a request with these headers."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "path": root_path + path, "root_path": root_path, "headers": raw}
    return (rules or Rules()).refusal(scope, clients)


def status(**request) -> int | None:
    refusal = refused(**request)
    return refusal and refusal.status


@pytest.mark.parametrize("host", [HERE, "localhost", "LOCALHOST:1", "[::1]:8000"])
def test_names_of_this_machine_are_served(host):
    assert status(host=host) is None


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.example:8000", "[::2]:8000", ""])
def test_other_names_are_refused_and_the_refusal_names_the_option(host):
    refusal = refused(host=host)
    assert (refusal.status, refusal.kind) == (421, "host")
    assert refusal.reason == f"the host {host!r} is not served here: --allow-host allows it"
    assert status(rules=Rules(hosts=frozenset("*")), host=host) is None


def test_a_request_without_a_host_is_refused():
    assert status() == 421


@pytest.mark.parametrize("host", ["[", "http://[", "a b", "a/b", "a:b", "a:1:2", "é", "a;script-src", "[::1]x"])
def test_a_malformed_host_is_a_bad_request_whatever_is_allowed(host):
    for rules in (Rules(), Rules(hosts=frozenset("*"))):
        assert status(rules=rules, host=host) == 400


@pytest.mark.parametrize("origin", [f"http://{HERE}", f"https://{HERE}", "https://map.example"])
def test_pages_of_our_own_and_those_that_are_allowed_may_read(origin):
    assert status(rules=Rules(origins=frozenset({"https://map.example"})), host=HERE, origin=origin) is None


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://127.0.0.1:1", "http://[", "http://[::1", "\xff", "//"]
)
def test_other_pages_and_malformed_origins_are_refused(origin):
    for kind in ("http", "websocket"):
        assert status(kind=kind, host=HERE, origin=origin) == 403
    assert status(rules=Rules(hosts=frozenset("*")), origin=origin) == 403  # also where no host is known
    assert status(rules=Rules(origins=frozenset("*")), host=HERE, origin=origin) is None


@pytest.mark.parametrize("path", ["/assets/index-1a2b.js", "/static-offline-docs/swagger-ui.css"])
def test_files_that_everybody_has_are_not_kept_from_foreign_pages_but_from_foreign_hosts(path):
    assert status(path=path, host=HERE, origin="https://public.example") is None
    assert status(path=path, root_path="/flights", host=HERE, origin="https://public.example") is None
    assert status(path=path, host="rebound.example") == 421


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("headers", [{}, {"host": "10.0.0.7:80"}, {"host": "["}, {"origin": "https://evil.example"}])
def test_probes_are_answered_whatever_they_send(path, headers):
    assert status(path=path, **headers) is None
    assert status(path=path, root_path="/flights", **headers) is None


def test_a_path_that_only_looks_like_a_probe_or_a_file_is_no_exception():
    for path in ("/healthz/", "/healthz/../api/flights", "/assets", "/api/assets/x", "/x/healthz"):
        assert status(path=path, host=HERE, origin="https://evil.example") == 403


def test_the_limit_of_clients_is_for_the_socket_alone_and_for_the_question_why():
    rules = Rules(max_clients=2)
    assert status(rules=rules, kind="websocket", path="/ws/flights", clients=1, host=HERE) is None
    for kind in ("websocket", "http"):
        assert status(rules=rules, kind=kind, path="/ws/flights", clients=2, host=HERE) == 503
    assert status(rules=rules, path="/api/flights", clients=2, host=HERE) is None


@pytest.mark.parametrize(("kind", "prefix"), [("http", "http.response"), ("websocket", "websocket.http.response")])
async def test_a_refused_request_is_answered_and_logged_and_does_not_reach_the_app(kind, prefix, caplog):
    async def app(*_: object) -> None:
        raise AssertionError("it was reached")

    sent = []

    async def send(message) -> None:
        sent.append(message)

    middleware = AccessMiddleware(app, Rules(), lambda: 0)
    await middleware({"type": kind, "path": "/ws/flights", "headers": [(b"host", b"a\\b\r\n")]}, None, send)
    assert [message["type"] for message in sent] == [f"{prefix}.start", f"{prefix}.body"]
    assert sent[0]["status"] == 400
    (record,) = caplog.records
    assert (record.levelno, record.msg) == (logging.WARNING, "Refused (host): %s")  # one kind for the log
    assert "\n" not in record.getMessage()
