"""Records in and out: produce, fetch, and the offsets between which there are any."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kafka.protocol.consumer import FetchResponse, ListOffsetsResponse, OffsetForLeaderEpochResponse
from kafka.protocol.producer import ProduceResponse

from tracker.devbroker.errors import ErrorCode, MalformedError, RefusedError
from tracker.devbroker.log import Log
from tracker.devbroker.node import Node
from tracker.devbroker.wire import Call, Message

MAX_FETCH = 8 << 20
"""Bytes of records in one answer, a longer first batch apart: clients may ask for more than is good for the loop."""

_LATEST, _EARLIEST, _MAX_TIMESTAMP = -1, -2, -3  # what ListOffsets asks for in place of a time

_Produced = ProduceResponse.TopicProduceResponse
_Fetched = FetchResponse.FetchableTopicResponse
_Listed = ListOffsetsResponse.ListOffsetsTopicResponse
_Epochs = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult


async def produce(node: Node, call: Call) -> Message | None:
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


@dataclass(slots=True)
class _Wanted:
    """One partition of a fetch, as it was found when the fetch came in."""

    request: Message
    log: Log | None
    missing: ErrorCode
    """Why there is no log; and the answer, should it be deleted while the fetch waits."""


async def fetch(node: Node, call: Call) -> Message:
    """Read records; where there are too few, wait for more, but no longer than the client says."""
    request = call.request
    wanted = [(topic, [_find(node, topic, p) for p in topic.partitions]) for topic in request.topics]
    logs = [want.log for _, wants in wanted for want in wants if want.log is not None]
    clock = asyncio.get_running_loop().time
    deadline = clock() + request.max_wait_ms / 1000
    while True:
        reading = _Reading(node, request.max_bytes)
        topics = [
            _Fetched(topic=topic.topic, topic_id=topic.topic_id, partitions=[reading.partition(want) for want in wants])
            for topic, wants in wanted
        ]
        if reading.refused or reading.size >= request.min_bytes or not logs or clock() >= deadline:
            return FetchResponse(responses=topics)
        await _changed(logs, deadline)


async def _changed(logs: list[Log], deadline: float) -> None:
    """Wait until one of the logs changes, or for the deadline on the loop's clock."""
    changed = asyncio.Event()
    for log in logs:
        log.watchers.add(changed.set)
    try:
        async with asyncio.timeout_at(deadline):
            await changed.wait()
    except TimeoutError:
        pass
    finally:
        for log in logs:
            log.watchers.discard(changed.set)


def _find(node: Node, topic: Message, partition: Message) -> _Wanted:
    gone = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if topic.topic else ErrorCode.UNKNOWN_TOPIC_ID
    try:
        return _Wanted(partition, node.topics.log(topic.topic, partition.partition, topic.topic_id), gone)
    except RefusedError as refused:
        return _Wanted(partition, None, refused.code)


class _Reading:
    """One pass over the partitions of a fetch, which share its byte limit."""

    def __init__(self, node: Node, max_bytes: int) -> None:
        self._now = node.now()
        self._room = min(max_bytes, MAX_FETCH)
        self.size = 0
        self.refused = False

    def partition(self, want: _Wanted) -> Message:
        """Read one partition."""
        log, index = want.log, want.request.partition
        if log is None or log.deleted:
            return self._refuse(index, want.missing)
        log.retain(self._now)
        limit = max(0, min(want.request.partition_max_bytes, self._room - self.size))
        try:
            records = log.read(want.request.fetch_offset, limit, at_least_one=self.size == 0)
        except RefusedError as refused:
            return self._refuse(index, refused.code, log)
        self.size += len(records)
        return _Fetched.PartitionData(
            partition_index=index,
            high_watermark=log.end,
            last_stable_offset=log.end,
            log_start_offset=log.start,
            aborted_transactions=None,
            records=records,
        )

    def _refuse(self, index: int, code: ErrorCode, log: Log | None = None) -> Message:
        self.refused = True
        return _Fetched.PartitionData(
            partition_index=index,
            error_code=code,
            high_watermark=log.end if log else -1,
            last_stable_offset=log.end if log else -1,
            log_start_offset=log.start if log else -1,
            aborted_transactions=None,
            records=b"",
        )


async def list_offsets(node: Node, call: Call) -> Message:
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


async def offset_for_leader_epoch(node: Node, call: Call) -> Message:
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
