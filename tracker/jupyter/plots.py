"""Quick plots that stay live: the only import of matplotlib.

    window ──> rows of one object ──> AltitudePlot ──┐
           ──> event times ─────────> RatePlot ──────┴──> a PNG, one message, at most every two seconds

matplotlib's objects are used without pyplot, whose state is one for the process and not made for threads. The plots
are dark on white in every theme, like the map.
"""

from __future__ import annotations

import base64
import io
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any, TypeVar

import ipywidgets
import matplotlib.dates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tracker.arrays import Floats
from tracker.errors import UnknownAircraft
from tracker.jupyter.screen import Screen
from tracker.state.scene import Scene

EVERY = 2.0
"""How often a plot is drawn at most, s."""

SHARE = 0.05
"""The share of the time of its thread, which also reads Kafka, that drawing a plot may take."""

GAP = 60.0
"""A line is broken where nothing was heard for longer, s."""

BINS = 300
"""How many steps the line of a rate has at most: each is then two pixels wide."""

_WIDTH = 760  # px, a notebook's column
_DPI = 100
_SHARP = 1.5  # px of the image a px of the page
_INK, _GRID, _BLUE, _ORANGE = "#222222", "#dddddd", "#0072b2", "#b34700"

# It keeps fonts and other things for the process: two trackers draw one after the other.
_drawing = threading.Lock()


