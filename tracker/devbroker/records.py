"""Records in and out: produce, fetch, and the offsets between which there are any."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kafka.protocol.consumer import FetchResponse, ListOffsetsResponse, OffsetForLeaderEpochResponse
from kafka.protocol.producer import ProduceResponse

from tracker.devbroker.errors import ErrorCode, MalformedError, RefusedError
from tracker.devbroker.log import Log
from tracker.devbroker.node import Node
from tracker.devbroker.wire import Call, Later, Message

MAX_FETCH = 8 << 20
"""Bytes of records in one answer, a longer first batch apart: clients may ask for more than is good for the loop."""

_LATEST, _EARLIEST, _MAX_TIMESTAMP = -1, -2, -3  # what ListOffsets asks for in place of a time

_Produced = ProduceResponse.TopicProduceResponse
_Fetched = FetchResponse.FetchableTopicResponse
_Listed = ListOffsetsResponse.ListOffsetsTopicResponse
_Epochs = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult


def produce(node: Node, call: Call) -> Message | None:
    """Append record batches."""
    request, now = call.request, node.now()
    topics = [
        _Produced(
            name=topic.name, partition_responses=[_append(node, request, topic, p, now) for p in topic.partition_data]
        )
        for topic in request.topic_data
    ]
    if request.acks != 0:
        return ProduceResponse(responses=topics)
    if any(partition.error_code for topic in topics for partition in topic.partition_responses):
        # There is no answer that could carry the error; Kafka hangs up, so that the client looks again.
        raise MalformedError("records without acknowledgement were refused")
    return None


def _append(node: Node, request: Message, topic: Message, partition: Message, now: int) -> Message:
    answer = _Produced.PartitionProduceResponse
    try:
        if request.acks not in (-1, 0, 1):
            raise RefusedError(ErrorCode.INVALID_REQUIRED_ACKS)
        log = node.topics.log(topic.name, partition.index)
        written = log.append(partition.records or b"", now)
    except RefusedError as refused:
        return answer(index=partition.index, error_code=refused.code, error_message=refused.message, base_offset=-1)
    return answer(
        index=partition.index,
        base_offset=written.base_offset,
        log_append_time_ms=written.append_time,
        log_start_offset=log.start,
    )


def fetch(node: Node, call: Call) -> Message | Later:
    """Read records; where there are too few, wait for more, but no longer than the client says."""
    reading = _Reading(node, call.request)
    return reading.answer() if reading.read() else Later(reading.wait(), reading.answer_anew)


@dataclass(slots=True)
class _Wanted:
    """One partition of a fetch, and what was read of it."""

    request: Message
    log: Log | None
    """As it was found when the fetch came in; None: there was none."""
    missing: ErrorCode
    """Why; and the answer, should the log be deleted while the fetch waits."""
    code: ErrorCode = ErrorCode.NONE
    records: bytes = b""

    def read(self, now: int, max_bytes: int, *, at_least_one: bool) -> None:
        """Read as of now, at most so many bytes."""
        self.code, self.records = ErrorCode.NONE, b""
        if self.log is None or self.log.deleted:
            self.log, self.code = None, self.missing
            return
        self.log.retain(now)
        limit = max(0, min(self.request.partition_max_bytes, max_bytes))
        try:
            self.records = self.log.read(self.request.fetch_offset, limit, at_least_one=at_least_one)
        except RefusedError as refused:
            self.code = refused.code

    def answer(self) -> Message:
        """The partition's part of the answer."""
        end, start = (self.log.end, self.log.start) if self.log else (-1, -1)
        return _Fetched.PartitionData(
            partition_index=self.request.partition,
            error_code=self.code,
            high_watermark=end,
            last_stable_offset=end,
            log_start_offset=start,
            aborted_transactions=None,
            records=self.records,
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

    def read(self) -> bool:
        """Read all partitions; whether the client has to wait no longer."""
        now, size, refused = self._node.now(), 0, False
        room = min(self._request.max_bytes, MAX_FETCH)
        for want in self._wanted:
            want.read(now, room - size, at_least_one=size == 0)
            size += len(want.records)
            refused |= want.code is not ErrorCode.NONE
        return refused or size >= self._request.min_bytes or not self._wanted or self._request.max_wait_ms <= 0

    def wait(self) -> asyncio.Future[None]:
        """Done once there is enough, or the time is over that the client allows."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        logs = [want.log for want in self._wanted if want.log is not None]

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        def look() -> None:
            if not ready.done() and self.read():
                wake()

        def leave(_: object) -> None:
            timer.cancel()
            for log in logs:
                log.watchers.discard(look)

        timer = loop.call_later(self._request.max_wait_ms / 1000, wake)
        for log in logs:
            log.watchers.add(look)
        ready.add_done_callback(leave)
        return ready

    def answer(self) -> Message:
        """What was read."""
        return FetchResponse(
            responses=[
                _Fetched(topic=topic.topic, topic_id=topic.topic_id, partitions=[want.answer() for want in wants])
                for topic, wants in self._topics
            ]
        )

    def answer_anew(self) -> Message:
        """What there is to be read by now."""
        self.read()
        return self.answer()


def list_offsets(node: Node, call: Call) -> Message:
    """Tell where a log starts and ends, or which record was the first at or after a time."""
    return ListOffsetsResponse(
        topics=[
            _Listed(name=topic.name, partitions=[_offset(node, topic.name, p) for p in topic.partitions])
            for topic in call.request.topics
        ]
    )


def _offset(node: Node, name: str, partition: Message) -> Message:
    answer, index = _Listed.ListOffsetsPartitionResponse, partition.partition_index
    try:
        log = node.topics.log(name, index)
    except RefusedError as refused:
        return answer(partition_index=index, error_code=refused.code)
    log.retain(node.now())
    offset, timestamp = _seek(log, partition.timestamp)
    return answer(partition_index=index, offset=offset, timestamp=timestamp, leader_epoch=0 if offset >= 0 else -1)


def _seek(log: Log, timestamp: int) -> tuple[int, int]:
    if timestamp == _LATEST:
        return log.end, -1
    if timestamp == _EARLIEST:
        return log.start, -1
    found = log.latest() if timestamp == _MAX_TIMESTAMP else log.seek(timestamp)
    return found or (-1, -1)


def offset_for_leader_epoch(node: Node, call: Call) -> Message:
    """Tell where an epoch ended; there is one, 0, and it ends where the log does."""
    return OffsetForLeaderEpochResponse(
        topics=[
            _Epochs(topic=topic.topic, partitions=[_epoch(node, topic.topic, p) for p in topic.partitions])
            for topic in call.request.topics
        ]
    )


def _epoch(node: Node, name: str, partition: Message) -> Message:
    try:
        log = node.topics.log(name, partition.partition)
    except RefusedError as refused:
        return _Epochs.EpochEndOffset(error_code=refused.code, partition=partition.partition)
    if partition.leader_epoch != 0:
        return _Epochs.EpochEndOffset(partition=partition.partition)
    return _Epochs.EpochEndOffset(partition=partition.partition, leader_epoch=0, end_offset=log.end)
