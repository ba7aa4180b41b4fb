"""SBS-1, also called BaseStation: what receivers' decoders send on port 30003, a line a message.

    line ──> parse ──> Part ──> Joiner ──> StateVector
               └──> None: a line of another kind

    MSG,3,1,1,3C6586,1,2026/03/29,13:45:01.250,2026/03/29,13:45:01.301,,35000,,,48.1,11.5,,,0,0,0,0

Times have no zone in the text. Readers differ in what they write: readsb writes UTC, others the time of the wall.
"""

from __future__ import annotations

import functools
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from producer.sources.faults import Faults
from producer.sources.joining import Joiner, Part, make_part
from producer.sources.once import Once
from producer.sources.rows import FOOT, KNOT
from producer.sources.source import Batch, Listener
from producer.sources.tcp import Peer
from producer.stop import Stop
from producer.wire import Repair, SchemaError, StateVector

logger = logging.getLogger(__name__)

PORT = 30003
"""Where decoders send it."""

_COLUMNS = 22
_OTHERS = frozenset({"AIR", "CLK", "ID", "SEL", "STA"})  # what the first receivers of this kind sent besides
_SURFACE, _AIRBORNE = 2, 3  # types of messages with a position

_AHEAD = 60.0  # s, by which event times may lead, or readers of the topic refuse them
_BEHIND = 20 * 60.0  # s, by which they may lag: lines wait while no broker is there, and no zone is nearer to another
_DAY = 86_400.0

