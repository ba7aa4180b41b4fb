"""A still picture of the map as a PNG, for readers of a notebook without a kernel.

A PNG and not an SVG, because it is shown where a widget is not: JupyterLab renders an SVG only in notebooks that it
trusts, and sites that show notebooks strip it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tracker.arrays import Floats
from tracker.geo import basemap
from tracker.geo.mercator import View, near, overview, project
from tracker.jupyter import words
from tracker.jupyter.map import shapes, symbols
from tracker.jupyter.map.canvas import LETTER, LINE, Canvas
from tracker.jupyter.map.looks import symbol_of
from tracker.jupyter.map.symbols import Symbol
from tracker.state.fleet import Picture

WIDTH, HEIGHT = 760, 400
"""Of the picture, px: a notebook's column."""

WORLD = View(25.0, 0.0, 1.0)
"""What is shown while no aircraft is known."""

_INK, _PALE, _GRID = "#222222", "#6b6b6b", "#c3ced4"
_LONGEST = 16  # characters of a name: an id may have 64


def render(
    picture: Picture | None,
    view: View | None = None,
    *,
    limit: int | None = None,
    scale: symbols.Scale = symbols.ALTITUDE,
) -> bytes:
    """Draw the objects over land and borders, with the legend, as a PNG of 760 x 400 px.

    Args:
        picture: What to draw; None for land alone.
        view: What to look at; by default what shows most of the objects.
        limit: How many objects to draw at most, the first ones.
        scale: What the colours tell.
    """
    if view is None and picture is not None:
        view = overview(picture.lat, picture.lon, width=WIDTH, height=HEIGHT)
    view = view or WORLD
    canvas = Canvas(WIDTH, HEIGHT, basemap.SEA_COLOUR)
    _draw_land(canvas, view)
    _draw_grid(canvas, view)
    count, many = 0, "aircraft"
    if picture is not None:
        _draw_objects(canvas, view, picture, limit, scale)
        count, many = len(picture), words.many(picture)
    _draw_legend(canvas, scale, mixed=many != "aircraft")
    _caption(canvas, 0, f"{count:,} {many}")
    credit = "Natural Earth"
    _caption(canvas, WIDTH - len(credit) * LETTER - 8, credit)
    return canvas.png()


def _to_canvas(view: View, lat: Floats, lon: Floats) -> Floats:
    """Convert positions to pixels of the picture, shape (n, 2)."""
    x, y = project(lat, lon, view.zoom)
    middle_x, middle_y = project(np.array(view.lat), np.array(view.lon), view.zoom)
    return np.stack([x - middle_x + WIDTH / 2, y - middle_y + HEIGHT / 2], axis=-1)


def _line(view: View, points: basemap.Ring) -> Floats:
    lon, lat = np.array(points).T
    return _to_canvas(view, lat, lon)


def _draw_land(canvas: Canvas, view: View) -> None:
    canvas.fill([_line(view, ring) for piece in basemap.land() for ring in piece], basemap.LAND_COLOUR)
    canvas.stroke([_line(view, line) for line in basemap.borders()], basemap.BORDER_COLOUR)


def _grid_step(zoom: float) -> float:
    """Return the degrees between two lines of the grid: at least 90 px."""
    steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
    return next((step for step in steps if step / 360 * 256 * 2.0**zoom >= 90), 30)


