"""Spans of time and starting points as people write them: `"10min"`, `"-10min"`, `"earliest"`, a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tracker.errors import BadOption

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
}
_SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Since:
    """Where reading a log starts, by when records were published."""

    at: float = 0.0
    """s since 1970; infinite for the ends of the log."""
    before_now: float | None = None
    """If set: so many seconds before the start instead."""

    def moment(self, now: float) -> float:
        """Return the time from which records are wanted, s since 1970: -inf is the log's beginning, inf its end."""
        return self.at if self.before_now is None else now - self.before_now


def parse_span(name: str, value: str | float | timedelta) -> float:
    """Read a span: `"90s"`, `"10min"`, `"10 minutes"`, `"2h"`, `"1d"`, a number of seconds or a timedelta.

    Returns:
        s, above zero.

    Raises:
        BadOption: `value` is something else, or not above zero; `name` is the option that is named.
    """
    limit = 'a span above zero is needed: seconds, a timedelta, or text such as "90s", "10min", "2h", "1d"'
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, str):
        match = _SPAN.fullmatch(value)
        if not match or match[2].lower() not in _UNITS:
            raise BadOption(name, value, limit)
        seconds = float(match[1]) * _UNITS[match[2].lower()]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        raise BadOption(name, value, limit)
    if not 0 < seconds < float("inf"):
        raise BadOption(name, value, limit)
    return seconds


def check_ageing(stale_after: float, lost_after: float, names: tuple[str, str]) -> None:
    """Refuse a moment of being lost that is not after that of being stale.

    Args:
        stale_after: After how long without being heard an aircraft is stale, s.
        lost_after: After how long it is lost, s.
        names: Of these two options, as the user knows them.

    Raises:
        BadOption: An aircraft would be lost before it is stale.
    """
    if lost_after <= stale_after:
        raise BadOption(names[1], lost_after, f"more than {names[0]}, which is {stale_after:g} s, is needed")


def parse_since(value: str | float | datetime) -> Since:
    """Read a starting point: `"earliest"`, `"latest"`, `"-10min"`, an ISO 8601 time, a datetime or s since 1970.

    A time without a zone is UTC.

    Raises:
        BadOption: `value` is something else.
    """
    limit = 'one of "earliest", "latest", "-10min", "2026-01-31T12:00Z", a datetime, or seconds since 1970 is needed'
    if isinstance(value, str):
        text = value.strip()
        if text in ("earliest", "latest"):
            return Since(float("-inf" if text == "earliest" else "inf"))
        if text.startswith("-"):
            return Since(before_now=parse_span("since", text[1:]))
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise BadOption("since", value, limit) from None
    if isinstance(value, datetime):
        return Since((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
    if isinstance(value, int | float) and 0 <= value < 1e11:
        return Since(float(value))
    raise BadOption("since", value, limit)
