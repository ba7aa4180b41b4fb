"""`guess`: which field of the wire lies at which place, in which unit, told by names and values alone; pure.

places ──> position (without it there is nothing to guess) ──> identity, time, motion, description ──> Guess, each
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from producer.wire import ICAO24, KINDS, POSITION_SOURCES
from tracker.sample import judging
from tracker.sample.judging import Judge
from tracker.sample.names import ENDINGS, LENGTHS, SPEEDS, Match, match, words_of
from tracker.sample.places import Path, Places, is_addressable


@dataclass(frozen=True, slots=True)
class Guess:
    """Where a field lies."""

    field: str
    path: Path
    unit: str | None = None
    doubt: str = ""
    """What is not certain about it, in words."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """How the place of a field is known."""

    field: str
    names: Sequence[str]
    """Best first."""
    judge: Judge
    endings: Mapping[str, str]

    def find(self, places: Places) -> Guess | None:
        """Return the best of these places, None where there is none."""
        found = []
        for path, values in places.items():
            matched, verdict = match(path, self.names, self.endings), self.judge(values)
            if matched is None or verdict is None:
                continue
            unit, doubt = (matched.unit, "") if matched.unit else (verdict.unit, verdict.doubt)
            found.append((matched.score, -len(values), path, Guess(self.field, path, unit, doubt or matched.doubt)))
        return min(found, key=lambda one: one[:3])[3] if found else None


def _rule(field: str, names: str, judge: Judge, endings: Mapping[str, str] = ENDINGS) -> _Rule:
    return _Rule(field, names.split(), judge, endings)


_LATITUDES = ("latitude", "lat", "y")
_LONGITUDES = ("longitude", "lon", "lng", "long", "x")
_OBJECTS = (
    "vehicleid truckid carid busid deviceid trackerid vesselid shipid containerid assetid unitid objectid mmsi imei "
    "vin id uuid plate licenseplate licenceplate vehicle truck car bus device vessel ship container asset unit object"
)
_FEW = 5  # values, from which on it means something that no two are alike
_RULES = (
    _rule("icao24", "icao24 icao icaoaddress hex modes modesaddress", judging.matching(ICAO24.pattern)),
    _rule("callsign", "callsign flight flightnumber", judging.matching(r"[0-9a-z-]{2,16}")),
    _rule("id", f"{_OBJECTS} name key number", judging.identity),
    _rule("time", "eventtime time timestamp ts datetime fixtime gpstime positiontime observedat reportedat recordedat "
                  "measuredat sampledat epoch t at when date updatedat lastupdate lastseen createdat receivedat",
          judging.moment),
    _rule("vertical_rate", "verticalrate vertrate verticalspeed climbrate climb barorate vrate roc", judging.rate,
          SPEEDS),
    _rule("velocity", "sog gs groundspeed", judging.speed("kt"), SPEEDS),
    _rule("velocity", "velocity speedoverground speed spd", judging.speed("m/s"), SPEEDS),
    _rule("track", "track truetrack cog courseoverground course heading bearing hdg direction azimuth",
          judging.within(0, 360)),
    _rule("geo_altitude", "altgeom", judging.height("ft"), LENGTHS),
    _rule("geo_altitude", "geoaltitude gpsaltitude gnssaltitude", judging.height("m"), LENGTHS),
    _rule("altitude", "altbaro", judging.height("ft"), LENGTHS),
    _rule("altitude", "baroaltitude altitude alt elevation ele height", judging.height("m"), LENGTHS),
    _rule("on_ground", "onground isonground grounded gnd", judging.truth),
    _rule("squawk", "squawk", judging.matching("[0-7]{1,4}")),
    _rule("kind", "kind type objecttype category", judging.among(KINDS)),
    _rule("position_source", "positionsource source", judging.among(POSITION_SOURCES)),
    _rule("typecode", "typecode aircrafttype icaotype", judging.matching("[0-9a-z]{2,4}")),
    _rule("registration", "registration reg tailnumber tail", judging.matching("[0-9a-z][0-9a-z-]{0,11}")),
    _rule("category", "category emittercategory", judging.matching("[a-d][0-7]")),
)  # fmt: skip
"""The first that finds a place for a field holds: `vertical_speed` is told before `speed`, which ends it."""


def guess(places: Places) -> list[Guess]:
    """Guess where fields lie; nothing where there is no position.

    Args:
        places: Values by place.
    """
    known = {path: values for path, values in places.items() if values and is_addressable(path)}
    found = _position(known)
    if not found:
        return []
    for rule in _RULES:
        if any(one.field == rule.field for one in found):
            continue
        taken = {one.path for one in found}
        free = {path: values for path, values in known.items() if path not in taken}
        if one := rule.find(_without_counters(free) if rule.field == "id" else free):
            found.append(one)
    return found


def _position(places: Places) -> list[Guess]:
    """Guess latitude and longitude, which lie side by side."""
    best: tuple[tuple[int, ...], Path, list[Guess]] | None = None
    longitudes = [
        (path, matched)
        for path, values in places.items()
        if (matched := match(path, _LONGITUDES)) and judging.within(-180, 180)(values)
    ]
    for lat, values in places.items():
        first = match(lat, _LATITUDES)
        if first is None or not judging.within(-90, 90)(values):
            continue
        for lon, second in longitudes:
            is_xy = _LATITUDES[first.rank] == "y"
            if _around(lon, second) != _around(lat, first) or is_xy != (_LONGITUDES[second.rank] == "x"):
                continue
            score = (first.others, -len(values), first.rank + second.rank, first.before)
            if best is None or (score, lat) < best[:2]:
                doubt = "x and y may be something else" if is_xy else first.doubt
                best = score, lat, [Guess("lat", lat, doubt=doubt), Guess("lon", lon, doubt=doubt)]
    return best[2] if best else []


def _around(path: Path, matched: Match) -> tuple[Path, list[str]]:
    """Return what the names of a latitude and its longitude have in common."""
    return path[:-1], words_of(path)[: matched.before]


def _without_counters(places: Places) -> Places:
    """Leave out ids no two of which are alike, as those of messages, where others repeat, as those of objects do."""
    names = _OBJECTS.split()
    objects = {path: values for path, values in places.items() if match(path, names) and judging.identity(values)}
    alone = {
        path for path, values in objects.items() if len(values) >= _FEW and len({*map(str, values)}) == len(values)
    }
    if len(alone) == len(objects):
        return places
    return {path: values for path, values in places.items() if path not in alone}


_KINDS = {
    "vessel": "boat ferry imo mmsi ship sog vessel",
    "container": "container reefer",
    "vehicle": "bus car driver fleet imei lorry odometer plate taxi trailer train tram truck van vehicle vin",
}


def guess_kind(texts: Iterable[str]) -> tuple[str, str]:
    """Guess what the objects are that are no aircraft.

    Args:
        texts: Names, ids, and the topic.

    Returns:
        One of `KINDS`, and the word that tells it; `other`, and no word, where none does.
    """
    words = {*words_of(tuple(texts))}
    for kind, telling in _KINDS.items():
        for word in telling.split():
            if {word, f"{word}s", f"{word}es"} & words:
                return kind, word
    return "other", ""
