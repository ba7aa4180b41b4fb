"""Phases: what the fuzzy logic says of clear cases, and that wild and missing values do not confuse it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import reports

from tracker.analysis import PHASES, label_phases
from tracker.errors import BadOption

NAN = float("nan")


def phases(altitude, groundspeed, vertical_rate, seconds=None, **more):
    longest = max(np.size(values) for values in (altitude, groundspeed, vertical_rate))
    df = reports(seconds or range(longest), altitude=altitude, groundspeed=groundspeed, vertical_rate=vertical_rate)
    return list(label_phases(df.assign(**more))["phase"])


@pytest.mark.parametrize(
    ("altitude", "groundspeed", "vertical_rate", "phase"),
    [
        (0, 10, 0, "ground"),
        (5000, 250, 2000, "climb"),
        (30000, 430, 1500, "climb"),
        (5000, 220, -1500, "descent"),
        (37000, 470, 0, "cruise"),
        (37000, 470, -64, "cruise"),
        (4000, 220, 0, "level"),
        (10000, 280, 64, "level"),
        (45000, 480, 0, "cruise"),
    ],
)
def test_clear_cases(altitude, groundspeed, vertical_rate, phase):
    assert phases([altitude], groundspeed, vertical_rate) == [phase]


def test_single_wild_values_do_not_count():
    altitude = [4000.0] * 20
    altitude[3] = 123_100.0
    rate = [0.0] * 20
    rate[7] = 6000.0
    assert phases(altitude, 220.0, rate) == ["level"] * 20
    assert phases([123_100.0] * 5 + [4000.0], 220.0, 0.0) == ["level"] * 6


def test_single_missing_values_do_not_count():
    assert phases([NAN, 4000, NAN], [NAN, NAN, 220], [0, NAN, NAN]) == ["level"] * 3


def test_what_was_not_heard_at_all_leaves_the_span_without_a_phase():
    assert pd.isna(phases([4000, 4000, 4000], [220, 220, 220], NAN)).all()
    assert phases([4000, 4000], 220, [0, NAN], seconds=[59, 60])[0] == "level"
    assert pd.isna(phases([4000, 4000], 220, [0, NAN], seconds=[59, 60])[1])


def test_a_report_on_the_ground_is_ground_whatever_the_field_elevation():
    assert phases([NAN, 392], [NAN, 15], [NAN, 0], onground=True) == ["ground"] * 2
    assert phases([5000] * 2, 15, 0, onground=pd.array([True, None], "boolean"))[0] == "ground"


@pytest.mark.parametrize(("altitude", "groundspeed"), [(3000, 205), (16000, 150)])
def test_who_flies_is_not_believed_to_be_on_the_ground(altitude, groundspeed):
    assert phases([altitude], groundspeed, 2000, onground=True) == ["climb"]


def test_an_altitude_that_nobody_flies_at_does_not_take_off():
    assert phases([123_100.0], 100, 0, onground=True) == ["ground"]


def test_the_take_off_is_seen_within_a_span():
    onground = [True] * 30 + [False] * 30
    rate = [0.0] * 30 + [2500.0] * 30
    assert phases([NAN] * 30 + [1500.0] * 30, 150.0, rate, onground=onground) == ["ground"] * 30 + ["climb"] * 30


def test_a_label_does_not_depend_on_where_the_frame_begins(half_hour):
    whole = label_phases(half_hour)["phase"]
    minute = half_hour["timestamp"].dt.floor("1min")
    later = half_hour[minute >= minute.min() + pd.Timedelta("7min")]
    pd.testing.assert_series_equal(label_phases(later)["phase"], whole.loc[later.index])


def test_the_recorded_half_hour(half_hour):
    df = label_phases(half_hour)
    assert list(df["phase"].cat.categories) == list(PHASES)
    assert df["phase"].value_counts().to_dict() == {
        "climb": 14674, "descent": 13705, "ground": 8766, "level": 5787, "cruise": 97,
    }  # fmt: skip
    assert df["phase"].isna().sum() == 162
    assert df.loc[df["phase"] == "climb", "vertical_rate"].median() > 1000
    assert df.loc[df["phase"] == "descent", "vertical_rate"].median() < -500


@pytest.mark.parametrize("window", [0, "never"])
def test_a_window_that_is_no_span_is_refused(window):
    with pytest.raises(BadOption, match="window="):
        label_phases(reports([0], altitude=0.0, groundspeed=0.0, vertical_rate=0.0), window)


def gauss(value, mean, sigma):
    return np.exp(-((value - mean) ** 2) / (2 * sigma**2))


def rising(value, foot, top):
    middle = (foot + top) / 2
    if value <= foot:
        return 0.0
    if value >= top:
        return 1.0
    share = ((value - foot) if value < middle else (value - top)) / (top - foot)
    return 2 * share**2 if value < middle else 1 - 2 * share**2


@given(st.floats(-1000, 50_000), st.floats(0, 700), st.floats(-6000, 6000))
def test_the_phase_is_the_truest_rule_of_the_paper(altitude, speed, rate):
    height, kt, fpm = min(max(altitude, 0), 39_999), min(speed, 599), min(max(rate, -4000), 3999.9)
    low, high, level = gauss(height, 10_000, 10_000), gauss(height, 35_000, 20_000), gauss(fpm, 0, 100)
    truth = {
        "ground": min(1 - rising(height, 0, 200), level, gauss(kt, 0, 50)),
        "climb": min(low, rising(fpm, 10, 1000), gauss(kt, 300, 100)),
        "descent": min(low, rising(-fpm, 10, 1000), gauss(kt, 300, 100)),
        "cruise": min(high, level, gauss(kt, 600, 100)),
        "level": min(low, level, gauss(kt, 300, 100)),
    }
    assert truth[phases([altitude], speed, rate)[0]] == pytest.approx(max(truth.values()), rel=1e-9)
