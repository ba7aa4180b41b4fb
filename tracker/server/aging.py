"""A set in which each member has a time, the oldest first; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Aging(Generic[T]):
    """Members in the order in which they were added."""

    def __init__(self) -> None:
        self._since: dict[T, float] = {}

    def __len__(self) -> int:
        return len(self._since)

    def __iter__(self) -> Iterator[T]:
        return iter(self._since)

    def add(self, member: T, now: float) -> None:
        """Add a member, or keep it as old as it is."""
        self._since.setdefault(member, now)

    def discard(self, member: T) -> None:
        """Remove a member, if it is one."""
        self._since.pop(member, None)

    def oldest(self) -> T | None:
        """Return the oldest member; None: there is no member."""
        return next(iter(self._since), None)

    def before(self, moment: float) -> list[T]:
        """Return the members that were added before a moment, the oldest first."""
        found: list[T] = []
        for member, since in self._since.items():
            if since >= moment:
                break
            found.append(member)
        return found
