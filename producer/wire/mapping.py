"""`Mapping`: how records of another dialect become state vectors: which field, in which unit, out of which envelope.

    bytes ──> open the envelope ──> one object or many ──> pick, convert ──> check (as for every report) ──> StateVector

A mapping is a TOML file, a dict of the same shape, or the name of a built-in one:

    name = "trucks"
    envelope = "payload"                # also "after", "payload.after", "registry"; left out: none
    records = "positions"               # where an array of them lies, or a list of places, of which the first that
                                        # is there counts; left out: the value is one, or is the array
    [constants]
    kind = "vehicle"
    [fields]
    id = "id"
    lat = "position.lat"                # a nested place
    time = { from = "ts", unit = "iso8601" }
    velocity = { from = "speed_kt", unit = "kt" }
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections import abc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from producer.wire.codec import MAX_VALUE_BYTES
from producer.wire.fields import build, find_fault, is_unknown
from producer.wire.refusal import UNREADABLE, Repair, SchemaError, refuse_unreadable, shorten
from producer.wire.rescue import read_any
from producer.wire.state import FIELDS, LIMITS, NAMES, StateVector

UNITS: abc.Mapping[str, abc.Mapping[str, float]] = {
    "length": {"m": 1.0, "ft": 0.3048, "km": 1000.0},
    "speed": {"m/s": 1.0, "kt": 1852 / 3600, "km/h": 1 / 3.6, "mph": 0.44704, "ft/min": 0.3048 / 60},
    "time": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "iso8601": 1.0, "s or ms": 1.0},
}
"""By what is measured: how many of the wire's units one of each unit is. `s or ms` is told by its size."""

_MEASURED = {
    "altitude": "length",
    "geo_altitude": "length",
    "velocity": "speed",
    "vertical_rate": "speed",
    "time": "time",
}
_OPTIONS = frozenset({"name", "envelope", "records", "columns", "inherit", "constants", "fields"})
_RULE = frozenset({"from", "unit", "values", "equals", "except", "minus"})
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_REGISTRY = 5  # bytes: 0x00 and the id of a schema
_MAX_RECORDS = 1 << 15

_TRUTHS = {"true": True, "1": True, "false": False, "0": False}

_decode_any = msgspec.json.Decoder().decode

Convert = Callable[[Any], Any]


class MappingError(ValueError):
    """A mapping that cannot be used; it names the mapping, the place in it, what was found and what is needed."""


