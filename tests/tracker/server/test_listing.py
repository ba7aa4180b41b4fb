"""tracker/server/listing.py: one encoding for all who ask at a time, and it holds what the store holds."""

import asyncio
import gzip
import json
import threading
import time

import numpy as np
import pytest

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.feed.records import Reading
from tracker.feed.status import Status
from tracker.geo.boxes import Box
from tracker.server.listing import _SHARE, _TURN, Listing
from tracker.server.query import Filter, flights
from tracker.state.store import Store

EVERYTHING = Filter()


class Desk:
    """A listing that counts the objects which it has described, over a store."""

    def __init__(self, aircraft):
        self.store = Store(window=600.0, stale_after=15.0, lost_after=60.0)
        self.status = Status(state="connected")
        self.described = 0
        self.began = asyncio.Event()
        self.threads = set()
        self.now = 0.0
        self.listing = Listing(self.store, self.status, self._describe, lambda _: (b"[", b"]"), lambda: self.now)
        if aircraft:
            self.hear(*range(aircraft))

    def hear(self, *numbers, moment=1.0):
        vectors = [
            StateVector(icao24=f"{n:06x}", callsign=f"AFR{n}", lat=n / 1000, lon=1.0, time=moment) for n in numbers
        ]
        batch = collect(vectors, [vector.time for vector in vectors])
        self.store.take(Reading(batch, [], [], 0), backlog=False, now=time.monotonic())

    def _describe(self, picture, rows):
        self.now += 0.25
        self.described += len(rows)
        self.began.set()
        self.threads.add(threading.get_ident())
        return flights(picture, rows)


async def test_all_who_ask_at_once_share_one_encoding():
    desk = Desk(3 * _TURN + 1)
    editions = await asyncio.gather(*(desk.listing.edition() for _ in range(20)))
    assert desk.described == 3 * _TURN + 1
    assert len({id(edition) for edition in editions}) == 1


async def test_others_have_their_turn_while_a_large_fleet_is_encoded():
    desk = Desk(10 * _TURN)
    turns = []

    async def count():
        while True:
            turns.append(desk.described)
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await desk.listing.edition()
    counting.cancel()
    assert np.diff(turns).max() <= _TURN
    assert desk.threads == {threading.get_ident()}


async def test_an_edition_holds_what_the_store_held_when_it_began():
    desk = Desk(2 * _TURN)
    making = asyncio.create_task(desk.listing.edition())
    await desk.began.wait()
    desk.hear(999_999, 0, moment=2.0)
    body, _ = await desk.listing.body(await making, EVERYTHING, compressed=False)
    listed = json.loads(body)
    assert [flight["key"] for flight in listed] == [f"{n:06x}" for n in range(2 * _TURN)]
    assert listed[0]["time"] == 1.0


async def test_the_next_edition_comes_when_the_last_is_paid_for_and_has_the_news():
    desk = Desk(_TURN + 1)
    first = await desk.listing.edition()
    desk.hear(_TURN + 1)
    desk.now = first.outdated_at - 0.01
    assert await desk.listing.edition() is first
    desk.now = first.outdated_at
    second = await desk.listing.edition()
    assert len(second.objects) == _TURN + 2
    assert second.outdated_at == desk.now + _SHARE * 0.5  # two turns, of a quarter of a second each


@pytest.mark.parametrize("wanted", [EVERYTHING, Filter(callsign="AFR1"), Filter(box=Box(0.0, 0.0, 2.0, 0.02))])
async def test_a_compressed_answer_is_the_plain_one(wanted):
    desk = Desk(200)
    edition = await desk.listing.edition()
    plain, is_plain = await desk.listing.body(edition, wanted, compressed=False)
    packed, is_packed = await desk.listing.body(edition, wanted, compressed=True)
    assert (is_plain, is_packed) == (False, True)
    assert gzip.decompress(packed) == plain
    assert len(json.loads(plain)) == len(wanted.rows(edition.picture)) > 5


async def test_a_short_answer_is_not_compressed():
    desk = Desk(1)
    edition = await desk.listing.edition()
    body, compressed = await desk.listing.body(edition, EVERYTHING, compressed=True)
    assert (json.loads(body)[0]["key"], compressed) == ("000000", False)


async def test_an_empty_fleet_is_an_empty_list():
    desk = Desk(0)
    assert await desk.listing.body(await desk.listing.edition(), EVERYTHING, compressed=False) == (b"[]", False)


async def _tag(desk):
    desk.now += 1e6
    return (await desk.listing.edition()).etag


async def test_the_tag_changes_with_what_is_heard_with_the_broker_and_with_the_run_and_not_with_time():
    desk = Desk(3)
    tag = await _tag(desk)
    assert await _tag(desk) == tag
    desk.hear(1, moment=2.0)
    heard = await _tag(desk)
    desk.status.state = "away"
    desk.store.silence(time.monotonic())
    away = await _tag(desk)
    assert len({tag, heard, away, await _tag(Desk(3))}) == 4


async def test_the_tag_tells_whether_the_broker_answers_even_where_nobody_flies():
    desk = Desk(0)
    tag = await _tag(desk)
    desk.status.state = "away"
    assert await _tag(desk) != tag
