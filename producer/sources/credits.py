"""`Budget`: how often OpenSky may be asked, so that its credits last until they are refilled. Pure: the time comes in.

    credits left, seconds until they are refilled ──> interval; worked out anew after each answer

OpenSky's documentation says "per day", and not when a day begins: midnight UTC is assumed, until an answer tells it. A
refusal says how long to wait, and credits that have grown were refilled just now.
"""

from __future__ import annotations

from datetime import UTC, datetime

DAY = 86_400.0
"""Seconds between two refills."""

LONGEST = 900.0
"""Seconds between two requests at most, as long as credits are left: they may be refilled earlier than is assumed."""

_HOUR = 3600.0
_CERTAIN = 600.0  # s, a refusal of which is one for want of credits, not for haste
_COSTS = ((25.0, 1), (100.0, 2), (400.0, 3))  # square degrees, at most; credits
_WORLD = 4  # credits
_NOTABLE = 1.25  # times, by which an interval has changed so that it is worth a word


def cost_of(region: tuple[float, float, float, float] | None) -> int:
    """Return what a request for all state vectors in a box costs, in credits.

    Args:
        region: South, west, north and east, degrees, west below east; None: the world.
    """
    if region is None:
        return _WORLD
    south, west, north, east = region
    area = (north - south) * (east - west)
    return next((credit for most, credit in _COSTS if area <= most), _WORLD)


class Budget:
    """Spreads what is left of the credits evenly over the time until they are refilled."""

    def __init__(self, cost: int, usual: int, shortest: float, interval: float | None = None) -> None:
        """Begin without knowing how many are left: the first answer says so.

        Args:
            cost: Credits of a request.
            usual: Credits of a day, as documented, which count where the answers do not say how many are left.
            shortest: Seconds between two requests at least: nothing is new before.
            interval: Seconds between two requests, where the user has chosen them; None: by the credits.
        """
        self._cost = cost
        self._unsaid = DAY * cost / usual
        self._shortest = shortest
        self._chosen = interval
        self._left: int | None = None
        self._refill = 0.0  # s after midnight, UTC
        self._certain = False
        self._told: float | None = None

    def spend(self, left: int | None, wall: float) -> None:
        """Note an answer.

        Args:
            left: Credits that are left, as the answer says; None: it does not.
            wall: s since 1970.
        """
        if left is not None and self._left is not None and left > self._left:
            self._refill, self._certain = wall % DAY, True
        self._left = left

    def refuse(self, wait: float, wall: float) -> None:
        """Note that OpenSky wants not to be asked for a while.

        Args:
            wait: s.
            wall: s since 1970.
        """
        if wait >= _CERTAIN:
            self._left = 0
            self._refill, self._certain = (wall + wait) % DAY, True

    def interval(self, wall: float) -> float:
        """Return how long to wait from one request to the next, s.

        Args:
            wall: s since 1970.
        """
        if self._chosen is not None:
            return max(self._chosen, self._shortest)
        if self._left is None:
            return max(self._unsaid, self._shortest)
        calls = self._left // self._cost
        if not calls:
            return min(self._until(wall) + self._shortest, _HOUR)  # a refusal then says when they are refilled
        return max(self._shortest, min(self._until(wall) / calls, LONGEST))

    def news(self, wall: float) -> str | None:
        """Return what to say of the interval, at first and where it has changed notably; None: nothing.

        Args:
            wall: s since 1970.
        """
        interval = self.interval(wall)
        if self._told is not None and 1 / _NOTABLE < interval / self._told < _NOTABLE:
            return None
        self._told = interval
        pace = f"asking every {interval:.0f} s"
        if self._left is None:
            return f"a request costs {self._cost} credits, and it is not said how many are left: {pace}"
        moment = datetime.fromtimestamp(wall + self._until(wall), UTC).strftime("%H:%M UTC")
        when = f"{moment}, when they are refilled" if self._certain else f"{moment}, when they should be refilled"
        left = f"{self._left:,} credits are left until {when}, and a request costs {self._cost}"
        if self._chosen is None:
            return f"{left}: {pace}"
        lasting = self._left // self._cost * interval / _HOUR
        return f"{left}: {pace}, as chosen, for which they last {lasting:.1f} h"

    def _until(self, wall: float) -> float:
        """Return the seconds until they are refilled; at that moment, until the next time."""
        return (self._refill - wall) % DAY or DAY
