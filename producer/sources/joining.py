"""`Joiner`: whole state vectors out of parts that are heard one by one, each at its own time. Pure: the time comes in.

    position ──────────────────────────────────────────────────────────┐
    velocity, altitude, squawk, ... ──> held, each with its own time ──┴──> StateVector

A position is published with what else is known by then and not too old. A velocity is published only where it makes
whole what was published without one: the place that goes with it is up to ten seconds old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from producer import wire
from producer.wire import Repair, StateVector

LASTING = 60.0
"""Seconds after which an aircraft that is not heard is forgotten."""

MOST = 50_000
"""Aircraft that are held at most, ten times as many as a continent has in the air; those silent longest go first."""

_PLACE_AGE = 10.0  # s, of a position to which a velocity is added
_JUMP = 60.0  # s, by which a sender's clock was set back: what it says then replaces what it said before

_MAX_AGES: Mapping[str, float] = {
    "callsign": LASTING,
    "squawk": LASTING,
    "category": LASTING,
    "velocity": 15.0,
    "track": 15.0,
    "vertical_rate": 15.0,
    "altitude": 15.0,
    "geo_altitude": 15.0,
    "on_ground": 15.0,
}
"""How old a value may be beside a position, s: what an aircraft is lasts, what it does does not."""

_ABOUT_PLACE = ("position_source",)  # belongs to the position, and comes with it or not at all


class Part(NamedTuple):
    """What one message says of one aircraft."""

    icao24: str
    """As on the wire."""
    time: float
    """Event time, s since 1970."""
    values: Mapping[str, Any]
    """By field of the wire, canonical and known; `lat` and `lon` together or not at all."""


def make_part(fields: Mapping[str, object], time: float, repairs: list[Repair] | None = None) -> Part:
    """Check what a message says.

    Args:
        fields: By field of the wire, in its units, `icao24` among them; None: not known.
        time: Event time, s since 1970.
        repairs: Is told which fields were dropped, as they could not be understood.

    Raises:
        SchemaError: Address, position or time is not right.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    somewhere = {} if "lat" in given or "lon" in given else {"lat": 0.0, "lon": 0.0}
    vector = wire.validate({**given, **somewhere, "time": time}, repairs)
    if vector.icao24 is None:
        raise wire.SchemaError("missing", "icao24", "absent", "an address is required")
    names = given.keys() - {"icao24", "time"}
    known = {name: value for name in names if (value := getattr(vector, name)) is not None}
    return Part(vector.icao24, time, known)


@dataclass(slots=True)
class _Aircraft:
    """What is held of one aircraft."""

    heard: float
    values: dict[str, tuple[Any, float]] = field(default_factory=dict)
    """By field: value, and when it was true."""
    place: Mapping[str, Any] | None = None
    """The newest position, and how it was had."""
    placed: float = 0.0
    """When that was true."""
    moving: bool = False
    """Whether it was published with a velocity."""


class Joiner:
    """Holds what was said last of each aircraft, and makes state vectors of it."""

    def __init__(self) -> None:
        self._aircraft: dict[str, _Aircraft] = {}  # in the order in which they were heard last

    def __len__(self) -> int:
        """Return how many aircraft are held."""
        return len(self._aircraft)

    def join(self, part: Part, now: float) -> StateVector | None:
        """Take a part, and return the state vector that is due with it, if any.

        Args:
            part: From `make_part`.
            now: When it was heard, s of a clock that never runs back.
        """
        self._forget(now)
        aircraft = self._aircraft.pop(part.icao24, None) or _Aircraft(now)
        aircraft.heard = now
        self._aircraft[part.icao24] = aircraft
        for name, value in part.values.items():
            if name in _MAX_AGES and not _is_late(part.time, aircraft.values.get(name)):
                aircraft.values[name] = value, part.time
        if "lat" in part.values:
            return self._publish_place(aircraft, part)
        if "velocity" not in part.values or aircraft.moving or aircraft.place is None:
            return None
        if not 0 <= part.time - aircraft.placed <= _PLACE_AGE:
            return None
        return self._publish(aircraft, part, aircraft.place)

    def _publish_place(self, aircraft: _Aircraft, part: Part) -> StateVector:
        place = {name: part.values[name] for name in ("lat", "lon", *_ABOUT_PLACE) if name in part.values}
        if aircraft.place is None or not _is_late(part.time, (None, aircraft.placed)):
            aircraft.place, aircraft.placed = place, part.time
        return self._publish(aircraft, part, place)

    @staticmethod
    def _publish(aircraft: _Aircraft, part: Part, place: Mapping[str, Any]) -> StateVector:
        held = {
            name: value for name, (value, time) in aircraft.values.items() if abs(part.time - time) <= _MAX_AGES[name]
        }
        aircraft.moving = "velocity" in held
        own = {name: value for name, value in part.values.items() if name in _MAX_AGES}
        return StateVector(icao24=part.icao24, time=part.time, **place, **{**held, **own})

    def _forget(self, now: float) -> None:
        while self._aircraft:
            key = next(iter(self._aircraft))
            if len(self._aircraft) < MOST and self._aircraft[key].heard >= now - LASTING:
                return
            del self._aircraft[key]


def _is_late(time: float, held: tuple[Any, float] | None) -> bool:
    """Return whether something newer is held, by a clock that was not set back since."""
    return held is not None and held[1] - _JUMP < time < held[1]
