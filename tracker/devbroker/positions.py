"""Tell positions in logs: where they start and end, and which record was the first at or after a time."""

from __future__ import annotations

from kafka.protocol.consumer import ListOffsetsResponse, OffsetForLeaderEpochResponse

from tracker.devbroker.codec import Call, Message
from tracker.devbroker.errors import RefusedError
from tracker.devbroker.log import Log
from tracker.devbroker.node import Node

_LATEST, _EARLIEST, _MAX_TIMESTAMP = -1, -2, -3  # what ListOffsets asks for in place of a time

_Listed = ListOffsetsResponse.ListOffsetsTopicResponse
_Epochs = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult


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
    """Tell where an epoch ended; there is only 0, and it ends where the log does."""
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
