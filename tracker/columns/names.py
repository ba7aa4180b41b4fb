"""`COLUMNS`: the one table that turns the wire's names and SI units into the analyst's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.errors import UnknownColumn
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the frames, and where it comes from."""

    name: str
    dtype: str
    """pandas' name of the type; `category` has text categories in alphabetical order."""
    unit: str
    field: str
    """The wire's field (or `key`)."""
    per_si: float = 1.0
    """How many of the unit make one of the wire's SI unit."""


COLUMNS = (
    Column("timestamp", "datetime64[us, UTC]", "UTC", "time"),
    Column("icao24", "category", "", "icao24"),
    Column("callsign", "category", "", "callsign"),
    Column("latitude", "float64", "deg", "lat"),
    Column("longitude", "float64", "deg", "lon"),
    Column("altitude", "float64", "ft", "altitude", FEET_PER_METRE),
    Column("geoaltitude", "float64", "ft", "geo_altitude", FEET_PER_METRE),
    Column("groundspeed", "float64", "kt", "velocity", KNOTS_PER_MPS),
    Column("track", "float64", "deg", "track"),
    Column("vertical_rate", "float64", "ft/min", "vertical_rate", FPM_PER_MPS),
    Column("onground", "boolean", "", "on_ground"),
    Column("squawk", "category", "", "squawk"),
    Column("key", "category", "", "key"),
    Column("id", "category", "", "id"),
    Column("kind", "category", "", "kind"),
    Column("position_source", "category", "", "position_source"),
    Column("typecode", "category", "", "typecode"),
    Column("registration", "category", "", "registration"),
    Column("category", "category", "", "category"),
)
"""The columns of every frame of reports, in their order; names and units are those of the package `traffic`."""


def choose_columns(names: Sequence[str] | None) -> Sequence[Column]:
    """Return the columns of these names, in this order; None: all.

    Raises:
        UnknownColumn: A name that is not in `COLUMNS`.
    """
    known = {column.name: column for column in COLUMNS}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise UnknownColumn(unknown[0], list(known))
    return COLUMNS if names is None else [known[name] for name in names]
