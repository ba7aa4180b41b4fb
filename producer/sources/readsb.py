"""readsb, dump1090-fa and dump1090-mutability: their `aircraft.json`, over HTTP, as a file and as a stream of lines.

    URL ──> Receiver: a Service, asked once a second ──┐
    FILE ──> Watched: looked at four times a second ───┼──> Reader ──> StateVector
    HOST:PORT ──> Stream: an aircraft a line ──────────┘

Event time is the `now` of the answer less the age of the position, which is told in tenths of a second by some. An
answer whose `now` is that of the last one is no news.
"""

from __future__ import annotations

from collections.abc import Mapping

from producer.sources.exchange import Answer, Request, shown
from producer.sources.reader import Reader, Reading, decode
from producer.sources.service import Outcome
from producer.wire import StateVector

LABEL = "readsb"
"""The short name of all sources of this kind."""

TOLERANCE = 0.25
"""Seconds by which two answers may differ in the event time of one position: `now` and its age are rounded to tenths.
An aircraft sends two positions a second."""

INTERVAL = 1.0
"""Seconds between two requests: receivers write their file once a second."""


def make_reader(name: str) -> Reader:
    """Return a reader of `aircraft.json`, whole or one aircraft of it, with what a receiver rounds allowed for.

    Args:
        name: What the log calls the source.
    """
    return Reader(name, "readsb", tolerance=TOLERANCE)


class News:
    """Takes documents of `aircraft.json` as they come, and reads those that are news."""

    def __init__(self, reader: Reader) -> None:
        """Begin with none seen.

        Args:
            reader: Reads and counts.
        """
        self._reader = reader
        self._seen: object = None

    def read(self, body: bytes, now: float) -> list[StateVector] | None:
        """Return the new reports of a document, in time order; None where it is no `aircraft.json`.

        Args:
            body: The document, JSON.
            now: s, monotonic.
        """
        document = decode(body)
        if not isinstance(document, dict):
            return None
        if not any(isinstance(document.get(name), list) for name in ("aircraft", "ac")):
            return None
        made = document.get("now")
        if made is not None and made == self._seen:
            return []
        self._seen = made
        return self._reader.read(document, now)


class Receiver(Reading):
    """`aircraft.json` over HTTP, as a `Service`."""

    label = LABEL
    attribution: str | None = None
    terms: str | None = None

    def __init__(self, url: str) -> None:
        """Choose it.

        Args:
            url: Of its `aircraft.json`.
        """
        self.name = shown(url)
        self._url = url
        super().__init__(make_reader(self.name))
        self._news = News(self._reader)
        self._unless: Mapping[str, str] = {}

    def request(self, wall: float) -> Request:  # noqa: ARG002 - a receiver may always be asked
        """Ask for the file, unless it is the one that was read last."""
        return Request(self._url, self._unless)

    def take(self, answer: Answer, wall: float, now: float) -> Outcome:  # noqa: ARG002
        """Read the file; as `Service.take`."""
        if answer.status == 304:
            return Outcome(wait=INTERVAL)
        self._unless = {}
        if answer.status != 200:
            return Outcome(trouble=f"answers with status {answer.status}")
        states = self._news.read(answer.body, now)
        if states is None:
            return Outcome(trouble="answers with something that is no aircraft.json")
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        self._unless = {asks: answer.headers[tells] for tells, asks in names.items() if tells in answer.headers}
        return Outcome(states, INTERVAL)