class LivePlot(Screen, ipywidgets.Image):
    """A plot in a notebook, drawn anew from one thread, which stays behind as a PNG for readers without a kernel.

    Args:
        height: px.
        clock: Monotonic, s.
    """

    def __init__(self, height: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = -np.inf
        with _drawing:
            self._figure = Figure(figsize=(_WIDTH / _DPI, height / _DPI), dpi=_DPI * _SHARP, facecolor="white")
            FigureCanvasAgg(self._figure)
            self._make(self._figure)
            png = _png(self._figure)
        super().__init__(value=png, format="png", layout=ipywidgets.Layout(width=f"{_WIDTH}px", max_width="100%"))

    def _draw(self, _scene: Scene) -> None:
        """Show what the window holds now, if it is time and something changed."""
        begun = self._clock()
        if begun < self._due:
            return
        if self._update():
            with _drawing:
                png = _png(self._figure)
            self.value = png
        self._due = begun + max(EVERY, (self._clock() - begun) / SHARE)

    def _make(self, figure: Figure) -> None:
        """Lay the plot out, without data."""
        raise NotImplementedError

    def _update(self) -> bool:
        """Take up what is held now, and return whether that differs from what is shown."""
        raise NotImplementedError

    def _static(self) -> dict[str, str]:
        return {"image/png": base64.b64encode(self.value).decode("ascii")}


class AltitudePlot(LivePlot):
    """Altitude and ground speed of one object over time; stands still when its rows have left the window."""

    def __init__(self, key: str, read: Callable[[], pd.DataFrame], clock: Callable[[], float] = time.monotonic) -> None:
        """Make the plot of the object `key`, whose rows in time order `read` returns."""
        self.key = key
        self._read = read
        self._shown: tuple[object, ...] = ()
        super().__init__(height=320, clock=clock)

    def __repr__(self) -> str:
        return f"AltitudePlot({self.key!r})"

    def _make(self, figure: Figure) -> None:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        figure.subplots_adjust(left=0.1, right=0.97, top=0.91, bottom=0.15, hspace=0.12)
        self._lines = {
            "altitude": (above, _line(above, "altitude, ft", _BLUE)),
            "groundspeed": (below, _line(below, "ground speed, kt", _ORANGE)),
        }
        _time_axis(below)
        # Strangers wrote the name: no mathematics in dollar signs, and no letter that the font may lack.
        self._title = above.set_title("", loc="left", fontsize=10, color=_INK, parse_math=False)

    def _update(self) -> bool:
        try:
            df = self._read()
        except UnknownAircraft:
            return False
        newest = df.iloc[-1]
        title = _title(newest, self.key)
        shown = (len(df), newest.timestamp, title)
        if shown == self._shown:
            return False
        self._shown = shown
        seconds = df.timestamp.astype("int64").to_numpy() / 1e6
        places = np.flatnonzero(np.diff(seconds) > GAP) + 1
        moments = np.insert(seconds, places, seconds[places])
        for name, (axes, line) in self._lines.items():
            _show(axes, line, moments, np.insert(df[name].to_numpy(), places, np.nan))
        self._title.set_text(re.sub(r"[^ -~]", "?", title))
        return True


class RatePlot(LivePlot):
    """Reports a second over the window, by event time."""

    def __init__(self, read: Callable[[], Floats], clock: Callable[[], float] = time.monotonic) -> None:
        """Make the plot of the event times, s since 1970, that `read` returns."""
        self._read = read
        self._shown = np.empty((2, 0))
        super().__init__(height=220, clock=clock)

    def __repr__(self) -> str:
        return "RatePlot()"

    def _make(self, figure: Figure) -> None:
        axes = figure.subplots()
        figure.subplots_adjust(left=0.1, right=0.97, top=0.95, bottom=0.22)
        self._axes, self._rate = axes, _line(axes, "reports a second", _BLUE)
        self._rate.set_drawstyle("steps-post")
        _time_axis(axes)

    def _update(self) -> bool:
        shown = np.stack(rates(self._read()))
        if np.array_equal(shown, self._shown):
            return False
        self._shown = shown
        _show(self._axes, self._rate, *shown)
        self._axes.set_ylim(bottom=0, auto=True)
        return True


AnyPlot = TypeVar("AnyPlot", bound=LivePlot)


class Plots:
    """Quick plots that stay live while their cell is shown: `t.plot.altitude("AFR123")`, `t.plot.rates()`."""

    def __init__(
        self, track: Callable[[str], pd.DataFrame], times: Callable[[], Floats], show: Callable[[LivePlot], object]
    ) -> None:
        self._track, self._times, self._show = track, times, show

    def __repr__(self) -> str:
        return "Plots()"

    def altitude(self, aircraft: str) -> AltitudePlot:
        """Plot altitude (ft) and ground speed (kt) of one aircraft, or of anything else, over the window.

        Example:
            >>> t.plot.altitude("AFR123")

        Args:
            aircraft: Its key, callsign or id.

        Raises:
            UnknownAircraft: The window holds none of that key, callsign or id.
        """
        key = str(self._track(aircraft).key.iloc[-1])
        return self._shown(AltitudePlot(key, lambda: self._track(key)))

    def rates(self) -> RatePlot:
        """Plot the reports a second over the window, by event time.

        Example:
            >>> t.plot.rates()
        """
        return self._shown(RatePlot(self._times))

    def _shown(self, plot: AnyPlot) -> AnyPlot:
        self._show(plot)
        return plot


def rates(times: Floats, bins: int = BINS) -> tuple[Floats, Floats]:
    """Count the reports a second in whole steps of time; the one that is not over is left out.

    Args:
        times: Event times, s since 1970, in any order.
        bins: Steps at most.

    Returns:
        Where each step begins, s since 1970, and the rate in it, 1/s.
    """
    if not len(times):
        return np.empty(0), np.empty(0)
    width = max(1.0, np.ceil((times.max() - times.min()) / bins))
    step = np.floor(times / width)
    first, last = step.min(), step.max()
    counts = np.bincount((step - first).astype(np.intp))[: int(last - first)]
    return (first + np.arange(len(counts))) * width, counts / width


def _title(row: Any, key: str) -> str:  # noqa: ANN401 - a row of a frame
    """Return the callsign, else the registration, and the key; the id alone of what has neither."""
    known = (name for name in (row.callsign, row.registration) if not pd.isna(name))
    name, identity = next(known, ""), key.removeprefix("id:")
    return f"{name}   {identity}" if name else identity


def _line(axes: Axes, label: str, colour: str) -> Line2D:
    (line,) = axes.plot([], [], color=colour, linewidth=1.6)
    axes.set_ylabel(label, color=_INK, fontsize=9)
    axes.set_facecolor("white")
    axes.grid(visible=True, color=_GRID, linewidth=0.8)
    axes.tick_params(colors=_INK, labelsize=9)
    axes.margins(x=0.01, y=0.1)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return line


def _time_axis(axes: Axes) -> None:
    locator = matplotlib.dates.AutoDateLocator(tz=UTC, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(matplotlib.dates.ConciseDateFormatter(locator, tz=UTC))  # type: ignore[no-untyped-call]
    axes.set_xlabel("time, UTC", color=_INK, fontsize=9)


def _show(axes: Axes, line: Line2D, seconds: Floats, values: Floats) -> None:
    line.set_data(seconds / 86_400.0, values)  # days since 1970, as matplotlib counts
    axes.relim()
    axes.autoscale_view()


def _png(figure: Figure) -> bytes:
    image = io.BytesIO()
    figure.savefig(image, format="png", facecolor="white")
    return image.getvalue()