_DATE = re.compile(r"(\d{4})/(\d\d)/(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d:\d\d:\d\d)(\.\d{1,9})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)

_NUMBERS: Mapping[str, tuple[int, float]] = {
    "altitude": (11, FOOT),
    "velocity": (12, KNOT),
    "track": (13, 1.0),
    "lat": (14, 1.0),
    "lon": (15, 1.0),
    "vertical_rate": (16, FOOT / 60),
}
"""By field of the wire: the column, from 0, and how many of the wire's units one of the column's is."""

_GROUND = {"": None, "0": False, "1": True, "-1": True}


def parse(line: bytes, now: float, zone: tzinfo = UTC, repairs: list[Repair] | None = None) -> Part | None:
    """Parse one line.

    Args:
        line: ASCII, without its end.
        now: When it came, s since 1970. It tells which of two moments is meant where a clock was set back an hour, or
            where date and time were written on two sides of midnight; and it is the event time of a line without one.
        zone: Of the times.
        repairs: Is told which values were dropped, as they could not be understood.

    Returns:
        What it says; None: it is of a kind that says nothing of an aircraft's state.

    Raises:
        SchemaError: It is no line of this kind, or its address, position or time is not right.
    """
    columns = [column.strip() for column in line.decode("ascii", "replace").split(",")]
    if columns[0] in _OTHERS:
        return None
    if columns[0] not in ("MSG", "MLAT"):
        raise SchemaError("format", value=_excerpt(line), limit="MSG and 21 more fields, with commas, are needed")
    if len(columns) < _COLUMNS:
        raise SchemaError("format", value=_excerpt(line), limit=f"22 fields are needed, and these are {len(columns)}")
    if columns[1] not in tuple("12345678"):
        raise SchemaError("format", "type", repr(columns[1][:20]), "1 to 8 is needed")
    kind = int(columns[1])
    fields: dict[str, object] = {"icao24": columns[4], "callsign": columns[10], "squawk": columns[17]}
    for field, (place, scale) in _NUMBERS.items():
        if columns[place]:
            _read_number(field, columns[place], scale, fields, repairs)
    fields["on_ground"] = _read_ground(kind, columns[21], repairs)
    if columns[0] == "MLAT":
        fields["position_source"] = "mlat"
    moment = read_time(columns[6], columns[7], zone, now)
    if moment is None:
        moment = read_time(columns[8], columns[9], zone, now)
    return make_part(fields, now if moment is None else moment, repairs)


def _read_number(field: str, text: str, scale: float, fields: dict[str, object], repairs: list[Repair] | None) -> None:
    geometric = text[-1] in "Hh" and field in ("altitude", "vertical_rate")  # readsb, where it prefers GNSS
    number = text[:-1] if geometric else text
    if geometric and field == "altitude":
        field = "geo_altitude"
    if _NUMBER.fullmatch(number):
        fields[field] = float(number) * scale
        return
    error = SchemaError("format", field, repr(text[:20]), "a number is required")
    if field in ("lat", "lon"):
        raise error
    if repairs is not None:
        repairs.append(Repair(field, error))


def _read_ground(kind: int, text: str, repairs: list[Repair] | None) -> bool | None:
    if kind == _SURFACE:
        return True
    if text not in _GROUND:
        if repairs is not None:
            error = SchemaError("format", "on_ground", repr(text[:20]), "-1, 0 or 1 is required")
            repairs.append(Repair("on_ground", error))
        text = ""
    ground = _GROUND[text]
    return False if ground is None and kind == _AIRBORNE else ground


def read_time(date: str, clock: str, zone: tzinfo, now: float) -> float | None:
    """Read a moment, s since 1970; None where the text names none.

    Args:
        date: Such as `2026/03/29`.
        clock: Such as `13:45:01.250`.
        zone: In which both are.
        now: The moment nearest to which it is, where several can be meant, s since 1970.

    Raises:
        SchemaError: It is no date or no time.
    """
    if not date or not clock:
        return None
    match = _TIME.fullmatch(clock)
    if not match or not _DATE.fullmatch(date):
        raise SchemaError("format", "time", repr(f"{date} {clock}"[:40]), "2026/03/29 and 13:45:01.250 are the form")
    moments = _moments(date, match[1], zone)
    if not moments:
        raise SchemaError("format", "time", repr(f"{date} {clock}"[:40]), "there is no such date or time")
    moment = min(moments, key=lambda one: abs(one - now)) + float(match[2] or 0)
    for day in (_DAY, -_DAY):
        if abs(moment + day - now) <= _AHEAD:
            return moment + day
    return moment


@functools.lru_cache(maxsize=256)  # all aircraft report in the same second
def _moments(date: str, clock: str, zone: tzinfo) -> tuple[float, ...]:
    """Return the moments that a clock in this zone can mean: two where it was set back."""
    try:
        local = datetime.strptime(f"{date} {clock}", "%Y/%m/%d %H:%M:%S").replace(tzinfo=zone)
        return tuple({local.timestamp(), local.replace(fold=1).timestamp()})
    except (ValueError, OverflowError):
        return ()


def _excerpt(line: bytes) -> str:
    text = line.decode("ascii", "replace")
    return repr(text) if len(text) <= 60 else f"{text[:60]!r}..."


class Sbs(Listener):
    """A decoder that sends SBS-1 as a `Source`."""

    label = "sbs"
    """What kind of source it is."""
    attribution = None
    """Nobody is to be named: it is one's own receiver."""

    def __init__(
        self,
        peer: Peer,
        zone: tzinfo = UTC,
        *,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Choose it; it is connected to when batches are asked for.

        Args:
            peer: What sends.
            zone: Of its times.
            wall: Seconds since 1970.
            clock: Seconds, monotonic.
        """
        self.name = f"SBS from {peer.name}"
        self._peer = peer
        self._zone = zone
        self._wall = wall
        self._clock = clock
        self._faults = Faults(self.name)
        super().__init__(self._faults)
        self._joiner = Joiner()
        self._once = Once()
        self._warned = False

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """Yield state vectors as their positions come, as `Source.batches`."""
        for lines in self._peer.lines(stop):
            now, heard = self._wall(), self._clock()
            found = [state for line in lines if (state := self._take(line, now, heard))]
            yield Batch(sorted(found, key=lambda state: state.time or 0.0))

    def _take(self, line: bytes | SchemaError, now: float, heard: float) -> StateVector | None:
        repairs: list[Repair] = []
        try:
            if isinstance(line, SchemaError):
                raise line
            part = parse(line, now, self._zone, repairs)
        except SchemaError as error:
            self._faults.refuse(error)
            return None
        if repairs:
            self._faults.repair(repairs)
        if part is None:
            return None
        state = self._joiner.join(part._replace(time=self._judge(part.time, now)), heard)
        return state if state is not None and self._once.is_new(state, heard) else None

    def _judge(self, moment: float, now: float) -> float:
        """Return an event time, or the moment of arrival where the sender's clock cannot be right."""
        ahead = moment - now
        if -_BEHIND <= ahead <= _AHEAD:
            return moment
        if not self._warned:
            self._warned = True
            logger.warning(
                "%s: its times are %s %s ours, so the moment at which a line comes is taken; if they are not UTC, name "
                "their zone with --zone",
                self.name,
                timedelta(seconds=round(abs(ahead))),
                "ahead of" if ahead > 0 else "behind",
            )
        return now
