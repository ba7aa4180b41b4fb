"""`Markers`: the widgets that stand for objects on a map; each serves one object after another.

    looks, by key ──> Markers.draw ──> drawn | resting (its object is lost, a popup may be open) | free
                                          └──> Marker.show: one message for all that changed, or none
    browser ──> answers to moves, clicks (handed over, any thread)

A notebook server limits the number of messages (1,000 a second, beyond which it drops them for good), so a marker sends
only when it moved by a pixel, turned by a degree, or changed its symbol, and then one message for all. Each
browser answers each move, which costs the kernel more than the move itself: a marker is not moved again before its last
move was answered, so that a slow kernel or browser gets fewer, newer positions, and no queue grows.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import ipyleaflet
import ipywidgets

from tracker.jupyter.map import labels, symbols
from tracker.jupyter.map.looks import STEP, Look
from tracker.jupyter.map.symbols import Symbol
from tracker.state.fleet import Picture

PATIENCE = 10
"""Draws after which a move counts as answered, as browsers come and go; without one, nothing is ever answered."""


class Markers:
    """The markers of a map, in one layer, and which aircraft each of them serves.

    Args:
        scale: What the colours tell.
        clicked: Called, on any thread, with a marker that was clicked.
    """

    def __init__(self, scale: symbols.Scale, clicked: Callable[[Marker], None]) -> None:
        self.layer = ipyleaflet.LayerGroup(name="Aircraft")
        self.drawn: dict[str, Marker] = {}
        """By the key of its aircraft, those in view first."""
        self.resting: dict[str, Marker] = {}
        """Of aircraft that are lost, by key: these markers cannot be seen."""
        self._free: list[Marker] = []
        self._icons = Icons(scale)
        self._clicked = clicked
        self._draws = 0
        self._heard = -PATIENCE
        """The draw in which a browser last answered a move."""

    def draw(self, picture: Picture, looks: Mapping[str, Look], open_ones: Collection[Marker]) -> None:
        """Show these aircraft and no other.

        Args:
            picture: What the rows of `looks` are of.
            looks: How to draw each, by key, those in view first.
            open_ones: The markers whose popup may be open.
        """
        for key in self.drawn.keys() - looks.keys():
            self.resting[key] = self.drawn.pop(key)
        self._draws += 1
        hurry = self._draws - self._heard > PATIENCE
        self._free = self._rested(open_ones) + self._free
        made, drawn = [], {}
        for key, look in looks.items():
            name = labels.tip(picture, look.row)
            marker = self._take(key)
            if marker is None:
                marker = self._make(look, name)
                made.append(marker)
            if key not in self.drawn:
                marker.unanswered = None
                marker.key = key
            drawn[key] = marker
            marker.name(name, self._icons)
            marker.show(look, self._icons, self._draws, hurry=hurry)
        self.drawn = drawn  # in the order of `looks`, those in view first
        for marker in (*self._free, *self.resting.values()):
            marker.park(self._icons)
        if made:
            # Once for all, and at the end: a browser builds anew every marker behind the first difference.
            self.layer.layers = (*self.layer.layers, *(marker.widget for marker in made))

    def close(self) -> None:
        """Close all widgets but the layer, which is the map's."""
        markers = (*self.drawn.values(), *self.resting.values(), *self._free)
        parts = (part for marker in markers for part in (marker.widget, marker.popup))
        for part in (*parts, *self._icons.widgets()):
            part.close()
        self.drawn, self.resting, self._free = {}, {}, []

    def _take(self, key: str) -> Marker | None:
        """Return the marker that serves this aircraft already, else one that serves nobody; None: there is none."""
        return self.drawn.get(key) or self.resting.pop(key, None) or (self._free.pop() if self._free else None)

    def _make(self, look: Look, name: str) -> Marker:
        marker = Marker(look, name, self._icons)
        marker.widget.on_click(partial(self._on_click, marker))
        marker.widget.on_move(partial(self._on_answer, marker))
        return marker

    def _rested(self, open_ones: Collection[Marker]) -> list[Marker]:
        """Return the markers of lost aircraft that may serve others.

        Not those whose popup may still be open: it says that the aircraft is lost, and must not leap to another.
        """
        keys = [key for key, marker in self.resting.items() if marker not in open_ones]
        return [self.resting.pop(key) for key in keys]

    def _on_click(self, marker: Marker, **_event: object) -> None:
        """On whatever thread the browser's message comes in."""
        self._clicked(marker)

    def _on_answer(self, marker: Marker, **_event: object) -> None:
        """On whatever thread, like a click."""
        marker.unanswered = None
        self._heard = self._draws


