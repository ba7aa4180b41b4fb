"""`Popups`: what the popups of a map's markers say, and which of them are open.

browser ──> clicked (any thread: hands over, wakes, selects) ──> the next draw: values in those that are open
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Container

from tracker.jupyter.map import labels
from tracker.jupyter.map.markers import Marker
from tracker.state.fleet import Picture

OPEN = 4
"""How many popups are kept up to date, those opened last: nothing tells the kernel that one was closed."""


class Popups:
    """The popups of a map.

    Args:
        wake: Called, on any thread, when a popup was opened: its values come with the next `draw`.
        select: Called, on any thread, with the key of an object that was clicked.
    """

    def __init__(self, wake: Callable[[], None] | None = None, select: Callable[[str], None] | None = None) -> None:
        self.open: list[Marker] = []
        """Whose popup may be open, the one clicked last first."""
        self._wake, self._select = wake, select
        self._clicks: deque[Marker] = deque(maxlen=100)

    def clicked(self, marker: Marker) -> None:
        """Hand over, and set nothing: this runs on whatever thread the browser's message comes in."""
        self._clicks.append(marker)
        if self._wake is not None:
            self._wake()
        if self._select is not None:
            self._select(marker.key)

    def draw(
        self,
        picture: Picture,
        drawn: Collection[Marker],
        resting: Collection[Marker],
        shared: Container[str] = (),
    ) -> None:
        """Show the values of those that are open, the name of the others, and which objects are lost.

        Args:
            picture: What the markers show.
            drawn: The markers that stand for an object of it.
            resting: Those whose object is lost.
            shared: The keys under which two objects seem to report.
        """
        while self._clicks:
            marker = self._clicks.popleft()
            self.open = [marker, *(other for other in self.open if other is not marker)]
        kept = {*drawn, *resting}
        self.open = [marker for marker in self.open if marker in kept][:OPEN]
        for marker in drawn:
            row = marker.look.row
            marker.title = labels.title(picture, row)
            body = labels.values(picture, row, shared=marker.key in shared) if marker in self.open else ""
            marker.popup.value = labels.popup(marker.title, body, room=labels.room(picture, row))
        for marker in resting:
            marker.popup.value = labels.popup(marker.title, labels.lost())

    def close(self) -> None:
        """Forget which were open; their widgets are the markers'."""
        self.open = []
