"""How an aircraft looks on a map: its shape, and its colour by altitude, speed or vertical rate.

Altitude and speed have ten samples of viridis, whose order survives every common colour-blindness and a grey print; the
vertical rate goes from purple (down) to green (up), which nobody confuses. They share the map with three colours that
neither has: on the ground, value not known, and grey for what is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS

if TYPE_CHECKING:
    from tracker.state.fleet import Picture

ColourBy = Literal["altitude", "speed", "vertical_rate"]
"""What the colours can tell."""

GROUND, UNKNOWN, STALE = -3, -2, -1
"""The classes that every scale has, behind its own: counted from the end, so that they are the same for all."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes of a value, each with a colour."""

    title: str
    """What the legend is headed with."""
    field: str
    """Of a `Picture`."""
    per_si: float
    """How many of the unit below are one of the wire's SI unit."""
    edges: tuple[int, ...]
    """Where one class ends and the next begins; ft, kt or ft/min."""
    ramp: tuple[str, ...]
    """A colour for each class, from the lowest."""
    named: Mapping[int, str]
    """What the legend calls a class where its lower edge does not say it."""

    @property
    def colours(self) -> tuple[str, ...]:
        """A colour for each class, from the lowest; then GROUND, UNKNOWN and STALE."""
        return (*self.ramp, "#d55e00", "#ffffff", "#a0a0a0")

    @property
    def labels(self) -> tuple[str, ...]:
        """What the legend writes beside each colour; a number is where its class begins."""
        numbers = (f"below {self.edges[0]:,}", *(f"{edge:,}+" for edge in self.edges))
        return (*(self.named.get(i, words) for i, words in enumerate(numbers)), "on ground", "not known", "stale")

    @property
    def order(self) -> tuple[int, ...]:
        """The classes as a legend lists them: from the highest down."""
        return (*range(len(self.ramp) - 1, -1, -1), GROUND, UNKNOWN, STALE)


_VIRIDIS = (
    "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip
_PURPLE_TO_GREEN = (
    "#762a83", "#9970ab", "#c2a5cf", "#e7d4e8", "#ffee99", "#d9f0d3", "#a6dba0", "#5aae61", "#1b7837",
)  # fmt: skip

SCALES: Mapping[ColourBy, Scale] = {
    "altitude": Scale(
        title="Altitude, ft",
        field="altitude",
        per_si=FEET_PER_METRE,
        edges=(1_000, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000),
        ramp=_VIRIDIS,
        named={},
    ),
    "speed": Scale(
        title="Ground speed, kt",
        field="velocity",
        per_si=KNOTS_PER_MPS,
        edges=(100, 150, 200, 250, 300, 350, 400, 450, 500),
        ramp=_VIRIDIS,
        named={},
    ),
    # 300 ft/min is what a level flight wobbles by; an airliner descends with 1,000 to 2,500.
    "vertical_rate": Scale(
        title="Vertical rate, ft/min",
        field="vertical_rate",
        per_si=FPM_PER_MPS,
        edges=(-3_000, -2_000, -1_000, -300, 300, 1_000, 2_000, 3_000),
        ramp=_PURPLE_TO_GREEN,
        named={4: "level"},
    ),
}
"""By the names that `colour_by` takes."""

ALTITUDE = SCALES["altitude"]

OUTLINE = "#1d1d1d"
STALE_OUTLINE = "#777777"

SIZE = 24
"""Width and height of the symbols below, px; smaller ones are the same, scaled."""

PLANE = (
    (12, 0.8), (13.6, 2.6), (14.1, 5), (14.1, 8.6), (23, 14.2), (23, 17.4), (14.1, 15), (13.7, 18.6), (17, 20.8),
    (17, 23.2),
    (12, 21.9),
    (7, 23.2), (7, 20.8), (10.3, 18.6), (9.9, 15), (1, 17.4), (1, 14.2), (9.9, 8.6), (9.9, 5), (10.4, 2.6),
)  # fmt: skip
"""An aircraft seen from above that flies north: corners in px, y grows to the south."""

DOT_RADIUS = 5.5
"""An aircraft of which nobody knows where it flies is a round dot; px."""


def classify(picture: Picture, scale: Scale = ALTITUDE) -> npt.NDArray[np.int64]:
    """Return each aircraft's index into the scale's colours, shape (n,): stale before ground, ground before value."""
    # Whole feet: 30,000 of them, sent as metres, come back as 29,999.999.
    value = np.round(getattr(picture, scale.field) * scale.per_si)
    index: npt.NDArray[np.int64] = np.searchsorted(scale.edges, value, side="right").astype(np.int64)
    index[~np.isfinite(value)] = UNKNOWN
    index[picture.on_ground == 1] = GROUND
    index[picture.stale] = STALE
    return index


def size(index: int) -> int:
    """Width of the symbol of a colour class, px: on the ground they stand close together."""
    return 18 if index == GROUND else SIZE


def outline(index: int) -> str:
    """Return the colour of the line around a symbol of a colour class."""
    return STALE_OUTLINE if index == STALE else OUTLINE


def svg(index: int, *, pointing: bool, scale: Scale = ALTITUDE) -> str:
    """Return the symbol of a colour class as an SVG document: a plane that flies north, or a dot."""
    paint = f'fill="{scale.colours[index]}" stroke="{outline(index)}" stroke-width="1.1" stroke-linejoin="round"'
    corners = " ".join(f"{x},{y}" for x, y in PLANE)
    middle = SIZE / 2
    shape = (
        f'<polygon points="{corners}" {paint}/>'
        if pointing
        else f'<circle cx="{middle}" cy="{middle}" r="{DOT_RADIUS}" {paint}/>'
    )
    wide = size(index)
    box = f'width="{wide}" height="{wide}" viewBox="0 0 {SIZE} {SIZE}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{shape}</svg>'
