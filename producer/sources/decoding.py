"""`Decoder`: what frames of Mode S say, by rs1090. Pure, but for what it remembers of the frames before.

    frames, each with its time ──> rs1090.decode ──> Part, Part, ...
              └── the newest position frames of each aircraft, put before the next ones

A position in the air takes two frames, an even and an odd one, within ten seconds; rs1090 remembers nothing between
calls, so the newest two of each aircraft are decoded again. A position on the ground takes one frame and a place that
is near: that of the receiver or, where nobody names it, that of the aircraft that are low, which are near as well.

The only rs1090 of the producer: import it only when frames are to be decoded.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import rs1090

from producer.sources.joining import LASTING, Part, make_part
from producer.sources.mode_s import MLAT_TICKS, Frame
from producer.sources.rows import FOOT, KNOT
from producer.wire import Repair, SchemaError

_PAIRED = 10.0  # s, within which two frames make a position (ICAO Doc 9871, C.2.6.7)
_LOW = 3000.0  # ft; from there one sees no farther than 125 km, and a receiver that is seen is nearer mostly
_PLACES = 1000  # of low aircraft, of which the median is taken
_ENOUGH = 10  # of them

_SQUITTERS = (17, 18)  # downlink formats that say who sends, checked by their parity
_IDENTITIES = (5, 21)  # with a squawk; who sends is their parity, so noise makes addresses up
_READ = frozenset((*_SQUITTERS, *_IDENTITIES))

_SOURCES = {"TISB_FINE": "tisb", "TISB_COARSE": "tisb", "TISB_MANAGE": "tisb", "TISB_ADSB_RELAY": "tisb"}
"""Where a position of downlink format 18 comes from, if it is not the aircraft."""
_NOT_ICAO = frozenset({"ADSB_ES_NT_ALT", "TISB_ADSB_RELAY"})
"""Control fields whose address is none of ICAO's."""


class Decoder:
    """Remembers of the frames before what is needed to understand the next ones."""

    def __init__(self, at: tuple[float, float] | None = None) -> None:
        """Begin with nothing.

        Args:
            at: Latitude and longitude of the receiver, deg; None: not known.
        """
        self._at = at
        self._pairs: dict[tuple[str, bool], tuple[str, float]] = {}
        self._heard: dict[str, float] = {}
        self._low: deque[tuple[float, float]] = deque(maxlen=_PLACES)

    def decode(
        self, frames: Sequence[tuple[Frame, float]], repairs: list[Repair] | None = None
    ) -> list[Part | SchemaError]:
        """Return what frames say of aircraft, in order; those that say nothing of them, and noise, are left out.

        Args:
            frames: Each with the time at which it was received, s since 1970, in order, from the last call on.
            repairs: Is told which values were dropped, as they could not be understood.
        """
        new = {(frame.hex, time): frame for frame, time in frames if int(frame.hex[:2], 16) >> 3 in _READ}
        if not new:
            return []
        begin = next(iter(new))[1]
        self._pairs = {key: (hex_, time) for key, (hex_, time) in self._pairs.items() if time >= begin - _PAIRED}
        before = sorted((pair for pair in self._pairs.values() if pair not in new), key=lambda pair: pair[1])
        hexes, times = zip(*before, *new, strict=True)
        found: list[Part | SchemaError] = []
        messages: Sequence[Any] = rs1090.decode(list(hexes), list(times), reference=self._reference())
        for message in messages:  # fewer than frames: noise is left out
            frame = new.get((message["frame"], message["timestamp"]))
            if frame is None or (fields := self._read(message, frame)) is None:
                continue
            try:
                found.append(make_part(fields, message["timestamp"], repairs))
            except SchemaError as error:
                found.append(error)
        self._heard = {address: time for address, time in self._heard.items() if time >= begin - LASTING}
        return found

    def _reference(self) -> tuple[float, float] | None:
        if self._at is not None or len(self._low) < _ENOUGH:
            return self._at
        return statistics.median(lat for lat, _ in self._low), statistics.median(lon for _, lon in self._low)

    def _read(self, message: Mapping[str, Any], frame: Frame) -> dict[str, object] | None:
        """Return what a message says, by the fields of the wire; None where that is nothing."""
        address, time = message["icao24"], message["timestamp"]
        if int(message["df"]) in _IDENTITIES:
            known = address in self._heard
            return {"icao24": address, "squawk": message["squawk"]} if known else None
        self._heard[address] = time
        read = _READERS.get(message["bds"])
        if read is None:
            return None
        if "lat_cpr" in message:
            self._pairs[address, message["parity"] == "odd"] = frame.hex, time
        fields = read(message)
        control = message.get("tisb")
        if fields.get("lat") is not None:
            fields["position_source"] = "mlat" if frame.ticks == MLAT_TICKS else _SOURCES.get(str(control), "adsb")
            if message["bds"] == "05" and message["altitude"] is not None and message["altitude"] < _LOW:
                self._low.append((message["latitude"], message["longitude"]))
        return {"icao24": f"~{address}" if control in _NOT_ICAO else address, **fields}


def _read_airborne(message: Mapping[str, Any]) -> dict[str, object]:
    altitude = "geo_altitude" if message["source"] == "GNSS" else "altitude"
    return {
        "lat": message.get("latitude"),
        "lon": message.get("longitude"),
        altitude: _scaled(message["altitude"], FOOT),
        "on_ground": False,
    }


def _read_surface(message: Mapping[str, Any]) -> dict[str, object]:
    return {
        "lat": message.get("latitude"),
        "lon": message.get("longitude"),
        "velocity": _scaled(message["groundspeed"], KNOT),
        "track": message["track"],
        "on_ground": True,
    }


def _read_name(message: Mapping[str, Any]) -> dict[str, object]:
    first = int(message["frame"][8:10], 16)  # type code 1 to 4 is D to A
    category = f"{'DCBA'[(first >> 3) - 1]}{first & 7}" if first & 7 else None
    return {"callsign": message["callsign"], "category": category}


def _read_velocity(message: Mapping[str, Any]) -> dict[str, object]:
    return {
        "velocity": _scaled(message.get("groundspeed"), KNOT),
        "track": message.get("track"),
        "vertical_rate": _scaled(message.get("vertical_rate"), FOOT / 60),
    }


def _read_emergency(message: Mapping[str, Any]) -> dict[str, object]:
    return {"squawk": message.get("squawk")}


_READERS = {
    "05": _read_airborne,
    "06": _read_surface,
    "08": _read_name,
    "09": _read_velocity,
    "61": _read_emergency,
}
"""By the register that a squitter brings."""


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale
