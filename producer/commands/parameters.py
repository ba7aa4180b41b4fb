"""Options that several sources have, and the types of their values."""

from __future__ import annotations

import math

import click

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


speed_option = option(
    "--speed",
    envvar="PRODUCER_SPEED",
    default="1",
    type=Speed(),
    metavar="NUMBER|max",
    help="Times real time.",
)
