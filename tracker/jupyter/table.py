"""`LiveTable`: the objects of a scene as a table that is sorted by a click on a header; one widget.

    Scene ──> sorted, cut, as texts ──> LiveTable.draw ──> one message, or none when nothing changed
    browser ──> the name of a column, on any thread ──> the next draw

The kernel sorts, because it holds all the objects and the browser only those that are shown; so a reload, a second
browser and the static page show the same order. The browser makes text nodes of what it is sent, never HTML.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import anywidget
import numpy as np
import traitlets

from tracker.columns.names import COLUMNS
from tracker.errors import BadOption, UnknownColumn
from tracker.jupyter import words
from tracker.jupyter.screen import Screen
from tracker.state.fleet import Picture
from tracker.state.scene import Scene

ROWS = 25
"""How many rows a table has where no number is given: about what a screen holds."""

MOST_ROWS = 500
"""How many rows a table may have: they make a message of 50 kB a second."""

UNKNOWN = "\N{EN DASH}"
"""What stands for a value that is not known."""

DEFAULT = ("callsign", "icao24", "altitude", "groundspeed", "track", "vertical_rate", "squawk", "age")
"""The columns of a table where none are given and nothing else is known of any aircraft."""

WHERE_KNOWN = ("id", "kind", "typecode", "registration", "category", "position_source")
"""The columns that join them once any object has a value; the kind, once not all are aircraft."""

_ORDER = (*DEFAULT[:2], *WHERE_KNOWN[:4], *DEFAULT[2:-1], *WHERE_KNOWN[4:], DEFAULT[-1])

_FONT = "font-family:var(--jp-ui-font-family,sans-serif);font-size:var(--jp-ui-font-size1,13px);line-height:1.45"
_INK = "var(--jp-ui-font-color1,inherit)"
_PALE = "var(--jp-ui-font-color2,#757575)"
_LINE = "var(--jp-border-color2,#bdbdbd)"
_ALARM = "var(--jp-error-color1,#c62828)"
_ARROWS = {"none": "", "ascending": " ▲", "descending": " ▼"}


@dataclass(frozen=True)
class _Column:
    """A column of the frames, or the age of an object."""

    name: str
    unit: str
    field: str
    """The name of its values in a `Picture`."""
    per_si: float = 1.0
    text: bool = False
    digits: int = 0

    def value(self, picture: Picture, row: int) -> Any:  # noqa: ANN401 - a text or a number
        """Return what to sort by; None where it is not known."""
        value = getattr(picture, self.field)[row]
        if self.text:
            return value
        if self.field == "on_ground":
            return None if value < 0 else int(value)
        return float(value) if np.isfinite(value) else None

    def words(self, picture: Picture, row: int) -> str:
        """Return what to show."""
        value = self.value(picture, row)
        if self.name == "altitude" and value is None and picture.on_ground[row] == 1:
            return "on ground"
        if value is None:
            return UNKNOWN
        return str(value) if self.text else self._number(value)

    def _number(self, value: float) -> str:
        match self.name:
            case "timestamp":
                return f"{datetime.fromtimestamp(value, UTC):%H:%M:%S}" if abs(value) < 1e11 else UNKNOWN
            case "onground":
                return "yes" if value else "no"
            case "track":
                return f"{round(value) % 360}"
        # Adding 0 turns the -0 of a rounded -0.3 into 0.
        return f"{round(value * self.per_si, self.digits) + 0:,.{self.digits}f}"


_PICTURE_UNITS = {"track": "°", "latitude": "°", "longitude": "°"}
_KNOWN = {
    column.name: _Column(
        column.name,
        _PICTURE_UNITS.get(column.name, column.unit),
        column.field,
        column.per_si,
        text=column.dtype == "category",
        digits=4 if column.field in ("lat", "lon") else 0,
    )
    for column in COLUMNS
} | {"age": _Column("age", "s", "age")}


class LiveTable(Screen, anywidget.AnyWidget):
    """A table of aircraft and other objects: one row each, in the analyst's names and units; grey and italic if stale.

    A click on a header sorts by its column, a second one turns the order round; what is not known comes last. The rows
    of aircraft with the squawks 7500, 7600 and 7700 are red, and say what these mean.
    """

    _esm = files("tracker.jupyter").joinpath("table.js").read_text(encoding="utf-8")
    _css = files("tracker.jupyter").joinpath("table.css").read_text(encoding="utf-8")
    content = traitlets.Dict().tag(sync=True)
    """All that is shown, as one value: one message."""

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        sort: str = "callsign",
        rows: int = ROWS,
        wake: Callable[[], None] | None = None,
    ) -> None:
        """Make a table without rows.

        Args:
            columns: Names of the frames' columns, or `"age"` (s since last heard); None: `DEFAULT`, and those of
                `WHERE_KNOWN` that any object has.
            sort: The column to sort by, with a minus before it from the highest down.
            rows: Objects that are shown at most; the table says how many there are.
            wake: Called, on any thread, when a header was clicked: the new order comes with the next `draw`.

        Raises:
            UnknownColumn: There is no such column.
            BadOption: `rows` is outside its limits, or there are no columns.
        """
        if isinstance(rows, bool) or not isinstance(rows, int) or not 1 <= rows <= MOST_ROWS:
            raise BadOption("rows", rows, f"a whole number from 1 to {MOST_ROWS} is needed")
        self._columns = _chosen(DEFAULT if columns is None else columns)
        self._waiting: tuple[str, ...] = WHERE_KNOWN if columns is None else ()
        _chosen([sort.removeprefix("-")])
        self._sort = sort
        self.rows = rows
        self._wake = wake
        super().__init__(content=self._content(None))
        self.on_msg(self._asked)

    @property
    def sort(self) -> str:
        """The column that the rows are sorted by; with a minus before it from the highest down."""
        return self._sort

    def _draw(self, scene: Scene) -> None:
        self._join(scene.picture)
        self.content = self._content(scene.picture)

    def __repr__(self) -> str:
        return "LiveTable()"

    def _static(self) -> dict[str, str]:
        return {"text/html": _static_html(self.content)}

    def _asked(self, _widget: object, message: Any, _buffers: object) -> None:  # noqa: ANN401 - a browser's
        """Note what to sort by, and set no trait: this runs on the thread in which the browser's message comes."""
        name = message.get("sort") if isinstance(message, dict) else None
        if name in [column.name for column in self._columns]:
            self._sort = f"-{name}" if self._sort == name else name
            if self._wake is not None:
                self._wake()

    def _join(self, picture: Picture) -> None:
        """Add the columns in which there is something to show now; they stay, as a table that jumps cannot be read."""
        new = {name for name in self._waiting if _tells(name, picture)}
        if new:
            self._waiting = tuple(name for name in self._waiting if name not in new)
            self._columns = _chosen([name for name in _ORDER if name not in self._waiting])

    def _content(self, picture: Picture | None) -> dict[str, Any]:
        """Return texts alone: columns, rows, which rows are stale or an emergency, and how many objects there are."""
        sort = self._sort  # once: a click may change it meanwhile
        rows = [] if picture is None else _in_order(picture, sort)
        shown = rows[: self.rows]
        many = "aircraft" if picture is None else words.many(picture)
        return {
            "columns": [_head(column, sort) for column in self._columns],
            "rows": [_texts(self._columns, picture, row) for row in shown if picture is not None],
            "stale": [bool(picture.stale[row]) for row in shown if picture is not None],
            "alarm": [words.emergency(picture, row) is not None for row in shown if picture is not None],
            "words": f"{len(rows):,} {many}" if rows == shown else f"{len(shown):,} of {len(rows):,} shown",
        }