def _draw_grid(canvas: Canvas, view: View) -> None:
    """Draw meridians and parallels with their degrees: without a coast in view, all that tells where one is."""
    step = _grid_step(view.zoom)
    span = WIDTH / (256 * 2.0**view.zoom) * 360
    for number in range(int(np.ceil((view.lon - span / 2) / step)), int((view.lon + span / 2) // step) + 1):
        lon = number * step
        x = _to_canvas(view, np.array(0.0), np.array(lon))[0]
        canvas.stroke([np.array([[x, 0.0], [x, HEIGHT]])], _GRID, 0.7)
        canvas.text(x + 3, 4, _degrees((lon + 180) % 360 - 180, "EW"), _PALE)
    for number in range(int(-80 // step), int(80 // step) + 1):
        lat = number * step
        y = _to_canvas(view, np.array(lat), np.array(view.lon))[1]
        if 18 < y < HEIGHT - 20:
            canvas.stroke([np.array([[0.0, y], [WIDTH, y]])], _GRID, 0.7)
            canvas.text(4, y - LINE - 3, _degrees(lat, "NS"), _PALE)


def _degrees(value: float, letters: str) -> str:
    return f"{abs(value):g} {letters[0] if value >= 0 else letters[1]}"


def _draw_objects(canvas: Canvas, view: View, picture: Picture, limit: int | None, scale: symbols.Scale) -> None:
    at = _to_canvas(view, picture.lat, near(picture.lon, view.lon))
    with np.errstate(invalid="ignore"):
        seen = (at >= -shapes.SIZE).all(axis=1) & (at[:, 0] <= WIDTH + 24) & (at[:, 1] <= HEIGHT + 24)
    rows = np.flatnonzero(seen)[:limit].tolist()
    classes = symbols.classify(picture, scale).tolist()
    drawn = {row: symbol_of(picture, row, classes[row]) for row in rows}
    # The highest last: they stand above the others, as they fly; and an emergency above all.
    for row, symbol in sorted(drawn.items(), key=lambda item: (item[1].alarm, item[1].colour)):
        _draw_symbol(canvas, at[row], symbol, float(picture.track[row]), scale)
    _write_names(canvas, [(*at[row] + (_beside(drawn[row]), 0), _short(words.name(picture, row))) for row in rows])


def _beside(symbol: Symbol) -> float:
    """Return how far right of an object its name begins, px."""
    return max(12.0, symbols.size(symbol) * (0.75 if symbol.alarm else 0.5))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 2]}.."


def _write_names(canvas: Canvas, names: Sequence[tuple[float, float, str]]) -> None:
    """Write each name to the right of its place, where it covers no other name."""
    taken: list[tuple[float, float, float]] = []
    for start, y, name in names:
        end = start + len(name) * LETTER
        if not any(abs(y - line) < LINE + 2 and start < right and left < end for left, right, line in taken):
            taken.append((start, end, y))
            canvas.text(start, y - LINE / 2, name, _INK)


def _draw_symbol(canvas: Canvas, at: Floats, symbol: Symbol, track: float, scale: symbols.Scale) -> None:
    wide = symbols.size(symbol)
    if symbol.alarm:
        arcs = [arc * wide / shapes.SIZE + at for arc in _arcs()]
        canvas.stroke(arcs, symbols.ALARM_CASING, 4)
        canvas.stroke(arcs, symbols.ALARM, 2.5)
    shape = _circle(shapes.DOT_RADIUS) if symbol.shape == shapes.DOT else _centred(symbol.shape, track)
    corners = shape * wide / shapes.SIZE + at
    canvas.fill([corners], scale.colours[symbol.colour])
    canvas.stroke([np.concatenate([corners, corners[:1]])], symbols.outline(symbol.colour), 1.1)


def _circle(radius: float) -> Floats:
    """Return the corners of what looks like a circle about (0, 0), px."""
    return _arc(radius, np.linspace(0, 360, 40, endpoint=False))


def _arcs() -> list[Floats]:
    """Return the lines around an emergency."""
    half = symbols.ALARM_ARC / 2
    return [_arc(symbols.ALARM_RADIUS, np.linspace(middle - half, middle + half, 9)) for middle in range(0, 360, 90)]


def _arc(radius: float, angle: Floats) -> Floats:
    """Return points about (0, 0) at these angles, deg, shape (n, 2)."""
    radians = np.radians(angle)
    return np.asarray(radius * np.stack([np.cos(radians), np.sin(radians)], axis=1))


def _centred(shape: str, track: float) -> Floats:
    """Return a shape about (0, 0), turned clockwise by `track` degrees if it has a direction."""
    turn = np.radians(track) if shapes.turns(shape) else 0.0
    sine, cosine = np.sin(turn), np.cos(turn)
    corners = np.array(shapes.SHAPES[shape]) - shapes.SIZE / 2
    return np.asarray(corners @ np.array([[cosine, sine], [-sine, cosine]]))


def _box(x: float, y: float, width: float, height: float) -> Floats:
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])


def _draw_legend(canvas: Canvas, scale: symbols.Scale, *, mixed: bool) -> None:
    """Draw the colours from the highest down, at the right edge; `mixed`: not all objects are aircraft."""
    order = scale.order(mixed=mixed)
    width, step = max(154 if mixed else 124, len(scale.title) * LETTER + 16), LINE + 6
    x, y = WIDTH - width - 8, 22.0
    canvas.fill([_box(x, y, width, step * (len(order) + 1) + 8)], "#ffffff")
    canvas.text(x + 8, y + 8, scale.title, _INK)
    for place, index in enumerate(order, start=1):
        top = y + 8 + place * step
        canvas.fill([_box(x + 8, top, 12, LINE)], symbols.outline(index))
        canvas.fill([_box(x + 9, top + 1, 10, LINE - 2)], scale.colours[index])
        canvas.text(x + 25, top, scale.labels[index], _INK)


def _caption(canvas: Canvas, x: float, words: str) -> None:
    """Write a line in the lower corner, on white."""
    canvas.fill([_box(x, HEIGHT - LINE - 8, len(words) * LETTER + 8, LINE + 8)], "#ffffff")
    canvas.text(x + 4, HEIGHT - LINE - 4, words, _INK)
