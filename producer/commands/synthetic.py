"""`producer synthetic`: made-up flights."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

import click

from producer.cluster.numbers import Real, Whole, parse_number
from producer.cluster.options import option
from producer.commands.loading import load
from producer.commands.parameters import Region, speed_option
from producer.delivery import deliver
from producer.target import Target, target_options

_MAX_FLIGHTS = 100_000  # sources.synthetic.identity.MAX_FLIGHTS, which is not imported before it is needed


class _Past(click.ParamType):  # type: ignore[type-arg] # click's types were not always generic
    """A moment from 1970 until now, in s since 1970: ISO 8601 (UTC where no zone is named), or those seconds."""

    name = "past"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            moment = parse_number(value)
        except ValueError:
            try:
                parsed = datetime.fromisoformat(value)
            except ValueError:
                self.fail(f"{value!r}: 2021-10-07T13:00:00Z, or seconds since 1970, is needed", param, ctx)
            moment = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
        if not 0 <= moment <= time.time():
            self.fail(f"{value!r}: a moment between 1970 and now is needed", param, ctx)
        return moment


@click.command()
@option("--flights", envvar="PRODUCER_FLIGHTS", default=200, type=Whole(1, _MAX_FLIGHTS), help="At once.")
@option(
    "--rate",
    envvar="PRODUCER_RATE",
    default=1.0,
    type=Real(0.001, 100),
    metavar="HZ",
    help="Reports per aircraft and second of event time; 0.2 is one every 5 s.",
)
@option(
    "--seed",
    envvar="PRODUCER_SEED",
    default=0,
    type=Whole(0, 2**63 - 1),
    help="The same seed, the same flights, relative to the start.",
)
@option(
    "--duration",
    envvar="PRODUCER_DURATION",
    type=Real(0, min_open=True),
    metavar="SECONDS",
    help="Stop after so much event time.",
)
@option(
    "--region",
    envvar="PRODUCER_REGION",
    type=Region(),
    metavar="LAT_MIN,LON_MIN,LAT_MAX,LON_MAX",
    help="Where the airports are, degrees (south, west, north, east), such as --region=42,-5,51,8; west is above east "
    "where it crosses the antimeridian.  [default: everywhere]",
)
@speed_option
@option(
    "--start",
    envvar="PRODUCER_START",
    type=_Past(),
    metavar="TIME",
    help="Event time of the first report where the speed is not 1, in the past: ISO 8601, or seconds since 1970.",
)
@target_options
def synthetic(
    target: Target,
    flights: int,
    rate: float,
    seed: int,
    duration: float | None,
    region: tuple[float, float, float, float] | None,
    speed: float,
    start: float | None,
) -> None:
    """Make up flights: between real airports, on great circles, at airliners' speeds, in every phase at once.

    At speed 1 event times are now. At another speed they begin at --start, and the run ends when they have reached the
    present.
    """
    if speed == 1 and start is not None:
        raise click.UsageError("--start needs a --speed other than 1, at which event times are now")
    if speed != 1 and start is None:
        raise click.UsageError("--speed other than 1 needs --start, a time in the past at which event times begin")
    source = load("producer.sources.synthetic", extra="synthetic")
    airports = source.load_airports(source.Region(*region) if region else None)
    fleet = source.launch(seed, flights, airports)
    lasting = math.inf if duration is None else duration
    deliver(target, source.Synthetic(fleet, rate, speed=speed, start=start, duration=lasting))
