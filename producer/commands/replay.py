"""`producer replay`: recordings, and half an hour over Paris that comes with the program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from producer.cluster.numbers import Whole
from producer.cluster.options import option
from producer.commands.parameters import speed_option
from producer.delivery import deliver
from producer.sources.formats import FORMATS, Format
from producer.sources.merging import Merged, find_recordings
from producer.sources.opening import STDIN
from producer.sources.recording import BUNDLED, BUNDLED_ATTRIBUTION, Recording
from producer.sources.replay import Replay
from producer.target import Target, target_options
from producer.wire import MappingError, load_mapping


@click.command()
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
@speed_option
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
    attribution = None if files else BUNDLED_ATTRIBUTION
    source = Replay(recording, speed=speed, from_now=from_now, loop=loop, limit=limit, attribution=attribution)
    deliver(target, source)
