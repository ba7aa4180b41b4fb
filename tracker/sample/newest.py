"""`newest`: the newest records of a topic, across its partitions, without a consumer group.

begins, ends ──> seek ──> fetch ──> the newest by their timestamps; too few: again, from further back
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from tracker.errors import TrackerError
from tracker.feed.records import Record
from tracker.feed.upstream import Consumer

_SILENCE = 10  # fetches in a row that bring nothing, 0.5 s each: what is left are records that no reader is shown
_FURTHER = 16  # times as far back, where compaction or transactions have left too few
_LISTED = 10  # topics that a sentence lists


class NothingToSample(TrackerError):
    """The topic has no records, or does not exist."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Records of a topic, and what they were taken from."""

    records: list[Record]
    """In the order of their timestamps."""
    held: int
    """Offsets that the logs span."""
    partitions: int


async def newest(consumer: Consumer, count: int) -> Sample:
    """Read the newest records.

    Args:
        consumer: Connected; it is left at any position.
        count: At most so many.

    Raises:
        NothingToSample: There are none.
        ConsumerFailed: The broker does not do what it is asked.
    """
    topics = await consumer.topics()
    partitions = consumer.partitions() if consumer.topic in topics else frozenset()
    if not partitions:
        raise NothingToSample(_absent(consumer, sorted(topics)))
    begins, ends = await consumer.begins(partitions), await consumer.ends(partitions)
    held = {number: ends[number] - begins[number] for number in partitions if ends[number] > begins[number]}
    reach = count
    records: list[Record] = []
    while held:
        starts = {number: max(begins[number], ends[number] - reach) for number in held}
        records = await _between(consumer, starts, ends, count)
        if len(records) >= count or all(starts[number] == begins[number] for number in held):
            break
        reach *= _FURTHER
    if not records:
        raise NothingToSample(f"the topic {consumer.topic!r} at {consumer.address} has no records (yet)")
    return Sample(records, sum(held.values()), len(partitions))


async def _between(consumer: Consumer, starts: Mapping[int, int], ends: Mapping[int, int], count: int) -> list[Record]:
    """Return the newest records of those from `starts` up to `ends`, by partition."""
    left = dict(starts)
    found: list[Record] = []
    silent = 0
    consumer.seek(left)
    while left and silent < _SILENCE:
        fetched = await consumer.fetch(ahead=False)
        silent = 0 if fetched else silent + 1
        for number, records in fetched.items():
            if number not in left or not records:
                continue
            found += [record for record in records if record.offset < ends[number]]
            if records[-1].offset + 1 >= ends[number]:
                del left[number]
        found = heapq.nlargest(count, found, key=_age)
    return sorted(found, key=_age)


def _age(record: Record) -> tuple[int, int, int]:
    return record.timestamp, record.partition, record.offset


def _absent(consumer: Consumer, topics: list[str]) -> str:
    sentence = f"the topic {consumer.topic!r} does not exist at {consumer.address}"
    if close := get_close_matches(consumer.topic, topics, 1):
        return f"{sentence}; there is {close[0]!r}"
    if not topics:
        return f"{sentence}, which has no topics at all"
    rest = ", ..." if len(topics) > _LISTED else ""
    return f"{sentence}; there are {', '.join(topics[:_LISTED])}{rest}"
