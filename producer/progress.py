"""`Progress`: says how publishing goes, on a terminal, in the log, and to who watches over the process."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from producer.errors import ProducerError
from producer.sources.source import Source

if TYPE_CHECKING:
    from producer.publish.publisher import Publisher

logger = logging.getLogger(__name__)

_LOG_EVERY = 10.0  # s, between two lines of progress where nobody watches


class Progress:
    """Says how publishing goes: one rewritten line on a terminal, a line of the log every ten seconds elsewhere."""

    def __init__(
        self,
        publisher: Publisher,
        source: Source,
        *,
        terminal: bool,
        heartbeat: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publisher = publisher
        self._source = source
        self._terminal = terminal
        self._heartbeat = heartbeat
        self._clock = clock
        self._begin = self._last = clock()
        self._sent = 0
        self._next_log = self._begin + _LOG_EVERY

    def show(self, lag: float) -> None:
        """Shows where it stands.

        Args:
            lag: Seconds behind the schedule.

        Raises:
            ProducerError: The heartbeat's file cannot be written.
        """
        self._beat()
        now = self._clock()
        if self._terminal:
            click.echo(f"\r\x1b[K{self._line(now, lag)}", nl=False, err=True)
        elif now >= self._next_log:
            logger.info("%s", self._line(now, lag))
            self._next_log = now + _LOG_EVERY
        else:
            return
        self._last, self._sent = now, self._publisher.sent

    def _beat(self) -> None:
        if self._heartbeat is None or self._publisher.silent_for:
            return
        try:
            self._heartbeat.touch()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ProducerError(f"--heartbeat {self._heartbeat} cannot be written ({reason})") from error

    def summary(self) -> str:
        """Says in one line what came of it."""
        publisher = self._publisher
        seconds = max(self._clock() - self._begin, 1e-3)
        rate = publisher.sent / seconds
        parts = [
            f"sent {publisher.sent:,} reports in {seconds:.1f} s ({rate:,.0f}/s)",
            f"delivered {publisher.delivered:,}",
        ]
        if publisher.failed:
            parts.append(f"NOT delivered {publisher.failed:,}")
        if self._source.refused:
            parts.append(f"{self._source.refused:,} rows refused")
        return ", ".join(parts)

    @contextmanager
    def logs(self) -> Iterator[None]:
        """Sends the log to stderr meanwhile; on a terminal a line of it takes the place of the rewritten one."""
        handler = logging.StreamHandler(sys.stderr)
        clear = "\r\x1b[K" if self._terminal else ""
        handler.setFormatter(logging.Formatter(f"{clear}%(asctime)s %(levelname)s %(message)s"))
        root = logging.getLogger()
        level = root.level
        kafka = logging.getLogger("kafka")
        kafka_level = kafka.level
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        kafka.setLevel(logging.CRITICAL)  # it says each failed attempt; the publisher says what it means
        try:
            yield
        finally:
            if self._terminal:
                click.echo("\r\x1b[K", nl=False, err=True)
            root.removeHandler(handler)
            root.setLevel(level)
            kafka.setLevel(kafka_level)

    def _line(self, now: float, lag: float) -> str:
        publisher = self._publisher
        rate = (publisher.sent - self._sent) / max(now - self._last, 1e-3)
        line = f"sent {publisher.sent:,}  {rate:,.0f}/s  lag {lag:.1f} s  in flight {publisher.in_flight:,}"
        if publisher.failed:
            line += f"  not delivered {publisher.failed:,}"
        if self._source.refused:
            line += f"  rows refused {self._source.refused:,}"
        if publisher.silent_for:
            line += f"  NO ANSWER from the broker for {publisher.silent_for:.0f} s, waiting"
        return line
