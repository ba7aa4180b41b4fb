import json
import re
from dataclasses import replace

import numpy as np
import pytest
from screens import Wire, picture, run_in_thread, scene, seen

from tracker.columns.names import COLUMNS
from tracker.errors import BadOption, UnknownColumn
from tracker.jupyter.table import DEFAULT, LiveTable

DASH = "\N{EN DASH}"


def drawn(table: LiveTable, shown) -> list[list[str]]:
    """The texts of the table's cells."""
    table.draw(seen(shown))
    return table.content["rows"]


def static(table: LiveTable) -> str:
    return table._repr_mimebundle_()[0]["text/html"]


def click(table: LiveTable, message: object) -> None:
    """As a browser says it."""
    table.comm.handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})


def test_one_row_an_aircraft_in_the_analysts_units(wire: Wire) -> None:
    table = LiveTable()
    rows = drawn(table, picture(1, squawk=["0123"], vertical_rate=[-5.08], track=[359.7]))
    assert rows == [["TEST0", "000000", "30,000", "194", "0", "-1,000", "0123", "1"]]
    heads = [(column["name"], column["unit"]) for column in table.content["columns"]]
    assert heads == list(zip(DEFAULT, ("", "", "ft", "kt", "°", "ft/min", "", "s"), strict=True))


def test_every_column_of_the_frames_can_be_shown(wire: Wire) -> None:
    table = LiveTable(columns=[column.name for column in COLUMNS])
    (row,) = drawn(table, picture(1, on_ground=[-1]))
    expected = {
        "timestamp": "01:46:40", "icao24": "000000", "callsign": "TEST0", "latitude": "48.0000", "longitude": "2.0000",
        "altitude": "30,000", "geoaltitude": "30,000", "groundspeed": "194", "track": "45", "vertical_rate": "0",
        "onground": DASH, "squawk": "1000", "key": "000000",
        "id": DASH, "kind": "aircraft", "position_source": DASH, "typecode": DASH, "registration": DASH,
        "category": DASH,
    }  # fmt: skip
    assert dict(zip(expected, row, strict=True)) == expected


def names(table: LiveTable) -> list[str]:
    return [column["name"] for column in table.content["columns"]]


def test_columns_join_the_table_once_anybody_has_a_value_and_stay(wire: Wire) -> None:
    table = LiveTable()
    table.draw(scene(2))
    assert names(table) == list(DEFAULT)
    table.draw(scene(2, typecode=[None, "A320"]))
    assert names(table) == ["callsign", "icao24", "typecode", *DEFAULT[2:]]
    mixed = {"key": ["000000", "id:TRUCK-7"], "icao24": ["000000", None], "callsign": [None, None]}
    rows = drawn(table, picture(2, kind=["aircraft", "vehicle"], position_source=["adsb", None], **mixed))
    expected = ["callsign", "icao24", "id", "kind", "typecode", *DEFAULT[2:-1], "position_source", "age"]
    assert names(table) == expected
    assert [row[2:5] + row[-2:-1] for row in rows] == [
        [DASH, "aircraft", DASH, "adsb"],
        ["TRUCK-7", "vehicle"] + [DASH] * 2,
    ]
    table.draw(scene(2))
    assert names(table) == expected


def test_a_column_that_joined_can_be_sorted_by(wire: Wire) -> None:
    table = LiveTable()
    shown = picture(2, typecode=["B738", "A320"])
    click(table, {"sort": "typecode"})
    assert table.sort == "callsign"
    table.draw(seen(shown))
    click(table, {"sort": "typecode"})
    assert [row[2] for row in drawn(table, shown)] == ["A320", "B738"]


def test_columns_that_were_chosen_stay_as_they_are(wire: Wire) -> None:
    table = LiveTable(columns=["callsign"])
    table.draw(scene(1, typecode=["A320"], kind=["vessel"]))
    assert names(table) == ["callsign"]


def test_objects_are_called_so_where_not_all_are_aircraft(wire: Wire) -> None:
    table = LiveTable()
    table.draw(scene(2, kind=["aircraft", "container"]))
    assert table.content["words"] == "2 objects"


def test_emergency_is_marked_and_says_what_it_is(wire: Wire) -> None:
    table = LiveTable()
    shown = picture(3, squawk=["7700", "1000", "7600"], kind=["aircraft", "aircraft", "vehicle"])
    rows = drawn(table, shown)
    squawk = names(table).index("squawk")
    assert [row[squawk] for row in rows] == ["7700 emergency", "1000", "7600"]
    assert table.content["alarm"] == [True, False, False]
    assert static(table).count("font-weight:600;font-variant") == 1
    assert drawn(LiveTable(columns=["callsign"]), shown)[0] == ["TEST0 emergency"]


def test_an_unknown_column_is_refused_with_a_hint(wire: Wire) -> None:
    with pytest.raises(UnknownColumn, match=r"'altidude' .close to it: altitude"):
        LiveTable(columns=["callsign", "altidude"])
    with pytest.raises(UnknownColumn, match=r"'ag' .close to it: age"):
        LiveTable(sort="-ag")


@pytest.mark.parametrize("rows", [0, 501, 2.5, True, "8"])
def test_a_bad_number_of_rows_is_refused_by_name(wire: Wire, rows: object) -> None:
    with pytest.raises(BadOption, match=r"rows=.*from 1 to 500"):
        LiveTable(rows=rows)


@pytest.mark.parametrize("columns", [[], "altitude"])
def test_columns_are_a_list_of_one_at_least(wire: Wire, columns: object) -> None:
    with pytest.raises(BadOption, match="columns="):
        LiveTable(columns=columns)


def test_rows_are_sorted_by_callsign_and_those_without_come_last(wire: Wire) -> None:
    rows = drawn(LiveTable(), picture(4, callsign=["B", None, "C", "A"]))
    assert [row[0] for row in rows] == ["A", "B", "C", DASH]


@pytest.mark.parametrize(("sort", "order"), [("altitude", "cabed"), ("-altitude", "beacd")])
def test_rows_are_sorted_by_a_value_unknown_ones_last_and_equal_ones_by_callsign(
    wire: Wire, sort: str, order: str
) -> None:
    shown = picture(5, callsign=["e", "d", "c", "b", "a"], altitude=[900, np.nan, 1, 900, 800])
    assert "".join(row[0] for row in drawn(LiveTable(sort=sort), shown)) == order


def test_the_highest_come_first_before_the_table_is_cut(wire: Wire) -> None:
    table = LiveTable(columns=["altitude"], sort="-altitude", rows=2)
    assert drawn(table, picture(60, altitude=np.arange(60) * 304.8)) == [["59,000"], ["58,000"]]
    assert table.content["words"] == "2 of 60 shown"
    assert table.content["columns"][0]["sorted"] == "descending"


def test_a_click_on_a_header_sorts_with_the_next_draw_and_a_second_one_turns_the_order_round(wire: Wire) -> None:
    woken = []
    table = LiveTable(columns=["callsign", "altitude"], wake=lambda: woken.append(1))
    shown = picture(3, altitude=np.array([2.0, 3.0, 1.0]) * 304.8)
    table.draw(seen(shown))
    wire.take()
    for order, rows in (("ascending", ["1,000", "2,000", "3,000"]), ("descending", ["3,000", "2,000", "1,000"])):
        run_in_thread(lambda: click(table, {"sort": "altitude"}))
        assert wire.take() == []  # a callback sets no trait
        assert [row[1] for row in drawn(table, shown)] == rows
        assert table.content["columns"][1]["sorted"] == order
        assert len(wire.take()) == 1
    assert len(woken) == 2
    click(table, {"sort": "altitude"})
    assert table.sort == "altitude"


def test_a_click_in_the_midst_of_a_draw_leaves_one_order_for_head_and_rows(wire: Wire) -> None:
    table = LiveTable(columns=["callsign", "altitude"])

    class Clicked(list):
        """Callsigns that are read when the rows are put in order, before the head is made."""

        def __getitem__(self, row: int) -> str:
            if table.sort == "callsign":
                click(table, {"sort": "altitude"})
            return super().__getitem__(row)

    shown = picture(2, altitude=[2, 1])
    table.draw(seen(replace(shown, callsign=Clicked(shown.callsign))))
    assert table.sort == "altitude"
    assert [column["sorted"] for column in table.content["columns"]] == ["ascending", "none"]


