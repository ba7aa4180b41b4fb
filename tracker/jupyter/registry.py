"""`Registry`: what runs under a name, so that running a cell again leaves one and not two."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar
from weakref import WeakValueDictionary


class Stoppable(Protocol):
    """What can run."""

    def stop(self) -> None:
        """End it; do nothing where it has ended."""


Name = TypeVar("Name", bound=Hashable)


class Registry(Generic[Name]):
    """One entry a name, held weakly: it keeps nothing alive that nobody else holds."""

    def __init__(self) -> None:
        self._entries: WeakValueDictionary[Name, Stoppable] = WeakValueDictionary()

    def enter(self, name: Name, newer: Stoppable) -> None:
        """Stop what runs under the name, and have the newer one there."""
        self.stop(name)
        self._entries[name] = newer

    def stop(self, name: Name) -> None:
        """Stop what runs under the name, if anything does."""
        older = self._entries.pop(name, None)
        if older is not None:
            older.stop()

    def leave(self, name: Name, one: Stoppable) -> None:
        """Forget it, unless another one has taken its name since."""
        if self._entries.get(name) is one:
            del self._entries[name]
