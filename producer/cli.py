"""The command `producer`: one subcommand a source, with the same options for where its reports go.

Exit status: 0 when all was delivered (also after Ctrl-C or SIGTERM), 1 when reports were not, 2 when it could not start
or its source could not be read, with one line on stderr that says why. 130 after a second Ctrl-C.
"""

from __future__ import annotations

import importlib
import math
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import click

from producer.cluster.errors import SettingError
from producer.cluster.numbers import Real, Whole, parse_number
from producer.cluster.options import option
from producer.delivery import deliver
from producer.errors import ProducerError
from producer.sources.formats import FORMATS, Format
from producer.sources.merging import Merged, find_recordings
from producer.sources.opening import STDIN
from producer.sources.recording import BUNDLED, Recording
from producer.sources.replay import Replay
from producer.target import Target, target_options
from producer.wire import MappingError, load_mapping

_MAX_FLIGHTS = 100_000  # synthetic.identity.MAX_FLIGHTS, which is not imported before it is needed


# click's types are generic in its newest versions alone, hence the comments for mypy.


class _Speed(click.ParamType):  # type: ignore[type-arg]
    """A multiple of real time: a positive number, or `max` (as fast as possible, `inf`)."""

    name = "speed"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if value == "max":
            return math.inf
        try:
            speed = parse_number(value)
        except ValueError:
            speed = 0.0
        if not speed > 0:
            self.fail(f"{value!r} is neither a positive number nor 'max'", param, ctx)
        return speed


class _Region(click.ParamType):  # type: ignore[type-arg]
    """A box: south, west, north, east, in degrees; where west is above east it crosses the antimeridian."""

    name = "region"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float, float, float]:
        try:
            lat_min, lon_min, lat_max, lon_max = map(parse_number, value.split(","))
        except ValueError:
            self.fail(f"{value!r}: lat_min,lon_min,lat_max,lon_max is needed, in degrees", param, ctx)
        if not -90 <= lat_min < lat_max <= 90:
            self.fail(f"{value!r}: -90 <= lat_min < lat_max <= 90 is needed (lat_min comes first)", param, ctx)
        if not (-180 <= lon_min <= 180 and -180 <= lon_max <= 180 and lon_min != lon_max):
            self.fail(f"{value!r}: two different longitudes from -180 to 180 are needed", param, ctx)
        return lat_min, lon_min, lat_max, lon_max


class _Past(click.ParamType):  # type: ignore[type-arg]
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


_speed = option(
    "--speed",
    envvar="PRODUCER_SPEED",
    default="1",
    type=_Speed(),
    metavar="NUMBER|max",
    help="Times real time.",
)


def _version() -> str:
    try:
        return version("flight-tracker")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"


@click.group(invoke_without_command=True)
@click.version_option(_version(), prog_name="producer")
@click.pass_context
def cli(context: click.Context) -> None:
    """Publish state vectors of aircraft to a Kafka topic."""
    if context.invoked_subcommand is None:
        raise click.UsageError(f"a command is required: {', '.join(sorted(cli.commands))} (see producer --help)")


@cli.command()
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@option(
    "--format",
    "format_",
    envvar="PRODUCER_FORMAT",
    type=click.Choice(FORMATS),
    help="What the files are, where their content should not tell.",
)
@option(
    "--mapping",
    envvar="PRODUCER_MAPPING",
    metavar="NAME|FILE",
    help="How their rows are read, where the names of their fields should not tell: traffic, readsb, opensky, or a "
    "TOML file.",
)
@_speed
@option(
    "--time",
    "clock",
    envvar="PRODUCER_TIME",
    type=click.Choice(["now", "recorded"]),
    help="Event times: shifted so that the first report is now (the default at speed 1), or as recorded.",
)
@option("--loop", envvar="PRODUCER_LOOP", is_flag=True, help="Begin again at the end; event times go on.")
@option("--limit", envvar="PRODUCER_LIMIT", type=Whole(min=1), help="Stop after so many reports.")
@target_options
def replay(
    target: Target,
    files: Sequence[Path],
    format_: Format | None,
    mapping: str | None,
    speed: float,
    clock: str | None,
    loop: bool,
    limit: int | None,
) -> None:
    """Replay recordings: files and folders, or half an hour over Paris that comes with the program.

    Several are replayed together, in the order of time; one that is not in time order is sorted first; - is standard
    input. They have the columns and units of the traffic library's frame (timestamp, icao24, callsign, latitude,
    longitude, altitude ft, groundspeed kt, track, vertical_rate ft/min, onground, squawk), as CSV (also with semicolons
    or tabs), JSON (a line each, or an array) or Parquet; text may be compressed with gzip. JSON may also be state
    vectors as they stand in the topic. OpenSky's state vectors (its CSV, and saved answers of its REST interface) and
    readsb's or dump1090's aircraft.json are read too. What a file is, its content tells.
    """
    if clock == "now" and speed != 1:
        raise click.UsageError(
            "--time now needs --speed 1: at another speed positions would contradict the reported speeds. Leave it "
            "out, and give the recording a --topic of its own: beside live reports those of another year do not show"
        )
    from_now = clock == "now" or (clock is None and speed == 1)
    if loop and STDIN in files:
        raise click.UsageError("standard input can be read once, and --loop reads anew")
    if target.stop_on_eof and STDIN in files:
        raise click.UsageError("standard input is the recording, and its end is none for --stop-on-eof to heed")
    paths = find_recordings(files) or [BUNDLED]
    name = BUNDLED.name if not files else None
    try:
        dialect = load_mapping(mapping) if mapping else None
    except MappingError as error:
        raise click.UsageError(f"--mapping: {error}") from None
    recording = Merged([Recording(path, name, format_=format_, mapping=dialect) for path in paths])
    deliver(target, Replay(recording, speed=speed, from_now=from_now, loop=loop, limit=limit))


@cli.command()
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
    type=_Region(),
    metavar="LAT_MIN,LON_MIN,LAT_MAX,LON_MAX",
    help="Where the airports are, degrees (south, west, north, east), such as --region=42,-5,51,8; west is above east "
    "where it crosses the antimeridian.  [default: everywhere]",
)
@_speed
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
    source = _synthetic()
    airports = source.load_airports(source.Region(*region) if region else None)
    fleet = source.launch(seed, flights, airports)
    lasting = math.inf if duration is None else duration
    deliver(target, source.Synthetic(fleet, rate, speed=speed, start=start, duration=lasting))


def _synthetic() -> Any:  # noqa: ANN401 - a module; its types are those of NumPy, which may not be there
    try:
        return importlib.import_module("producer.sources.synthetic")
    except ModuleNotFoundError as error:
        raise ProducerError(f"{error.name} is missing: pip install 'flight-tracker[synthetic]'") from error


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run as the entry point and end the process; what goes wrong for a user is one line on stderr.

    Args:
        arguments: Those of the command line by default.
    """
    try:
        status = cli.main(arguments, prog_name="producer", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"producer: {error.format_message()}", err=True)
        status = error.exit_code
    except (ProducerError, SettingError) as error:
        click.echo(f"producer: {error}", err=True)
        status = 2
    except (click.Abort, KeyboardInterrupt):
        status = 130
    sys.exit(status or 0)
