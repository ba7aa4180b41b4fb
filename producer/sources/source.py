"""`Source`: what every source of reports is to the rest of the producer, whether it replays, makes up or listens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from producer.sources.counts import Counting, Tally
from producer.stop import Stop
from producer.wire import StateVector


class Batch(NamedTuple):
    """Reports that are published together, and when."""

    states: Sequence[StateVector]
    """In time order. None at all: a source that waits, so that progress is shown and a stop is heeded meanwhile."""
    due: float | None = None
    """Seconds after the first batch was asked for; None: now."""


class Source(Tally, Protocol):
    """A source of reports. A context manager: what it reads is opened when it is entered, and closed when it is left.

    Entering it raises a `ProducerError` where it cannot be read, before a broker is looked for.
    """

    @property
    def label(self) -> str:
        """Its short name, for those who look at its reports, such as `readsb`."""

    @property
    def attribution(self) -> str | None:
        """Who is to be named beside its reports, in plain text; None: nobody."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """Yield reports until there are no more.

        The caller waits until each batch is due. A source that waits by itself, for a message or for its next turn to
        ask, yields an empty batch at least twice a second.

        Args:
            stop: Once it is set, the source ends within half a second.

        Raises:
            ProducerError: It can no longer be read.
        """


def name_source(source: Source) -> list[tuple[str, bytes]]:
    """Return the headers that tell the readers of a record where it comes from: `source`, and `attribution`, if any."""
    headers = [("source", source.label.encode())]
    if source.attribution:
        headers.append(("attribution", source.attribution.encode()))
    return headers


class Listener(Counting):
    """Base of a source that opens what it listens to by itself, when its batches are asked for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
