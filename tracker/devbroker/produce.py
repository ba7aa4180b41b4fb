"""Append record batches: requests of producers.

A batch is checked before it is appended. What is checked in a moment is checked at once; larger batches wait for the
node's thread for that, and their request is answered later. Meanwhile the event loop serves the other clients.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kafka.protocol.producer import ProduceResponse

from tracker.devbroker import batch as batches
from tracker.devbroker.batch import FULL, QUICK, Batch, Header
from tracker.devbroker.codec import Call, Deferred, Message
from tracker.devbroker.errors import EffortError, ErrorCode, MalformedError, RefusedError
from tracker.devbroker.log import Log
from tracker.devbroker.node import Node
from tracker.devbroker.turns import LITTLE, ROOM

_ELEMENT = 1 << 10  # bytes of memory that a batch takes in a request that waits, besides its own
_BATCH, _RECORD = 64 << 10, 1 << 10  # the work that a batch and a record are, whatever their length, in bytes to copy

_Produced = ProduceResponse.TopicProduceResponse
_Partition = _Produced.PartitionProduceResponse


def produce(node: Node, call: Call) -> Message | Deferred | None:
    """Append the batches of a request."""
    appending = _Appending(node, call)
    if appending.proceed(max(LITTLE, node.turns.left)):
        return appending.answer()
    return Deferred(
        asyncio.shield(node.spawn(appending.finish())), appending.answer, cost=appending.size, abandons=False
    )


@dataclass(slots=True)
class _Part:
    """What a request brings for one partition, and how that is answered."""

    topic: str
    index: int
    records: bytes
    answer: Message = None

    def refuse(self, refused: RefusedError) -> None:
        self.answer = _Partition(
            index=self.index, error_code=refused.code, error_message=refused.message, base_offset=-1
        )


class _Appending:
    """A Produce request on its way into the logs, one batch after the other."""

    def __init__(self, node: Node, call: Call) -> None:
        self._node = node
        self._call = call
        self._now = node.now()
        self._topics = [
            (topic.name, [_Part(topic.name, part.index, part.records or b"") for part in topic.partition_data])
            for topic in call.request.topic_data
        ]
        self._parts = [part for _, parts in self._topics for part in parts]
        self._next = 0
        self._is_large = False  # whether the next batch is too much for the event loop

    @property
    def size(self) -> int:
        """Bytes of memory that the request takes."""
        return sum(_ELEMENT + len(part.records) for part in self._parts)

    def proceed(self, room: int) -> bool:
        """Append as much as there is room for in this turn of the event loop, and return whether that is all."""
        while self._next < len(self._parts):
            part = self._parts[self._next]
            work = _BATCH + len(part.records)
            try:
                log, header = self._open(part)
                work += _RECORD * header.count
                if header.count > QUICK.records:
                    raise EffortError(f"there are more than {QUICK.records} records")
                if room < ROOM and work > room:
                    return False
                self._commit(part, log, batches.check(part.records, header, log.config, self._now, QUICK))
            except RefusedError as refused:
                part.refuse(refused)
            except EffortError:
                self._is_large = True
                return False
            self._next += 1
            self._node.turns.spend(work)
            room -= work
        return True

    async def finish(self) -> None:
        """Append all that is left, in as many turns as it takes."""
        turns, done = self._node.turns, False
        while not done:
            if self._is_large:
                await self._append_large(self._parts[self._next])
                self._next, self._is_large = self._next + 1, False
                done = self.proceed(max(LITTLE, turns.left))
            else:
                await turns.wait(min(ROOM, self.size))
                done = self.proceed(ROOM)

    async def _append_large(self, part: _Part) -> None:
        try:
            log, header = self._open(part)
            batch = await asyncio.get_running_loop().run_in_executor(
                self._node.checker, batches.check, part.records, header, log.config, self._now, FULL
            )
            if log.deleted:
                raise RefusedError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
            self._commit(part, log, batch)
        except RefusedError as refused:
            part.refuse(refused)
        except EffortError as error:
            part.refuse(
                RefusedError(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    f"The record batch is too much for this broker: {error}. It takes {FULL.records} records and "
                    f"headers, and {FULL.bytes} bytes once decompressed.",
                )
            )

    def _open(self, part: _Part) -> tuple[Log, Header]:
        """Find the log and check the batch's header."""
        if self._call.request.acks not in (-1, 0, 1):
            raise RefusedError(ErrorCode.INVALID_REQUIRED_ACKS)
        log = self._node.topics.log(part.topic, part.index)
        return log, batches.parse(part.records, log.config.max_message_bytes, self._call.version)

    def _commit(self, part: _Part, log: Log, batch: Batch) -> None:
        self._node.topics.make_room(batch.cost, self._node.notices)
        written = log.append(batch, self._now)
        part.answer = _Partition(
            index=part.index,
            base_offset=written.base_offset,
            log_append_time_ms=written.append_time,
            log_start_offset=log.start,
        )

    def answer(self) -> Message | None:
        """Return the answer to the request; none where the client wants none.

        Raises:
            MalformedError: The client wants no answer, and a batch was refused: Kafka hangs up then, so that the client
                looks again.
        """
        if self._call.request.acks == 0:
            if any(part.answer.error_code for part in self._parts):
                raise MalformedError("records without acknowledgement were refused")
            return None
        return ProduceResponse(
            responses=[
                _Produced(name=name, partition_responses=[part.answer for part in parts])
                for name, parts in self._topics
            ]
        )
