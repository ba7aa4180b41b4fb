"""The command `producer`: one subcommand a source, with the same options for where its reports go.

Exit status: 0 when all was delivered (also after Ctrl-C or SIGTERM), 1 when reports were not, 2 when it could not start
or its source could not be read, with one line on stderr that says why. 130 after a second Ctrl-C.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import logging
import math
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

import producer
from producer import replay as replaying
from producer.connection import Security
from producer.errors import ProducerError
from producer.options import bootstrap_servers, option, security, topic
from producer.recording import BUNDLED, Recording
from producer.stop import Stop

if TYPE_CHECKING:
    from producer.publish import Publisher

logger = logging.getLogger("producer")

_LOG_EVERY = 10.0  # s, between two lines of progress where nobody watches
_MAX_FLIGHTS = 100_000  # synthetic.identity.MAX_FLIGHTS, which is not imported before it is needed
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """Where reports go: the options that all subcommands share."""

    bootstrap_servers: str
    security: Security
    topic: str
    partitions: int
    retention_ms: int | None
    compression: str
    linger_ms: int
    max_in_flight: int
    connect_timeout: float
    flush_timeout: float
    heartbeat: Path | None
    stop_on_eof: bool


_TARGET_OPTIONS = (
    bootstrap_servers,
    topic,
    option(
        "--partitions",
        envvar="PRODUCER_PARTITIONS",
        default=4,
        type=click.IntRange(1, 10_000),
        help="Of the topic, where it is made.",
    ),
    option(
        "--retention-ms",
        envvar="PRODUCER_RETENTION_MS",
        type=click.IntRange(min=-1),
        help="How long the topic keeps records, where it is made; -1: for good.  [default: as the broker does]",
    ),
    option(
        "--compression",
        envvar="PRODUCER_COMPRESSION",
        default="none",
        type=click.Choice(["none", "gzip", "lz4", "snappy", "zstd"]),
        help="Of batches; lz4, snappy and zstd need their Python packages.",
    ),
    option(
        "--linger-ms",
        envvar="PRODUCER_LINGER_MS",
        default=10,
        type=click.IntRange(0, 10_000),
        help="How long a batch waits for more reports.",
    ),
    option(
        "--max-in-flight",
        envvar="PRODUCER_MAX_IN_FLIGHT",
        default=10_000,
        type=click.IntRange(1, 1_000_000),
        help="Reports on their way; when so many are, it waits.",
    ),
    option(
        "--connect-timeout",
        envvar="PRODUCER_CONNECT_TIMEOUT",
        default=5.0,
        type=click.FloatRange(0.1, 3600),
        metavar="SECONDS",
        help="How long a broker is looked for at the start.",
    ),
    option(
        "--flush-timeout",
        envvar="PRODUCER_FLUSH_TIMEOUT",
        default=5.0,
        type=click.FloatRange(0, 3600),
        metavar="SECONDS",
        help="How long the last reports are waited for after a stop.",
    ),
    option(
        "--heartbeat",
        envvar="PRODUCER_HEARTBEAT",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Touched twice a second while the broker takes what it is given: for who watches over the process.",
    ),
    option(
        "--stop-on-eof",
        envvar="PRODUCER_STOP_ON_EOF",
        is_flag=True,
        help="Stop when standard input ends: for a parent process that may be killed.",
    ),
)


def target_options(command: F) -> F:
    """Adds the options of where reports go; the command is called with a `Target` first."""

    @functools.wraps(command)
    def wrapped(**options: Any) -> Any:  # noqa: ANN401 - click's options by name
        target = Target(**{name: options.pop(name) for name in Target.__slots__})
        return command(target, **options)

    wrapped = security(wrapped)
    for one in reversed(_TARGET_OPTIONS):
        wrapped = one(wrapped)
    return wrapped  # type: ignore[return-value] # called by click, with options only


def _speed(text: str) -> float:
    if text == "max":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not (speed > 0 and math.isfinite(speed)):
        raise click.BadParameter(f"{text!r} is neither a positive number nor 'max'")
    return speed


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):  # click's ranges let NaN through
        raise click.BadParameter(f"{value} is not a finite number")
    return value


def _region(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        lat_min, lon_min, lat_max, lon_max = (float(number) for number in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not lat_min,lon_min,lat_max,lon_max, in degrees") from None
    if not -90 <= lat_min < lat_max <= 90:
        raise click.BadParameter(f"{text!r}: -90 <= lat_min < lat_max <= 90 is required (lat_min comes first)")
    if not (-180 <= lon_min <= 180 and -180 <= lon_max <= 180 and lon_min != lon_max):
        raise click.BadParameter(f"{text!r}: two different longitudes from -180 to 180 are required")
    return lat_min, lon_min, lat_max, lon_max


def _time(text: str | None) -> float | None:
    """Reads ISO 8601 (UTC where it names no zone) or s since 1970, from 1970 until now."""
    if text is None:
        return None
    try:
        when = float(text)
    except ValueError:
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            raise click.BadParameter(
                f"{text!r} is no time: write 2021-10-07T13:00:00Z, or seconds since 1970"
            ) from None
        when = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    if not 0 <= when <= time.time():
        raise click.BadParameter(f"{text!r} is not between 1970 and now")
    return when


@click.group(invoke_without_command=True)
@click.version_option(producer.__version__, prog_name="producer")
@click.pass_context
def cli(context: click.Context) -> None:
    """Publishes state vectors of aircraft to a Kafka topic."""
    if context.invoked_subcommand is None:
        raise click.UsageError(f"a command is required: {', '.join(sorted(cli.commands))} (see producer --help)")


@cli.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@option(
    "--speed",
    envvar="PRODUCER_SPEED",
    default="1",
    metavar="NUMBER|max",
    callback=lambda _context, _parameter, value: _speed(value),
    help="Times real time.",
)
@option(
    "--time",
    "clock",
    envvar="PRODUCER_TIME",
    type=click.Choice(["now", "recorded"]),
    help="Event times: shifted so that the first report is now (the default at speed 1), or as recorded.",
)
@option("--loop", envvar="PRODUCER_LOOP", is_flag=True, help="Begin again at the end; event times go on.")
@option("--limit", envvar="PRODUCER_LIMIT", type=click.IntRange(min=1), help="Stop after so many reports.")
@target_options
def replay(target: Target, file: Path | None, speed: float, clock: str | None, loop: bool, limit: int | None) -> None:
    """Replays a recording: FILE, or half an hour over Paris that comes with the program.

    FILE has the columns and units of the traffic library's frame (timestamp, icao24, callsign, latitude, longitude,
    altitude ft, groundspeed kt, track, vertical_rate ft/min, onground, squawk), in time order: .csv, .jsonl or .ndjson
    (also .gz), or .parquet. JSON lines may also be state vectors as they stand in the topic.
    """
    if clock == "now" and speed != 1:
        raise click.UsageError(
            "--time now needs --speed 1: at another speed positions would contradict the reported speeds. Leave it "
            "out, and give the recording a --topic of its own: beside live reports those of another year do not show"
        )
    now = time.time() if (clock or ("now" if speed == 1 else "recorded")) == "now" else None
    recording = Recording(file) if file else Recording(BUNDLED, BUNDLED.name)
    states = replaying.schedule(recording, speed=speed, start=now, loop=loop)
    publish(target, states, functools.partial(replaying.run, limit=limit), recording)


@cli.command()
@option("--flights", envvar="PRODUCER_FLIGHTS", default=200, type=click.IntRange(1, _MAX_FLIGHTS), help="At once.")
@option(
    "--rate",
    envvar="PRODUCER_RATE",
    default=1.0,
    type=click.FloatRange(0.001, 100),
    callback=lambda _context, _parameter, value: _finite(value),
    metavar="HZ",
    help="Reports per aircraft and second of event time; 0.2 is one every 5 s.",
)
@option(
    "--seed",
    envvar="PRODUCER_SEED",
    default=0,
    type=click.IntRange(0, 2**63 - 1),
    help="The same seed, the same flights, relative to the start.",
)
@option(
    "--duration",
    envvar="PRODUCER_DURATION",
    type=click.FloatRange(0, min_open=True),
    callback=lambda _context, _parameter, value: _finite(value),
    metavar="SECONDS",
    help="Stop after so much event time.",
)
@option(
    "--region",
    envvar="PRODUCER_REGION",
    metavar="LAT_MIN,LON_MIN,LAT_MAX,LON_MAX",
    callback=lambda _context, _parameter, value: _region(value),
    help="Where the airports are, degrees (south, west, north, east), such as --region=42,-5,51,8; west is above east "
    "where it crosses the antimeridian.  [default: everywhere]",
)
@option(
    "--speed",
    envvar="PRODUCER_SPEED",
    default="1",
    metavar="NUMBER|max",
    callback=lambda _context, _parameter, value: _speed(value),
    help="Times real time.",
)
@option(
    "--start",
    envvar="PRODUCER_START",
    metavar="TIME",
    callback=lambda _context, _parameter, value: _time(value),
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
    """Makes up flights: between real airports, on great circles, at airliners' speeds, in every phase at once.

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
    reports = source.batches(fleet, rate, speed=speed, duration=math.inf if duration is None else duration)
    publish(target, reports, functools.partial(source.run, start=start, speed=speed))


