"""`producer beast`: one's own receiver, by the frames that it hears."""

from __future__ import annotations

import click

from producer.cluster.address import Address
from producer.cluster.options import option
from producer.commands.loading import load
from producer.commands.parameters import Listening, Place
from producer.delivery import deliver
from producer.sources.tcp import Peer
from producer.target import Target, target_options

_PORT = 30005


@click.command()
@click.argument("address", envvar="PRODUCER_BEAST", metavar="HOST[:PORT]", type=Listening(_PORT))
@option(
    "--at",
    envvar="PRODUCER_AT",
    type=Place(),
    metavar="LAT,LON",
    help="Where the receiver is, degrees, such as --at=-33.9,18.6: for positions on the ground.  [default: where low "
    "aircraft are]",
)
@target_options
def beast(target: Target, address: Address, at: tuple[float, float] | None) -> None:
    """Publish what a receiver hears, by its frames of Mode S: Beast's binary form, or AVR's lines of text.

    HOST:PORT is where it, or its decoder, sends them: port 30005, which is meant where none is named, or 30002 for AVR.
    It is waited for where it is not there yet. Where a decoder also sends SBS-1, or writes aircraft.json, producer sbs
    or producer readsb cost less.
    """
    source = load("producer.sources.beast", extra="beast")
    deliver(target, source.Beast(Peer(address), at))
