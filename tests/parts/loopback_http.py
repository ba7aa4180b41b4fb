"""An HTTP server on 127.0.0.1 that answers what a test tells it, also what no server should."""

import contextlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from patience import PATIENCE


@dataclass
class Reply:
    """An answer. Where `cut` is set, the connection ends after so many bytes of the body."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict = field(default_factory=dict)
    cut: int | None = None
    drips: bool = False
    """Whether the body comes byte by byte, for ever."""
    silent: bool = False
    """Whether nothing comes at all, until the client is gone."""


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict
    body: bytes


class Stage:
    """Answers by a function of the request; the default answers with `{}`."""

    def __init__(self, port):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.asked = []
        self.answer = lambda asked: Reply()
        self.gone = threading.Event()
        """Set when a client has left an answer that it did not get whole."""
        self.came = threading.Condition()
        self.ending = threading.Event()

    def wait_for(self, count):
        """Wait until so many requests have come."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.asked) >= count, PATIENCE), self.asked


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0
    disable_nagle_algorithm = True

    def handle_any(self):
        stage = self.server.stage
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        with stage.came:
            stage.asked.append(asked)
            stage.came.notify_all()
        try:
            whole = self.reply(stage.answer(asked))
        except OSError:
            whole = False
        if not whole:
            stage.gone.set()
            self.close_connection = True

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def reply(self, reply):
        """Return whether the client has got all, and may ask again on the same connection."""
        if reply.silent:
            self.connection.settimeout(PATIENCE)
            self.connection.recv(1)  # until the client is gone
            return False
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(1_000_000_000 if reply.drips else len(reply.body)))
        self.end_headers()
        while reply.drips and not self.server.stage.ending.wait(0.02):
            self.wfile.write(b" ")
        if reply.status != 304:
            self.wfile.write(reply.body[: reply.cut])
        return reply.cut is None

    def log_message(self, *arguments):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = False

    def handle_error(self, request, client_address):
        pass  # a client that has left


@contextlib.contextmanager
def stage():
    """A server; its `url` has no path, its `answer` may be set at any time."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.stage = Stage(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.stage
        finally:
            server.stage.ending.set()
            server.shutdown()
            thread.join()
