"""What is written on a map, as HTML: popups, legend, count. Strangers wrote the callsigns, so all texts are escaped.

A picture and a row of it ──> name, title and values;  a scale ──> legend
"""

from __future__ import annotations

import html

import numpy as np

from tracker.jupyter.map.symbols import Scale, outline
from tracker.state.fleet import Picture
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS

UNKNOWN = "\N{EN DASH}"
"""Stands for a value that is not known."""

# What lies on the map is dark in a dark theme of JupyterLab, while the map itself is light in each.
_INK = "color:var(--jp-ui-font-color1,#222);font:12px/1.4 sans-serif"
_PALE = "color:var(--jp-ui-font-color2,#616161)"
_SHARED = (
    f'<div role="status" style="{_INK};max-width:210px;border-left:4px solid var(--jp-warn-color1,#b26500);'
    'padding-left:6px;margin:2px 0 4px">Two aircraft seem to report under this address. '
    "The map shows one of them, without motion.</div>"
)
_BRACKETS = str.maketrans(
    "<>", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
)


def name(picture: Picture, row: int) -> str:
    """Return what an aircraft is called; not escaped."""
    return picture.callsign[row] or picture.icao24[row] or picture.key[row]


def tip(picture: Picture, row: int) -> str:
    """Return the name for the mouse over a marker.

    Leaflet's plugins take it as text or as HTML, so it is neither escaped, nor has it the brackets that make HTML.
    """
    return name(picture, row).translate(_BRACKETS)


def title(picture: Picture, row: int) -> str:
    """Return the name at the head of a popup."""
    words = html.escape(name(picture, row))
    return f'<div style="{_INK};min-width:130px"><b style="font-size:14px">{words}</b></div>'


def popup(title: str, body: str = "") -> str:
    """Return a popup. Between its opening and the next draw it has its title alone, and never old values.

    It is as high then as with the values, because the map moves to show all of it when it opens, and not later.
    """
    return f'<div style="min-height:160px">{title}{body}</div>'


def values(picture: Picture, row: int, *, shared: bool = False) -> str:
    """Return an aircraft's values in the analyst's units, and before them whether two share its address."""
    on_ground = picture.on_ground[row] == 1 and not np.isfinite(picture.altitude[row])
    table = {
        "Altitude": "on ground" if on_ground else _number(picture.altitude[row] * FEET_PER_METRE, " ft"),
        "Speed": _number(picture.velocity[row] * KNOTS_PER_MPS, " kt"),
        "Track": _track(picture.track[row]),
        "Vertical rate": _number(picture.vertical_rate[row] * FPM_PER_MPS, " ft/min"),
        "Squawk": html.escape(picture.squawk[row] or UNKNOWN),
        "Address": html.escape(picture.icao24[row] or UNKNOWN),
        "Heard": _number(picture.age[row], " s ago") + (", stale" if picture.stale[row] else ""),
    }
    lines = (f'<tr><td style="padding-right:12px;{_PALE}">{k}</td><td>{v}</td></tr>' for k, v in table.items())
    return f'{_SHARED if shared else ""}<table style="{_INK};white-space:nowrap">{"".join(lines)}</table>'


def lost() -> str:
    """Return what stands in the popup of an aircraft that has gone."""
    return f'<div style="{_INK}">lost</div>'


def following(name: str, *, heard: bool) -> str:
    """Say which aircraft the map is kept on, after the count."""
    return f", following {name}" if heard else f", {name} not heard"


def count(drawn: int, known: int, followed: str = "") -> str:
    """Return how many aircraft are drawn of how many, and which one is followed."""
    words = f"{known:,} aircraft" if drawn == known else f"{drawn:,} of {known:,} drawn"
    return f'<div style="{_INK};padding:1px 7px">{words}{html.escape(followed)}</div>'


def legend(scale: Scale) -> str:
    """Return the colours from the highest down, which fold away with a click on their title."""
    swatch = "display:inline-block;width:13px;height:10px;margin-right:6px;border:1px solid"
    lines = (
        f'<div><span style="{swatch} {outline(index)};background:{scale.colours[index]}"></span>'
        f"{html.escape(scale.labels[index])}</div>"
        for index in scale.order
    )
    head = f'<summary style="cursor:pointer;font-weight:600">{html.escape(scale.title)}</summary>'
    return f'<details open style="{_INK};padding:3px 9px 5px">{head}{"".join(lines)}</details>'


def _track(value: float) -> str:
    return f"{round(float(value)) % 360}°" if np.isfinite(value) else UNKNOWN


def _number(value: float, unit: str) -> str:
    return f"{round(float(value)) + 0:,}{unit}" if np.isfinite(value) else UNKNOWN
