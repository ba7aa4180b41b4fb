"""Spans and starting points as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from tracker.errors import BadOption
from tracker.spans import parse_since, parse_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10min", 600),
        ("1.5 h", 5400),
        ("1d", 86400),
        (30, 30),
        (timedelta(minutes=2), 120),
        ("10 minutes", 600),
        ("1 Minute", 60),
        ("2 hours", 7200),
        ("45 seconds", 45),
        ("3 days", 259_200),
    ],
)
def test_a_span_is_read(text, seconds):
    assert parse_span("window", text) == seconds


@pytest.mark.parametrize(
    "value", ["", "10", "ten minutes", "-5min", 0, -1, float("inf"), float("nan"), None, timedelta(0), True]
)
def test_a_span_that_is_none_is_refused_by_name(value):
    with pytest.raises(BadOption, match="window="):
        parse_span("window", value)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("earliest", float("-inf")),
        ("latest", float("inf")),
        ("-10min", 400.0),
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01 00:01", 60.0),
        (datetime(1970, 1, 1, 0, 2, tzinfo=UTC), 120.0),
        (datetime(1970, 1, 1, 0, 2), 120.0),
        (77, 77.0),
    ],
)
def test_a_starting_point_is_read(value, moment):
    assert parse_since(value).moment(now=1000.0) == moment


@pytest.mark.parametrize("value", ["", "10min", "yesterday", "-", -5, 1.7e12, None])
def test_a_starting_point_that_is_none_is_refused(value):
    with pytest.raises(BadOption, match="since="):
        parse_since(value)