def publish(target: Target, reports: Iterable[T], run: Callable[..., None], source: Recording | None = None) -> None:
    """Publishes a source's reports until it ends or a signal comes, and says how it goes.

    Args:
        target: Where to.
        reports: What `run` takes.
        run: Takes `reports`, the publisher, a stop and `progress`, and returns when all is published.
        source: Counts the rows that it refused.

    Raises:
        ProducerError: It could not start, or the source failed.
        click.exceptions.Exit: Reports were not delivered.
    """
    publisher_class = _publisher_class()
    reports = iter(reports)
    stop = Stop()
    if target.stop_on_eof:
        threading.Thread(target=_stop_on_eof, args=(stop,), daemon=True).start()
    publisher = publisher_class(
        target.bootstrap_servers,
        target.topic,
        stop=stop,
        security=target.security,
        partitions=target.partitions,
        retention_ms=target.retention_ms,
        compression=None if target.compression == "none" else target.compression,
        linger_ms=target.linger_ms,
        max_in_flight=target.max_in_flight,
        connect_timeout=target.connect_timeout,
        flush_timeout=target.flush_timeout,
    )
    progress = Progress(publisher, source, terminal=sys.stderr.isatty(), heartbeat=target.heartbeat)
    with stop.on_signals(), progress.logs():
        first = list(itertools.islice(reports, 1))  # a file that cannot be read is said before a broker is looked for
        try:
            with publisher:
                logger.info("publishing to %s at %s", target.topic, target.bootstrap_servers)
                run(itertools.chain(first, reports), publisher, stop, progress=progress.show)
        finally:
            if publisher.sent:
                logger.info(progress.summary())
    if publisher.failed:
        raise click.exceptions.Exit(1)