def _tells(name: str, picture: Picture) -> bool:
    """Return whether a column has something to tell of any object: that it is an aircraft goes without saying."""
    values = getattr(picture, _KNOWN[name].field)
    return any(value not in (None, "aircraft") for value in values)


def _chosen(names: Sequence[str]) -> list[_Column]:
    if isinstance(names, str) or not names:
        raise BadOption("columns", names, "a list of names of columns, one at least, is needed")
    for name in names:
        if name not in _KNOWN:
            raise UnknownColumn(name, list(_KNOWN))
    return [_KNOWN[name] for name in dict.fromkeys(names)]


def _in_order(picture: Picture, sort: str) -> list[int]:
    """Sort rows of the picture; those of equal value by callsign, those whose value is not known at the end."""
    column = _KNOWN[sort.removeprefix("-")]
    callsign, key = picture.callsign, picture.key
    rows = sorted(range(len(picture)), key=lambda row: (callsign[row] is None, callsign[row] or "", key[row]))
    values = {row: column.value(picture, row) for row in rows}
    known = sorted(
        (row for row in rows if values[row] is not None), key=lambda row: values[row], reverse=sort.startswith("-")
    )
    return known + [row for row in rows if values[row] is None]


def _head(column: _Column, sort: str) -> dict[str, str]:
    side = "left" if column.text else "right"
    sorted_by = "none" if sort.removeprefix("-") != column.name else "descending" if sort[0] == "-" else "ascending"
    return {"name": column.name, "unit": column.unit, "side": side, "sorted": sorted_by}


def _texts(columns: Sequence[_Column], picture: Picture, row: int) -> list[str]:
    """Return a row's cells.

    That it is stale is said in words beside the age, an emergency beside the squawk; where these columns are not shown,
    in the last one.
    """
    texts = [column.words(picture, row) for column in columns]
    names = [column.name for column in columns]
    said = {"squawk": words.emergency(picture, row), "age": "stale" if picture.stale[row] else None}
    for name, word in said.items():
        if word is not None:
            texts[names.index(name) if name in names else -1] += f" {word}"
    return texts


def _static_html(content: dict[str, Any]) -> str:
    """Return the table for readers without a kernel: no sheet of styles, no script, and all texts escaped."""
    heads = "".join(
        f'<th style="text-align:{column["side"]};padding:2px 10px;border-bottom:1px solid {_LINE};font-weight:600">'
        f'{html.escape(column["name"])}<span style="color:{_PALE};font-weight:400"> {html.escape(column["unit"])}'
        f"</span>{_ARROWS[column['sorted']]}</th>"
        for column in content["columns"]
    )
    sides = [column["side"] for column in content["columns"]]
    rows = zip(content["rows"], content["stale"], content["alarm"], strict=True)
    body = "".join(_static_row(*row, sides) for row in rows)
    return (
        f'<div style="{_FONT};color:{_INK};overflow-x:auto"><table style="border-collapse:collapse;white-space:nowrap">'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        f'<div style="color:{_PALE};padding:2px 10px">{html.escape(content["words"])}</div></div>'
    )


def _static_row(texts: list[str], stale: bool, alarm: bool, sides: list[str]) -> str:
    looks = f"color:{_PALE};font-style:italic" if stale else f"color:{_INK}"
    if alarm:
        looks = f"color:{_ALARM};font-weight:600"
    cells = (
        f'<td style="text-align:{side};padding:1px 10px">{html.escape(text)}</td>'
        for text, side in zip(texts, sides, strict=True)
    )
    return f'<tr style="{looks};font-variant-numeric:tabular-nums">{"".join(cells)}</tr>'
