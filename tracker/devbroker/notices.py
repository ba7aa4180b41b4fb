"""Log messages about clients, each kind at most once a minute.

A client must not be able to fill the log: what it causes is counted in between, and the next message says how often it
happened.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

INTERVAL = 60.0
"""Seconds between two messages of one kind."""


@dataclass(slots=True)
class _Kind:
    said: float
    unsaid: int = 0


class Notices:
    """The messages of one broker.

    Args:
        logger: Where they are logged.
        now: A clock in seconds that never runs back.
    """

    def __init__(self, logger: logging.Logger, now: Callable[[], float] = time.monotonic) -> None:
        self._logger = logger
        self._now = now
        self._kinds: dict[str, _Kind] = {}

    def warn(self, kind: str, text: str, error: BaseException | None = None) -> None:
        """Log a warning, unless one of its kind was logged within the last minute.

        Args:
            kind: What repeats; one of a few fixed words, as each is remembered.
            text: The message, in one line.
            error: An error whose traceback goes with the message.
        """
        now = self._now()
        kind_said = self._kinds.get(kind)
        if kind_said is not None and now - kind_said.said < INTERVAL:
            kind_said.unsaid += 1
            return
        if kind_said is not None and kind_said.unsaid:
            text = f"{text} ({kind_said.unsaid} more like this since the last message)"
        self._kinds[kind] = _Kind(now)
        self._logger.warning("%s", text, exc_info=error)
