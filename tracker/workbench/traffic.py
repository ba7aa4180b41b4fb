"""What `tracker up` publishes: the bundled recording, made-up flights, sources of one's own, or nothing."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.errors import BadOption
from tracker.workbench.children import producer_command


@dataclass(frozen=True)
class Traffic:
    """One producer, or several, each a child of its own."""

    told: str
    """What they publish, in words."""
    producers: Sequence[tuple[str, Sequence[str]]] = ()
    """For each, the name of its source, and options."""

    def commands(self, address: str) -> list[tuple[str, list[str]]]:
        """Return for each producer what it is called, and its command line to a broker."""
        alone = len(self.producers) == 1
        return [
            ("The producer" if alone else f"The producer {source}", producer_command(address, *options, source=source))
            for source, options in self.producers
        ]


def choose_traffic(speed: str, flights: int | None, sources: Sequence[str], mapping: str | None) -> Traffic:
    """Return what is published.

    Args:
        speed: Times real time, of the recording.
        flights: So many made-up flights instead; None: none.
        sources: Command lines of the producer instead, each a source and its options, such as `sbs localhost:30003`.
        mapping: How the records of others are read, beside which nothing is published; None: there are none.

    Raises:
        ValueError: Two of these are wanted at once, or a source cannot be read.
    """
    if flights is not None and speed != "1":
        raise ValueError("--flights are made up as of now, at speed 1: leave out --speed (or PRODUCER_SPEED)")
    if mapping and (flights is not None or speed != "1" or sources):
        raise ValueError(
            "--mapping is for records of others, beside which nothing is published: leave out --flights, --speed and "
            "--source"
        )
    if sources and (flights is not None or speed != "1"):
        raise ValueError(
            "--source is published instead of made-up and replayed flights: leave out --flights and --speed"
        )
    if mapping:
        return Traffic(f"what you publish is read by the mapping {mapping}")
    if sources:
        return Traffic("; ".join(sources), [_split(source) for source in sources])
    if flights is not None:
        told = f"{flights:,} made-up flight{'s' * (flights > 1)}, all over the world"
        return Traffic(told, [("synthetic", ("--flights", str(flights), "--speed", speed))])
    told = f"half an hour over Paris, of 2021, in a loop at speed {speed}"
    return Traffic(told, [("replay", ("--loop", "--speed", speed))])


def _split(source: str) -> tuple[str, Sequence[str]]:
    try:
        words = shlex.split(source)
    except ValueError as error:
        raise BadOption("--source", source, str(error)) from error
    if not words or words[0].startswith("-"):
        raise BadOption(
            "--source", source, "a source of the producer, with its options, such as 'sbs HOST:PORT', is needed"
        )
    return words[0], words[1:]
