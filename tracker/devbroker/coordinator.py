"""The consumer groups of a broker, and the timers that end their waits."""

from __future__ import annotations

import asyncio

from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.groups import Group, State

MAX_GROUPS = 10_000
"""Groups that are remembered; beyond them the oldest without members is forgotten."""


class Coordinator:
    """Groups by name. A group without members or waits has no timer, so that idle groups cost nothing.

    Args:
        delay: Seconds that a new group waits for more members before its first rebalance ends.
    """

    def __init__(self, delay: float) -> None:
        self.groups: dict[str, Group] = {}
        self._delay = delay
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def find(self, name: str) -> Group:
        """Find a group by its name.

        Raises:
            RefusedError: There is none.
        """
        if name not in self.groups:
            raise RefusedError(ErrorCode.GROUP_ID_NOT_FOUND)
        return self.groups[name]

    def find_or_create(self, name: str) -> Group:
        """Find a group by its name, or create it.

        Raises:
            RefusedError: The name is empty, or there are too many groups.
        """
        if not name:
            raise RefusedError(ErrorCode.INVALID_GROUP_ID)
        if name not in self.groups:
            if len(self.groups) >= MAX_GROUPS:
                self._forget_one()
            self.groups[name] = Group(name, self._delay)
        return self.groups[name]

    def _forget_one(self) -> None:
        for group in self.groups.values():
            if group.state is State.EMPTY and not group.pending:
                del self.groups[group.name]
                return
        raise RefusedError(ErrorCode.GROUP_MAX_SIZE_REACHED, f"This broker has {MAX_GROUPS} groups at most.")

    def delete(self, name: str) -> None:
        """Forget a group and its offsets.

        Raises:
            RefusedError: There is no such group, or it has members.
        """
        group = self.find(name)
        if group.state is not State.EMPTY:
            raise RefusedError(ErrorCode.NON_EMPTY_GROUP)
        del self.groups[name]
        self._disarm(name)

    def forget(self, topic: str) -> None:
        """Forget the offsets committed in a topic that is deleted: a topic of the same name starts anew."""
        for group in self.groups.values():
            group.offsets = {where: offset for where, offset in group.offsets.items() if where[0] != topic}

    def arm(self, group: Group) -> None:
        """Set the timer of a group that has changed. A timer that goes off early does no harm: it is set again."""
        due, timer = group.due, self._timers.get(group.name)
        if due is None:
            self._disarm(group.name)
        elif timer is None or timer.when() > due:
            self._disarm(group.name)
            self._timers[group.name] = asyncio.get_running_loop().call_at(due, self._expire, group)

    def _expire(self, group: Group) -> None:
        self._disarm(group.name)
        group.expire(asyncio.get_running_loop().time())
        self.arm(group)

    def _disarm(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Stop all timers."""
        for name in list(self._timers):
            self._disarm(name)
