"""`Positions`: how far a topic is read, from session to session; pure.

    begins, ends ──> place ──> starts ──> each `Partition` accepts what comes ──> left, caught_up

A log that ends before what was read of it is another one. So is one whose records differ: `partition` says how.
"""

from __future__ import annotations

from collections.abc import Mapping

from tracker.feed.partition import Partition


class Positions:
    """How far each partition of a topic is read."""

    def __init__(self) -> None:
        self._partitions: dict[int, Partition] = {}
        self.truncated = 0
        """Records that the logs lost before they were read."""
        self.logs_replaced = 0
        """Logs that were found to be others than those that were read."""

    def __getitem__(self, number: int) -> Partition:
        return self._partitions[number]

    def place(
        self,
        begins: Mapping[int, int],
        ends: Mapping[int, int],
        starts: Mapping[int, int] | None = None,
    ) -> list[int]:
        """Get ready to read the partitions named in all arguments, each from `start`.

        Args:
            begins: The first offset that each log still holds.
            ends: Where each log ends.
            starts: Where to start in logs that are new, and count as backlog up to their ends; None: at their
                beginning, and all that they hold is live.

        Returns:
            Partitions whose log was replaced; they are read from the beginning.
        """
        known = {number: one for number, one in self._partitions.items() if number in ends}
        replaced = [number for number, one in known.items() if one.replaced or ends[number] < one.next]
        for number in replaced:
            del known[number]
        self.logs_replaced += len(replaced)
        self.truncated += sum(one.resume(begins[number]) for number, one in known.items())
        for number in ends.keys() - known.keys():
            if starts is None:
                known[number] = Partition(begins[number], backlog_end=0)
            else:
                known[number] = Partition(starts[number], backlog_end=ends[number])
        self._partitions = known
        self.measure(ends)
        return replaced

    def reached(self) -> dict[int, int]:
        """Return the offset to read next, by partition."""
        return {number: one.next for number, one in self._partitions.items()}

    def starts(self) -> dict[int, int]:
        """Return the offset to fetch from, by partition."""
        return {number: one.start for number, one in self._partitions.items()}

    def doubt(self) -> dict[int, int]:
        """Have each partition prove that its log is still the one that was read; return the offsets to fetch from."""
        for one in self._partitions.values():
            one.doubt()
        return self.starts()

    def measure(self, ends: Mapping[int, int]) -> None:
        """Note where the logs end."""
        for number, end in ends.items():
            self._partitions[number].end = end

    @property
    def left(self) -> int:
        """Records that are not read yet."""
        return sum(one.left for one in self._partitions.values())

    @property
    def caught_up(self) -> bool:
        """Whether all is read that the logs held when they were first seen."""
        return all(one.caught_up for one in self._partitions.values())
