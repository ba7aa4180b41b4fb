"""Read records: requests of consumers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kafka.protocol.consumer import FetchResponse

from tracker.devbroker.codec import Call, Deferred, Message
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.log import NOTHING, Log, Selection
from tracker.devbroker.node import Node
from tracker.devbroker.turns import LITTLE

MAX_FETCH = 1 << 20
"""Bytes of records in one answer, a longer first batch apart: clients may ask for more than is good for the loop.

As much as the common clients ask for of a partition. Answers of 8 MiB to 150 clients that did not read them left the
heap at 700 MB, of which 64 MiB were held, and had others wait for seconds.
"""

_LEAST_FETCH = 64 << 10  # bytes of records in one answer when all clients together hold nearly as much as they may
_SHARE = 4  # one answer takes this fraction at most of what may still be held
_ELEMENT = 1 << 10  # bytes of memory that a partition takes in a fetch that waits

_Fetched = FetchResponse.FetchableTopicResponse


def fetch(node: Node, call: Call) -> Message | Deferred:
    """Read records; where there are too few, wait for more, but no longer than the client says."""
    reading = _Reading(node, call.request)
    return reading.answer_in_turn() if reading.select() else reading.wait()


@dataclass(slots=True)
class _Wanted:
    """One partition of a fetch, and what was selected of it."""

    request: Message
    log: Log | None
    """The log, as it was found when the fetch came in; None: there was none."""
    missing: ErrorCode
    """Why there is no log; and the answer, should it be deleted while the fetch waits."""
    code: ErrorCode = ErrorCode.NONE
    selection: Selection = NOTHING

    def select(self, now: int, max_bytes: int, *, at_least_one: bool) -> None:
        """Select at most so many bytes; `now` is in milliseconds since 1970."""
        self.code, self.selection = ErrorCode.NONE, NOTHING
        if self.log is None or self.log.deleted:
            self.log, self.code = None, self.missing
            return
        self.log.retain(now)
        limit = max(0, min(self.request.partition_max_bytes, max_bytes))
        try:
            self.selection = self.log.select(self.request.fetch_offset, limit, at_least_one=at_least_one)
        except RefusedError as refused:
            self.code = refused.code

    def answer(self) -> Message:
        """Return the partition's part of the answer."""
        end, start = (self.log.end, self.log.start) if self.log else (-1, -1)
        return _Fetched.PartitionData(
            partition_index=self.request.partition,
            error_code=self.code,
            high_watermark=end,
            last_stable_offset=end,
            log_start_offset=start,
            aborted_transactions=None,
            records=self.log.read(self.selection) if self.log else b"",
        )


def _find(node: Node, topic: Message, partition: Message) -> _Wanted:
    gone = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if topic.topic else ErrorCode.UNKNOWN_TOPIC_ID
    try:
        return _Wanted(partition, node.topics.log(topic.topic, partition.partition, topic.topic_id), gone)
    except RefusedError as refused:
        return _Wanted(partition, None, refused.code)


class _Reading:
    """A fetch in the making; its partitions share its byte limit."""

    def __init__(self, node: Node, request: Message) -> None:
        self._node = node
        self._request = request
        self._topics = [(topic, [_find(node, topic, p) for p in topic.partitions]) for topic in request.topics]
        self._wanted = [want for _, wants in self._topics for want in wants]
        self._size = 0  # bytes that are selected
        self._lacking = 0  # bytes that must still come before the fetch is answered early

    def select(self) -> bool:
        """Select what all partitions have, and return whether the client has to wait no longer."""
        now, size, refused = self._node.now(), 0, False
        room = min(self._request.max_bytes, MAX_FETCH, max(_LEAST_FETCH, self._node.clients.free // _SHARE))
        for want in self._wanted:
            want.select(now, room - size, at_least_one=size == 0)
            size += want.selection.size
            refused |= want.code is not ErrorCode.NONE
        self._size, self._lacking = size, min(self._request.min_bytes, room) - size
        return refused or self._lacking <= 0 or not self._wanted or self._request.max_wait_ms <= 0

    def wait(self) -> Deferred:
        """Wait until there is enough, or the time is over that the client allows.

        What comes meanwhile is counted, not read: many fetches may wait for one log.
        """
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        logs = [want.log for want in self._wanted if want.log is not None]

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        def watch(appended: int | None) -> None:
            self._lacking -= appended or 0
            if self._lacking <= 0 or appended is None:
                wake()

        def leave(_: object) -> None:
            timer.cancel()
            for log in logs:
                log.watchers.discard(watch)

        timer = loop.call_later(self._request.max_wait_ms / 1000, wake)
        for log in logs:
            log.watchers.add(watch)
        ready.add_done_callback(leave)
        return Deferred(ready, self._answer_anew, self._cost)

    @property
    def _cost(self) -> int:
        return _ELEMENT * len(self._wanted)

    def answer_in_turn(self) -> Message | Deferred:
        """Answer with what is selected; a long answer has to wait for its turn."""
        turns = self._node.turns
        if self._size > LITTLE and not turns.left:
            return Deferred(turns.wait(self._size), self._answer_now, self._cost, abandons=False)
        return self._answer()

    def _answer(self) -> Message:
        self._node.turns.spend(self._size)
        return FetchResponse(
            responses=[
                _Fetched(topic=topic.topic, topic_id=topic.topic_id, partitions=[want.answer() for want in wants])
                for topic, wants in self._topics
            ]
        )

    def _answer_anew(self) -> Message | Deferred:
        """Answer with what there is by now; a long answer has to wait for its turn."""
        self.select()
        return self.answer_in_turn()

    def _answer_now(self) -> Message:
        """Answer with what there is by now."""
        self.select()
        return self._answer()
