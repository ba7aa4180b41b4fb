"""The command `tracker`: one subcommand a program."""

from __future__ import annotations

from importlib.metadata import version

import click

from tracker.devbroker.command import broker
from tracker.sample.command import sample
from tracker.server.command import serve
from tracker.tail import tail
from tracker.workbench.up import up


@click.group()
@click.version_option(version("flight-tracker"), prog_name="tracker")
def main() -> None:
    """A live map and rolling frames of aircraft, fed by Kafka."""


main.add_command(broker)
main.add_command(sample)
main.add_command(serve)
main.add_command(tail)
main.add_command(up)
