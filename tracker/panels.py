"""`LiveTable` and `StatusStrip`: a picture as a table, and a tracker's numbers in a line; each one widget of HTML.

    Picture ──> LiveTable.draw ──┐
    Stats ──> StatusStrip.draw ──┴──> one message, or none when nothing changed

All texts come from strangers (callsigns, errors), so all are escaped. Colours are JupyterLab's own, each with a value
for where there is none, so that both are legible in a light and in a dark theme; none is the only sign of anything.
"""

from __future__ import annotations

import html
import threading
from datetime import datetime
from typing import Any

import ipywidgets
import numpy as np

from tracker.fleet import Picture
from tracker.stats import Stats
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS

ROWS = 25
"""Rows of a table at most: about what a screen holds."""

UNKNOWN = "\N{EN DASH}"
"""Stands for a value that is not known."""

_FONT = "font-family:var(--jp-ui-font-family,sans-serif);font-size:var(--jp-ui-font-size1,13px);line-height:1.45"
_INK = "var(--jp-ui-font-color1,inherit)"
_PALE = "var(--jp-ui-font-color2,#757575)"
_LINE = "var(--jp-border-color2,#bdbdbd)"
_GOOD = "var(--jp-success-color1,#388e3c)"
_BAD = "var(--jp-error-color1,#d32f2f)"


class _Panel(ipywidgets.HTML):
    """HTML that is drawn from one thread, and stays behind as HTML for readers without a kernel."""

    def __init__(self, content: str) -> None:
        self._guard = threading.RLock()
        self._closed = False
        super().__init__(content)

    def close(self) -> None:
        """Takes it off the screen; from then on `draw` does nothing."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            parts = (self.layout, self.style)
            super().close()
            for part in parts:
                part.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - the widget's own
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        return {**bundle, "text/html": self.value}

    def _show(self, content: str) -> None:
        with self._guard:
            if not self._closed:
                # An equal value is no change, and sends nothing.
                self.value = content


class LiveTable(_Panel):
    """A picture as a table: one row an aircraft, by callsign, in the analyst's names and units; grey if stale."""

    def __init__(self, *, rows: int = ROWS) -> None:
        """Makes an empty table that shows `rows` aircraft at most, and says how many there are."""
        self.rows = rows
        super().__init__(_table_html(None, rows))

    def draw(self, picture: Picture) -> None:
        """Shows the aircraft of `picture`. To be called from one thread only."""
        self._show(_table_html(picture, self.rows))


class StatusStrip(_Panel):
    """A tracker's numbers in one line, which wraps where it is too long."""

    def __init__(self) -> None:
        super().__init__(_strip_html(Stats()))

    def draw(self, stats: Stats) -> None:
        """Shows `stats`. To be called from one thread only."""
        self._show(_strip_html(stats))


_COLUMNS = (
    ("callsign", "", "left"),
    ("icao24", "", "left"),
    ("altitude", "ft", "right"),
    ("groundspeed", "kt", "right"),
    ("track", "°", "right"),
    ("vertical_rate", "ft/min", "right"),
    ("squawk", "", "left"),
    ("age", "s", "right"),
)
"""Name, unit and alignment."""


def _table_html(picture: Picture | None, most: int) -> str:
    known = 0 if picture is None else len(picture)
    shown = min(known, most)
    rows = [] if picture is None else sorted(range(known), key=lambda row: _order(picture, row))[:shown]
    body = "".join(_row_html(picture, row) for row in rows if picture is not None)
    words = f"{known:,} aircraft" if shown == known else f"{shown:,} of {known:,} shown"
    heads = "".join(
        f'<th style="text-align:{side};padding:2px 10px;border-bottom:1px solid {_LINE};font-weight:600">{name}'
        f'<span style="color:{_PALE};font-weight:400"> {unit}</span></th>'
        for name, unit, side in _COLUMNS
    )
    return (
        f'<div style="{_FONT};color:{_INK};overflow-x:auto"><table style="border-collapse:collapse;white-space:nowrap">'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        f'<div style="color:{_PALE};padding:2px 10px">{words}</div></div>'
    )


def _order(picture: Picture, row: int) -> tuple[bool, str, str]:
    """By callsign, those without one at the end."""
    callsign = picture.callsign[row]
    return callsign is None, callsign or "", picture.key[row]


def _row_html(picture: Picture, row: int) -> str:
    stale = bool(picture.stale[row])
    cells = (
        _text(picture.callsign[row]),
        _text(picture.icao24[row]),
        _ground(picture, row) or _number(picture.altitude[row] * FEET_PER_METRE),
        _number(picture.velocity[row] * KNOTS_PER_MPS),
        _track(picture.track[row]),
        _number(picture.vertical_rate[row] * FPM_PER_MPS),
        _text(picture.squawk[row]),
        _number(picture.age[row]) + (" stale" if stale else ""),
    )
    looks = f"color:{_PALE};font-style:italic" if stale else f"color:{_INK}"
    columns = zip(cells, _COLUMNS, strict=True)
    tds = "".join(f'<td style="text-align:{side};padding:1px 10px">{cell}</td>' for cell, (_, _, side) in columns)
    return f'<tr style="{looks};font-variant-numeric:tabular-nums">{tds}</tr>'


def _ground(picture: Picture, row: int) -> str | None:
    """Said where an altitude would stand, when there is none and the aircraft is on the ground."""
    return "on ground" if picture.on_ground[row] == 1 and not np.isfinite(picture.altitude[row]) else None


def _text(value: str | None) -> str:
    return UNKNOWN if value is None else html.escape(value)


def _track(value: float) -> str:
    return f"{round(float(value)) % 360}" if np.isfinite(value) else UNKNOWN


def _number(value: float) -> str:
    # Adding 0 turns the -0 of a rounded -0.3 into 0.
    return f"{round(float(value)) + 0:,}" if np.isfinite(value) else UNKNOWN


def _strip_html(stats: Stats) -> str:
    parts = [_connection(stats), *(_item(words) for words in _numbers(stats))]
    if stats.error:
        parts.append(_item(f'<span style="color:{_BAD}">⚠ last error: {html.escape(stats.error)}</span>'))
    looks = f"{_FONT};color:{_INK};display:flex;flex-wrap:wrap;gap:0 16px;font-variant-numeric:tabular-nums"
    return f'<div style="{looks}">{" ".join(parts)}</div>'


def _item(words: str) -> str:
    return f'<span style="overflow-wrap:anywhere">{words}</span>'


def _connection(stats: Stats) -> str:
    """Word and sign differ, not the colour alone."""
    if stats.connected:
        return _item(f'<span style="color:{_GOOD}">●</span> connected')
    since = f" since {_clock(stats.since)}" if stats.since is not None else ""
    return _item(f'<b style="color:{_BAD}">○ not connected{since}</b>')


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _numbers(stats: Stats) -> list[str]:
    stale = f" ({stats.stale:,} stale)" if stats.stale else ""
    lag = UNKNOWN if stats.lag is None else f"{stats.lag:,}"
    return [
        f"{stats.rate:,.0f} reports/s",
        f"lag {lag}",
        f"{stats.aircraft:,} aircraft{stale}",
        f"{stats.rows:,} rows",
        f"{stats.rejected:,} rejected",
        f"{stats.late:,} late",
        f"{stats.duplicates:,} duplicates",
        f"{stats.reconnects:,} reconnects",
    ]
