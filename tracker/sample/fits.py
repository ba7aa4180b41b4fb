"""`Fit`: how well a mapping, or the wire without one, reads records: told by decoding them; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from producer import wire
from producer.wire import Mapping, Repair, SchemaError, StateVector

WIRE = "(none)"
"""What a fit is called that needs no mapping."""


@dataclass(slots=True)
class Fit:
    """What became of the reports in some records."""

    name: str
    mapping: Mapping | None
    """None: the wire itself."""
    whole: int = 0
    mended: int = 0
    """Reports that were taken without a field."""
    refused: int = 0
    fields: int = 0
    """Values that all reports have together, without constants."""
    refusal: str = ""
    """Why the first was refused."""
    repair: str = ""
    """Which field was dropped first, and why."""
    unread: list[str] = field(default_factory=list)
    """Names in records that nobody reads; strangers wrote them."""

    @property
    def read(self) -> int:
        """Reports that were taken."""
        return self.whole + self.mended

    @property
    def holds(self) -> bool:
        """Whether it reads more than it refuses."""
        return self.read > self.refused


def fit(values: Sequence[bytes], mapping: Mapping | None) -> Fit:
    """Decode values, and count.

    Args:
        values: Of records; no tombstones.
        mapping: How they are read; None: as the wire.
    """
    found = Fit(mapping.name if mapping else WIRE, mapping)
    for value in values:
        repairs: list[tuple[int, Repair]] = []
        try:
            vectors, errors = mapping.decode(value, repairs) if mapping else _decode(value, repairs)
        except SchemaError as error:
            vectors, errors = [], [error]
        mended = {place for place, _ in repairs}
        found.mended += len(mended)
        found.whole += len(vectors) - len(mended)
        found.refused += len(errors)
        found.fields += sum(_known(vector, mapping) for vector in vectors)
        found.refusal = found.refusal or str(errors[0] if errors else "")
        found.repair = found.repair or str(repairs[0][1] if repairs else "")
        unread = mapping.unused_fields(value) if mapping else wire.unused_fields(value)
        found.unread += [name for name in unread if name not in found.unread]
    return found


def built_in_fits(values: Sequence[bytes]) -> list[Fit]:
    """Try the wire and all mappings that come with this package."""
    return [fit(values, None), *(fit(values, wire.load_mapping(name)) for name in wire.BUILT_IN)]


def best(fits: Sequence[Fit]) -> Fit:
    """Return the one that reads most; of equals, the one that mends least, then knows most, then comes first."""
    return max(fits, key=lambda one: (one.read, -one.mended, one.fields))


def _decode(value: bytes, repairs: list[tuple[int, Repair]]) -> tuple[list[StateVector], list[SchemaError]]:
    """Read a value of the wire, one state vector or an array of them."""
    try:
        return wire.decode_batch((value,), repairs), []
    except SchemaError as error:
        if error.reason != "array":
            raise
        return wire.decode_array(value, repairs)


def _known(vector: StateVector, mapping: Mapping | None) -> int:
    constants = mapping.constants if mapping else ()
    return sum(getattr(vector, name) is not None for name in wire.FIELDS if name not in constants)