@dataclass(frozen=True, slots=True)
class _Pick:
    """One place that a field may come from, and what is done with what lies there."""

    path: tuple[str, ...]
    convert: Convert | None
    minus: tuple[str, ...] = ()
    """Where what is to be taken from it lies, in the unit of the wire."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a dialect is read; made by `load_mapping`."""

    name: str
    envelope: tuple[str, ...]
    registry: bool
    records: tuple[tuple[str, ...], ...]
    """Places of which the first that holds something has the records."""
    columns: tuple[str, ...]
    inherit: tuple[str, ...]
    """Names of the whole value that hold of each of its records."""
    constants: abc.Mapping[str, object]
    fields: tuple[tuple[str, tuple[_Pick, ...]], ...]

    def decode(
        self, data: bytes | bytearray | memoryview, repairs: list[tuple[int, Repair]] | None = None
    ) -> tuple[list[StateVector], list[SchemaError]]:
        """Read all state vectors of a record; one that is bad does not spoil the others.

        Args:
            data: The value, at most `MAX_VALUE_BYTES`.
            repairs: Is told which fields were dropped, each with the place of its state vector among those returned.

        Returns:
            The good ones, and an error for each bad one, both in order.

        Raises:
            SchemaError: The value cannot be read, or holds nothing where this mapping looks.
        """
        document = self._open(bytes(data))
        vectors: list[StateVector] = []
        errors: list[SchemaError] = []
        for record in self.find(document):
            mended: list[Repair] = []
            try:
                vectors.append(self.build(record, mended))
            except SchemaError as error:
                errors.append(error.with_traceback(None))
            if repairs is not None:
                repairs += [(len(vectors) - 1, repair) for repair in mended]
        return vectors, errors

    def unused_fields(self, data: bytes | bytearray | memoryview) -> list[str]:
        """Return the names in the first record of a value that this mapping does not look at; nothing if there is none.

        Args:
            data: As `decode` takes it.
        """
        try:
            records = self.find(self._open(bytes(data)))
        except SchemaError:
            return []
        record = records[0] if records else None
        if not isinstance(record, dict):
            return []
        read = {pick.path[0] for _, picks in self.fields for pick in picks}
        read |= {pick.minus[0] for _, picks in self.fields for pick in picks if pick.minus}
        # Beside a NaN a name may hold half a surrogate pair, which no screen could write.
        return [name.encode(errors="replace").decode() for name in record if name not in read]

    def build(self, record: object, repairs: list[Repair] | None = None) -> StateVector:
        """Build a state vector from one record of this dialect, such as a row of a file.

        Args:
            record: By name; or a list in the order of `columns`, where the mapping has them.
            repairs: Is told which fields were dropped.

        Raises:
            SchemaError: Identity, position or time is not right.
        """
        if isinstance(record, list) and self.columns:
            record = dict(zip(self.columns, record, strict=False))  # rows may grow
        if not isinstance(record, dict):
            raise SchemaError("type", value=shorten(record), limit=f"the mapping {self.name!r} needs an object")
        values: dict[str, object] = {}
        for field, picks in self.fields:
            for pick in picks:
                path = pick.path
                value = record.get(path[0]) if len(path) == 1 else _at(record, path)
                if value is None or (type(value) is str and is_unknown(value)):
                    continue
                if pick.convert is not None:
                    value = pick.convert(value)
                    if value is None:
                        continue
                if pick.minus:
                    value = _less(value, _at(record, pick.minus))
                values[field] = value
                break
        for field, value in self.constants.items():
            values.setdefault(field, value)
        return build(map(values.get, NAMES), repairs)

    def _open(self, data: bytes) -> object:
        if len(data) > MAX_VALUE_BYTES:
            raise SchemaError("too-large", value=f"{len(data)} bytes", limit=f"at most {MAX_VALUE_BYTES} bytes")
        if self.registry:
            if data[:1] != b"\0":
                raise SchemaError("envelope", value=shorten(data[:8]), limit="a frame of a schema registry is required")
            data = data[_REGISTRY:]
        try:
            document = _decode_any(data)
        except UNREADABLE as error:
            document = read_any(data, error)
            if document is None:
                refuse_unreadable(data, error, f"what the mapping {self.name!r} reads")
        opened = _at(document, self.envelope)
        if opened is None:
            place = ".".join(self.envelope) or "null"
            raise SchemaError("envelope", value=f"no {place}", limit=f"the mapping {self.name!r} looks there")
        return opened

    @property
    def names(self) -> abc.Mapping[str, abc.Sequence[str]]:
        """By field: the names under which it may stand at the top of a record, such as those of a table's columns."""
        return {field: [pick.path[0] for pick in picks] for field, picks in self.fields}

    def find(self, document: object) -> list[Any]:
        """Return the records of a document whose envelope is open: those of its array, or the one that it is.

        Raises:
            SchemaError: There are too many.
        """
        places = (_at(document, place) for place in self.records)
        found = next((found for found in places if found is not None), document)  # one by itself, as in a stream
        records = found if isinstance(found, list) else [found]
        if len(records) > _MAX_RECORDS:
            limit = f"at most {_MAX_RECORDS} elements"
            raise SchemaError("too-large", value=f"an array of {len(records)}", limit=limit)
        if self.inherit and isinstance(document, dict) and found is not document:
            shared = {name: document[name] for name in self.inherit if name in document}
            return [shared | record if isinstance(record, dict) else record for record in records]
        return records


