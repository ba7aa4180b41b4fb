"""`producer opensky`: state vectors of the OpenSky Network, with an account or without."""

from __future__ import annotations

import os
from pathlib import Path

import click

from producer.cluster.numbers import Real
from producer.cluster.options import option
from producer.commands.loading import load
from producer.commands.parameters import Region
from producer.delivery import deliver
from producer.sources.backoff import Backoff
from producer.sources.credentials import find_credentials, read_credentials
from producer.sources.opensky import SHORTEST, OpenSky
from producer.target import Target, target_options


@click.command()
@option(
    "--region",
    envvar="PRODUCER_REGION",
    type=Region(),
    metavar="LAT_MIN,LON_MIN,LAT_MAX,LON_MAX",
    help="Where, degrees (south, west, north, east), such as --region=42,-5,51,8: a box costs 1 credit up to 25 square "
    "degrees, 2 up to 100, 3 up to 400, and 4 above.  [default: everywhere]",
)
@option(
    "--interval",
    envvar="PRODUCER_INTERVAL",
    type=Real(SHORTEST, 86_400),
    metavar="SECONDS",
    help="From one request to the next.  [default: so that the credits last until they are refilled]",
)
@option(
    "--credentials",
    envvar="OPENSKY_CREDENTIALS",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The JSON file that the account's page gives for its API client, instead of OPENSKY_CLIENT_ID and "
    "OPENSKY_CLIENT_SECRET.  [default: anonymous]",
)
@target_options
def opensky(
    target: Target,
    region: tuple[float, float, float, float] | None,
    interval: float | None,
    credentials: Path | None,
) -> None:
    """Publish state vectors of the OpenSky Network: of a box, or of the world.

    With an account there are ten times as many credits a day, and more for those who feed it: create an API client on
    the account's page. How often it is asked follows from the credits that are left, and is said.
    """
    if region is not None and region[1] > region[3]:
        raise click.UsageError("--region: OpenSky takes no box across the antimeridian; west must be below east")
    account = read_credentials(credentials) if credentials else find_credentials(os.environ)
    polling = load("producer.sources.polling", extra="producer")
    service = OpenSky(account, region, interval)
    deliver(target, polling.Polled(service, backoff=Backoff(2.0, 300.0)))
