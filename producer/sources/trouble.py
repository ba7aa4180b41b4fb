"""`Trouble`: what is wrong with a source, said once, and once more when it is over. Pure: the time comes in."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)

_LASTING = 10.0  # s, for which all must be well before it is said: what comes and goes each second is one trouble


class Trouble:
    """The trouble that a source has, if any; the log has a line a change, however often it is tried."""

    def __init__(self, name: str) -> None:
        """Begin without trouble.

        Args:
            name: What the log calls the source.
        """
        self._name = name
        self._told = ""
        self._well_since: float | None = None

    def tell(self, what: str) -> None:
        """Say what is wrong, unless that was said last.

        Args:
            what: Goes on after the name.
        """
        self._well_since = None
        if what != self._told:
            logger.warning("%s %s: trying until it is over", self._name, what)
            self._told = what

    def end(self, now: float) -> None:
        """Note that all is well, and say so after a while if there was trouble.

        Args:
            now: s, monotonic.
        """
        if not self._told:
            return
        if self._well_since is None:
            self._well_since = now
        if now - self._well_since >= _LASTING:
            logger.info("%s answers again", self._name)
            self._told = ""
