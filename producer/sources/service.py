"""`Service`: what is asked over HTTP, when, and what the answers mean, without a socket or a clock.

Service.request ──> Request ──> (polling) ──> Answer ──> Service.take ──> Outcome: reports, and when to ask again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from producer.sources.counts import Tally
from producer.sources.exchange import Answer, Request
from producer.wire import StateVector


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request."""

    states: Sequence[StateVector] = ()
    """New reports, in time order."""
    wait: float | None = None
    """Seconds until the next request, after this one began or, where there is trouble, ended. None: back off."""
    trouble: str | None = None
    """What is wrong, to be said after the name of the service, alike as long as it is the same; None: all is well."""


class Service(Tally, Protocol):
    """A service of one kind, as it is asked by `polling.Polled`; its name has nothing secret in it."""

    @property
    def label(self) -> str:
        """Its short name, for those who look at its reports."""

    @property
    def attribution(self) -> str | None:
        """Who is to be named beside its reports, and how; None: nobody."""

    @property
    def terms(self) -> str | None:
        """What its use is bound to, said at the start; None: nothing."""

    @property
    def without_position(self) -> int:
        """How many records told no position, so far."""

    def request(self, wall: float) -> Request:
        """Return what is to be asked now.

        Args:
            wall: s since 1970.
        """

    def take(self, answer: Answer, wall: float, now: float) -> Outcome:
        """Read the answer to the last request.

        Args:
            answer: Whatever its status.
            wall: s since 1970.
            now: s, monotonic.

        Raises:
            ProducerError: There is no use in asking again.
        """
