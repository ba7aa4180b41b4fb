"""`tracker sample`: reads some records of a topic, says what they are and how they are read, and proposes a mapping."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Sequence
from pathlib import Path

import click

from producer.cluster.connection import Security
from producer.cluster.numbers import Whole
from producer.cluster.options import bootstrap_servers, option, security, topic
from tracker.errors import TrackerError
from tracker.feed.consumer import connected
from tracker.feed.upstream import ConsumerFailed, TopicChanged
from tracker.sample import telling
from tracker.sample.escaping import escaped
from tracker.sample.fits import best, built_in_fits
from tracker.sample.newest import Sample, newest
from tracker.sample.proposal import Proposal, propose
from tracker.sample.telling import Commands

STDOUT = Path("-")
_REACH = 600.0  # s of the log, that the server and `Tracker` read at their start


class SampleError(click.ClickException):
    """There is nothing to read, or to propose; one line, exit status 2."""

    exit_code = 2


@click.command()
@bootstrap_servers
@topic
@security
@option("--count", envvar="TRACKER_COUNT", default=20, type=Whole(1, 1_000), help="Records: the newest ones.")
@click.option("--propose", "target", metavar="FILE", type=click.Path(path_type=Path),
              help="Write a mapping to start from; -: to standard output, all else to standard error.")  # fmt: skip
def sample(bootstrap_servers: str, topic: str, security: Security, count: int, target: Path | None) -> None:
    """Read some records of any topic, and say how they can be read.

    Prints the newest records, what they are, and how many reports the wire and each mapping read of them. If none
    reads the topic, or --propose asks for it, a mapping is guessed from names and values, and tried on the records.
    """
    say = functools.partial(click.echo, err=target == STDOUT)
    try:
        found = asyncio.run(_read(bootstrap_servers, topic, security, count))
    except (TrackerError, ConsumerFailed, TopicChanged, OSError) as error:
        raise SampleError(escaped(str(error) or type(error).__name__)) from error
    say(telling.tell_records(found, topic, bootstrap_servers))
    values = [record.value for record in found.records if record.value is not None]
    if not values:
        raise SampleError("no record has a value: there is nothing to read")
    fits = built_in_fits(values)
    say(telling.tell_fits(fits))
    offer = propose(values, topic)
    is_old = time.time() - found.records[-1].timestamp / 1000 > _REACH
    commands = Commands(bootstrap_servers, topic, is_old=is_old)
    if target is not None:
        _write(_required(offer, values), target)
        say(telling.tell_written(_required(offer, values), target, commands))
    elif best(fits).holds:
        say(telling.tell_fitting(best(fits), offer, commands))
    else:
        say(telling.tell_proposal(_required(offer, values), commands))


async def _read(bootstrap_servers: str, topic: str, security: Security, count: int) -> Sample:
    async with connected(bootstrap_servers, topic, security) as consumer:
        return await newest(consumer, count)


def _required(offer: Proposal | None, values: Sequence[bytes]) -> Proposal:
    if offer is None:
        raise SampleError(telling.tell_without_position(values))
    return offer


def _write(offer: Proposal, target: Path) -> None:
    if target == STDOUT:
        click.echo(offer.text, nl=False)
        return
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(offer.text)
    except FileExistsError:
        raise SampleError(f"{target} exists, and is left as it is: give another name, or remove it") from None
    except OSError as error:
        raise SampleError(f"{target} cannot be written: {error.strerror}") from error
