"""`Faults`: what a source could not use, counted, and logged no more than somebody can read."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable

from producer.wire import Repair, SchemaError

logger = logging.getLogger(__name__)

_LOGGED = 10  # refused messages that are logged one by one; of the others, every thousandth


class Faults:
    """Refused messages and dropped values of a source that listens.

    Attributes:
        refused: Messages that were not reports.
        repaired: By field of the wire: how many values were dropped, as they could not be understood.
    """

    def __init__(self, name: str) -> None:
        """Begin with none.

        Args:
            name: What the log calls the source.
        """
        self.refused = 0
        self.repaired: Counter[str] = Counter()
        self._name = name

    def refuse(self, error: SchemaError) -> None:
        """Count a message that is no report."""
        self.refused += 1
        if self.refused <= _LOGGED:
            logger.warning("%s: %s", self._name, error)
        elif self.refused % 1000 == 0:
            logger.warning("%s: %s (%d refused so far)", self._name, error, self.refused)

    def repair(self, repairs: Iterable[Repair]) -> None:
        """Count values that were dropped, and log the first of each field."""
        for repair in repairs:
            if not self.repaired[repair.field]:
                logger.warning("%s: %s", self._name, repair)
            self.repaired[repair.field] += 1