def _publisher_class() -> type[Publisher]:
    try:
        module = importlib.import_module("producer.publish")
    except ModuleNotFoundError as error:
        raise ProducerError(f"{error.name} is missing: pip install 'flight-tracker[producer]'") from error
    publisher: type[Publisher] = module.Publisher
    return publisher


def _synthetic() -> Any:  # noqa: ANN401 - a module; its types are those of NumPy, which may not be there
    try:
        return importlib.import_module("producer.synthetic")
    except ModuleNotFoundError as error:
        raise ProducerError(f"{error.name} is missing: pip install 'flight-tracker[synthetic]'") from error


def _stop_on_eof(stop: Stop) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stop.set()


class Progress:
    """Says how publishing goes: one rewritten line on a terminal, a line of the log every ten seconds elsewhere."""

    def __init__(
        self,
        publisher: Publisher,
        source: Recording | None,
        *,
        terminal: bool,
        heartbeat: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publisher = publisher
        self._source = source
        self._terminal = terminal
        self._heartbeat = heartbeat
        self._clock = clock
        self._begin = self._last = clock()
        self._sent = 0
        self._next_log = self._begin + _LOG_EVERY

    def show(self, lag: float) -> None:
        """Shows where it stands.

        Args:
            lag: Seconds behind the schedule.

        Raises:
            ProducerError: The heartbeat's file cannot be written.
        """
        self._beat()
        now = self._clock()
        if self._terminal:
            click.echo(f"\r\x1b[K{self._line(now, lag)}", nl=False, err=True)
        elif now >= self._next_log:
            logger.info("%s", self._line(now, lag))
            self._next_log = now + _LOG_EVERY
        else:
            return
        self._last, self._sent = now, self._publisher.sent

    def _beat(self) -> None:
        if self._heartbeat is None or self._publisher.silent_for:
            return
        try:
            self._heartbeat.touch()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ProducerError(f"--heartbeat {self._heartbeat} cannot be written ({reason})") from error

    def summary(self) -> str:
        """Says in one line what came of it."""
        publisher = self._publisher
        seconds = max(self._clock() - self._begin, 1e-3)
        rate = publisher.sent / seconds
        parts = [
            f"sent {publisher.sent:,} reports in {seconds:.1f} s ({rate:,.0f}/s)",
            f"delivered {publisher.delivered:,}",
        ]
        if publisher.failed:
            parts.append(f"NOT delivered {publisher.failed:,}")
        if self._source and self._source.refused:
            parts.append(f"{self._source.refused:,} rows refused")
        return ", ".join(parts)

    @contextmanager
    def logs(self) -> Iterator[None]:
        """Sends the log to stderr meanwhile; on a terminal a line of it takes the place of the rewritten one."""
        handler = logging.StreamHandler(sys.stderr)
        clear = "\r\x1b[K" if self._terminal else ""
        handler.setFormatter(logging.Formatter(f"{clear}%(asctime)s %(levelname)s %(message)s"))
        root = logging.getLogger()
        level = root.level
        kafka = logging.getLogger("kafka")
        kafka_level = kafka.level
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        kafka.setLevel(logging.CRITICAL)  # it says each failed attempt; the publisher says what it means
        try:
            yield
        finally:
            if self._terminal:
                click.echo("\r\x1b[K", nl=False, err=True)
            root.removeHandler(handler)
            root.setLevel(level)
            kafka.setLevel(kafka_level)

    def _line(self, now: float, lag: float) -> str:
        publisher = self._publisher
        rate = (publisher.sent - self._sent) / max(now - self._last, 1e-3)
        line = f"sent {publisher.sent:,}  {rate:,.0f}/s  lag {lag:.1f} s  in flight {publisher.in_flight:,}"
        if publisher.failed:
            line += f"  not delivered {publisher.failed:,}"
        if self._source and self._source.refused:
            line += f"  rows refused {self._source.refused:,}"
        if publisher.silent_for:
            line += f"  NO ANSWER from the broker for {publisher.silent_for:.0f} s, waiting"
        return line


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point: ends the process; what goes wrong for a user is one line on stderr.

    Args:
        arguments: Those of the command line by default.
    """
    try:
        status = cli.main(arguments, prog_name="producer", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"producer: {error.format_message()}", err=True)
        status = error.exit_code
    except ProducerError as error:
        click.echo(f"producer: {error}", err=True)
        status = 2
    except (click.Abort, KeyboardInterrupt):
        status = 130
    sys.exit(status or 0)
