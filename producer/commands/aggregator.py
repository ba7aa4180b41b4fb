"""`producer aggregator`: what many receivers hear around a point, by one of the services that gather it."""

from __future__ import annotations

import click

from producer.cluster.numbers import parse_number
from producer.cluster.options import option
from producer.commands.loading import load
from producer.delivery import deliver
from producer.sources.aggregator import KNOWN, MAX_RADIUS, Aggregator, Terms, custom
from producer.sources.backoff import Backoff
from producer.sources.exchange import check_url
from producer.target import Target, target_options

# click's types are generic in its newest versions alone, hence the comments for mypy.


class _Point(click.ParamType):  # type: ignore[type-arg]
    """A point and the radius around it: latitude and longitude in degrees, nautical miles."""

    name = "point"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float, float]:
        """Read the point, or fail with what is needed."""
        try:
            lat, lon, radius = map(parse_number, value.split(","))
        except ValueError:
            self.fail(f"{value!r}: lat,lon,nm is needed, in degrees and nautical miles", param, ctx)
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            self.fail(f"{value!r}: -90 <= lat <= 90 and -180 <= lon <= 180 are needed", param, ctx)
        if not 0 < radius <= MAX_RADIUS:
            self.fail(f"{value!r}: a radius up to {MAX_RADIUS:g} nautical miles is needed", param, ctx)
        return lat, lon, radius


class _Service(click.ParamType):  # type: ignore[type-arg]
    """The name of a service, or the URL of another one with places for the point."""

    name = "service"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Terms:
        """Find the service, or fail with what is needed."""
        if value in KNOWN:
            return KNOWN[value]
        names = ", ".join(KNOWN)
        if "://" not in value:
            self.fail(f"{value!r}: one of {names} is needed, or a URL with {{lat}}, {{lon}} and {{radius}}", param, ctx)
        if needed := check_url(value):
            self.fail(f"the URL of a service: {needed}", param, ctx)
        if missing := [name for name in ("{lat}", "{lon}", "{radius}") if name not in value]:
            self.fail(f"the URL of a service: {', '.join(missing)} is needed where the point is to stand", param, ctx)
        return custom(value)


@click.command()
@option(
    "--point",
    envvar="PRODUCER_POINT",
    required=True,
    type=_Point(),
    metavar="LAT,LON,NM",
    help=f"Where, degrees, and how far around, up to {MAX_RADIUS:g} nautical miles, such as --point=48.86,2.35,60.",
)
@option(
    "--service",
    envvar="PRODUCER_SERVICE",
    default="adsb.lol",
    type=_Service(),
    metavar="|".join([*KNOWN, "URL"]),
    help="Whom to ask: by name, or a URL with {lat}, {lon} and {radius} in it.",
)
@target_options
def aggregator(target: Target, point: tuple[float, float, float], service: Terms) -> None:
    """Publish what others' receivers hear around a point: adsb.lol, airplanes.live, adsb.fi, or another alike.

    The terms of the service are said at the start: they bind whoever uses its data. It is asked no more than once a
    second, and less often where it says so.
    """
    polling = load("producer.sources.polling", extra="producer")
    deliver(target, polling.Polled(Aggregator(service, *point), backoff=Backoff(2.0, 300.0)))
