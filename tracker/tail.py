"""`tracker tail`: the fleet of a live server as a table in the terminal; where there is none, a line a second.

connect() ──> frames ──> Board.take ──> table() and status() ──> rich.live, or plain lines
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import click
from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from producer.cluster.numbers import Real, Whole
from tracker.client import Frames, connect
from tracker.errors import TrackerError
from tracker.geo.boxes import Box, parse_box
from tracker.stream.mirror import Mirror, Row
from tracker.stream.protocol import MAX_HZ, PATH, Delta, Fault, Frame, Hello, Lag
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS

URL = f"ws://127.0.0.1:8000{PATH}"
UNKNOWN = "\N{EN DASH}"
_HEADS = ("callsign", "key", "type", "reg", "lat", "lon", "ft", "kt", "track", "ft/min", "age s")
_TEXTS = ("callsign", "key", "type", "reg")
_OPTIONAL = ("type", "reg")  # shown where one is known
_REDRAW, _LINE = 0.25, 1.0  # s
_RATE_SPAN = 5.0  # s
_LAG_SHOWN = 5.0  # s, after a frame that said that we are slow
_LEFT_OUT = ("reg", "ft/min", "type")  # in this order, where a terminal is too narrow for all columns
_GAP = 2  # blanks between two columns
_FRAME = 3  # lines of the screen that are no aircraft: status, head, one to spare


class TailError(click.ClickException):
    """There is nothing to show; one line, exit status 2."""

    exit_code = 2


@dataclass
class Board:
    """What is shown. All times are of one clock that never runs back, s."""

    url: str
    box: Box | None = None
    mirror: Mirror = field(default_factory=Mirror)
    trouble: str | None = ""
    """Why there is no connection; empty: there was none yet; None: there is one."""
    fault: str = ""
    """What the server said of our wish."""
    _slow: tuple[float, float] = (-_LAG_SHOWN, 0.0)  # when it said so, and how far behind we were
    _updates: deque[tuple[float, int]] = field(default_factory=deque)
    _begun: float | None = None

    def take(self, frame: Frame, now: float) -> None:
        """Take a frame in.

        Raises:
            BadFrame: It contradicts itself.
        """
        self.mirror.apply(frame, now)
        match frame:
            case Hello():
                self._begun = now
                self._updates.clear()
            case Delta(columns=columns):
                self._updates.append((now, len(columns.get("key", ()))))
            case Lag(behind_s=behind, cause="client"):
                self._slow = (now, behind)
            case Fault(reason=reason):
                self.fault = reason

    def rate(self, now: float) -> float:
        """Return the updates a second, over the last five."""
        while self._updates and self._updates[0][0] <= now - _RATE_SPAN:
            self._updates.popleft()
        span = min(_RATE_SPAN, now - (now if self._begun is None else self._begun))
        return sum(count for _, count in self._updates) / max(1.0, span)

    def lag(self, now: float) -> str:
        """Say what is late, and since when; empty: nothing."""
        since = self.mirror.unheard_since
        if since is not None:
            return f"the server has heard nothing of its broker for {now - since:.0f} s"
        when, behind = self._slow
        return f"this terminal was {behind:.1f} s behind" if now - when < _LAG_SHOWN else ""

    def status(self, now: float) -> str:
        """Say all in one line."""
        state = f"reconnecting ({self.trouble})" if self.trouble else "connecting"
        if self.trouble is None:
            state = "connected"
        fleet = self.mirror.aircraft(self.box)
        known = f"{len(fleet):,} {'objects' if any(map(_kind, fleet.values())) else 'aircraft'}"
        words = [f"{state} {self.url}", known, f"{self.rate(now):,.1f} updates/s", self.lag(now), self.fault]
        return printable(" \N{MIDDLE DOT} ".join(filter(None, words)))


def printable(text: str) -> str:
    """Return a text that strangers wrote, without what would steer a terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def table(board: Board, now: float, rows: int, order: str = "callsign", width: int | None = None) -> Table:
    """Return the aircraft within the box, in the analyst's units.

    Type and registration have columns where one is known; what is no aircraft has its kind for a type.

    Args:
        board: What is shown.
        now: By its clock, s.
        rows: At most so many; one less where some are left out, which the last row says.
        order: `callsign`, or `age`: those heard last come first.
        width: Columns of the terminal; where they are too few, registration, vertical rate and type are left out, one
            after the other. None: as many as it takes.
    """
    fleet = board.mirror.aircraft(board.box)
    ages = {key: board.mirror.age(key, now) for key in fleet}

    def by_callsign(key: str) -> tuple[bool, str, str]:
        callsign = str(fleet[key].get("callsign") or "")
        return not callsign, callsign, key

    keys = sorted(fleet, key=by_callsign if order == "callsign" else lambda key: (ages[key], key))
    shown = len(keys) if len(keys) <= rows else max(0, rows - 1)
    unheard = board.mirror.unheard_since is not None or board.trouble is not None
    lines = [_cells(fleet[key], ages[key]) for key in keys[:shown]]
    heads = _choose_heads(lines, width)
    drawn = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    for head in heads:
        drawn.add_column(head, justify="left" if head in _TEXTS else "right", no_wrap=True)
    for key, line in zip(keys[:shown], lines, strict=True):
        stale = unheard or ages[key] > board.mirror.stale_after
        drawn.add_row(*(Text(line[head]) for head in heads), style="dim" if stale else "")
    if shown < len(keys):
        drawn.add_row(Text(f"and {len(keys) - shown:,} more"))
    return drawn


