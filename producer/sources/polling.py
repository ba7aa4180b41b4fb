"""`Polled`: a service that is asked over HTTP, again and again, as a `Source`.

Service ──> Request ──> Remote ──> Answer ──> Service ──> Outcome ──> Batch
               ^                                              └── wait, or back off ──┐
               └──────────────────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from producer.sources.backoff import Backoff
from producer.sources.counts import Counting
from producer.sources.exchange import RemoteError, Request
from producer.sources.remote import Remote
from producer.sources.service import Outcome, Service
from producer.sources.source import Batch
from producer.sources.trouble import Trouble
from producer.stop import Stop

logger = logging.getLogger(__name__)

_TICK = 0.2  # s, between two looks at the stop


class Polled(Counting):
    """A service as a `Source`: asked as often as it says, and less often while there is trouble; it never ends."""

    def __init__(
        self,
        service: Service,
        remote: Remote | None = None,
        *,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Choose what to ask.

        Args:
            service: What is asked, and what the answers mean.
            remote: Asks it; entered with the source.
            backoff: How long to wait after trouble, where the service does not say it.
            clock: Seconds, monotonic.
            wall: Seconds since 1970.
        """
        super().__init__(service)
        self._service = service
        self._remote = remote or Remote()
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._wall = wall
        self._trouble = Trouble(service.name)
        self._opened = ExitStack()

    @property
    def name(self) -> str:
        """The service, as log and errors call it."""
        return self._service.name

    @property
    def label(self) -> str:
        """The short name of the service."""
        return self._service.label

    @property
    def attribution(self) -> str | None:
        """Who is to be named beside the reports."""
        return self._service.attribution

    def __enter__(self) -> Self:
        if self._service.terms:
            logger.info("%s: %s", self.label, self._service.terms)
        self._opened.enter_context(self._remote)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._service.without_position:
            logger.info("%s: %d records without a position", self.name, self._service.without_position)
        self._opened.close()

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """Yield the reports of each answer, as `Source.batches`.

        Raises:
            ProducerError: The service says that there is no use in asking again.
        """
        while not stop.is_set():
            begin = self._clock()
            outcome = yield from self._ask(self._service.request(self._wall()), stop)
            if outcome is None:
                return
            yield Batch(outcome.states)
            yield from self._pause(self._next(outcome, begin), stop)

    def _ask(self, request: Request, stop: Stop) -> Generator[Batch, None, Outcome | None]:
        """Return what came of a request; None where the stop came first."""
        with self._remote.ask(request) as pending:
            while not pending.wait(_TICK):
                if stop.is_set():
                    return None
                yield Batch(())
            try:
                answer = pending.result()
            except RemoteError as error:
                return Outcome(trouble=str(error))
        return self._service.take(answer, self._wall(), self._clock())

    def _next(self, outcome: Outcome, begin: float) -> float:
        """Return when to ask again, by the monotonic clock."""
        now = self._clock()
        if outcome.trouble is None:
            self._trouble.end(now)
            self._backoff.reset()
        else:
            self._trouble.tell(outcome.trouble)
        if outcome.wait is None:
            return now + self._backoff.grow()
        return outcome.wait + (begin if outcome.trouble is None else now)

    def _pause(self, until: float, stop: Stop) -> Iterator[Batch]:
        while (left := until - self._clock()) > 0 and not stop.wait(min(left, _TICK)):
            yield Batch(())
