"""`Aggregator`: services that gather what many receivers hear, and answer in the shape of ADS-B Exchange's version 2.

point, radius ──> URL of the service ──> answer ──> Reader (the mapping of readsb) ──> StateVector
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from producer.sources.backoff import Backoff
from producer.sources.exchange import Answer, Request, retry_after
from producer.sources.reader import Reading
from producer.sources.readsb import News, make_reader
from producer.sources.service import Outcome

MAX_RADIUS = 250.0
"""Nautical miles, of all these services."""

INTERVAL = 1.25
"""Seconds between two requests: all of them allow one a second, by their own clock at the end of a network."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A service, and what its use is bound to."""

    label: str
    """Its short name."""
    url: str
    """Where it is asked: `{lat}` and `{lon}` in degrees and `{radius}` in nautical miles stand for the point."""
    attribution: str | None
    """Who is to be named."""
    terms: str | None
    """What is said at the start."""


KNOWN: Mapping[str, Terms] = {
    "adsb.lol": Terms(
        "adsb.lol",
        "https://api.adsb.lol/v2/point/{lat}/{lon}/{radius}",
        "adsb.lol, https://adsb.lol (ODbL 1.0)",
        "its data is under the Open Database License (ODbL 1.0): name adsb.lol, and share databases made of it alike",
    ),
    "airplanes.live": Terms(
        "airplanes.live",
        "https://api.airplanes.live/v2/point/{lat}/{lon}/{radius}",
        "airplanes.live, https://airplanes.live",
        "its data is for non-commercial use (https://airplanes.live)",
    ),
    "adsb.fi": Terms(
        "adsb.fi",
        "https://opendata.adsb.fi/api/v3/lat/{lat}/lon/{lon}/dist/{radius}",
        "adsb.fi, https://adsb.fi",
        "its data is for personal, non-commercial use: name adsb.fi, with a link to https://adsb.fi",
    ),
}
"""The services that are known by name."""


def custom(url: str) -> Terms:
    """Return a service that is known by its URL alone: the user knows its terms."""
    return Terms(urlsplit(url).hostname or "aggregator", url, None, None)


class Aggregator(Reading):
    """The aircraft around a point, as a `Service`: asked less often where it refuses, and again more often in time."""

    def __init__(self, terms: Terms, lat: float, lon: float, radius: float) -> None:
        """Choose what to ask.

        Args:
            terms: Of which service.
            lat: Of the point, degrees.
            lon: Of the point, degrees.
            radius: Nautical miles, up to `MAX_RADIUS`; a part of one counts as a whole.
        """
        self.name = self.label = terms.label
        self.attribution = terms.attribution
        self.terms = terms.terms
        values = {"lat": f"{lat:.5f}", "lon": f"{lon:.5f}", "radius": str(math.ceil(radius))}
        self._url = terms.url
        for name, value in values.items():
            self._url = self._url.replace(f"{{{name}}}", value)
        super().__init__(make_reader(self.name))
        self._news = News(self._reader)
        self._backoff = Backoff(2.0, 300.0)
        self._interval = INTERVAL

    def request(self, wall: float) -> Request:  # noqa: ARG002 - it may be asked whenever the interval is over
        """Ask for the aircraft around the point."""
        return Request(self._url)

    def take(self, answer: Answer, wall: float, now: float) -> Outcome:  # noqa: ARG002
        """Read the answer; as `Service.take`."""
        if answer.status == 429:
            self._interval = min(2 * self._interval, 60.0)
            wait = max(retry_after(answer) or self._backoff.grow(), self._interval)
            return Outcome(wait=wait, trouble="refuses (status 429): it is asked less often")
        if answer.status != 200:
            return Outcome(wait=self._backoff.grow(), trouble=f"answers with status {answer.status}")
        states = self._news.read(answer.body, now)
        if states is None:
            return Outcome(wait=self._backoff.grow(), trouble="answers with something that has no aircraft")
        self._backoff.reset()
        self._interval = max(INTERVAL, 0.95 * self._interval)
        return Outcome(states, self._interval)
