"""`StatusStrip`: a tracker's numbers in a line; one widget of HTML.

    Scene ──> StatusStrip.draw ──> one message, or none when nothing changed

All texts come from strangers (topics, errors, names of fields), so all are escaped. Colours are JupyterLab's own, each
with a value for where there is none, so that they are legible in a light and in a dark theme; none is the only sign of
anything.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import datetime

import ipywidgets

from tracker.jupyter import words
from tracker.jupyter.screen import Screen
from tracker.state.scene import Scene
from tracker.state.sources import Source
from tracker.state.stats import Stats

UNKNOWN = "\N{EN DASH}"
"""What stands for a value that is not known."""

NAMED = 3
"""How many fields are named, those with the largest numbers."""

LONGEST = 24
"""How much of a field's name is shown, characters: a stranger may have made it up."""

READ_BY_A_MAPPING = ("dialect", "envelope")
"""The reasons of refusals that end once the tracker is given a mapping, which their examples name."""

_MOST_SOURCES = 5
_SILENT = 120.0  # s, from which on it is said that a source is silent

_FONT = "font-family:var(--jp-ui-font-family,sans-serif);font-size:var(--jp-ui-font-size1,13px);line-height:1.45"
_INK = "var(--jp-ui-font-color1,inherit)"
_PALE = "var(--jp-ui-font-color2,#757575)"
_LINE = "var(--jp-border-color2,#bdbdbd)"
_GOOD = "var(--jp-success-color1,#388e3c)"
_BAD = "var(--jp-error-color1,#d32f2f)"
_AWAY = {
    "connecting": (_BAD, "○", "not connected"),
    "away": (_BAD, "○", "not connected"),
    "stopped": (_PALE, "■", "stopped"),
    "failed": (_BAD, "✕", "failed"),
}
"""Colour, sign and word of each state in which the broker is not heard."""


class StatusStrip(Screen, ipywidgets.HTML):
    """A tracker's state and numbers in one line, which wraps where a cell is narrow.

    It is drawn from one thread, and stays behind as HTML for readers without a kernel.
    """

    def __init__(self, topic: str = "", address: str = "") -> None:
        """Make a strip before anything is known; `topic` and `address` say whose numbers it shows."""
        self._source = f"{topic} at {address}" if topic else ""
        super().__init__(_strip_html(Stats(), "aircraft", self._source))

    def _draw(self, scene: Scene) -> None:
        self.value = _strip_html(scene.stats, words.many(scene.picture), self._source)

    def __repr__(self) -> str:
        return "StatusStrip()"

    def _static(self) -> dict[str, str]:
        return {"text/html": self.value}


def _strip_html(stats: Stats, many: str, source: str) -> str:
    """Return the strip; `many` is what a number of its objects is followed by."""
    parts = [_state(stats), *(_item(number, said) for number, said in _numbers(stats, many))]
    unused = f"fields that nobody reads: {_names(stats.unused)}" if stats.unused else ""
    parts += [
        f'<span style="color:{_PALE};overflow-wrap:anywhere">{html.escape(said)}</span>'
        for said in (*_from(stats.sources), unused, source)
        if said
    ]
    looks = (
        f"{_FONT};color:{_INK};display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 14px;padding:3px 0;"
        "max-width:100%;font-variant-numeric:tabular-nums"
    )
    return f'<div role="status" style="{looks}">{" ".join(parts)}</div>{_faults(stats)}'


def _item(number: str, said: str) -> str:
    pale = f'<span style="color:{_PALE}">{html.escape(said)}</span>'
    return f'<span style="white-space:nowrap">{number} {pale}</span>'


def _state(stats: Stats) -> str:
    """Return the badge of a state: word and sign differ, not the colour alone."""
    since = f" since {_clock(stats.since)}" if stats.since is not None else ""
    if stats.connected and stats.aircraft and stats.stale == stats.aircraft:
        newest = f", newest report of {_clock(stats.newest)}" if stats.newest is not None else ""
        return _badge(_BAD, "◐", f"connected, but all stale{newest}")
    if stats.connected and stats.trouble:
        return _badge(_BAD, "◐", "connected, but with trouble")
    if stats.connected:
        return _badge(_GOOD, "●", "connected")
    colour, sign, said = _AWAY[stats.state]
    return _badge(colour, sign, f"{said}, stale{since}" if since else said)


