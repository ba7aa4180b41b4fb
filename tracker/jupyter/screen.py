"""`Screen`: the life of a widget on which a tracker draws.

made ──> drawn, from one thread ──> closed, from any thread, and silent
  └────> shown: the widget for a browser, and beside it what stays legible without a kernel
"""

from __future__ import annotations

import threading
from typing import Any

import ipywidgets

from tracker.state.scene import Scene


class Screen(ipywidgets.DOMWidget):
    """A widget that shows scenes until it is closed; stands before the kind of widget among the bases of a class."""

    _closed = True  # until it is made: ipywidgets closes one whose arguments were refused, too

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - the widget's own
        self._guard = threading.RLock()
        super().__init__(*args, **options)
        self._parts = _family(self)
        self._closed = False

    def draw(self, scene: Scene) -> None:
        """Show a scene. Call it from one thread only; it does nothing once the widget is closed."""
        with self._guard:
            if not self._closed:
                self._draw(scene)

    def close(self) -> None:
        """Take it off the screen with all the widgets that it consists of; from then on `draw` does nothing."""
        if self._closed:
            return
        with self._guard:
            self._closed = True
            super().close()
            for part in self._parts:
                part.close()
            self._leave()

    def _draw(self, scene: Scene) -> None:
        """Change what is shown; an equal value is no change, and sends nothing."""
        raise NotImplementedError

    def _leave(self) -> None:
        """Close the widgets that came after it was made."""

    def _static(self) -> dict[str, str]:
        """Return what readers without a kernel see, by media type."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401 - likewise
        bundle = super()._repr_mimebundle_(**options) or {}
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})  # each library has its own way
        return {**data, **self._static()}, metadata


def _family(widget: Any) -> list[Any]:  # noqa: ANN401 - an untyped library's
    """Return a widget and all that it consists of, each once."""
    found, waiting = {widget.model_id: widget}, [widget]
    while waiting:
        one = waiting.pop()
        values = [getattr(one, name) for name in one.keys]
        for part in (part for value in values for part in (value if isinstance(value, tuple) else (value,))):
            if isinstance(part, ipywidgets.Widget) and part.model_id not in found:
                found[part.model_id] = part
                waiting.append(part)
    return list(found.values())
