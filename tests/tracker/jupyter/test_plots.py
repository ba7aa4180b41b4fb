import base64
import struct
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from screens import Wire, run_in_thread, scene

from tracker.errors import UnknownAircraft
from tracker.jupyter.plots import BINS, EVERY, SHARE, AltitudePlot, Plots, RatePlot, rates


class Clock:
    """Stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def rows(n: int, *, first: str = "2021-10-07 13:00:00", callsign: str | None = "AFR123", **columns) -> pd.DataFrame:
    """An aircraft that climbs, as `Tracker.track` answers."""
    timestamp = pd.date_range(first, periods=n, freq="s", tz="UTC").as_unit("us")
    values = {"altitude": np.arange(n) * 25.0, "groundspeed": np.full(n, 250.0), "callsign": callsign, **columns}
    return pd.DataFrame({"timestamp": timestamp, "key": "3944ef", "registration": None, **values})


def size(png: bytes) -> tuple[int, int]:
    png = bytes(png)
    assert png.startswith(b"\x89PNG")
    return struct.unpack(">II", png[16:24])


def line(plot: AltitudePlot, name: str) -> np.ndarray:
    return plot._lines[name][1].get_ydata()


def test_picture_shows_altitude_and_speed_over_time_in_utc_with_units(wire: Wire) -> None:
    plot = AltitudePlot("3944ef", lambda: rows(60))
    plot.draw(scene(0))
    above, below = plot._figure.axes
    assert (above.get_ylabel(), below.get_ylabel()) == ("altitude, ft", "ground speed, kt")
    assert below.get_xlabel() == "time, UTC"
    assert above.get_title(loc="left") == "AFR123   3944ef"
    assert line(plot, "altitude").tolist() == [25.0 * i for i in range(60)]
    assert size(plot.value) == (1140, 480)
    assert any("13:00" in text for text in below.xaxis.get_major_formatter().format_ticks(below.get_xticks()))


@pytest.mark.parametrize(
    ("key", "columns", "title"),
    [
        ("3944ef", {"callsign": None, "registration": "F-GRHX"}, "F-GRHX   3944ef"),
        ("3944ef", {"callsign": None}, "3944ef"),
        ("id:TRUCK-7", {"callsign": None}, "TRUCK-7"),
    ],
)
def test_title_is_the_registration_or_the_id_where_there_is_no_callsign(
    wire: Wire, key: str, columns: dict, title: str
) -> None:
    plot = AltitudePlot(key, lambda: rows(3, **columns))
    plot.draw(scene(0))
    assert plot._figure.axes[0].get_title(loc="left") == title


def test_line_is_broken_where_nothing_was_heard(wire: Wire) -> None:
    df = pd.concat([rows(3), rows(3, first="2021-10-07 13:02:00")])
    plot = AltitudePlot("3944ef", lambda: df)
    plot.draw(scene(0))
    assert np.isnan(line(plot, "altitude")).tolist() == [False] * 3 + [True] + [False] * 3


@pytest.mark.parametrize("callsign", [None, "$x^$\\frac{", "\N{AIRPLANE}\n\x00"])
@pytest.mark.parametrize("altitude", [np.nan, 1e9])
def test_odd_names_and_values_are_drawn(wire: Wire, callsign: str | None, altitude: float) -> None:
    plot = AltitudePlot("3944ef", lambda: rows(3, callsign=callsign, altitude=altitude))
    before = plot.value
    plot.draw(scene(0))
    assert plot.value != before


def test_one_message_an_update_and_none_before_two_seconds_or_without_news(wire: Wire) -> None:
    clock, n = Clock(), [10]
    plot = AltitudePlot("3944ef", lambda: rows(n[0]), clock)
    wire.take()
    plot.draw(scene(0))
    assert [kind for kind, _ in wire.take()] == ["comm_msg"]
    n[0], clock.now = 11, EVERY - 0.1
    plot.draw(scene(0))
    assert wire.take() == []
    clock.now = EVERY
    plot.draw(scene(0))
    assert len(wire.take()) == 1
    clock.now = 2 * EVERY
    plot.draw(scene(0))
    assert wire.take() == []


def test_slow_pictures_are_drawn_less_often(wire: Wire) -> None:
    clock, n = Clock(), [10]

    def slow() -> pd.DataFrame:
        n[0] += 1
        clock.now += 1.0
        return rows(n[0])

    plot = AltitudePlot("3944ef", slow, clock)
    plot.draw(scene(0))
    clock.now = 1.0 / SHARE - 0.1
    plot.draw(scene(0))
    assert n[0] == 11
    clock.now = 1.0 / SHARE
    plot.draw(scene(0))
    assert n[0] == 12


def test_aircraft_that_left_the_window_stays_as_it_was(wire: Wire) -> None:
    clock, held = Clock(), [rows(10)]

    def read() -> pd.DataFrame:
        if not held:
            raise UnknownAircraft("3944ef", [])
        return held[0]

    plot = AltitudePlot("3944ef", read, clock)
    plot.draw(scene(0))
    wire.take()
    held.clear()
    clock.now = EVERY
    plot.draw(scene(0))
    assert wire.take() == []
    assert len(line(plot, "altitude")) == 10


def test_rate_is_counted_by_the_second_and_the_second_that_is_not_over_is_left_out() -> None:
    begin, rate = rates(np.array([100.5, 100.9, 101.0, 103.2, 103.3, 104.0]))
    assert begin.tolist() == [100, 101, 102, 103]
    assert rate.tolist() == [2, 1, 0, 2]


def test_rate_of_a_long_window_is_a_mean_over_longer_steps() -> None:
    times = np.arange(0, 3600, 0.5) + 1e9
    begin, rate = rates(times)
    assert len(begin) <= BINS
    assert np.diff(begin).tolist() == [12.0] * (len(begin) - 1)
    np.testing.assert_allclose(rate[1:], 2.0)


@pytest.mark.parametrize("times", [[], [5.0]])
def test_too_few_reports_have_no_rate_and_are_drawn(wire: Wire, times: list[float]) -> None:
    assert [len(column) for column in rates(np.array(times))] == [0, 0]
    plot = RatePlot(lambda: np.array(times))
    plot.draw(scene(0))
    assert size(plot.value) == (1140, 330)


def test_rates_begin_at_zero_and_have_a_unit(wire: Wire) -> None:
    plot = RatePlot(lambda: np.repeat(np.arange(100.0), 30))
    before = plot.value
    plot.draw(scene(0))
    assert plot._axes.get_ylim()[0] == 0
    assert plot._axes.get_ylabel() == "reports a second"
    assert plot.value != before


def test_axes_grow_with_the_data(wire: Wire) -> None:
    clock, times = Clock(), [np.repeat(np.arange(10.0), 3)]
    plot = RatePlot(lambda: times[0], clock)
    plot.draw(scene(0))
    clock.now, times[0] = EVERY, np.repeat(np.arange(100.0), 30)
    plot.draw(scene(0))
    (left, right), (low, high) = plot._axes.get_xlim(), plot._axes.get_ylim()
    assert low == 0
    assert 30 < high < 40
    assert left * 86_400 <= 0 < 99 < right * 86_400 + 1


def test_display_holds_the_widget_and_the_picture(wire: Wire) -> None:
    for plot, text in (
        (AltitudePlot("3944ef", lambda: rows(3)), "AltitudePlot('3944ef')"),
        (RatePlot(lambda: np.arange(9.0)), "RatePlot()"),
    ):
        plot.draw(scene(0))
        bundle = plot._repr_mimebundle_()[0]
        assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == plot.model_id
        assert base64.b64decode(bundle["image/png"]) == plot.value
        assert bundle["text/plain"] == repr(plot) == text


def test_closed_picture_sends_nothing_more_and_leaves_no_widget(wire: Wire) -> None:
    plot = RatePlot(lambda: np.arange(9.0))
    plot.close()
    plot.close()
    kinds = [kind for kind, _ in wire.take()]
    assert kinds.count("comm_open") == kinds.count("comm_close")
    run_in_thread(lambda: plot.draw(scene(0)))
    assert wire.take() == []


def test_aircraft_is_found_by_callsign_and_followed_by_key(wire: Wire) -> None:
    asked, shown = [], []

    def track(name: str) -> pd.DataFrame:
        asked.append(name)
        return rows(3)

    plots = Plots(track, lambda: np.arange(9.0), shown.append)
    plot = plots.altitude("AFR123")
    plot.draw(scene(0))
    assert asked == ["AFR123", "3944ef"]
    assert [*shown] == [plot]
    assert repr(plots) == "Plots()"


def test_pyplot_is_not_imported() -> None:

    code = "import sys, tracker.jupyter.plots; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