def _badge(colour: str, sign: str, said: str) -> str:
    looks = f"border:1px solid {_LINE};border-left:4px solid {colour};border-radius:2px;padding:0 8px"
    return f'<b style="{looks};font-weight:600"><span style="color:{colour}">{sign}</span> {said}</b>'


def _from(sources: Sequence[Source]) -> list[str]:
    """Return where reports come from, who is to be named for it, and whether none come any more."""
    said = []
    for source in sources[:_MOST_SOURCES]:
        named = f" ({source.attribution})" if source.attribution else ""
        silent = f", silent for {source.age // 60:,.0f} min" if source.age >= _SILENT else ""
        said.append(f"from {source.name}{named}: {source.reports:,} reports{silent}")
    more = len(sources) - len(said)
    return [*said, f"and {more} more sources"] if more else said


def _faults(stats: Stats) -> str:
    """Return what is wrong, each on a line of its own: it may be long."""
    said = [stats.trouble and f"trouble: {stats.trouble}", *_other_dialects(stats)]
    said.append(stats.error and f"last error: {stats.error}")
    looks = f"{_FONT};color:{_INK};border-left:4px solid {_BAD};padding:0 8px;overflow-wrap:anywhere"
    sign = f'<span style="color:{_BAD}">⚠</span>'
    return "".join(f'<div style="{looks}">{sign} {html.escape(one)}</div>' for one in said if one)


def _other_dialects(stats: Stats) -> list[str]:
    """Return what is refused although a mapping would read it, each with its mapping, where no trouble tells of it."""
    return [
        f"{refusal.count:,} refused, such as {refusal.example}"
        for refusal in stats.refused
        if refusal.reason in READ_BY_A_MAPPING and refusal.example not in (stats.trouble or "")
    ]


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _numbers(stats: Stats, many: str) -> list[tuple[str, str]]:
    """Return numbers and their words; those that tell of faults only where they are not 0."""
    reading = stats.state not in ("stopped", "failed")
    numbers = [
        *([(f"{stats.rate:,.0f}", "reports/s")] if reading else []),
        (UNKNOWN if stats.lag is None else f"{stats.lag:,}", "behind"),
        (f"{stats.aircraft:,}", many + (f" ({stats.stale:,} stale)" if stats.stale else "")),
        (f"{stats.rows:,}", "rows"),
    ]
    faults = {
        _rejected(stats): stats.rejected,
        "late": stats.late,
        "duplicates": stats.duplicates,
        "outside window": stats.outside_window,
        "reconnects": stats.reconnects,
        "logs replaced": stats.logs_replaced,
        f"mended ({_names(stats.repaired, counted=True)})": sum(stats.repaired.values()),
        "missed by retention": stats.truncated,
        "rows dropped, as the window is full": stats.evicted,
    }
    return numbers + [(f"{count:,}", said) for said, count in faults.items() if count or said == "rejected"]


def _rejected(stats: Stats) -> str:
    """With the reasons, where there are more than one."""
    if len(stats.refused) < 2:
        return "rejected"
    return f"rejected ({', '.join(f'{refusal.reason} {refusal.count:,}' for refusal in stats.refused)})"


def _names(counts: Mapping[str, int], *, counted: bool = False) -> str:
    """Return the names with the largest counts, and how many more there are; not escaped."""
    largest = sorted(counts, key=lambda name: (-counts[name], name))
    said = [f"{_printable(name)} {counts[name]:,}" if counted else _printable(name) for name in largest[:NAMED]]
    more = f" and {len(largest) - NAMED} more" if len(largest) > NAMED else ""
    return ", ".join(said) + more


def _printable(name: str) -> str:
    """Return a name in one line, as short as we like; what turns the direction of writing is no letter either."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
