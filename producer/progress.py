"""`Progress`: how publishing goes, told on a terminal, in the log, and to a program that watches over the process."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import click

from producer.errors import ProducerError
from producer.sources.source import Source

logger = logging.getLogger(__name__)

_LOG_EVERY = 10.0  # s, between two lines of progress where there is no terminal


class Counts(Protocol):
    """What a publisher counts."""

    @property
    def sent(self) -> int:
        """Reports that were taken."""

    @property
    def delivered(self) -> int:
        """Reports that the broker has confirmed."""

    @property
    def failed(self) -> int:
        """Reports that the broker has refused, or that were given up."""

    @property
    def in_flight(self) -> int:
        """Reports that are neither."""

    @property
    def silent_for(self) -> float:
        """How long the broker has not answered, s; 0 while it does."""


class Progress:
    """Tells how publishing goes: one rewritten line on a terminal, a line of the log every ten seconds elsewhere."""

    def __init__(
        self,
        counts: Counts,
        source: Source,
        *,
        terminal: bool,
        heartbeat: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Choose where to tell it.

        Args:
            counts: From the publisher, live.
            source: Counts what it refuses.
            terminal: Whether stderr is one.
            heartbeat: A file to touch while the broker takes what it is given; None: no file.
            clock: Seconds, monotonic.
        """
        self._counts = counts
        self._source = source
        self._terminal = terminal
        self._heartbeat = heartbeat
        self._clock = clock
        self._begin = self._last = clock()
        self._sent = 0
        self._next_log = self._begin + _LOG_EVERY

    def show(self, lag: float) -> None:
        """Show where it stands.

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
        self._last, self._sent = now, self._counts.sent

    def summary(self) -> str:
        """Return one line on what came of it."""
        counts = self._counts
        seconds = max(self._clock() - self._begin, 1e-3)
        rate = counts.sent / seconds
        parts = [
            f"sent {counts.sent:,} reports in {seconds:.1f} s ({rate:,.0f}/s)",
            f"delivered {counts.delivered:,}",
        ]
        if counts.failed:
            parts.append(f"NOT delivered {counts.failed:,}")
        if self._source.refused:
            parts.append(f"{self._source.refused:,} rows refused")
        if self._source.repaired:
            dropped = ", ".join(f"{field} {count:,}" for field, count in self._source.repaired.items())
            parts.append(f"values dropped: {dropped}")
        return ", ".join(parts)

    @contextmanager
    def logs(self) -> Iterator[None]:
        """Send the log to stderr meanwhile; on a terminal, a line of it takes the place of the rewritten one."""
        handler = logging.StreamHandler(sys.stderr)
        clear = "\r\x1b[K" if self._terminal else ""
        handler.setFormatter(logging.Formatter(f"{clear}%(asctime)s %(levelname)s %(message)s"))
        root = logging.getLogger()
        level = root.level
        kafka = logging.getLogger("kafka")
        kafka_level = kafka.level
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        kafka.setLevel(logging.CRITICAL)  # it logs each failed attempt; the publisher tells what that means
        try:
            yield
        finally:
            if self._terminal:
                click.echo("\r\x1b[K", nl=False, err=True)
            root.removeHandler(handler)
            root.setLevel(level)
            kafka.setLevel(kafka_level)

    def _beat(self) -> None:
        if self._heartbeat is None or self._counts.silent_for:
            return
        try:
            self._heartbeat.touch()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ProducerError(f"--heartbeat {self._heartbeat} cannot be written ({reason})") from error

    def _line(self, now: float, lag: float) -> str:
        counts = self._counts
        rate = (counts.sent - self._sent) / max(now - self._last, 1e-3)
        line = f"sent {counts.sent:,}  {rate:,.0f}/s  lag {lag:.1f} s  in flight {counts.in_flight:,}"
        if counts.failed:
            line += f"  not delivered {counts.failed:,}"
        if self._source.refused:
            line += f"  rows refused {self._source.refused:,}"
        if counts.silent_for:
            line += f"  NO ANSWER from the broker for {counts.silent_for:.0f} s, waiting"
        return line
