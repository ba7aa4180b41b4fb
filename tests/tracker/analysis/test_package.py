"""What all functions of the analysis have in common."""

import time

import pandas as pd
import pytest
from reports import nothing, reports

import tracker.analysis
from tracker.analysis import count_density, label_phases, measure_distance, resample, split_flights
from tracker.errors import MissingColumn

NEEDED = {
    split_flights: {"timestamp", "key", "callsign"},
    label_phases: {"timestamp", "key", "altitude", "groundspeed", "vertical_rate"},
    resample: {"timestamp", "key"},
    measure_distance: {"timestamp", "key", "latitude", "longitude"},
    count_density: {"key", "latitude", "longitude"},
}
ADDED = {split_flights: "flight", label_phases: "phase", measure_distance: "distance"}
TEXTS = ["icao24", "callsign", "squawk", "key"]


@pytest.fixture(scope="module")
def minutes(half_hour) -> pd.DataFrame:
    """Reports from the middle: comparing categories of all of them takes pandas seconds."""
    return half_hour.iloc[20_000:23_000].reset_index(drop=True)


each = pytest.mark.parametrize("function", NEEDED, ids=lambda function: function.__name__)


def plain(df: pd.DataFrame, dtype: object = object) -> pd.DataFrame:
    """The same reports as another library would hold them."""
    return df.astype(dict.fromkeys(TEXTS, dtype)).assign(onground=df["onground"].astype(bool))


def test_every_public_name_is_there_and_listed():
    public = {name for name, value in vars(tracker.analysis).items() if callable(value) and name[0] != "_"}
    assert tracker.analysis.__all__ == sorted(public | {"PHASES"})
    for name in public:
        assert getattr(tracker.analysis, name).__doc__


@each
def test_the_argument_stays_as_it_was(function, minutes):
    before = minutes.copy(deep=True)
    after = function(minutes)
    pd.testing.assert_frame_equal(minutes, before)
    after.loc[:, "latitude"] = 0.0
    pd.testing.assert_frame_equal(minutes, before)


@each
def test_each_needed_column_is_named_where_it_is_missing(function, minutes):
    bare = minutes[sorted(NEEDED[function])]
    function(bare)
    for name in NEEDED[function] - {"key"}:
        with pytest.raises(MissingColumn, match=f"lacks '{name}'") as caught:
            function(bare.drop(columns=name))
        assert caught.value.name == name
    with pytest.raises(MissingColumn, match="lacks 'icao24'"):
        function(bare.drop(columns="key"))


@each
def test_a_frame_without_key_goes_by_icao24(function, minutes):
    with_key = function(minutes).drop(columns="key", errors="ignore")
    pd.testing.assert_frame_equal(function(minutes.drop(columns="key")), with_key)


@each
@pytest.mark.parametrize("dtype", [object, "str", "string"])
def test_plain_columns_give_the_same(function, dtype, minutes):
    expected, result = function(minutes), function(plain(minutes, dtype))
    given = [name for name in [*TEXTS, "onground"] if name in expected.columns]
    pd.testing.assert_frame_equal(result, expected.astype({name: result[name].dtype for name in given}))


@each
def test_the_order_of_rows_does_not_matter(function, minutes):
    shuffled = minutes.sample(frac=1, random_state=1)
    expected = function(minutes)
    result = function(shuffled)
    if function in ADDED:
        pd.testing.assert_index_equal(result.index, shuffled.index)
        result = result.sort_index()
    pd.testing.assert_frame_equal(result, expected)


@each
def test_an_empty_frame_gives_the_columns_and_types_of_a_full_one(function, minutes):
    full = function(minutes)
    for empty in (function(nothing()), function(minutes.head(0))):
        assert not len(empty)
        assert list(empty.columns) == list(full.columns)
        for name, dtype in full.dtypes.items():
            same_kind = isinstance(dtype, pd.CategoricalDtype) and isinstance(empty[name].dtype, pd.CategoricalDtype)
            assert same_kind or empty[name].dtype == dtype
    assert not len(function(plain(minutes).head(0)))


@pytest.mark.parametrize("function", ADDED, ids=lambda function: function.__name__)
def test_rows_without_key_or_time_get_nothing(function, minutes):
    df = minutes.head(1000).copy()
    df.loc[10, "key"] = None
    df.loc[20, "timestamp"] = pd.NaT
    added = function(df)[ADDED[function]]
    assert added.loc[[10, 20]].isna().all()
    kept = function(df.drop([10, 20]))[ADDED[function]]
    pd.testing.assert_series_equal(added.drop([10, 20]), kept)
    assert len(resample(df)) <= 1000


def test_times_may_be_texts_or_without_a_zone():
    df = reports([0, 1.5, 3], latitude=[0.0, 0.001, 0.002], longitude=0.0)
    texts = df.assign(timestamp=["2021-10-07T13:00:00Z", "2021-10-07T13:00:01.5Z", "2021-10-07 13:00:03"])
    naive = df.assign(timestamp=df["timestamp"].dt.tz_localize(None))
    for other in (texts, naive):
        assert list(measure_distance(other)["distance"]) == list(measure_distance(df)["distance"])
        pd.testing.assert_frame_equal(resample(other), resample(df))


@each
def test_the_half_hour_takes_well_under_a_second(function, half_hour):
    begin = time.process_time()
    function(half_hour)
    assert time.process_time() - begin < 1
