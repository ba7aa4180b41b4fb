"""What an object is called, and what the codes of the wire mean, in words; pure. Nothing here is escaped.

a picture and a row of it ──> name, emergency;  a picture ──> what a number of its objects is followed by
"""

from __future__ import annotations

from collections.abc import Mapping

from tracker.state.fleet import Picture

EMERGENCIES: Mapping[str, str] = {
    "7500": "unlawful interference",
    "7600": "radio failure",
    "7700": "emergency",
}
"""By squawk: what everybody has to notice (ICAO Annex 10, volume IV)."""

CATEGORIES: Mapping[str, str] = {
    "A1": "light",
    "A2": "small",
    "A3": "large",
    "A4": "large, strong wake",
    "A5": "heavy",
    "A6": "high performance",
    "A7": "rotorcraft",
    "B1": "glider",
    "B2": "lighter than air",
    "B3": "parachutist",
    "B4": "ultralight",
    "B6": "unmanned",
    "B7": "space vehicle",
    "C1": "emergency vehicle",
    "C2": "service vehicle",
    "C3": "point obstacle",
    "C4": "cluster obstacle",
    "C5": "line obstacle",
}
"""By emitter category of ADS-B; the others are reserved, or say that nothing is told."""

POSITION_SOURCES: Mapping[str, str] = {
    "adsb": "ADS-B",
    "mlat": "multilateration",
    "tisb": "TIS-B",
    "adsc": "ADS-C",
    "flarm": "FLARM",
    "asterix": "radar (ASTERIX)",
    "other": "other",
}
"""By what the wire calls them."""


def name(picture: Picture, row: int) -> str:
    """Return what an object is called: an aircraft by callsign or registration, others by their id if they have one."""
    key, icao24 = picture.key[row], picture.icao24[row]
    if key.startswith("id:") and picture.kind[row] != "aircraft":
        return key.removeprefix("id:")
    return picture.callsign[row] or picture.registration[row] or icao24 or key.removeprefix("id:")


def category(code: str) -> str:
    """Return an emitter category with what it means, such as `A5 heavy`; the code alone where it tells nothing."""
    return f"{code} {CATEGORIES[code]}" if code in CATEGORIES else code


def emergency(picture: Picture, row: int) -> str | None:
    """Return what the squawk of an aircraft tells that everybody has to notice; None: nothing."""
    return EMERGENCIES.get(picture.squawk[row] or "") if picture.kind[row] == "aircraft" else None


def many(picture: Picture) -> str:
    """Return what a number of these objects is followed by: `aircraft`, or `objects` where not all are."""
    return "aircraft" if all(kind == "aircraft" for kind in picture.kind) else "objects"