@pytest.mark.parametrize("junk", [None, {}, {"sort": None}, {"sort": "squawk"}, {"sort": ["x"]}, [1], "sort"])
def test_junk_from_a_browser_changes_nothing(wire: Wire, junk: object) -> None:
    table = LiveTable(columns=["callsign"])
    click(table, junk)
    assert table.sort == "callsign"


def test_what_is_not_known_is_a_dash(wire: Wire) -> None:
    unknown = {name: [np.nan] for name in ("altitude", "velocity", "track", "vertical_rate")}
    (row,) = drawn(LiveTable(), picture(1, squawk=[None], icao24=[None], **unknown))
    assert row[1:7] == [DASH] * 6


def test_on_the_ground_without_an_altitude_says_so(wire: Wire) -> None:
    (row,) = drawn(LiveTable(), picture(1, altitude=[np.nan], on_ground=[1]))
    assert row[2] == "on ground"


def test_stale_row_is_marked_and_says_so(wire: Wire) -> None:
    table = LiveTable()
    rows = drawn(table, picture(2, stale=[False, True], age=[1, 20]))
    assert [row[-1] for row in rows] == ["1", "20 stale"]
    assert table.content["stale"] == [False, True]
    short = LiveTable(columns=["callsign"])
    assert drawn(short, picture(1, stale=[True])) == [["TEST0 stale"]]


def test_no_more_rows_than_asked_for_and_the_table_says_so(wire: Wire) -> None:
    table = LiveTable()
    assert len(drawn(table, picture(67))) == 25
    assert table.content["words"] == "25 of 67 shown"
    table.draw(scene(3))
    assert table.content["words"] == "3 aircraft"


def test_texts_of_strangers_are_escaped_in_the_static_page_and_are_no_html_in_the_browser(wire: Wire) -> None:
    table = LiveTable()
    evil = '<script>"&'
    table.draw(scene(1, callsign=[evil], squawk=[evil], icao24=[evil]))
    assert "<script>" not in static(table)
    assert static(table).count("&lt;script&gt;&quot;&amp;") == 3
    assert "innerHTML" not in table._esm


def test_static_page_has_the_same_cells(wire: Wire) -> None:
    table = LiveTable(sort="-altitude")
    rows = drawn(table, picture(3, altitude=[1, 2, 3]))
    html = static(table)
    assert [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", html)[1:]] == rows
    assert "altitude" in html
    assert "▼" in html


def test_static_page_takes_its_colours_from_the_theme_each_with_a_value_without_one(wire: Wire) -> None:
    table = LiveTable()
    table.draw(scene(2, stale=[False, True]))
    colours = re.findall(r"color:([^;\"]*)", static(table))
    assert len(colours) > 4
    assert all(re.fullmatch(r"var\(--jp-[\w-]+,[^)]+\)", colour) for colour in colours)


def test_one_message_a_draw_and_none_when_nothing_changed(wire: Wire) -> None:
    table = LiveTable()
    wire.take()
    table.draw(scene(40))
    ((kind, data),) = wire.take()
    assert kind == "comm_msg"
    assert len(json.dumps(data)) < 5_000
    table.draw(scene(40))
    assert wire.take() == []


def test_display_holds_the_widget_and_its_html(wire: Wire) -> None:
    table = LiveTable()
    bundle, _ = table._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == table.model_id
    assert "<table" in bundle["text/html"]
    assert bundle["text/plain"] == repr(table) == "LiveTable()"


def test_closed_table_sends_nothing_more_and_leaves_no_widget(wire: Wire) -> None:
    table = LiveTable()
    table.close()
    table.close()
    kinds = [kind for kind, _ in wire.take()]
    assert kinds.count("comm_open") == kinds.count("comm_close")
    run_in_thread(lambda: table.draw(scene(3)))
    assert wire.take() == []
