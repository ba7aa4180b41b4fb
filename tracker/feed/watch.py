"""`watch`: whether the broker still answers and the topic is as it was, beside the reading.

every second:  ends ──> measured ──> a log shorter than what was read, other partitions? TopicChanged
                └── no answer ──> nothing listens, or nothing is read either? BrokerUnreachable
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NoReturn

from tracker.errors import BrokerUnreachable
from tracker.feed.positions import Positions
from tracker.feed.upstream import Consumer, ConsumerFailed, TopicChanged

_EVERY = 1.0  # s
_TIMEOUT = 2.0  # s; an answer waits behind a fetch that is held, which takes 0.5 s at most
_FAILURES = 3  # unanswered in a row, though something listens: the connection is given up


async def watch(consumer: Consumer, positions: Positions, measured: Callable[[], None]) -> NoReturn:
    """Ask every second where the logs end.

    Args:
        consumer: The one that reads.
        positions: What it reads, and how far; is told where the logs end.
        measured: Is called after that.

    Raises:
        TopicChanged: A log ends before what was read of it, or the topic has other partitions.
        BrokerUnreachable: Nothing listens at the address, or three questions in a row were not answered.
    """
    failures = 0
    while True:
        reached = positions.reached()  # before the question: reading goes on while the answer is on its way
        try:
            async with asyncio.timeout(_TIMEOUT):
                ends = await consumer.ends(reached)
        except (TimeoutError, ConsumerFailed):
            await consumer.reach()
            failures = failures + 1 if positions.reached() == reached else 0
            if failures == _FAILURES:
                raise BrokerUnreachable(consumer.address, "it listens, but does not answer") from None
        else:
            failures = 0
            positions.measure(ends)
            measured()
            if any(end < reached[number] for number, end in ends.items()):
                raise TopicChanged(f"a log of {consumer.topic} ends before what was read of it")
        if consumer.partitions() != reached.keys():
            raise TopicChanged(f"the partitions of {consumer.topic} have changed")
        await asyncio.sleep(_EVERY)
