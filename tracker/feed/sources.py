"""`Heard`: which source each record came from, as its headers `source` and `attribution` say; pure.

Any producer may write these headers, so what they say is a stranger's text: it is shortened here, and nobody is meant
to take it for more than a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol

from tracker.arrays import Floats

SOURCE, ATTRIBUTION = "source", "attribution"
"""Names of the headers."""

_LONGEST_NAME = 64  # characters
_LONGEST_ATTRIBUTION = 300  # characters

Headers = Sequence[tuple[str, bytes | None]]


class Headed(Protocol):
    """What is read of a record here."""

    @property
    def headers(self) -> Headers:
        """Names and values; hashable."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of one source."""

    reports: int
    published: float
    """When the newest of these reports was published, s since 1970, UTC."""
    attribution: str
    """Whom its terms want to be named; empty where nobody."""


_headers = attrgetter("headers")


def hear_sources(records: Sequence[Headed], published: Floats) -> Mapping[str, Heard]:
    """Return what was heard of each source, by its name; records that name none are left out.

    Args:
        records: One a report.
        published: Shape (n,): when each was published, s since 1970, UTC.
    """
    kinds = set(map(_headers, records))
    named = {headers: name for headers in kinds if headers and (name := _text(headers, SOURCE, _LONGEST_NAME))}
    if not named:
        return {}
    if len(kinds) == 1:  # as nearly always: no look at each record
        ((headers, name),) = named.items()
        return {name: Heard(len(records), float(published.max()), _attribution(headers))}
    heard: dict[str, Heard] = {}
    for headers, moment in zip(map(_headers, records), published.tolist(), strict=True):
        if name := named.get(headers, ""):
            before = heard.get(name)
            heard[name] = (
                Heard(1, moment, _attribution(headers))
                if before is None
                else Heard(before.reports + 1, max(before.published, moment), before.attribution)
            )
    return heard


def _attribution(headers: Headers) -> str:
    return _text(headers, ATTRIBUTION, _LONGEST_ATTRIBUTION)


def _text(headers: Headers, name: str, longest: int) -> str:
    """Return a header's text as it can be shown, its last value where there are several; empty: there is none."""
    for key, value in reversed(headers):
        if key == name and value:
            text = value[: 4 * longest].decode(errors="replace")
            return "".join(filter(str.isprintable, text)).strip()[:longest]
    return ""
