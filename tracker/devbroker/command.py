"""The command `broker`."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import click

from tracker.devbroker.address import format_address, is_loopback, is_unspecified
from tracker.devbroker.errors import CannotListenError
from tracker.devbroker.server import RETENTION_BYTES, RETENTION_MS, Broker, serve

_LAST_PORT = 65535


class _FailedError(click.ClickException):
    exit_code = 2


class _Whole(click.IntRange):
    """A whole number within limits, in decimal digits: Python's own reader takes 1_0 for ten."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        if isinstance(value, str) and not re.fullmatch(r"[+-]?\d+", value.strip(), re.ASCII):
            self.fail(f"{value!r}: a whole number is needed", param, ctx)
        number: int = super().convert(value, param, ctx)
        return number


def _parse_advertised(text: str) -> tuple[int, tuple[str, int]]:
    """Parse 9092=localhost:19092, a port and the address that clients are told there."""
    match = re.fullmatch(r"(\d{1,5})=(?:\[([0-9A-Fa-f:.]+)\]|([^\s:\[\]=]+)):(\d{1,5})", text, re.ASCII)
    if match is None or not all(0 < int(match[place]) <= _LAST_PORT for place in (1, 4)):
        raise click.BadParameter(f"{text!r} is not PORT=HOST:PORT, with ports from 1 to {_LAST_PORT}")
    return int(match[1]), (match[2] or match[3], int(match[4]))


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="TRACKER_BROKER_HOST",
    help="Where to listen; 0.0.0.0 is every interface. Anyone who can reach it may read and write.",
)
@click.option(
    "--port",
    type=_Whole(0, 65535),
    default=9092,
    show_default=True,
    envvar="TRACKER_BROKER_PORT",
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--retention-bytes",
    type=_Whole(min=-1),
    default=RETENTION_BYTES,
    show_default=True,
    envvar="TRACKER_BROKER_RETENTION_BYTES",
    help="Bytes that a partition keeps; -1 keeps all.",
)
@click.option(
    "--retention-ms",
    type=_Whole(min=-1),
    default=RETENTION_MS,
    show_default=True,
    envvar="TRACKER_BROKER_RETENTION_MS",
    help="Milliseconds that records are kept; -1 keeps them for good.",
)
@click.option(
    "--total-bytes",
    type=_Whole(min=1 << 20),
    envvar="TRACKER_BROKER_TOTAL_BYTES",
    help="Bytes of memory that all partitions may take together; beyond them the largest loses its oldest records.  "
    "[default: 536870912, or --retention-bytes where that is more]",
)
@click.option(
    "--advertise",
    multiple=True,
    metavar="PORT=HOST:PORT",
    callback=lambda _context, _parameter, texts: dict(map(_parse_advertised, texts)),
    envvar="TRACKER_BROKER_ADVERTISE",
    help="The address that clients who come in at PORT are told, such as 9092=localhost:19092 behind a published port. "
    "The broker listens at PORT, too. Repeatable.",
)
@click.option(
    "--auto-create-topics",
    is_flag=True,
    envvar="TRACKER_BROKER_AUTO_CREATE_TOPICS",
    help="Create topics that clients ask for.",
)
def broker(
    host: str,
    port: int,
    retention_bytes: int,
    retention_ms: int,
    total_bytes: int | None,
    advertise: dict[int, tuple[str, int]],
    auto_create_topics: bool,
) -> None:
    """Run the embedded broker until it is interrupted.

    It speaks Kafka's protocol, for development and demonstration: one node, in memory. It keeps nothing when it stops.
    """
    node = Broker(
        host,
        port,
        retention_bytes=retention_bytes,
        retention_ms=retention_ms,
        total_bytes=total_bytes,
        auto_create_topics=auto_create_topics,
        advertised=advertise,
    )
    try:
        asyncio.run(serve(node, on_listening=_announce))
    except CannotListenError as error:
        raise _FailedError(str(error)) from error


def _announce(node: Broker) -> None:
    """Say where the broker listens, what clients are told, and who may use it."""
    where = " and ".join(_describe(host, port) for host, port in node.bound)
    click.echo(f"Broker listening at {where}, in memory: it keeps nothing when it stops.")
    for port, told in node.advertised.items():
        click.echo(f"Clients that come in at port {port} are told {format_address(*told)}.")
    if all(is_loopback(host) for host, _ in node.bound):
        return
    if node.port not in node.advertised:
        click.echo(f"Clients that come in at port {node.port} are told the address at which they reached it.")
    click.echo("It has no passwords and no encryption: anyone who can reach it may read and write.")


def _describe(host: str, port: int) -> str:
    address = format_address(host, port)
    return f"{address} (every interface)" if is_unspecified(host) else address
