"""producer/sources/remote.py: a real server that answers as it should, and as none should."""

import contextlib
import gzip
import socket
import ssl
import threading
import time

import pytest
import trustme
from loopback_http import Reply, stage
from patience import PATIENCE

from producer.sources.exchange import MAX_ANSWER, RemoteError, Request
from producer.sources.remote import Remote

SECRET = "s3cr3t"


@pytest.fixture
def server():
    with stage() as server:
        yield server


@pytest.fixture
def remote():
    with Remote() as remote:
        yield remote


def ask(remote, url, **options):
    deadline = time.monotonic() + PATIENCE
    with remote.ask(Request(url, **options)) as pending:
        while not pending.wait(0.2):
            assert time.monotonic() < deadline
        return pending.result()


def test_an_answer_has_status_headers_and_body(server, remote):
    server.answer = lambda asked: Reply(b'{"a": 1}', 418, {"X-Rate-Limit-Remaining": "7"})
    answer = ask(remote, f"{server.url}/a?b=c", headers={"X-Own": "yes"})
    assert (answer.status, answer.body, answer.headers["x-rate-limit-remaining"]) == (418, b'{"a": 1}', "7")
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.headers["x-own"]) == ("GET", "/a?b=c", "yes")
    assert asked.headers["user-agent"].startswith("flight-tracker/")
    assert asked.headers["accept-encoding"] == "gzip"


def test_a_form_is_posted(server, remote):
    assert ask(remote, server.url, form={"client_secret": f"{SECRET}&="}).status == 200
    assert (server.asked[0].method, server.asked[0].body) == ("POST", b"client_secret=s3cr3t%26%3D")


def test_gzip_is_decompressed(server, remote):
    server.answer = lambda asked: Reply(gzip.compress(b"x" * 100_000), headers={"Content-Encoding": "gzip"})
    assert ask(remote, server.url).body == b"x" * 100_000


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(b'{"aircraft": []}', cut=5), "has broken off its answer"),
        (Reply(gzip.compress(b"x" * 999)[:-9], headers={"Content-Encoding": "gzip"}), "has broken off its answer"),
        (Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), "answers with broken gzip"),
        (Reply(b"?", headers={"Content-Encoding": "br"}), "in an encoding that was not asked for (br)"),
        (Reply(b"x" * (MAX_ANSWER + 1)), "answers with more than 64 MiB"),
        (Reply(bytes(100 << 20)), "answers with more than 64 MiB"),
    ],
)
def test_a_bad_answer_is_one_sentence(server, remote, reply, says):
    server.answer = lambda asked: reply
    with pytest.raises(RemoteError) as caught:
        ask(remote, server.url)
    assert says in str(caught.value)


def test_a_bomb_is_not_inflated_beyond_the_bound(server, remote):
    bomb = gzip.compress(bytes(MAX_ANSWER + 1), 1)
    server.answer = lambda asked: Reply(gzip.compress(bytes(MAX_ANSWER)), headers={"Content-Encoding": "gzip"})
    assert len(ask(remote, server.url).body) == MAX_ANSWER
    server.answer = lambda asked: Reply(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(RemoteError, match="more than 64 MiB"):
        ask(remote, server.url)


@pytest.mark.parametrize("reply", [Reply(drips=True), Reply(silent=True)])
def test_an_answer_that_does_not_come_to_its_end_is_given_up_as_a_whole(server, reply):
    server.answer = lambda asked: reply
    with (
        Remote(answer_timeout=0.3) as remote,
        pytest.raises(RemoteError, match=r"^has given no whole answer in 0\.3 s$"),
    ):
        ask(remote, server.url)
    assert server.gone.wait(PATIENCE)


@pytest.mark.parametrize("reply", [Reply(drips=True), Reply(silent=True)])
def test_a_request_that_is_left_ends_at_once(server, reply):
    server.answer = lambda asked: reply
    with Remote(answer_timeout=3600) as remote:
        with remote.ask(Request(server.url)) as pending:
            while not server.asked:
                assert not pending.wait(0.01)
        assert server.gone.wait(PATIENCE)


def test_the_next_request_is_none_the_worse_for_one_that_was_left(server, remote):
    server.answer = lambda asked: Reply(silent=True)
    with remote.ask(Request(server.url)) as pending:
        pending.wait(0.05)
    server.answer = lambda asked: Reply(b"well")
    assert ask(remote, server.url).body == b"well"


def test_nobody_there_is_one_sentence(remote):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(RemoteError, match=r"^cannot be reached \(.*refused\)$"):
            ask(remote, url)


def test_a_name_that_is_not_known_is_one_sentence(remote):
    with pytest.raises(RemoteError, match=r"^cannot be reached"):
        ask(remote, "http://nowhere.invalid/")


def test_a_certificate_is_checked(server, remote):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept():
            with listening.accept()[0] as accepted, contextlib.suppress(OSError):
                context.wrap_socket(accepted, server_side=True).close()

        thread = threading.Thread(target=accept)
        thread.start()
        with pytest.raises(RemoteError, match=r"^cannot be reached \(its certificate: "):
            ask(remote, f"https://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join()


def test_a_redirect_on_the_same_host_is_followed(server, remote):
    def answer(asked):
        return Reply(status=301, headers={"Location": "/there"}) if asked.path == "/here" else Reply(b"there")

    server.answer = answer
    assert ask(remote, f"{server.url}/here", headers={"Authorization": "x"}).body == b"there"
    assert server.asked[1].headers["authorization"] == "x"


def test_redirects_in_a_circle_end(server, remote):
    server.answer = lambda asked: Reply(status=302, headers={"Location": asked.path})
    with pytest.raises(RemoteError, match="redirects more than 3 times"):
        ask(remote, f"{server.url}/round")
    assert len(server.asked) == 4


@pytest.mark.parametrize("options", [{"headers": {"Authorization": SECRET}}, {"form": {"secret": SECRET}}, {}])
def test_no_other_host_and_no_form_is_redirected(server, remote, options):
    with stage() as other:
        for location in (f"{other.url}/", f"http://localhost:{server.port}/", "ftp://127.0.0.1/", "//127.0.0.2/"):
            server.answer = lambda asked, location=location: Reply(status=307, headers={"Location": location})
            with pytest.raises(RemoteError, match=r"redirects to .* not followed") as caught:
                ask(remote, server.url, **options)
            assert SECRET not in str(caught.value)
        assert other.asked == []
    server.answer = lambda asked: Reply(status=307, headers={"Location": "/"})
    if "form" in options:
        with pytest.raises(RemoteError, match="not followed"):
            ask(remote, server.url, **options)


def test_requests_are_not_logged_with_their_urls(server, remote, caplog):
    caplog.set_level("INFO")
    ask(remote, f"{server.url.replace('//', '//me:s3cr3t@')}/?key=s3cr3t")
    assert server.asked[0].headers["authorization"].startswith("Basic ")
    assert SECRET not in caplog.text
    assert "127.0.0.1" not in caplog.text