def _at(document: object, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON
    """Return what lies at a place; None where there is nothing."""
    for name in path:
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def load_mapping(source: str | Path | abc.Mapping[str, object] | Mapping) -> Mapping:
    """Return a mapping, checked.

    Args:
        source: The name of a built-in one (`traffic`, `readsb`, `opensky`), a TOML file, or a dict of its shape.

    Raises:
        MappingError: It cannot be read, or says something that has no meaning.
    """
    if isinstance(source, Mapping):
        return source
    if isinstance(source, str) and source in BUILT_IN:
        return _load_built_in(source)
    if isinstance(source, abc.Mapping):
        return _parse(dict(source), str(source.get("name", "of a dict")))
    path = Path(source)
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = f"no such built-in one ({', '.join(BUILT_IN)}), and no file: {error.strerror}"
        raise MappingError(f"mapping {str(source)!r}: {reason}") from None
    except ValueError as error:  # of TOML, or UTF-8
        raise MappingError(f"mapping {str(source)!r}: is no TOML: {error}") from None
    return _parse(document, str(document.get("name", path.stem)))


@functools.cache
def _load_built_in(name: str) -> Mapping:
    path = Path(__file__).parent / "mappings" / f"{name}.toml"
    return _parse(tomllib.loads(path.read_text("utf-8")), name)


BUILT_IN = ("opensky", "readsb", "traffic")
"""The names of the mappings that come with this package."""


def _parse(document: dict[str, Any], name: str) -> Mapping:
    _check_names(name, "", document, _OPTIONS)
    fields = _table(name, "fields", document.get("fields"))
    constants = _table(name, "constants", document.get("constants", {}))
    _check_names(name, "fields", fields, frozenset(FIELDS))
    _check_names(name, "constants", constants, frozenset(FIELDS))
    for needed in ("lat", "lon"):
        if needed not in fields:
            raise MappingError(f"mapping {name!r}: fields has no {needed}: a position is required")
    if not {"icao24", "callsign", "id"} & {*fields, *constants}:
        raise MappingError(f"mapping {name!r}: fields has none of icao24, callsign and id: an identity is required")
    for field, value in constants.items():
        fault = find_fault(field, value)
        if fault is not None:
            raise MappingError(f"mapping {name!r}: constants.{field} = {fault.value}: {fault.limit}")
    envelope = document.get("envelope", "")
    return Mapping(
        name=name,
        envelope=() if envelope in ("", "registry") else _path(name, "envelope", envelope),
        registry=envelope == "registry",
        records=_paths(name, "records", document["records"]) if "records" in document else (),
        columns=tuple(_names(name, "columns", document.get("columns", []))),
        inherit=tuple(_names(name, "inherit", document.get("inherit", []))),
        constants=constants,
        fields=tuple((field, _picks(name, field, rule)) for field, rule in fields.items()),
    )


def _names(name: str, place: str, names: object) -> list[str]:
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise MappingError(f"mapping {name!r}: {place} = {shorten(names)}: a list of names is needed")
    return names


def _picks(name: str, field: str, rule: object) -> tuple[_Pick, ...]:
    rules = rule if isinstance(rule, list) else [rule]
    picks = tuple(pick for one in rules for pick in _rule(name, field, one))
    if not picks:
        raise MappingError(f"mapping {name!r}: fields.{field} has no place to come from: the name of a field is needed")
    return picks


def _rule(name: str, field: str, rule: object) -> list[_Pick]:
    place = f"fields.{field}"
    if isinstance(rule, str):
        return [_Pick(_path(name, place, rule), _convert(name, field, {}))]
    rule = _table(name, place, rule)
    _check_names(name, place, rule, _RULE)
    if "from" not in rule:
        raise MappingError(f"mapping {name!r}: {place} has no `from`: the name of a field is needed")
    sources = rule["from"] if isinstance(rule["from"], list) else [rule["from"]]
    convert = _convert(name, field, rule)
    minus = _path(name, f"{place}.minus", rule["minus"]) if "minus" in rule else ()
    return [_Pick(_path(name, f"{place}.from", source), convert, minus) for source in sources]


def _convert(name: str, field: str, rule: abc.Mapping[str, Any]) -> Convert | None:
    if "values" in rule:
        return functools.partial(_choose, _table(name, f"fields.{field}.values", rule["values"]))
    if "equals" in rule:
        return functools.partial(_equals, rule["equals"])
    unit = rule.get("unit")
    known = UNITS.get(_MEASURED.get(field, ""), {})
    if unit is not None and not (isinstance(unit, str) and unit in known):
        needed = f"one of {', '.join(known)} is needed" if known else "the field has no unit that can be chosen"
        raise MappingError(f"mapping {name!r}: fields.{field}.unit = {shorten(unit)}: {needed}")
    if field == "on_ground":
        return _truth
    if field not in LIMITS:
        return None
    if isinstance(unit, str) and unit in _MOMENTS:
        return _MOMENTS[unit]
    convert = _numeric if unit is None or known[unit] == 1.0 else functools.partial(_scale, known[unit])
    return functools.partial(_unless, rule["except"], convert) if "except" in rule else convert


def _choose(values: abc.Mapping[str, object], value: object) -> object:
    return values.get(str(value))


def _equals(wanted: object, value: object) -> bool:
    return value == wanted


def _truth(value: object) -> object:
    """Return what a text says, such as `True` in a table, and anything else as it is."""
    return _TRUTHS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _unless(unknown: object, convert: Convert, value: object) -> object:
    return None if value == unknown else convert(value)


def _less(value: object, age: object) -> object:
    """Return the difference of two numbers; of others, the first as it is. No float: an infinity, which is refused."""
    if isinstance(value, bool) or isinstance(age, bool) or not isinstance(value, int | float):
        return value
    try:
        return value - age if isinstance(age, int | float) else value
    except OverflowError:
        return math.inf


def _numeric(value: object) -> object:
    """Return the number that a text writes, and anything else as it is, to be told by the check of its field."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    return value


def _scale(factor: float, value: object) -> object:
    if type(value) is float:  # as nearly all are
        return value * factor
    number = _numeric(value)
    if isinstance(number, bool) or not isinstance(number, int | float):
        return value
    try:
        return number * factor
    except OverflowError:
        return value


def _moment(value: object) -> object:
    """Return the time that an ISO 8601 text names, s since 1970; UTC where it names no zone."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return value


def _s_or_ms(value: object) -> object:
    number = _numeric(value)
    is_ms = isinstance(number, int | float) and number > 1e11  # s: the year 5138; ms: March 1973
    return _scale(1e-3, number) if is_ms else number


_MOMENTS: abc.Mapping[str, Convert] = {"iso8601": _moment, "s or ms": _s_or_ms}


def _path(name: str, place: str, path: object) -> tuple[str, ...]:
    if not isinstance(path, str) or not path or "" in path.split("."):
        raise MappingError(f"mapping {name!r}: {place} = {shorten(path)}: names, with dots between them, are needed")
    return tuple(path.split("."))


def _paths(name: str, place: str, paths: object) -> tuple[tuple[str, ...], ...]:
    return tuple(_path(name, place, path) for path in (paths if isinstance(paths, list) else [paths]))


def _table(name: str, place: str, table: object) -> dict[str, Any]:
    if not isinstance(table, abc.Mapping):
        raise MappingError(f"mapping {name!r}: {place} = {shorten(table)}: a table is needed")
    return dict(table)


def _check_names(name: str, place: str, table: abc.Mapping[str, object], known: frozenset[str]) -> None:
    for option in table:
        if option not in known:
            where = f"{place}.{option}" if place else option
            raise MappingError(f"mapping {name!r}: {where} is not known: one of {', '.join(sorted(known))} is needed")
