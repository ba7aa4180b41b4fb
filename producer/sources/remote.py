"""`Remote`: asks services over HTTP, and believes nothing of them; the only module that knows httpx.

    Request ──> Remote.ask ──> Pending ──> Answer | RemoteError: one sentence, without anything secret

An answer is bounded in size, also after it is decompressed, and in the time that it takes as a whole. A redirect is
followed on the same host alone, so credentials never leave it. Nothing here blocks: `Pending.wait` gives a request a
moment of time, again and again, and leaving it cancels the request.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import ssl
import threading
import zlib
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Self

import httpx

from producer.sources.exchange import MAX_ANSWER, Answer, RemoteError, Request

CONNECT_TIMEOUT = 5.0
"""Seconds for a connection, with its encryption."""

ANSWER_TIMEOUT = 30.0
"""Seconds for a whole answer: one that comes drop by drop is none."""

_MAX_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}

for _name in ("httpx", "httpcore"):  # they log each request, with all of its URL
    logging.getLogger(_name).setLevel(logging.WARNING)


class Remote:
    """A client that keeps its connections. A context manager, of one thread; its requests end where it is left."""

    def __init__(self, *, connect_timeout: float = CONNECT_TIMEOUT, answer_timeout: float = ANSWER_TIMEOUT) -> None:
        """Connect to nothing yet.

        Args:
            connect_timeout: Seconds for a connection.
            answer_timeout: Seconds for a whole answer, redirects included.
        """
        self._timeout = answer_timeout
        self._connect_timeout = connect_timeout

    def __enter__(self) -> Self:
        self._loop = _Loop()
        self._client = httpx.AsyncClient(
            headers={"User-Agent": f"flight-tracker/{_version()}", "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(None, connect=self._connect_timeout),  # the whole has a limit of its own
            follow_redirects=False,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def ask(self, request: Request) -> Pending:
        """Begin to ask; the answer comes while it is waited for."""
        return Pending(self._loop, self._answer(request))

    async def _answer(self, request: Request) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(request)
        except TimeoutError:
            raise RemoteError(f"has given no whole answer in {self._timeout:g} s") from None
        except httpx.ConnectTimeout:
            raise RemoteError(f"cannot be reached (no answer in {self._connect_timeout:g} s)") from None
        except httpx.ConnectError as error:
            raise RemoteError(f"cannot be reached ({_reason(error)})") from None
        except httpx.RemoteProtocolError:
            raise RemoteError("has broken off its answer") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RemoteError(f"cannot be asked ({_reason(error)})") from None

    async def _follow(self, request: Request) -> Answer:
        """Ask, also where a redirect on the same host points."""
        method = "GET" if request.form is None else "POST"
        url = httpx.URL(request.url)
        for _ in range(_MAX_REDIRECTS + 1):
            async with self._client.stream(method, url, headers=dict(request.headers), data=request.form) as response:
                if not response.has_redirect_location:
                    headers = {name.lower(): value for name, value in response.headers.items()}
                    return Answer(response.status_code, headers, await _read(response))
                target = url.join(response.headers["location"])
            if method != "GET" or not _is_same_host(url, target):
                raise RemoteError(f"redirects to {target.host or 'nowhere'}, which is not followed: ask there yourself")
            url = target
        raise RemoteError(f"redirects more than {_MAX_REDIRECTS} times")


class Pending:
    """A request under way. A context manager: where it is left, the request ends."""

    def __init__(self, loop: asyncio.AbstractEventLoop, answer: Any) -> None:  # noqa: ANN401 - a coroutine
        self._loop = loop
        self._task: asyncio.Task[Answer] = loop.create_task(answer)

    def wait(self, seconds: float) -> bool:
        """Go on with it for a while, and return whether it has ended."""
        self._loop.run_until_complete(asyncio.wait([self._task], timeout=seconds))
        return self._task.done()

    def result(self) -> Answer:
        """Return the answer of a request that has ended.

        Raises:
            RemoteError: There is none that could be used.
        """
        return self._task.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        self._loop.run_until_complete(asyncio.wait([self._task]))


async def _read(response: httpx.Response) -> bytes:
    """Read a body within its bounds. httpx would decompress as much as it is given at once, a bomb as well."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise RemoteError(f"answers in an encoding that was not asked for ({encoding[:20]})")
    if encoding in ("identity", ""):
        return await _gather(response)
    inflate = zlib.decompressobj(wbits=31)
    body = bytearray()
    try:
        async for piece in response.aiter_raw():
            body += inflate.decompress(piece, MAX_ANSWER + 1 - len(body))
            if len(body) > MAX_ANSWER:
                raise _too_large()
    except zlib.error:
        raise RemoteError("answers with broken gzip") from None
    if not inflate.eof:
        raise RemoteError("has broken off its answer")
    return bytes(body)


async def _gather(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MAX_ANSWER:
            raise _too_large()
    return bytes(body)


def _too_large() -> RemoteError:
    return RemoteError(f"answers with more than {MAX_ANSWER >> 20} MiB")


def _is_same_host(url: httpx.URL, target: httpx.URL) -> bool:
    """Return whether a redirect stays where it is, or goes over to encryption there."""
    if target.host != url.host or target.userinfo not in (b"", url.userinfo):
        return False
    if (target.scheme, _port(target)) == (url.scheme, _port(url)):
        return True
    return (url.scheme, _port(url), target.scheme, _port(target)) == ("http", 80, "https", 443)


def _port(url: httpx.URL) -> int | None:
    return url.port or _PORTS.get(url.scheme)


def _reason(error: BaseException) -> str:
    """Say why in a few words: the libraries wrap what the system has said."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate: {cause.verify_message}"
        if isinstance(cause, socket.gaierror):
            return (cause.strerror or "no such name").lower()
        if isinstance(cause, OSError) and cause.errno is not None:
            return os.strerror(cause.errno).lower()
        cause = cause.exceptions[0] if isinstance(cause, ExceptionGroup) else cause.__cause__ or cause.__context__
    return type(error).__name__


def _version() -> str:
    try:
        return version("flight-tracker")
    except PackageNotFoundError:
        return "0"


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose look-ups of names are never waited for: a resolver may take half a minute."""

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:  # noqa: ANN401 - as the base has it
        found: asyncio.Future[Any] = self.create_future()

        def look_up() -> None:
            try:
                outcome: Any = socket.getaddrinfo(host, port, **options)
            except (OSError, UnicodeError) as error:
                outcome = error
            with contextlib.suppress(RuntimeError):  # closed meanwhile: nobody wants to know any more
                self.call_soon_threadsafe(settle, outcome)

        def settle(outcome: Any) -> None:  # noqa: ANN401
            if found.done():
                return
            if isinstance(outcome, Exception):
                found.set_exception(outcome)
            else:
                found.set_result(outcome)

        threading.Thread(target=look_up, daemon=True).start()
        return await found