class Marker:
    """A marker and its popup, which serve one aircraft after another."""

    def __init__(self, look: Look, name: str, icons: Icons) -> None:
        self.look = look
        self.key = ""
        self.title = ""
        """What its popup is headed with."""
        self.popup = ipywidgets.HTML(layout=icons.layout, style=icons.style)
        self.widget = ipyleaflet.Marker(
            location=look.location,
            rotation_angle=look.angle,
            rotation_origin="center",
            icon=icons.icon(look.symbol),
            popup=self.popup,
            title=name,
            draggable=False,
            rise_on_hover=True,
            z_index_offset=_above(look),
            # 150 stops of the tabulator key between two cells; the table has the same values for those who need them.
            keyboard=False,
        )
        self.unanswered: int | None = None
        """The draw of the last move, until a browser says that it was made."""
        self._at = look

    def name(self, name: str, icons: Icons) -> None:
        """Have the mouse over it tell another name: one message, and none where it is the same."""
        if self.widget.title != name:
            with self.widget.hold_sync():
                self.widget.title = name
                # A browser takes the title up when it makes an element anew, which it does for an icon of another kind.
                self.widget.icon = icons.between

    def show(self, look: Look, icons: Icons, draw: int, *, hurry: bool) -> None:
        """Send one message with all that changed, or none.

        Args:
            look: How to draw the aircraft.
            icons: What it may look like.
            draw: The number of this draw.
            hurry: Whether to move without waiting for the answer to the last move.
        """
        self.look = look
        waits = self.unanswered is not None and draw - self.unanswered < PATIENCE and not hurry
        with self.widget.hold_sync():
            if self._moved(look) and not waits:
                self.unanswered = draw
                self.widget.location = look.location
                self._at = look
            self.widget.rotation_angle = look.angle
            self.widget.icon = icons.icon(look.symbol)
            self.widget.z_index_offset = _above(look)

    def park(self, icons: Icons) -> None:
        """Make it invisible until another aircraft comes. One message, or none."""
        self.widget.icon = icons.nothing

    def _moved(self, look: Look) -> bool:
        """Return whether it shows: by a pixel at the present zoom."""
        scale: float = 2.0 ** (look.zoom - self._at.zoom)
        (x, y), (new_x, new_y) = self._at.pixel, look.pixel
        return max(abs(new_x - x * scale), abs(new_y - y * scale)) >= STEP


class Icons:
    """The widgets that all markers share: an icon for each symbol, made when it is first needed."""

    def __init__(self, scale: symbols.Scale) -> None:
        self._scale = scale
        self._icons: dict[Symbol, Any] = {}
        self._pattern = ipywidgets.HTML()
        self.layout, self.style = self._pattern.layout, self._pattern.style
        self.nothing = ipyleaflet.Icon(
            icon_url=_data_url('<svg xmlns="http://www.w3.org/2000/svg"/>'), icon_size=[0, 0]
        )
        self.between = ipyleaflet.DivIcon(icon_size=[0, 0])

    def icon(self, symbol: Symbol) -> Any:  # noqa: ANN401 - an untyped library's
        """Return the icon of a symbol."""
        if symbol not in self._icons:
            svg, wide = symbols.svg(symbol, self._scale)
            # Centred on the position, as no anchor is given; a popup opens above its middle.
            self._icons[symbol] = ipyleaflet.Icon(
                icon_url=_data_url(svg),
                icon_size=[wide, wide],
                popup_anchor=[0, -wide // 3],
            )
        return self._icons[symbol]

    def widgets(self) -> list[Any]:
        """Return all of them, to be closed."""
        return [*self._icons.values(), self.nothing, self.between, self._pattern, self.layout, self.style]


def _above(look: Look) -> int:
    """Return how far above the others a marker lies, px of the map's height: nothing hides an emergency."""
    return 10_000 if look.symbol.alarm else 0


def _data_url(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
