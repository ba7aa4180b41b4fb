"""How an aircraft looks on a map: its shape, and its colour by altitude.

The colours are ten samples of viridis, whose order survives every common colour-blindness and a grey print. They share
the map with three that viridis does not have: on the ground, altitude not known, and grey for what is stale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tracker.units import FEET_PER_METRE

if TYPE_CHECKING:
    from tracker.fleet import Picture

EDGES_FT = (1_000, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000)
"""Where one altitude class ends and the next begins, feet."""

COLOURS = (
    "#440154",
    "#482878",
    "#3e4989",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
    "#d55e00",
    "#ffffff",
    "#a0a0a0",
)
"""A colour for each altitude class, from the lowest; then GROUND, UNKNOWN and STALE."""

GROUND, UNKNOWN, STALE = 10, 11, 12

LABELS = (
    f"below {EDGES_FT[0]:,}",
    *(f"{edge:,}+" for edge in EDGES_FT),
    "on ground",
    "not known",
    "stale",
)
"""What the legend writes beside each colour; the numbers are feet, each where its class begins."""

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


def classify(picture: Picture) -> npt.NDArray[np.int64]:
    """The index into `COLOURS` of each aircraft, shape (n,). Stale wins over ground, ground over altitude."""
    # Whole feet: 30,000 of them, sent as metres, come back as 29,999.999.
    feet = np.round(picture.altitude * FEET_PER_METRE)
    index = np.searchsorted(EDGES_FT, feet, side="right")
    index[~np.isfinite(feet)] = UNKNOWN
    index[picture.on_ground == 1] = GROUND
    index[picture.stale] = STALE
    return index


def size(index: int) -> int:
    """Width of the symbol of a colour class, px: on the ground they stand close together."""
    return 18 if index == GROUND else SIZE


def outline(index: int) -> str:
    """The colour of the line around a symbol of a colour class."""
    return STALE_OUTLINE if index == STALE else OUTLINE


def svg(index: int, *, pointing: bool) -> str:
    """The symbol of a colour class as an SVG document: a plane that flies north, or a dot."""
    paint = f'fill="{COLOURS[index]}" stroke="{outline(index)}" stroke-width="1.1" stroke-linejoin="round"'
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
