"""The command `producer`: one subcommand a source, with the same options for where its reports go.

Exit status: 0 when all was delivered (also after Ctrl-C or SIGTERM), 1 when reports were not, 2 when it could not start
or its source could not be read, with one line on stderr that says why. 130 after a second Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn

import click

from producer.cluster.errors import SettingError
from producer.commands.aggregator import aggregator
from producer.commands.beast import beast
from producer.commands.opensky import opensky
from producer.commands.readsb import readsb
from producer.commands.replay import replay
from producer.commands.sbs import sbs
from producer.commands.synthetic import synthetic
from producer.errors import ProducerError


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


cli.add_command(aggregator)
cli.add_command(beast)
cli.add_command(opensky)
cli.add_command(readsb)
cli.add_command(replay)
cli.add_command(sbs)
cli.add_command(synthetic)


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
