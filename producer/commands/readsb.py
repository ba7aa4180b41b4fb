"""`producer readsb`: one's own receiver, by what readsb, dump1090-fa and dump1090-mutability say."""

from __future__ import annotations

from pathlib import Path

import click

from producer.cluster.address import parse_address
from producer.commands.loading import load
from producer.delivery import deliver
from producer.sources.exchange import check_url
from producer.sources.readsb import Receiver
from producer.sources.source import Source
from producer.sources.stream import Stream
from producer.sources.tcp import Peer
from producer.sources.watched import Watched
from producer.target import Target, target_options

_JSON_PORT = 30047  # which most give to readsb's --net-json-port


@click.command()
@click.argument("receiver", envvar="PRODUCER_READSB", metavar="URL|FILE|HOST:PORT")
@target_options
def readsb(target: Target, receiver: str) -> None:
    """Publish what a receiver hears: readsb, dump1090-fa or dump1090-mutability, on this machine or another.

    URL is that of its aircraft.json, such as http://pi.local/tar1090/data/aircraft.json, which is asked for once a
    second; FILE is that file, such as /run/readsb/aircraft.json; HOST:PORT is readsb's --net-json-port.
    """
    deliver(target, _choose(receiver))


def _choose(receiver: str) -> Source:
    if "://" in receiver:
        if needed := check_url(receiver):
            raise click.UsageError(f"the URL of a receiver's aircraft.json: {needed}")
        polling = load("producer.sources.polling", extra="producer")
        source: Source = polling.Polled(Receiver(receiver))
        return source
    if "/" in receiver or Path(receiver).exists() or receiver.endswith(".json"):
        path = Path(receiver)
        if path.exists() and not path.is_file():
            raise click.UsageError(f"{receiver!r} is no file: the path of an aircraft.json is needed")
        return Watched(path)
    try:
        return Stream(Peer(parse_address(receiver, _JSON_PORT, f"pi.local:{_JSON_PORT}")))
    except ValueError as error:
        raise click.UsageError(f"{receiver!r} is no URL and no file: {error}") from None
