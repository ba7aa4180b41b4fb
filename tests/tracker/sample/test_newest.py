"""tracker/sample/newest.py: the newest records across partitions, also where logs have holes."""

from dataclasses import dataclass

import pytest

from producer.cluster.connection import Security
from tracker.feed.consumer import connected
from tracker.sample.newest import NothingToSample, newest


@dataclass
class Held:
    partition: int
    offset: int
    timestamp: int
    key = None
    value = b"{}"
    timestamp_type = 1


class Holes:
    """A consumer of logs from which compaction, or the end of a transaction, has taken records."""

    address, topic = "kafka.example:9092", "trucks"

    def __init__(self, records: list[Held], ends: dict[int, int]) -> None:
        self._records, self._ends = records, ends
        self._next: dict[int, int] = {}
        self.sought: list[dict[int, int]] = []

    async def topics(self):
        return {self.topic}

    def partitions(self):
        return frozenset(self._ends)

    async def begins(self, partitions):
        return dict.fromkeys(partitions, 0)

    async def ends(self, partitions):
        return self._ends

    def seek(self, offsets):
        self._next = dict(offsets)
        self.sought.append(dict(offsets))

    async def fetch(self, *, ahead):
        found: dict[int, list[Held]] = {}
        for record in self._records:
            if record.offset >= self._next.get(record.partition, 1 << 60):
                found.setdefault(record.partition, []).append(record)
        for number, records in found.items():
            self._next[number] = records[-1].offset + 1
        return found


async def sampled(topic, count):
    async with connected(topic.address, topic.name, Security()) as consumer:
        return await newest(consumer, count)


async def test_the_newest_of_all_partitions_come_in_their_order(topic):
    topic.create(partitions=3)
    for number in range(9):
        topic.write(b"%d" % number, partition=number // 2 % 3)
    found = await sampled(topic, 5)
    assert [record.value for record in found.records] == [b"4", b"5", b"6", b"7", b"8"]
    assert (found.held, found.partitions) == (9, 3)


async def test_fewer_than_wanted_are_all(topic):
    topic.create(partitions=2)
    topic.write(b"a", None, partition=1)
    assert [record.value for record in (await sampled(topic, 20)).records] == [b"a", None]


async def test_an_empty_topic_is_told(topic):
    topic.create()
    with pytest.raises(NothingToSample, match=rf"the topic '{topic.name}' at \S+ has no records"):
        await sampled(topic, 20)


async def test_a_topic_that_does_not_exist_is_told_with_those_that_do(topic):
    with pytest.raises(NothingToSample, match=rf"'{topic.name}' does not exist at \S+, which has no topics at all"):
        await sampled(topic, 20)
    type(topic)(topic.address, "trucks").create()
    with pytest.raises(NothingToSample, match=r"; there are trucks$"):
        await sampled(topic, 20)
    type(topic)(topic.address, f"{topic.name}s").create()
    with pytest.raises(NothingToSample, match=f"; there is '{topic.name}s'$"):
        await sampled(topic, 20)


async def test_where_compaction_has_left_few_it_reads_from_further_back():
    kept = [Held(0, offset, offset) for offset in (3, 500, 990, 999)]
    consumer = Holes(kept, {0: 1000})
    found = await newest(consumer, 3)
    assert [record.offset for record in found.records] == [500, 990, 999]
    assert consumer.sought == [{0: 997}, {0: 952}, {0: 232}]


async def test_records_that_no_reader_is_shown_are_not_waited_for():
    found = await newest(Holes([Held(0, 0, 5), Held(1, 7, 4)], {0: 2, 1: 9}), 3)  # the last of each ends a transaction
    assert [(record.partition, record.offset) for record in found.records] == [(1, 7), (0, 0)]


async def test_records_that_come_meanwhile_are_not_taken():
    found = await newest(Holes([Held(0, offset, offset) for offset in range(9)], {0: 4}), 3)
    assert [record.offset for record in found.records] == [1, 2, 3]
