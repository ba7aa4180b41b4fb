"""`tracker serve`: the live server, until it is interrupted."""

from __future__ import annotations

import asyncio
import functools
import gc
import re
import socket
from contextlib import ExitStack

import click

from producer import wire
from producer.cluster.connection import Security
from producer.cluster.numbers import Real, Whole
from producer.cluster.options import bootstrap_servers, option, security, topic
from tracker.errors import BadOption, HandshakeFailed
from tracker.server.admission import LOCAL_HOSTS, Rules
from tracker.server.app import Service
from tracker.server.descriptors import TooFewFiles
from tracker.server.serving import run
from tracker.spans import check_ageing, parse_since, parse_span

LONGEST = 86_400.0
"""The longest span for which an aircraft that is not heard can be kept, s."""


class ServeError(click.ClickException):
    """The server could not start; one line, exit status 2."""

    exit_code = 2


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Args:
        host: Name or address.
        port: 0 takes a free one.

    Raises:
        ServeError: The address is taken, or not ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as opened:
            listener = opened.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(2048)  # a thousand pages that come back at once
            opened.pop_all()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ServeError(f"{host}:{port} cannot be listened at ({reason}); choose another: --port N") from error
    return listener


def _check_prefix(_: click.Context, __: click.Parameter, value: str) -> str:
    prefix = f"/{value.strip('/')}" if value.strip("/") else ""
    if not re.fullmatch(r"(/[\w.~-]+)*", prefix, re.ASCII):
        raise click.BadParameter(
            f"{value!r}: letters, digits, -, ., _ and ~ between slashes are needed, as in /flights"
        )
    return prefix


@click.command()
@bootstrap_servers
@topic
@security
@option("--host", envvar="TRACKER_HOST", default="127.0.0.1", help="Where to listen.")
@option("--port", envvar="TRACKER_PORT", default=8000, type=Whole(0, 65535), help="0 takes a free one.")
@option("--since", envvar="TRACKER_SINCE", default="-10min", help="How much of the log to read at the start.")
@option("--window", envvar="TRACKER_WINDOW", default="10min", help="How far back tracks reach.")
@option("--stale-after", envvar="TRACKER_STALE_AFTER", default=15.0, metavar="SECONDS",
        type=Real(0, LONGEST, min_open=True),
        help="An aircraft that was not heard for so long is shown in grey.")  # fmt: skip
@option("--lost-after", envvar="TRACKER_LOST_AFTER", default=60.0, metavar="SECONDS",
        type=Real(0, LONGEST, min_open=True),
        help="One that was not heard for so long leaves every screen.")  # fmt: skip
@option("--mapping", envvar="TRACKER_MAPPING", metavar="NAME|FILE",
        help="How a topic of another dialect is read: traffic, readsb, opensky, or a TOML file.")  # fmt: skip
@option("--allow-origin", envvar="TRACKER_ALLOW_ORIGIN", multiple=True, metavar="ORIGIN",
        help="Pages that may read besides our own, such as https://map.example; *: any. Repeatable.")  # fmt: skip
@option("--allow-host", envvar="TRACKER_ALLOW_HOST", multiple=True, metavar="NAME",
        help="Names under which we may be asked besides localhost and --host; *: any. Repeatable.")  # fmt: skip
@option("--max-clients", envvar="TRACKER_MAX_CLIENTS", default=2_000, type=Whole(1, 100_000),
        help="WebSockets at once.")  # fmt: skip
@option("--root-path", envvar="TRACKER_ROOT_PATH", default="", callback=_check_prefix, metavar="/PREFIX",
        help="Where a proxy serves us, such as /flights; it may take the prefix away or leave it.")  # fmt: skip
@option("--drain", envvar="TRACKER_DRAIN", default=0.0, type=Real(0, 3_600), metavar="SECONDS",
        help="How long to serve on after SIGTERM, while /readyz answers 503; a second signal ends that.")  # fmt: skip
@option("--stop-on-eof", envvar="TRACKER_STOP_ON_EOF", is_flag=True,
        help="Stop when standard input ends: for a parent process that may be killed.")  # fmt: skip
def serve(
    bootstrap_servers: str,
    topic: str,
    security: Security,
    host: str,
    port: int,
    since: str,
    window: str,
    stale_after: float,
    lost_after: float,
    mapping: str | None,
    allow_origin: tuple[str, ...],
    allow_host: tuple[str, ...],
    max_clients: int,
    root_path: str,
    drain: float,
    stop_on_eof: bool,
) -> None:
    """Serve the topic to browsers and programs, over WebSocket and HTTP."""
    hosts = LOCAL_HOSTS | {_spell_host(host)} | {name.lower() for name in allow_host}
    rules = Rules(hosts, frozenset(origin.lower().rstrip("/") for origin in allow_origin), max_clients)
    try:
        reach, start = parse_span("window", window), parse_since(since)
        check_ageing(stale_after, lost_after, ("--stale-after", "--lost-after"))
        dialect = wire.load_mapping(mapping) if mapping else None
    except (BadOption, wire.MappingError) as error:
        raise ServeError(str(error)) from error
    listener = listen(host, port)
    announce = functools.partial(_announce, topic=topic, bootstrap_servers=bootstrap_servers)
    service = Service(
        bootstrap_servers, topic, since=start, window=reach, security=security, stale_after=stale_after,
        lost_after=lost_after, mapping=dialect,
    )  # fmt: skip
    gc.collect()
    gc.freeze()  # what was imported stays: a full collection would stop the stream for 50 ms to look at it
    try:
        asyncio.run(run(service, rules, listener, announce, root_path=root_path, drain=drain, stop_on_eof=stop_on_eof))
    except* (HandshakeFailed, TooFewFiles) as refused:
        raise ServeError(str(refused.exceptions[0])) from refused
    finally:
        listener.close()
    click.echo("Stopped.")


def _announce(url: str, topic: str, bootstrap_servers: str) -> None:
    click.echo(f"Serving {url} (topic {topic} at {bootstrap_servers}). Ctrl-C stops it.")


def _spell_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()
