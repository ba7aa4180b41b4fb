"""How an object looks on a map: its colour by altitude, speed or vertical rate, and the symbol as an image; pure.

Picture ──> classify: a colour class each ──> with a shape (`shapes`): `Symbol` ──> svg

Altitude and speed have ten samples of viridis, whose order survives every common colour-blindness and a grey print; the
vertical rate goes from purple (down) to green (up), which nobody confuses. They share the map with four colours that
neither has: not an aircraft, on the ground, value not known, and grey for what is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from tracker.jupyter.map.shapes import DOT, DOT_RADIUS, SHAPES, SIZE, wide
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS

if TYPE_CHECKING:
    from tracker.state.fleet import Picture

ColourBy = Literal["altitude", "speed", "vertical_rate"]
"""What the colours can tell."""

NO_AIRCRAFT, GROUND, UNKNOWN, STALE = -4, -3, -2, -1
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
    for_all: bool = False
    """Whether the value makes sense for what is no aircraft, too."""

    @property
    def colours(self) -> tuple[str, ...]:
        """A colour for each class, from the lowest; then NO_AIRCRAFT, GROUND, UNKNOWN and STALE."""
        return (*self.ramp, "#56b4e9", "#d55e00", "#ffffff", "#a0a0a0")

    @property
    def labels(self) -> tuple[str, ...]:
        """What the legend writes beside each colour; a number is where its class begins."""
        numbers = (f"below {self.edges[0]:,}", *(f"{edge:,}+" for edge in self.edges))
        words = (self.named.get(i, number) for i, number in enumerate(numbers))
        return (*words, "not an aircraft", "on ground", "not known", "stale")

    def order(self, *, mixed: bool) -> tuple[int, ...]:
        """Return the classes as a legend lists them, from the highest down; `mixed`: not all are aircraft."""
        others = (NO_AIRCRAFT,) if mixed and not self.for_all else ()
        return (*range(len(self.ramp) - 1, -1, -1), *others, GROUND, UNKNOWN, STALE)


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
        for_all=True,
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

ALARM, ALARM_CASING = "#c00020", "#ffffff"
"""The four arcs around an aircraft whose squawk tells of an emergency, and the line around them."""

ALARM_RADIUS = 15.5
"""Of the arcs, in the square of `SIZE`, px: outside of every corner."""

ALARM_ARC = 60.0
"""Length of each of the arcs, deg; they lie around the four points of the compass."""


class Symbol(NamedTuple):
    """How one object is drawn, but for its place and turn: objects that share it share an image."""

    colour: int
    """Colour class."""
    shape: str
    """One of `SHAPES`, or `DOT`."""
    alarm: bool = False
    """Whether arcs are drawn around it."""


def classify(picture: Picture, scale: Scale = ALTITUDE) -> npt.NDArray[np.int64]:
    """Return each object's index into the scale's colours, shape (n,): stale before ground, ground before value."""
    # Whole feet: 30,000 of them, sent as metres, come back as 29,999.999.
    value = np.round(getattr(picture, scale.field) * scale.per_si)
    index: npt.NDArray[np.int64] = np.searchsorted(scale.edges, value, side="right").astype(np.int64)
    index[~np.isfinite(value)] = UNKNOWN
    flies = np.fromiter((kind == "aircraft" for kind in picture.kind), np.bool_, len(picture))
    index[flies & (picture.on_ground == 1)] = GROUND
    if not scale.for_all:
        index[~flies] = NO_AIRCRAFT
    index[picture.stale] = STALE
    return index


def size(symbol: Symbol) -> int:
    """Return the width of a symbol without arcs around it, px: on the ground they stand close together."""
    return 18 if symbol.colour == GROUND else wide(symbol.shape)


def outline(index: int) -> str:
    """Return the colour of the line around a symbol of a colour class."""
    return STALE_OUTLINE if index == STALE else OUTLINE


def svg(symbol: Symbol, scale: Scale = ALTITUDE) -> tuple[str, int]:
    """Return a symbol as an SVG document, and its width with all around it, px; what has a direction goes north."""
    paint = f'fill="{scale.colours[symbol.colour]}" stroke="{outline(symbol.colour)}" stroke-width="1.1"'
    middle = SIZE / 2
    if symbol.shape == DOT:
        drawn = f'<circle cx="{middle}" cy="{middle}" r="{DOT_RADIUS}" {paint}/>'
    else:
        corners = " ".join(f"{x},{y}" for x, y in SHAPES[symbol.shape])
        drawn = f'<polygon points="{corners}" {paint} stroke-linejoin="round"/>'
    margin = 6 if symbol.alarm else 0
    across = SIZE + 2 * margin
    if symbol.alarm:
        drawn += _arcs(middle)
    width = round(size(symbol) * across / SIZE)
    box = f'width="{width}" height="{width}" viewBox="{-margin} {-margin} {across} {across}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{drawn}</svg>', width


def _arcs(middle: float) -> str:
    # A circle's line begins in the east and goes clockwise; its dashes are shifted back by half of one.
    degree = 2 * np.pi * ALARM_RADIUS / 360
    dash, gap, back = (f"{length * degree:.2f}" for length in (ALARM_ARC, 90 - ALARM_ARC, ALARM_ARC / 2))
    place = f'cx="{middle}" cy="{middle}" r="{ALARM_RADIUS}" fill="none"'
    dashes = f'stroke-dasharray="{dash} {gap}" stroke-dashoffset="{back}"'
    lines = ((ALARM_CASING, 4), (ALARM, 2.5))
    return "".join(f'<circle {place} {dashes} stroke="{colour}" stroke-width="{wide}"/>' for colour, wide in lines)
