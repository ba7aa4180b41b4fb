"""tracker/sample/judging.py: what values tell of their unit."""

import pytest

from tracker.sample.judging import Verdict, height, identity, moment, number, rate, speed, truth, within


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([1767225600, 1767225601.5], "s"),
        (["1767225600"], "s"),
        ([1767225600123], "ms"),
        ([1767225600123456], "us"),
        ([1767225600, 1767225600123], "s or ms"),
        (["2026-01-01T00:00:00Z", "2026-01-01 00:00:00"], "iso8601"),
    ],
)
def test_the_unit_of_a_time_follows_from_its_size(values, unit):
    assert moment(values) == Verdict(unit)


@pytest.mark.parametrize(
    "values", [[], [1767225600123456789], [12], ["20260101"], ["yesterday"], [True], [1e999], [1767225600, 17]]
)
def test_what_is_no_time_that_a_mapping_reads_is_none(values):
    assert moment(values) is None


@pytest.mark.parametrize(
    ("judge", "values", "unit"),
    [
        (speed("m/s"), [12, 30], "m/s"),
        (speed("m/s"), [450], "kt"),
        (speed("kt"), [12], "kt"),
        (height("m"), [10_000], "m"),
        (height("m"), [35_000, "ground"], "ft"),
        (height("ft"), [0], "ft"),
        (rate, [-5], "m/s"),
        (rate, [-1500], "ft/min"),
    ],
)
def test_a_unit_that_no_name_tells_is_a_guess_and_says_so(judge, values, unit):
    found = judge(values)
    assert (found.unit, found.doubt != "") == (unit, True)


@pytest.mark.parametrize(
    ("judge", "values"),
    [
        (speed("m/s"), [-1]), (speed("m/s"), ["fast"]), (height("m"), [True]), (height("m"), [1e7]), (rate, [1e6]),
        (within(-90, 90), [91]), (within(-90, 90), []), (identity, [1.5]), (identity, ["x" * 65]), (identity, [True]),
        (identity, ["\x1b"]), (truth, [2]), (truth, ["perhaps"]),
    ],
)  # fmt: skip
def test_values_that_cannot_be_of_a_field_are_told(judge, values):
    assert judge(values) is None


def test_one_bad_value_in_ten_is_forgiven():
    assert within(0, 1)([0.5] * 9 + [7])
    assert within(0, 1)([0.5] * 8 + [7]) is None


@pytest.mark.parametrize(("value", "expected"), [("1.5", 1.5), (2, 2.0), ("1_0", None), ("٣", None), (10**400, None)])
def test_numbers_are_those_that_a_mapping_reads(value, expected):
    found = number(value)
    assert found == expected or (expected is None and found != found)
