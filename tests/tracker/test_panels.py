import re
from collections.abc import Iterator
from datetime import UTC, datetime

import comm
import ipywidgets
import numpy as np
import pytest
from screens import Wire, picture, run_in_thread

from tracker.panels import LiveTable, StatusStrip
from tracker.stats import Stats


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    wire = Wire()
    monkeypatch.setattr(comm, "create_comm", wire.open)
    yield wire
    ipywidgets.Widget.close_all()


def rows(table: LiveTable) -> list[list[str]]:
    """The texts of the table's cells."""
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", table.value)[1:]]


def words(widget: ipywidgets.HTML) -> str:
    return re.sub(r"<[^>]*>", " ", widget.value)


def test_one_row_an_aircraft_in_the_analysts_units(wire: Wire) -> None:
    table = LiveTable()
    table.draw(picture(1, squawk=["0123"], vertical_rate=[-5.08], track=[359.7]))
    assert rows(table) == [["TEST0", "000000", "30,000", "194", "0", "-1,000", "0123", "1"]]
    assert all(unit in table.value for unit in ("ft", "kt", "ft/min", "°", "altitude", "groundspeed", "vertical_rate"))


def test_rows_are_sorted_by_callsign_and_those_without_come_last(wire: Wire) -> None:
    table = LiveTable()
    table.draw(picture(4, callsign=["B", None, "C", "A"]))
    assert [row[0] for row in rows(table)] == ["A", "B", "C", "\N{EN DASH}"]


def test_what_is_not_known_is_a_dash(wire: Wire) -> None:
    table = LiveTable()
    unknown = {name: [np.nan] for name in ("altitude", "velocity", "track", "vertical_rate")}
    table.draw(picture(1, squawk=[None], icao24=[None], **unknown))
    assert rows(table)[0][1:7] == ["\N{EN DASH}"] * 6


def test_on_the_ground_without_an_altitude_says_so(wire: Wire) -> None:
    table = LiveTable()
    table.draw(picture(1, altitude=[np.nan], on_ground=[1]))
    assert rows(table)[0][2] == "on ground"


def test_stale_row_is_grey_and_says_so(wire: Wire) -> None:
    table = LiveTable()
    table.draw(picture(2, stale=[False, True], age=[1, 20]))
    fresh, stale = re.findall(r'<tr style="([^"]*)"', table.value)
    assert fresh != stale
    assert [row[-1] for row in rows(table)] == ["1", "20 stale"]


def test_no_more_rows_than_asked_for_and_the_table_says_so(wire: Wire) -> None:
    table = LiveTable()
    table.draw(picture(67))
    assert len(rows(table)) == 25
    assert "25 of 67 shown" in words(table)
    short = LiveTable(rows=3)
    short.draw(picture(3))
    assert "3 aircraft" in words(short)


def test_texts_of_strangers_are_escaped_in_the_table(wire: Wire) -> None:
    table = LiveTable()
    evil = '<script>"&'
    table.draw(picture(1, callsign=[evil], squawk=[evil], icao24=[evil]))
    assert "<script>" not in table.value
    assert table.value.count("&lt;script&gt;&quot;&amp;") == 3


def test_strip_says_every_number(wire: Wire) -> None:
    strip = StatusStrip()
    stats = Stats(
        rejected=1,
        duplicates=2,
        late=3,
        reconnects=4,
        rate=66.6,
        lag=5,
        rows=43191,
        aircraft=67,
        stale=6,
        connected=True,
    )
    strip.draw(stats)
    for said in ("67 reports/s", "lag 5", "67 aircraft (6 stale)", "43,191 rows", "1 rejected", "2 duplicates"):
        assert said in words(strip)
    for said in ("3 late", "4 reconnects", "connected"):
        assert said in words(strip)
    assert "not connected" not in words(strip)


def test_strip_says_since_when_it_is_not_connected(wire: Wire) -> None:
    strip = StatusStrip()
    strip.draw(Stats(connected=False, since=datetime(2021, 10, 7, 13, 0, 1, tzinfo=UTC)))
    assert "not connected since 2021-10-07 13:00:01 UTC" in words(strip)
    assert "lag \N{EN DASH}" in words(strip)


def test_last_error_is_shown_and_escaped(wire: Wire) -> None:
    strip = StatusStrip()
    strip.draw(Stats(error="<b>no</b> broker"))
    assert "last error: &lt;b&gt;no&lt;/b&gt; broker" in strip.value


def test_one_message_a_draw_and_none_when_nothing_changed(wire: Wire) -> None:
    table, strip = LiveTable(), StatusStrip()
    wire.take()
    table.draw(picture(40))
    strip.draw(Stats(rows=1))
    assert [kind for kind, _ in wire.take()] == ["comm_msg", "comm_msg"]
    table.draw(picture(40))
    strip.draw(Stats(rows=1))
    assert wire.take() == []


@pytest.mark.parametrize("make", [LiveTable, StatusStrip])
def test_display_holds_the_widget_and_its_html(wire: Wire, make: type) -> None:
    panel = make()
    bundle = panel._repr_mimebundle_()
    assert bundle["text/html"] == panel.value
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == panel.model_id
    assert bundle["text/plain"] == repr(panel) == f"{make.__name__}()"


def test_closed_panels_send_nothing_more_and_leave_no_widget(wire: Wire) -> None:
    table, strip = LiveTable(), StatusStrip()
    table.close()
    strip.close()
    kinds = [kind for kind, _ in wire.take()]
    assert kinds.count("comm_open") == kinds.count("comm_close")
    run_in_thread(lambda: (table.draw(picture(3)), strip.draw(Stats(rows=9))))
    assert wire.take() == []


@pytest.mark.parametrize("make", [LiveTable, StatusStrip])
def test_colours_come_from_the_theme_each_with_a_value_without_one(wire: Wire, make: type) -> None:
    colours = re.findall(r"color:([^;\"]*)", make().value)
    assert colours
    assert all(re.fullmatch(r"var\(--jp-[\w-]+,[^)]+\)", colour) for colour in colours)
