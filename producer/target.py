"""`Target`: where reports go, and the options that say so, which all sources share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from producer.cluster.connection import Security
from producer.cluster.numbers import Real, Whole
from producer.cluster.options import bootstrap_servers, option, security, topic

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Target:
    """Where reports go, and how: the values of the options."""

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


_OPTIONS = (
    bootstrap_servers,
    topic,
    option(
        "--partitions",
        envvar="PRODUCER_PARTITIONS",
        default=4,
        type=Whole(1, 10_000),
        help="Of the topic, where it is made.",
    ),
    option(
        "--retention-ms",
        envvar="PRODUCER_RETENTION_MS",
        type=Whole(min=-1),
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
        type=Whole(0, 10_000),
        help="How long a batch waits for more reports.",
    ),
    option(
        "--max-in-flight",
        envvar="PRODUCER_MAX_IN_FLIGHT",
        default=10_000,
        type=Whole(1, 1_000_000),
        help="Reports on their way; when so many are, it waits.",
    ),
    option(
        "--connect-timeout",
        envvar="PRODUCER_CONNECT_TIMEOUT",
        default=5.0,
        type=Real(0.1, 3600),
        metavar="SECONDS",
        help="How long a broker is looked for at the start.",
    ),
    option(
        "--flush-timeout",
        envvar="PRODUCER_FLUSH_TIMEOUT",
        default=5.0,
        type=Real(0, 3600),
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
    """Add the options of where reports go; the command is called with a `Target` first."""

    @functools.wraps(command)
    def wrapped(**options: Any) -> Any:  # noqa: ANN401 - click's options by name
        target = Target(**{name: options.pop(name) for name in Target.__slots__})
        return command(target, **options)

    wrapped = security(wrapped)
    for one in reversed(_OPTIONS):
        wrapped = one(wrapped)
    return wrapped  # type: ignore[return-value] # called by click, with options only
