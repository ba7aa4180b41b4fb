"""Whose rows a recording has: those of the `traffic` library, of this wire, of OpenSky, readsb or one's own mapping.

columns of a table ──> Dialects.choose ──┐
row, JSON ───────────> Dialects.read ────┴──> StateVector | SchemaError, one or many of a row
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from producer.errors import SourceError
from producer.sources.rows import Row, decode_json, event_time, parse, parse_decoded, require_columns, shown
from producer.wire import Mapping, Repair, SchemaError, StateVector, load_mapping

_OPENSKY = frozenset({"baroaltitude", "vertrate"})
_READSB = frozenset({"hex", "aircraft", "ac"})
_NATIVE = frozenset({"altitude", "vertical_rate"})


class Dialects:
    """How the rows of one recording are read.

    Args:
        name: What errors call the recording.
        mapping: As which dialect; None: told by the names of columns and fields.
    """

    def __init__(self, name: str, mapping: Mapping | None) -> None:
        self._name = name
        self._mapping = mapping

    def choose(self, columns: Sequence[str], listed: str) -> Collection[str] | None:
        """Choose for a table with these columns.

        Args:
            columns: Their names.
            listed: What stands before the list of them in an error.

        Returns:
            The names of those that are read; None: those of `rows.COLUMNS`.

        Raises:
            SourceError: One that every report needs is missing.
        """
        if self._mapping is None and _is_opensky(columns):
            self._mapping = load_mapping("opensky")
        if self._mapping is None:
            require_columns(self._name, columns, listed)
            return None
        if not columns:
            raise SourceError(self._name, "holds no reports (it is empty)")
        names = self._mapping.names
        needed = {field: names.get(field, ()) for field in ("time", "lat", "lon")}
        needed["icao24 (or callsign, or id)"] = [
            *names.get("icao24", ()),
            *names.get("callsign", ()),
            *names.get("id", ()),
        ]
        missing = [
            field
            for field, known in needed.items()
            if field not in self._mapping.constants and not set(known) & set(columns)
        ]
        if missing:
            reason = f"has no column for {', '.join(missing)} by the mapping {self._mapping.name!r}"
            raise SourceError(self._name, f"{reason}; {listed} {shown(columns)}")
        return {name for each in names.values() for name in each}

    def read(self, row: Row | bytes | SchemaError, repairs: list[Repair]) -> Iterator[StateVector | SchemaError]:
        """Read the reports of a row, or of a value in JSON; one that is bad does not spoil the others.

        Args:
            row: The row, or what is wrong with it.
            repairs: Is told which fields of the next state vector were dropped.
        """
        if isinstance(row, SchemaError):
            yield row
            return
        document = decode_json(row) if isinstance(row, bytes) else row
        mapping = self._mapping or (_mapping_of(document) if isinstance(row, bytes) else None)
        records = [document]
        if isinstance(row, bytes) and mapping is not None and document is not None:
            try:
                records = mapping.find(document)
            except SchemaError as error:
                yield error
                return
        for record in records:
            try:
                yield _build(row, record, mapping, repairs)
            except SchemaError as error:
                repairs.clear()
                yield error

    def times(self, row: Row | bytes | SchemaError) -> Iterator[float]:
        """Tell the event times of a row that tells some, s since 1970."""
        if isinstance(row, SchemaError):
            return
        document = decode_json(row) if isinstance(row, bytes) else row
        if self._mapping is None and isinstance(document, dict) and _mapping_of(document) is None:
            is_wire = isinstance(row, bytes) and "lat" in document  # as `parse_decoded` tells them
            time = event_time(document, "time" if is_wire else "timestamp")
            if time is not None:
                yield time
            return
        for state in self.read(row, []):
            if isinstance(state, StateVector) and state.time is not None:
                yield state.time


def _build(row: Row | bytes, record: object, mapping: Mapping | None, repairs: list[Repair]) -> StateVector:
    """Build a state vector from a record, which is the row or one of those that it holds."""
    if mapping is None or record is None:  # no JSON, which is told
        return parse_decoded(row, record, repairs) if isinstance(row, bytes) else parse(row, repairs)
    state = mapping.build(record, repairs)
    if state.time is None:
        raise SchemaError("missing", "time", "absent", "a recorded report needs its time")
    return state


def _mapping_of(document: object) -> Mapping | None:
    """Choose a built-in mapping for an object; None: it is of this wire, or a row of the `traffic` library."""
    if not isinstance(document, dict):
        return None
    if "states" in document or _is_opensky(document):
        return load_mapping("opensky")
    return load_mapping("readsb") if _READSB & document.keys() and "icao24" not in document else None


def _is_opensky(names: Collection[str]) -> bool:
    return bool(_OPENSKY & set(names)) and not _NATIVE & set(names)
