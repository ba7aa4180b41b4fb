"""`Screens`: which screens of a tracker are open, and who may draw on them; `Selection`: what was clicked on them.

    Tracker.map(), table(), ... ──> Screens.show: the caller draws once ──> Screens.draw: then the thread

A screen's traits are set by one thread at a time: by the caller before the screen is registered, by the tracker's
thread while that lives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import traitlets

from tracker.jupyter.screen import Screen
from tracker.state.scene import Scene

MOST = 4
"""How many screens of a kind are open: a fifth closes the oldest, as cells that are run again would otherwise send more
messages than Jupyter takes."""

AnyScreen = TypeVar("AnyScreen", bound=Screen)


class Screens:
    """The screens that are open.

    Args:
        look: Returns what there is to draw at this moment; asked once for all screens.
    """

    def __init__(self, look: Callable[[], Scene]) -> None:
        self._look = look
        self._open: list[Screen] = []

    def show(self, screen: AnyScreen) -> AnyScreen:
        """Draw a new screen in this thread, return it, and from then on leave it to the thread that calls `draw`."""
        self._draw_on([screen])
        kin = [other for other in self._open if type(other) is type(screen)]
        for oldest in kin[: max(0, len(kin) - MOST + 1)]:
            self._open.remove(oldest)
            oldest.close()
        self._open.append(screen)
        return screen

    def draw(self) -> None:
        """Draw one scene on all screens that are open."""
        for closed in [screen for screen in self._open if screen.comm is None]:
            self._open.remove(closed)  # in place: another thread may be adding one
        self._draw_on([*self._open])

    def _draw_on(self, screens: list[Screen]) -> None:
        if not screens:
            return
        scene = self._look()
        for screen in screens:
            screen.draw(scene)


class Selection(traitlets.HasTraits):
    """Which aircraft was clicked last.

    Apart from `Tracker`, so that the public names there are those that a user of aircraft needs, and not the forty of
    traitlets; and no trait of a widget, so that a handler never runs in the thread that reads Kafka.
    """

    selected = traitlets.Unicode(None, allow_none=True)

    def select(self, key: str) -> None:
        """Select an aircraft, and call the observers in this thread if it was another one before."""
        self.selected = key
