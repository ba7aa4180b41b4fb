"""What is written on a map, as HTML: popups, legend, count. Strangers wrote the names, so all texts are escaped.

a picture and a row of it ──> tip, title and values;  a scale ──> legend
"""

from __future__ import annotations

import html

import numpy as np

from tracker.jupyter import words
from tracker.jupyter.map.symbols import Scale, outline
from tracker.state.fleet import Picture
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS

UNKNOWN = "\N{EN DASH}"
"""Stands for a value that is not known."""

# What lies on the map is dark in a dark theme of JupyterLab, while the map itself is light in each.
_INK = "color:var(--jp-ui-font-color1,#222);font:12px/1.4 sans-serif"
_PALE = "color:var(--jp-ui-font-color2,#616161)"
_ALARM = "color:var(--jp-error-color1,#c62828)"
_HEAD = "font-size:14px;overflow-wrap:anywhere"
_BRACKETS = str.maketrans(
    "<>", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
)


def tip(picture: Picture, row: int) -> str:
    """Return the name of an object for the mouse over its marker, its kind, type and registration, and what is amiss.

    Leaflet's plugins take it as text or as HTML, so it is neither escaped, nor has it the brackets that make HTML.
    """
    name, kind = words.name(picture, row), picture.kind[row]
    details = (
        None if kind == "aircraft" else kind, picture.typecode[row], picture.registration[row],
        words.emergency(picture, row),
    )  # fmt: skip
    said = ", ".join([name, *(detail for detail in details if detail and detail != name)])
    return said.translate(_BRACKETS)


def title(picture: Picture, row: int) -> str:
    """Return the name at the head of a popup."""
    name = html.escape(words.name(picture, row))
    return f'<div style="{_INK}"><b style="{_HEAD}">{name}</b></div>'


def popup(title: str, body: str = "", *, room: tuple[int, int] = (0, 0)) -> str:
    """Return a popup. Between its opening and the next draw it has its title alone, and never old values.

    It is as large then as with the values, as a browser measures it and moves the map when it opens, and not later.

    Args:
        title: As HTML.
        body: As HTML.
        room: Width and height at least, px.
    """
    width, height = room
    return f'<div style="min-width:{width}px;max-width:300px;min-height:{height}px">{title}{body}</div>'


def room(picture: Picture, row: int) -> tuple[int, int]:
    """Return the width and the height of a popup with its values, px; they do not change as the object moves."""
    texts = [value for value in _description(picture, row).values() if value]
    texts.append(f"{picture.squawk[row]}: {words.emergency(picture, row) or ''}")
    width = max(170, 100 + 7 * max(map(len, texts)))
    return min(width, 300), 22 + 21 * len(_facts(picture, row))


def values(picture: Picture, row: int, *, shared: bool = False) -> str:
    """Return an object's values in the analyst's units, and before them whether two share its identity."""
    facts = (
        f'<tr><td style="padding-right:12px;white-space:nowrap;{_PALE}">{fact}</td>'
        f'<td style="overflow-wrap:anywhere">{value}</td></tr>'
        for fact, value in _facts(picture, row).items()
    )
    table = f'<table style="{_INK}">{"".join(facts)}</table>'
    return (_warning(picture.kind[row]) if shared else "") + table


def _warning(kind: str) -> str:
    two, identity = ("aircraft", "address") if kind == "aircraft" else ("objects", "id")
    return (
        f'<div role="status" style="{_INK};max-width:210px;border-left:4px solid var(--jp-warn-color1,#b26500);'
        f'padding-left:6px;margin:2px 0 4px">Two {two} seem to report under this {identity}. '
        "The map shows one of them, without motion.</div>"
    )


def _facts(picture: Picture, row: int) -> dict[str, str]:
    """Return what is told of an object, escaped: of an aircraft what it flies by, of others only what makes sense."""
    flies = picture.kind[row] == "aircraft"
    moves = flies or picture.kind[row] in ("vehicle", "vessel")
    facts = {} if flies else {"Kind": html.escape(picture.kind[row])}
    if flies:
        on_ground = picture.on_ground[row] == 1 and not np.isfinite(picture.altitude[row])
        facts["Altitude"] = "on ground" if on_ground else _number(picture.altitude[row] * FEET_PER_METRE, " ft")
    if moves or picture.velocity[row] > 0:
        facts["Speed"] = _number(picture.velocity[row] * KNOTS_PER_MPS, " kt")
        facts["Track"] = _track(picture.track[row])
    if flies:
        facts["Vertical rate"] = _number(picture.vertical_rate[row] * FPM_PER_MPS, " ft/min")
        facts["Squawk"] = _squawk(picture, row)
    facts |= {fact: html.escape(value) for fact, value in _description(picture, row).items() if value}
    if flies and not picture.key[row].startswith("id:"):
        facts["Address"] = html.escape(picture.icao24[row] or UNKNOWN)
    facts["Heard"] = _number(picture.age[row], " s ago") + (", stale" if picture.stale[row] else "")
    return facts


def _description(picture: Picture, row: int) -> dict[str, str | None]:
    """Return what is known of an object beside its motion; what its title says already is left out."""
    category, source, key = picture.category[row], picture.position_source[row], picture.key[row]
    described = {
        "Type": picture.typecode[row],
        "Registration": picture.registration[row],
        "Category": category and words.category(category),
        "Position by": source and words.POSITION_SOURCES.get(source, source),
    }
    if picture.kind[row] != "aircraft":
        described |= {"Callsign": picture.callsign[row], "Address": picture.icao24[row]}
    if key.startswith("id:"):
        described["Id"] = key.removeprefix("id:")
    name = words.name(picture, row)
    return {fact: value for fact, value in described.items() if value != name}


def _squawk(picture: Picture, row: int) -> str:
    squawk, alarm = picture.squawk[row], words.emergency(picture, row)
    said = html.escape(squawk or UNKNOWN)
    return said if alarm is None else f'<b style="{_ALARM}">{said}: {alarm}</b>'


def lost() -> str:
    """Return what stands in the popup of an object that has gone."""
    return f'<div style="{_INK}">lost</div>'


def following(name: str, *, heard: bool) -> str:
    """Return which object the map is kept on, to be written after the count."""
    return f", following {name}" if heard else f", {name} not heard"


def count(drawn: int, known: int, many: str = "aircraft", followed: str = "") -> str:
    """Return how many objects are drawn of how many, and which one is followed; `many`: what they are called."""
    said = f"{known:,} {many}" if drawn == known else f"{drawn:,} of {known:,} drawn"
    return f'<div style="{_INK};padding:1px 7px">{said}{html.escape(followed)}</div>'


def legend(scale: Scale, *, mixed: bool = False) -> str:
    """Return the colours from the highest down, which fold away with a click on their title.

    Args:
        scale: What the colours tell.
        mixed: Whether not all objects are aircraft.
    """
    swatch = "display:inline-block;width:13px;height:10px;margin-right:6px;border:1px solid"
    lines = (
        f'<div><span style="{swatch} {outline(index)};background:{scale.colours[index]}"></span>'
        f"{html.escape(scale.labels[index])}</div>"
        for index in scale.order(mixed=mixed)
    )
    head = f'<summary style="cursor:pointer;font-weight:600">{html.escape(scale.title)}</summary>'
    return f'<details open style="{_INK};padding:3px 9px 5px">{head}{"".join(lines)}</details>'


def _track(value: float) -> str:
    return f"{round(float(value)) % 360}°" if np.isfinite(value) else UNKNOWN


def _number(value: float, unit: str) -> str:
    return f"{round(float(value)) + 0:,}{unit}" if np.isfinite(value) else UNKNOWN
