"""`Reader`: the reports of a live source out of what it answers, each once.

document ──> mapping ──┬─> StateVector, new ──> handed on, in time order
                       ├─> StateVector, known ──> dropped
                       ├─> no position ──> counted
                       └─> SchemaError ──> Faults
"""

from __future__ import annotations

import msgspec

from producer.sources.counts import Counting
from producer.sources.faults import Faults
from producer.sources.once import Once
from producer.wire import Repair, SchemaError, StateVector, load_mapping

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_decode_any = msgspec.json.Decoder().decode


class Reader(Counting):
    """Reads what one source answers, by a mapping, and counts what is no report. Pure: the time comes in."""

    def __init__(self, name: str, mapping: str, *, tolerance: float = 0.0) -> None:
        """Begin with nothing read.

        Args:
            name: What the log calls the source.
            mapping: The name of a built-in one.
            tolerance: By how much the event times of one report may differ, s.
        """
        self._mapping = load_mapping(mapping)
        self._faults = Faults(name)
        super().__init__(self._faults)
        self._once = Once(tolerance=tolerance)
        self.without_position = 0
        """Records that were no more than an identity: aircraft whose position is not known. Counted each time."""

    def read(self, document: object, now: float) -> list[StateVector]:
        """Return the new reports of a document, in time order.

        Args:
            document: JSON, decoded.
            now: s, never running back.
        """
        try:
            records = self._mapping.find(document)
        except SchemaError as error:
            self._faults.refuse(error)
            return []
        found: list[tuple[float, StateVector]] = []
        for record in records:
            repairs: list[Repair] = []
            try:
                state = self._mapping.build(record, repairs)
            except SchemaError as error:
                self._note(error)
                continue
            if state.time is None:  # nobody could tell it from the next one
                self._faults.refuse(SchemaError("missing", "time", "absent", "a live report needs its time"))
            elif self._once.is_new(state, now):
                self._faults.repair(repairs)
                found.append((state.time, state))
        found.sort(key=lambda timed: timed[0])
        return [state for _, state in found]

    def read_line(self, line: bytes | SchemaError, now: float) -> list[StateVector]:
        """Return the new reports of a line of JSON, as `read`; one that is none is counted."""
        if isinstance(line, SchemaError):
            self._faults.refuse(line)
            return []
        document = decode(line)
        if document is None:
            text = line[:60].decode(errors="replace")
            self._faults.refuse(SchemaError("json", value=repr(text), limit="each line must be an object in JSON"))
            return []
        return self.read(document, now)

    def _note(self, error: SchemaError) -> None:
        if error.reason == "missing" and error.field in ("lat", "lon"):
            self.without_position += 1
        else:
            self._faults.refuse(error)


class Reading(Counting):
    """Base of what has a reader, and tells its counts as its own."""

    def __init__(self, reader: Reader) -> None:
        """Begin with what the reader has counted.

        Args:
            reader: Reads what is answered or sent.
        """
        super().__init__(reader)
        self._reader = reader

    @property
    def without_position(self) -> int:
        """Records of aircraft whose position is not known, counted each time."""
        return self._reader.without_position


def decode(body: bytes) -> object:
    """Return what JSON holds; None where it is none, or `null`."""
    try:
        return _decode_any(body)
    except _UNREADABLE:
        return None
