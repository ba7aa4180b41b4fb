"""What `tracker sample` says, in lines: the records, how they are read, and the commands to type next; pure.

All that strangers wrote is escaped here, or where it was made.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tracker.feed.records import Record
from tracker.sample.escaping import escaped, shown
from tracker.sample.fits import Fit
from tracker.sample.kinds import kind_of
from tracker.sample.newest import Sample
from tracker.sample.proposal import Proposal, places_in

_VALUE, _KEY, _REASON = 160, 32, 200  # characters of each that are shown
_LISTED = 20  # places
_UNITS = {"opensky": "metres and m/s", "readsb": "feet, knots and ft/min", "traffic": "feet, knots and ft/min"}


@dataclass(frozen=True, slots=True)
class Commands:
    """How the other programs are told to read the same topic."""

    bootstrap_servers: str
    topic: str
    is_old: bool
    """Whether its records are older than those programs reach back."""

    def sample(self, target: str) -> str:
        """Return the command that writes the proposal."""
        return f"tracker sample {self._options} --propose {shlex.quote(target)}"

    def serve(self, mapping: str | None) -> str:
        """Return the command that serves the topic."""
        named = f" --mapping {shlex.quote(mapping)}" if mapping else ""
        return f"tracker serve {self._options}{' --since earliest' if self.is_old else ''}{named}"

    def tracker(self, mapping: str | None) -> str:
        """Return what a notebook shows the topic with."""
        since = ', since="earliest"' if self.is_old else ""
        named = f", mapping={mapping!r}" if mapping else ""
        return f"Tracker({self.bootstrap_servers!r}, topic={self.topic!r}{since}{named}).start().map()"

    @property
    def _options(self) -> str:
        return f"--bootstrap-servers {shlex.quote(self.bootstrap_servers)} --topic {shlex.quote(self.topic)}"


def tell_records(found: Sample, topic: str, address: str) -> str:
    """Show records, one a line, and count what they are."""
    spread = f"{found.partitions:,} partition{'s' * (found.partitions > 1)}"
    kinds = Counter(kind_of(record.value) for record in found.records)
    return "\n".join(
        [
            f"The topic {topic} at {address} ({spread}): {len(found.records):,} of {found.held:,} records, the newest.",
            "",
            *map(_line, found.records),
            "",
            "What they are:",
            *(f"{number:6,}  {kind}" for kind, number in kinds.most_common()),
            "",
        ]
    )


def _line(record: Record) -> str:
    key = "" if record.key is None else f"  key {shown(record.key, _KEY)}"
    return f"{record.partition}:{record.offset}  {_published(record)}{key}  {shown(record.value, _VALUE)}"


def _published(record: Record) -> str:
    try:
        return f"{datetime.fromtimestamp(record.timestamp / 1000, UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return f"at {record.timestamp} ms"


def tell_fits(fits: Sequence[Fit]) -> str:
    """Tabulate how many reports each mapping reads, and the first that it does not."""
    lines = [f"{'mapping':10}{'whole':>7}{'mended':>8}{'refused':>9}"]
    for one in fits:
        reason = escaped(one.refusal or one.repair)
        reason = f"{reason[:_REASON]}..." if len(reason) > _REASON else reason
        lines.append(f"{one.name:10}{one.whole:7,}{one.mended:8,}{one.refused:9,}  {reason}".rstrip())
    return "\n".join([*lines, ""])


def tell_fitting(found: Fit, offer: Proposal | None, commands: Commands) -> str:
    """Say that a mapping, or the wire without one, reads the topic, and what it leaves."""
    if found.mapping is None:
        lines = [f"No mapping is needed, and {_reports(found)} can be read."]
    else:
        units = _UNITS[found.name]
        lines = [f"The mapping {found.name} reads {_reports(found)}; it takes numbers to be in {units}."]
    if found.unread:
        lines.append(f"Nobody reads: {_listed(found.unread)}.")
    if offer is not None and offer.fit.read >= found.read and offer.fit.fields > found.fields:
        lines.append("A mapping of your own could read more of their fields. To start from one:")
        lines.append(f"  {commands.sample(f'{commands.topic}.toml')}")
    return "\n".join([*lines, *_next(commands, found.name if found.mapping else None)])


def tell_proposal(offer: Proposal, commands: Commands) -> str:
    """Show a proposal, and how it is kept."""
    return "\n".join(
        [
            "None of these reads the topic. A mapping to start from:",
            "",
            *(f"    {line}".rstrip() for line in offer.text.splitlines()),
            "",
            *_success(offer.fit),
            "",
            "To have it in a file, and correct it there:",
            f"  {commands.sample(f'{commands.topic}.toml')}",
        ]
    )


def tell_written(offer: Proposal, target: Path, commands: Commands) -> str:
    """Say where a proposal was written, how well it reads, and what comes next."""
    if str(target) == "-":
        return "\n".join(_success(offer.fit))
    head = f"A mapping to start from is in {target}. Check what says `guess` there."
    return "\n".join([head, *_success(offer.fit), *_next(commands, str(target))])


def tell_without_position(values: Sequence[bytes]) -> str:
    """Say that nothing can be proposed, and among which names a position was looked for."""
    places = places_in(values)
    among = f" among {_listed(places)}" if places else ""
    return f"no position was found{among}: a mapping needs latitude and longitude, in degrees, each at a place by name"


def _listed(names: Sequence[str]) -> str:
    return escaped(", ".join(names[:_LISTED])) + (", ..." if len(names) > _LISTED else "")


def _success(found: Fit) -> list[str]:
    mended = f", {found.mended:,} of them without a field: {escaped(found.repair)}" if found.mended else ""
    lines = [f"It reads {_reports(found)}{mended}."]
    return [*lines, f"The first that it refuses: {escaped(found.refusal)}"] if found.refused else lines


def _reports(found: Fit) -> str:
    total = found.read + found.refused
    return f"{found.read:,} of {total:,} report{'s' * (total != 1)}"


def _next(commands: Commands, mapping: str | None) -> list[str]:
    head = "See it move, on a page and in a notebook:"
    lines = ["", head, f"  {commands.serve(mapping)}", f"  {commands.tracker(mapping)}"]
    if mapping:
        lines += ["With a broker, a page and JupyterLab of its own, for what you publish there:"]
        lines += [f"  tracker up --mapping {shlex.quote(mapping)}"]
    return lines
