"""Options that several sources have, and the types of their values."""

from __future__ import annotations

import math
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from producer.cluster.address import Address, parse_address
from producer.cluster.numbers import parse_number
from producer.cluster.options import option

# click's types are generic in its newest versions alone, hence the comments for mypy.


class Speed(click.ParamType):  # type: ignore[type-arg]
    """A multiple of real time: a positive number, or `max` (as fast as possible, `inf`)."""

    name = "speed"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the multiple, or fail with what is needed."""
        if value == "max":
            return math.inf
        try:
            speed = parse_number(value)
        except ValueError:
            speed = 0.0
        if not speed > 0:
            self.fail(f"{value!r} is neither a positive number nor 'max'", param, ctx)
        return speed


class Region(click.ParamType):  # type: ignore[type-arg]
    """A box: south, west, north, east, in degrees; where west is above east it crosses the antimeridian."""

    name = "region"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float, float, float]:
        """Read the box, or fail with what is needed."""
        try:
            lat_min, lon_min, lat_max, lon_max = map(parse_number, value.split(","))
        except ValueError:
            self.fail(f"{value!r}: lat_min,lon_min,lat_max,lon_max is needed, in degrees", param, ctx)
        if not -90 <= lat_min < lat_max <= 90:
            self.fail(f"{value!r}: -90 <= lat_min < lat_max <= 90 is needed (lat_min comes first)", param, ctx)
        if not (-180 <= lon_min <= 180 and -180 <= lon_max <= 180 and lon_min != lon_max):
            self.fail(f"{value!r}: two different longitudes from -180 to 180 are needed", param, ctx)
        return lat_min, lon_min, lat_max, lon_max


class Listening(click.ParamType):  # type: ignore[type-arg]
    """Where a program listens: host and port."""

    name = "address"

    def __init__(self, default_port: int) -> None:
        """Choose what is meant where no port is named.

        Args:
            default_port: 1 to 65535.
        """
        self._default_port = default_port

    def convert(self, value: str | Address, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """Read the address, or fail with what is needed."""
        if isinstance(value, Address):
            return value
        try:
            return parse_address(value, self._default_port, f"pi.local:{self._default_port}")
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


class Place(click.ParamType):  # type: ignore[type-arg]
    """A place: latitude, longitude, in degrees."""

    name = "place"

    def convert(
        self, value: str | tuple[float, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Read the place, or fail with what is needed."""
        if isinstance(value, tuple):
            return value
        try:
            lat, lon = map(parse_number, value.split(","))
        except ValueError:
            self.fail(f"{value!r}: lat,lon is needed, in degrees", param, ctx)
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            self.fail(f"{value!r}: a latitude from -90 to 90 and a longitude from -180 to 180 are needed", param, ctx)
        return lat, lon


class Zone(click.ParamType):  # type: ignore[type-arg]
    """A time zone, by its name in the IANA database."""

    name = "zone"

    def convert(self, value: str | tzinfo, param: click.Parameter | None, ctx: click.Context | None) -> tzinfo:
        """Find the zone, or fail with what is needed."""
        if isinstance(value, tzinfo):
            return value
        if value.upper() == "UTC":  # which no database is needed for
            return UTC
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of it
            self.fail(f"{value!r}: UTC, or a name such as Europe/Paris that this machine knows, is needed", param, ctx)


speed_option = option(
    "--speed",
    envvar="PRODUCER_SPEED",
    default="1",
    type=Speed(),
    metavar="NUMBER|max",
    help="Times real time.",
)
