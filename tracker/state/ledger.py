"""`Ledger`: what was refused and what was mended, counted by its cause, with an example of each; pure.

rejects, mended fields ──> Ledger ──> counts and examples by reason ──> stats, log, metrics, screens
                             └──────> the newest of these records themselves ──> Tracker.rejected()
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.feed.records import Reject

KEPT = 1_000
"""Refused records that are kept, and as many mended ones; beyond that the oldest are forgotten, and stay counted."""
SPAN = 60.0
"""How far back `Ledger.trouble` looks, s."""
SAID_EVERY = 600.0
"""How often one reason is said again while more is refused for it, s."""

_MOST_NAMES = 100  # of unused fields: names that are made up must not fill the memory
_LONGEST_NAME = 60  # characters


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused for one reason since the start."""

    reason: str
    """One of `producer.wire.REASONS`, or `future`."""
    count: int
    """Values, or elements of arrays."""
    example: str
    """Why the newest of them was refused: a sentence that names field, value and limit."""


class Ledger:
    """What became of the values that were not taken as they came.

    `now` is a monotonic clock, s.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._refused: deque[Reject] = deque(maxlen=kept)
        self._mended: deque[Reject] = deque(maxlen=kept)  # apart: what is mended without end displaces no refusal
        self.repaired: Counter[str] = Counter()
        """By field: values that were mended."""
        self.unused: Counter[str] = Counter()
        """By name: records of a sample with a field that nobody reads."""
        self._taken = 0
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, str] = {}
        self._said: dict[str, float] = {}
        self._lately: deque[tuple[float, int, int]] = deque()  # (moment, taken, refused), one a second at most

    def note(
        self,
        taken: int,
        rejects: Sequence[Reject],
        repaired: Mapping[str, int],
        now: float,
        *,
        examples: Sequence[Reject] = (),
        unused: Sequence[str] = (),
    ) -> Sequence[Refusal]:
        """Count what a reading held.

        Args:
            taken: Reports that were taken.
            rejects: What was refused.
            repaired: By field, how many values were mended.
            now: When that was.
            examples: Some of the mended reports.
            unused: Names in one of its records that nobody reads.

        Returns:
            What is to be said in a log: each reason at its first time, and then every `SAID_EVERY` seconds at most.
        """
        self._taken += taken
        self.repaired.update(repaired)
        self._mended.extend(examples)
        for name in unused:
            if name[:_LONGEST_NAME] in self.unused or len(self.unused) < _MOST_NAMES:
                self.unused[name[:_LONGEST_NAME]] += 1
        if self._lately and now - self._lately[-1][0] < 1.0:
            moment, before, refused = self._lately[-1]
            self._lately[-1] = (moment, before + taken, refused + len(rejects))
        else:
            self._lately.append((now, taken, len(rejects)))
            self._forget(now)
        if not rejects:
            return ()
        self._refused.extend(rejects)
        self._counts.update(reject.reason for reject in rejects)
        self._examples.update((reject.reason, reject.error) for reject in rejects)
        due = [reason for reason in {reject.reason: None for reject in rejects} if self._is_due(reason, now)]
        self._said.update(dict.fromkeys(due, now))
        return [self._refusal(reason) for reason in due]

    def records(self) -> list[Reject]:
        """Return the refused records that are kept and examples of the mended ones, as they were published."""
        records = [*self._refused, *self._mended]
        return sorted(records, key=lambda record: (record.published, record.partition, record.offset))

    def refused(self) -> tuple[Refusal, ...]:
        """Return what was refused, by reason, the most frequent first."""
        return tuple(self._refusal(reason) for reason, _ in self._counts.most_common())

    def trouble(self, now: float) -> str | None:
        """Say in a sentence that most reports of the last `SPAN` seconds were refused, or all there ever were.

        Returns:
            None where neither is so.
        """
        self._forget(now)
        taken = sum(taken for _, taken, _ in self._lately)
        refused = sum(refused for _, _, refused in self._lately)
        if self._counts and not self._taken:
            what = f"all reports so far were refused ({self._counts.total():,})"
        elif refused > taken:
            what = f"{refused:,} of the last {taken + refused:,} reports were refused"
        else:
            return None
        return f"{what}, the newest because of {self._refused[-1].error}"

    def _refusal(self, reason: str) -> Refusal:
        return Refusal(reason, self._counts[reason], self._examples[reason])

    def _is_due(self, reason: str, now: float) -> bool:
        return reason not in self._said or now - self._said[reason] >= SAID_EVERY

    def _forget(self, now: float) -> None:
        while self._lately and self._lately[0][0] < now - SPAN:
            self._lately.popleft()
