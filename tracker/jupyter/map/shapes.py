"""The shapes of symbols, by what an object is: corners of polygons, drawn by ourselves; pure.

kind, category, track ──> shape_of ──> the name of one of `SHAPES`
"""

from __future__ import annotations

from collections.abc import Mapping

Corner = tuple[float, float]

SIZE = 24
"""Width and height of the square in which the shapes lie, px; larger and smaller symbols are the same, scaled."""

DOT = "dot"
"""The shape of an aircraft of which nobody knows where it flies: a round dot, which has no corners."""

DOT_RADIUS = 5.5
"""Of the dot, px."""


def _both_sides(*right: Corner) -> tuple[Corner, ...]:
    """Return a whole outline from its right half, which runs from the top to the bottom."""
    left = ((SIZE - x, y) for x, y in reversed(right) if x != SIZE / 2)
    return (*right, *((round(x, 2), y) for x, y in left))


SHAPES: Mapping[str, tuple[Corner, ...]] = {
    # Aircraft from above, flying north.
    "airliner": _both_sides(
        (12, 0.8), (13.6, 2.6), (14.1, 5), (14.1, 8.6), (23, 14.2), (23, 17.4), (14.1, 15), (13.7, 18.6), (17, 20.8),
        (17, 23.2), (12, 21.9),
    ),
    "light": _both_sides(
        (12, 1.6), (13.4, 2.8), (14, 6.6), (23, 7.2), (23, 10.8), (14, 11.6), (13, 18.2), (16.8, 18.8), (16.8, 21.6),
        (12, 21.2),
    ),
    "heavy": _both_sides(
        (12, 0.2), (13.8, 1.8), (14.6, 4.4), (14.6, 8), (16.5, 9.5), (16.5, 7.6), (18.5, 7.6), (18.5, 11.2),
        (20.1, 12.5), (20.1, 10.6), (22, 10.6), (22, 14.1), (23.8, 15.6), (23.8, 18.4), (14.6, 15.4), (14.1, 18.6),
        (18, 21.2), (18, 23.8), (12, 22.4),
    ),
    "helicopter": _both_sides(
        (12, 3.4), (13.6, 4.4), (14.3, 6), (18.4, 2), (19.8, 3.4), (14.9, 8.4), (14.9, 10.7), (19.8, 15.6), (18.4, 17),
        (14, 12.7), (13.1, 14.6), (12.9, 19.6), (15.4, 19.6), (15.4, 21.6), (12.9, 21.6), (12.7, 23.2), (12, 23.2),
    ),
    "glider": _both_sides(
        (12, 2.6), (13, 4.4), (13.3, 8.4), (23.9, 9.2), (23.9, 11), (13.3, 11.8), (12.7, 18.8), (16.2, 19.4),
        (16.2, 21.2), (12, 21),
    ),
    # What is no aircraft, from above, on its way north ...
    "vehicle": _both_sides(
        (12, 1.6), (15.6, 2.2), (17, 4), (17, 7.4), (14, 7.4), (14, 9.4), (18, 9.4), (18, 22.4), (12, 22.4),
    ),
    "vessel": _both_sides(
        (12, 0.2), (14, 4), (15.4, 9), (15.4, 19), (14.2, 23.6), (12, 23.6),
    ),
    # ... from the side, where nobody knows on which way ...
    "truck": (
        (1.4, 5), (14.2, 5), (14.2, 8.4), (19, 8.4), (22.6, 12.4), (22.6, 17.4), (20.8, 17.4), (20, 19.8), (17.4, 19.8),
        (16.6, 17.4), (8.6, 17.4), (7.8, 19.8), (5.2, 19.8), (4.4, 17.4), (1.4, 17.4),
    ),
    "ship": (
        (0.8, 13.4), (4.2, 13.4), (4.2, 8), (6.6, 8), (6.6, 4), (9.6, 4), (9.6, 8), (13, 8), (13, 13.4), (23.2, 12),
        (19.4, 19.8), (3.4, 19.8),
    ),
    # ... and what goes nowhere by itself.
    "container": (
        (1.6, 5), (5, 5), (5, 6.4), (19, 6.4), (19, 5), (22.4, 5), (22.4, 19), (19, 19), (19, 17.6), (5, 17.6), (5, 19),
        (1.6, 19),
    ),
    "other": ((12, 3), (21, 12), (12, 21), (3, 12)),
}  # fmt: skip
"""Corners in px, y grows to the south."""

_BY_CATEGORY = {
    "A1": "light",
    "A5": "heavy",
    "A7": "helicopter",
    "B1": "glider",
    "C1": "vehicle",
    "C2": "vehicle",
    "C3": "vehicle",
}
_AT_REST = {"airliner": DOT, "light": DOT, "heavy": DOT, "helicopter": DOT, "glider": DOT} | {
    "vehicle": "truck",
    "vessel": "ship",
}
"""What stands for a shape that points, where the track is not known."""


def shape_of(kind: str, category: str | None, *, pointing: bool) -> str:
    """Return the name of the shape of an object, one of `SHAPES` or `DOT`.

    Args:
        kind: One of `producer.wire.KINDS`.
        category: Of ADS-B, such as `A5`; it counts for aircraft alone.
        pointing: Whether it is known where it moves.
    """
    shape = _BY_CATEGORY.get(category or "", "airliner") if kind == "aircraft" else kind
    return shape if pointing else _AT_REST.get(shape, shape)


def turns(shape: str) -> bool:
    """Return whether a shape is turned into the direction of motion."""
    return shape in _AT_REST


def wide(shape: str) -> int:
    """Return the width of a symbol, px: what is large in the air is so on the map."""
    return 28 if shape == "heavy" else SIZE
