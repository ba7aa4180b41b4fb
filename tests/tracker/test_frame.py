"""Frames: the analyst's names, units and types, and exactly what is held."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.wire import StateVector, decode
from tracker.columns.names import COLUMNS
from tracker.errors import BadOption, UnknownColumn
from tracker.feed.batch import collect
from tracker.feed.records import Reject
from tracker.frame import frame, rejected_frame, rows_where
from tracker.state.window import Window

FULL = StateVector(
    icao24="abc123", callsign="AFR1", lat=48.5, lon=2.5, velocity=100.0, track=90.0, altitude=304.8,
    geo_altitude=609.6, vertical_rate=-5.08, on_ground=False, squawk="0020", time=1_633_611_600.5,
)  # fmt: skip
BARE = StateVector(callsign="TEST-1", lat=0.0, lon=0.0, time=1_633_611_601.0)


def framed(*vectors, columns=None):
    window = Window(1e9)
    if vectors:
        window.add(collect(vectors, [0.0] * len(vectors)))
    return frame(window.reports(), columns)


def test_every_column_has_the_name_type_and_unit_of_the_table():
    for vectors in [(FULL, BARE), (FULL,), (BARE,), ()]:
        df = framed(*vectors)
        assert list(df.columns) == [column.name for column in COLUMNS]
        assert [str(dtype) for dtype in df.dtypes] == [column.dtype for column in COLUMNS]
        assert isinstance(df.index, pd.RangeIndex)
        assert len(df) == len(vectors)


def test_values_come_in_the_analysts_units():
    row = framed(FULL).iloc[0]
    assert row.timestamp == pd.Timestamp("2021-10-07 13:00:00.5", tz="UTC")
    assert row.altitude == pytest.approx(1000, abs=1e-6)
    assert row.geoaltitude == pytest.approx(2000, abs=1e-6)
    assert row.groundspeed == pytest.approx(100 * 3600 / 1852)
    assert row.vertical_rate == pytest.approx(-1000, abs=1e-6)
    assert (row.latitude, row.longitude, row.track) == (48.5, 2.5, 90.0)
    assert (row.icao24, row.callsign, row.squawk, row.key, row.onground) == ("abc123", "AFR1", "0020", "abc123", False)


def test_what_is_not_known_is_missing():
    row = framed(FULL, BARE).iloc[1]
    missing = {
        "icao24", "altitude", "geoaltitude", "groundspeed", "track", "vertical_rate", "onground", "squawk", "id",
        "position_source", "typecode", "registration", "category",
    }  # fmt: skip
    assert {name for name in row.index if pd.isna(row[name])} == missing
    assert row.key == "cs:TEST-1"


TRUCK = StateVector(
    id="TRUCK-1", kind="vehicle", lat=48.0, lon=2.0, time=1_633_611_602.0, position_source="other"
)  # fmt: skip


def test_a_description_stands_on_every_row_of_its_key():
    told = StateVector(
        icao24="abc123", lat=48.5, lon=2.5, time=1_633_611_603.0, kind="aircraft", typecode="A320",
        registration="F-GKXA", category="A3", position_source="mlat",
    )  # fmt: skip
    df = framed(FULL, BARE, TRUCK, told)
    assert df.kind.tolist() == ["aircraft", "aircraft", "vehicle", "aircraft"]
    for name, value in (("typecode", "A320"), ("registration", "F-GKXA"), ("category", "A3")):
        assert df[name].isna().tolist() == [False, True, True, False]
        assert df[name].dropna().tolist() == [value, value]
    assert df.position_source.isna().tolist() == [True, True, False, False]
    assert df.position_source.dropna().tolist() == ["other", "mlat"]
    assert list(df.kind.cat.categories) == ["aircraft", "vehicle"]
    assert list(df.position_source.cat.categories) == ["mlat", "other"]


def test_an_id_that_is_the_key_is_a_column_and_no_address():
    df = framed(FULL, BARE, TRUCK)
    assert df.key.tolist() == ["abc123", "cs:TEST-1", "id:TRUCK-1"]
    assert df.id.isna().tolist() == [True, True, False]
    assert df.icao24.isna().tolist() == [False, True, True]
    assert df.id[2] == "TRUCK-1"
    only = framed(TRUCK)
    assert (only.id.tolist(), only.key.tolist()) == (["TRUCK-1"], ["id:TRUCK-1"])


def test_of_some_rows_the_categories_are_those_that_occur():
    window = Window(1e9)
    window.add(collect([FULL, TRUCK], [0.0, 0.0]))
    df = frame(window.track("TRUCK-1"))
    assert list(df.kind.cat.categories) == ["vehicle"]
    assert list(frame(window.track("abc123")).kind.cat.categories) == ["aircraft"]


def test_messages_of_before_make_the_frame_of_before_and_are_of_aircraft():
    values = (Path(__file__).parent / "feed" / "messages_before_kinds.jsonl").read_bytes().splitlines()
    window = Window(1e9)
    window.add(collect([decode(value) for value in values], [1.7e9] * len(values)))
    df = frame(window.reports())
    golden = json.loads((Path(__file__).parent / "feed" / "frame_before_kinds.json").read_text("utf-8"))
    before = df[list(golden)]
    shown = json.loads(before.to_json(orient="columns", date_format="iso", date_unit="us", double_precision=15))
    assert {name: list(column.values()) for name, column in shown.items()} == golden
    assert set(df.kind) == {"aircraft"}
    assert df[["id", "position_source", "typecode", "registration", "category"]].isna().all(axis=None)


def test_categories_are_those_that_occur_in_alphabetical_order():
    window = Window(10)
    for time, sign in enumerate(["ZZZ", "MMM", "AAA", "BBB"]):
        window.add(collect([StateVector(callsign=sign, lat=0, lon=0, time=time * 6.0)], [0.0]))
    df = frame(window.reports())
    assert list(df.callsign.cat.categories) == ["AAA", "BBB"]
    assert list(df.callsign) == ["AAA", "BBB"]
    assert list(df.sort_values("callsign").callsign) == ["AAA", "BBB"]


def test_columns_can_be_chosen_and_a_wrong_name_is_told():
    assert list(framed(FULL, columns=["altitude", "key"]).columns) == ["altitude", "key"]
    with pytest.raises(UnknownColumn, match=r"'altidude' .close to it: altitude"):
        framed(FULL, columns=["altidude"])


@pytest.mark.parametrize("view", [Window.reports, Window.latest, lambda window: window.track("abc123")])
def test_later_data_does_not_touch_a_frame(view):
    window = Window(5)
    window.add(collect([FULL], [0.0]))
    df = frame(view(window))
    before = df.copy(deep=True)
    for column in window._columns.values():
        column[:] = 0
    pd.testing.assert_frame_equal(df, before)


def test_a_frame_may_be_changed_without_harm_to_the_window():
    window = Window(100)
    window.add(collect([FULL], [0.0]))
    df = frame(window.reports())
    df.loc[0, "latitude"] = 0.0
    assert frame(window.reports()).latitude[0] == 48.5


def test_rejects_make_a_frame_even_when_there_are_none():
    assert list(rejected_frame([]).columns) == list(
        rejected_frame([Reject(0.0, 0, 0, "json", None, "bad", b"x")]).columns
    )
    df = rejected_frame([Reject(1.5, 2, 3, "range", "lat", "lat = 91", b"{")])
    assert df.when[0] == pd.Timestamp("1970-01-01 00:00:01.5", tz="UTC")
    assert (df.partition[0], df.offset[0], df.reason[0], df.field[0], df.first_bytes[0]) == (2, 3, "range", "lat", b"{")


@given(
    st.lists(st.tuples(st.integers(0, 300), st.one_of(st.none(), st.integers(0, 400).map("S{}".format))), max_size=400)
)
def test_texts_survive_whatever_their_number(reports):
    vectors = [
        StateVector(icao24=f"{key:06x}", callsign=sign, lat=0, lon=0, time=float(n))
        for n, (key, sign) in enumerate(reports)
    ]
    df = framed(*vectors)
    assert list(df.key) == [f"{key:06x}" for key, _ in reports]
    assert [None if pd.isna(sign) else sign for sign in df.callsign] == [sign for _, sign in reports]
    assert np.array_equal(df.timestamp.astype("int64"), np.arange(len(reports)) * 1_000_000)


class TestRowsWhere:
    @pytest.fixture
    def df(self) -> pd.DataFrame:
        return framed(
            StateVector(lat=1.0, lon=2.0, icao24="aaaaaa", time=0.0, squawk="7700", altitude=100.0, on_ground=False),
            StateVector(lat=1.0, lon=2.0, icao24="bbbbbb", time=60.0, squawk="1000", altitude=9_000.0),
        )

    @pytest.mark.parametrize(
        "where",
        [
            "squawk == 7700", "7700 == squawk", "squawk in [7700, 1000]", "altitude > 1 and squawk != 7700.0",
            "icao24 == 123456", "squawk == @code", "squawk in @codes", "key < -1",
        ],
    )  # fmt: skip
    def test_a_text_against_a_number_is_refused_as_it_never_is_equal(self, df, where):
        with pytest.raises(BadOption, match=r"where=.*is a text: compare it with '") as refused:
            rows_where(df, where, names={"code": 7700, "codes": [7700]})
        assert refused.value.value == where

    @pytest.mark.parametrize("where", ["altitude > '300'", "onground == 'True'", "altitude == @code"])
    def test_a_number_against_a_text_is_refused(self, df, where):
        with pytest.raises(BadOption, match=r"is no text: compare it with a number"):
            rows_where(df, where, names={"code": "7700"})

    @pytest.mark.parametrize(
        ("where", "keys"),
        [
            ("squawk == '7700'", ["aaaaaa"]),
            ("squawk in ['7700', '1000']", ["aaaaaa", "bbbbbb"]),
            ("squawk == @code and altitude < @limit", ["aaaaaa"]),
            ("squawk in @codes", ["bbbbbb"]),
            ("`altitude` > @limit", ["bbbbbb"]),
            ("timestamp > '1970-01-01 00:00:30Z'", ["bbbbbb"]),
            ("onground == False", ["aaaaaa"]),
            ("callsign.isna()", ["aaaaaa", "bbbbbb"]),
            ("key.str.startswith('a')", ["aaaaaa"]),
        ],
    )
    def test_what_can_be_asked_is_asked(self, df, where, keys):
        names = {"code": "7700", "codes": ["1000"], "limit": 5_000}
        assert list(rows_where(df, where, ["key"], names).key) == keys

    @pytest.mark.parametrize("where", ["timestamp > '1970-01-01 00:00:30'", "timestamp > @noon"])
    def test_a_time_without_a_zone_is_refused_with_how_to_write_it(self, df, where):
        with pytest.raises(BadOption, match=r"timestamp is in UTC: compare it with '1970-01-01.*Z'"):
            rows_where(df, where, names={"noon": "1970-01-01T12:00"})

    @pytest.mark.parametrize("where", ["altitude", "True", "altitude + 1", "callsign"])
    def test_what_is_not_true_or_false_for_each_row_is_refused(self, df, where):
        with pytest.raises(BadOption, match="true or false for each row"):
            rows_where(df, where)

    @pytest.mark.parametrize("where", ["altitude >", "height > 3", "@nobody == 3", "", "1 +"])
    def test_what_is_no_expression_over_the_columns_is_refused_with_their_names(self, df, where):
        with pytest.raises(BadOption, match=r"where=.*timestamp, icao24, callsign"):
            rows_where(df, where)


def test_a_csv_file_of_a_frame_holds_no_formula_and_every_number_as_it_was():
    report = {"lat": -33.5, "lon": -70.5, "vertical_rate": -5.08, "time": 1_633_611_600.5}
    texts = ("=CMD|' /C CALC'!", "-A", "@A", "A")
    vectors = [
        decode(json.dumps({**report, "icao24": f"abc12{number}", "callsign": text}).encode())
        for number, text in enumerate(texts)
    ]
    written = framed(*vectors).to_csv(index=False)
    cells = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and not is_number(cell)] == []
    assert cells.count("-33.5") == len(vectors)
    assert "A" in cells


def is_number(cell):
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell) is not None