def _cells(row: Row, age: float) -> dict[str, str]:
    """Return what is written of an aircraft, by the head of the column."""
    on_ground = row.get("on_ground") is True and row.get("altitude") is None
    track = row.get("track")
    return {
        "callsign": _text(row.get("callsign")),
        "key": printable(row["key"]),
        "type": _text(_kind(row) or row.get("typecode")),
        "reg": _text(row.get("registration")),
        "lat": _number(row.get("lat"), digits=4),
        "lon": _number(row.get("lon"), digits=4),
        "ft": "ground" if on_ground else _number(row.get("altitude"), FEET_PER_METRE),
        "kt": _number(row.get("velocity"), KNOTS_PER_MPS),
        "track": UNKNOWN if not isinstance(track, int | float) else f"{round(track) % 360:03d}",
        "ft/min": _number(row.get("vertical_rate"), FPM_PER_MPS, sign="+"),
        "age s": f"{age:.0f}",
    }


def _choose_heads(lines: Sequence[Mapping[str, str]], width: int | None) -> list[str]:
    """Return the heads of the columns that these lines fill, without those for which there is no room."""
    widths = {head: max([cell_len(head), *(cell_len(line[head]) for line in lines)]) for head in _HEADS}
    unknown = [head for head in _OPTIONAL if all(line[head] == UNKNOWN for line in lines)]
    heads = [head for head in _HEADS if head not in unknown]
    for head in _LEFT_OUT:
        if width is not None and head in heads and sum(widths[one] + _GAP for one in heads) - _GAP > width:
            heads.remove(head)
    return heads


def _kind(row: Row) -> str | None:
    """Return what a row is about where it is no aircraft."""
    kind = row.get("kind")
    return None if kind is None or kind == "aircraft" else str(kind)


def _text(value: object) -> str:
    return printable(str(value or UNKNOWN))


def _number(value: object, factor: float = 1.0, digits: int = 0, sign: str = "-") -> str:
    if not isinstance(value, int | float):
        return UNKNOWN
    return f"{round(value * factor, digits) + 0.0:{sign},.{digits}f}"  # adding 0 makes a zero of one below it


def _box(context: click.Context, parameter: click.Parameter, value: str | None) -> Box | None:
    try:
        return None if value is None else parse_box(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None


@click.command()
@click.option("--url", default=URL, show_default=True, envvar="TRACKER_URL", show_envvar=True,
              help="Of the live server's socket.")  # fmt: skip
@click.option("--bbox", callback=_box, envvar="TRACKER_BBOX", show_envvar=True, metavar="W,S,E,N",
              help="Only the aircraft in this box, degrees.")  # fmt: skip
@click.option("--rows", type=Whole(1), envvar="TRACKER_ROWS", show_envvar=True,
              help="At most so many aircraft.  [default: as many as fit]")  # fmt: skip
@click.option("--sort", "order", type=click.Choice(["callsign", "age"]), default="callsign", show_default=True,
              envvar="TRACKER_SORT", show_envvar=True, help="By callsign, or those heard last first.")  # fmt: skip
@click.option("--max-hz", type=Real(0, MAX_HZ, min_open=True), default=4.0, show_default=True,
              envvar="TRACKER_MAX_HZ", show_envvar=True, help="Updates of the table a second.")  # fmt: skip
def tail(url: str, bbox: Box | None, rows: int | None, order: str, max_hz: float) -> None:
    """Show the fleet of a live server, until it is interrupted.

    In a terminal it is a table, elsewhere a line a second.
    """
    try:
        asyncio.run(_until_signal(_show(url, bbox, rows, order, max_hz)))
    except TrackerError as error:
        raise TailError(printable(str(error))) from error


async def _until_signal(work: Coroutine[object, object, None]) -> None:
    task = asyncio.create_task(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()


async def _show(url: str, box: Box | None, rows: int | None, order: str, max_hz: float) -> None:
    async with connect(url, bbox=box, max_hz=max_hz) as frames:
        board = Board(frames.url, box)
        if sys.stdout.isatty():
            await _draw(frames, board, rows, order)
        else:
            await _follow(frames, board, _LINE, lambda now: click.echo(board.status(now)))


async def _draw(frames: Frames, board: Board, rows: int | None, order: str) -> None:
    console = Console()
    with Live(console=console, screen=True, auto_refresh=False) as live:

        def draw(now: float) -> None:
            room = max(1, console.height - _FRAME)
            drawn = table(board, now, min(rows or room, room), order, console.width)
            status = Text(board.status(now), style="reverse", no_wrap=True, overflow="ellipsis")
            live.update(Group(status, drawn), refresh=True)

        await _follow(frames, board, _REDRAW, draw)


async def _follow(frames: Frames, board: Board, every: float, show: Callable[[float], None]) -> None:
    """Take frames in, and show what is held, until the frames end with an error."""
    taking = asyncio.create_task(_take(frames, board))
    try:
        while not (await asyncio.wait({taking}, timeout=every))[0]:
            board.trouble = None if frames.connected else frames.trouble
            show(time.monotonic())
        taking.result()
    finally:
        taking.cancel()
        with suppress(asyncio.CancelledError, TrackerError):
            await taking


async def _take(frames: AsyncIterator[Frame], board: Board) -> None:
    async for frame in frames:
        board.take(frame, time.monotonic())
