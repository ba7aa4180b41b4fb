"""The list of all aircraft as it goes over HTTP: encoded once a tick for all clients, and compressed beside the loop.

    Store.picture ──> an object an aircraft, encoded in short turns ──> Edition ──> Filter.rows ──> joined, gzip

A tick lasts as long as the last edition was work, times `_SHARE`: a fleet of a few is always listed anew, and one of
10,000 aircraft, whose encoding takes 20 ms, about three times in two seconds, however many clients ask.
"""

from __future__ import annotations

import asyncio
import gzip
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np

from tracker.arrays import Rows
from tracker.feed.status import Status
from tracker.server.query import Filter
from tracker.state.fleet import Picture
from tracker.state.store import Store

_SHARE = 32.0
"""Times the work of an edition is left to all else before the next one."""
_TURN = 500  # aircraft, about 0.7 ms
_WORTH_IT = 1_000  # bytes; below that a packet is a packet
_LEVEL = 1  # of gzip: a quarter of the size at a fifth of the time of the default level
_EVERYTHING = Filter()

Describe = Callable[[Picture, Rows], list[msgspec.Struct]]


@dataclass(slots=True)
class Edition:
    """The list as it was encoded at one moment."""

    picture: Picture
    objects: list[bytes]
    """JSON, one an aircraft, in the order of the picture."""
    time: float
    """When it was made, s since 1970, UTC."""
    connected: bool
    """Whether the broker answered."""
    etag: str
    """Differs from another edition's where that would tell a client something else, but for how the time went on."""
    outdated_at: float
    """When another one is due, monotonic clock, s."""
    plain: bytes = b""
    """The answer to those who ask for everything, once one did."""
    packed: bytes = b""
    """The same, compressed, once one wanted it so."""


class Listing:
    """Lists of one shape, for all who ask; use it in one event loop.

    Args:
        store: What is listed.
        status: That of the feed, which changes.
        describe: Makes an object an aircraft.
        wrap: Makes the beginning and the end of an answer, around its objects.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        store: Store,
        status: Status,
        describe: Describe,
        wrap: Callable[[Edition], tuple[bytes, bytes]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._status = status
        self._describe = describe
        self._wrap = wrap
        self._clock = clock
        self._encode = msgspec.json.Encoder().encode_lines
        self._run = secrets.token_hex(4)
        self._edition: Edition | None = None
        self._making = asyncio.Lock()
        self._compressing = asyncio.Lock()  # one at a time: the other core is the feed's

    async def edition(self) -> Edition:
        """Return the newest edition, which is made now if it is due."""
        async with self._making:
            if self._edition is None or self._clock() >= self._edition.outdated_at:
                self._edition = await self._make()
            return self._edition

    async def body(self, edition: Edition, wanted: Filter, *, compressed: bool) -> tuple[bytes, bool]:
        """Return the answer for those that are wanted, and whether it is compressed: a short one never is."""
        if wanted == _EVERYTHING:
            plain = edition.plain = edition.plain or self._join(edition, edition.objects)
        else:
            rows = wanted.rows(edition.picture).tolist()
            plain = self._join(edition, [edition.objects[row] for row in rows])
        if not compressed or len(plain) < _WORTH_IT:
            return plain, False
        async with self._compressing:
            if wanted != _EVERYTHING:
                return await _compress(plain), True
            if not edition.packed:
                edition.packed = await _compress(plain)
            return edition.packed, True

    async def _make(self) -> Edition:
        seq = self._store.fleet.seq
        begun = self._clock()
        picture = self._store.picture()
        moment, connected = time.time(), self._status.connected
        objects: list[bytes] = []
        worked = self._clock() - begun
        for start in range(0, len(picture), _TURN):
            if start:
                await asyncio.sleep(0)
            begun = self._clock()
            rows = np.arange(start, min(start + _TURN, len(picture)))
            objects += self._encode(self._describe(picture, rows)).split(b"\n")[:-1]
            worked += self._clock() - begun
        etag = f'W/"{self._run}-{seq}-{len(picture)}-{int(picture.stale.sum())}-{int(connected)}"'
        return Edition(picture, objects, moment, connected, etag, self._clock() + _SHARE * worked)

    def _join(self, edition: Edition, objects: list[bytes]) -> bytes:
        beginning, end = self._wrap(edition)
        return b"".join((beginning, b",".join(objects), end))


async def _compress(plain: bytes) -> bytes:
    return await asyncio.to_thread(gzip.compress, plain, _LEVEL, mtime=0)
