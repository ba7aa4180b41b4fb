"""`Request`, `Answer`: what is asked of a service over HTTP and what it answers, for code that has no sockets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

MAX_ANSWER = 64 << 20
"""Bytes of an answer, decompressed: all aircraft of the world, in their longest form, take a quarter of it."""


class RemoteError(Exception):
    """There is no answer that could be used; the message says why, and goes on after the name of what was asked."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. Its `repr` shows nothing of it, as each part may hold a secret."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    """Sent by POST; None: GET."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answers, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name, in lower case."""
    body: bytes = field(default=b"", repr=False)


def check_url(url: str) -> str | None:
    """Return what is needed of a URL that cannot be asked, in words without it; None where it can."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    return None if usable else "http:// or https://, a host and where needed a port are required"


def shown(url: str) -> str:
    """Return a URL as it may be shown: without user, password, query and fragment, any of which may be a secret."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def retry_after(answer: Answer, header: str = "retry-after") -> float | None:
    """Return how long a service wants not to be asked, s, up to a day; None where it does not say so in seconds."""
    text = answer.headers.get(header, "").strip()
    return min(float(text), 86_400.0) if text.isascii() and text.isdigit() else None
