"""`producer sbs`: one's own receiver, by what its decoder says on port 30003."""

from __future__ import annotations

from datetime import tzinfo

import click

from producer.cluster.address import Address
from producer.cluster.options import option
from producer.commands.parameters import Listening, Zone
from producer.delivery import deliver
from producer.sources.sbs import PORT, Sbs
from producer.sources.tcp import Peer
from producer.target import Target, target_options


@click.command()
@click.argument("address", envvar="PRODUCER_SBS", metavar="HOST[:PORT]", type=Listening(PORT))
@option(
    "--zone",
    envvar="PRODUCER_ZONE",
    default="UTC",
    type=Zone(),
    metavar="NAME",
    help="Of the times that are sent, such as Europe/Paris; readsb and dump1090 send UTC where their machine has it.",
)
@target_options
def sbs(target: Target, address: Address, zone: tzinfo) -> None:
    """Publish what a receiver's decoder sends as SBS-1 (BaseStation): dump1090, readsb, and many others.

    HOST:PORT is where it listens; the port is 30003 where none is named. It is waited for where it is not there yet.
    """
    deliver(target, Sbs(Peer(address), zone))
