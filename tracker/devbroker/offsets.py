"""Requests about the offsets that consumer groups commit."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from kafka.protocol.consumer import OffsetCommitResponse, OffsetFetchResponse

from tracker.devbroker.codec import Call, Message
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.groups import Committed, Group
from tracker.devbroker.node import Node

MAX_METADATA = 4096
"""Characters of the longest text that goes with an offset, as Kafka's offset.metadata.max.bytes."""

_BY_GROUP = 8  # from this version of OffsetFetch on, one request asks for several groups

_CommittedTopic = OffsetCommitResponse.OffsetCommitResponseTopic
_NOTHING = Committed(-1, -1, "")


def offset_commit(node: Node, call: Call) -> Message:
    """Remember how far a group has read."""
    request, group, code = call.request, None, ErrorCode.NONE
    try:
        group = _find_group(node, request)
    except RefusedError as refused:
        code = refused.code
    return OffsetCommitResponse(
        topics=[
            _CommittedTopic(
                name=topic.name,
                partitions=[
                    _CommittedTopic.OffsetCommitResponsePartition(
                        partition_index=partition.partition_index,
                        error_code=code if group is None else _commit(node, group, topic.name, partition),
                    )
                    for partition in topic.partitions
                ],
            )
            for topic in request.topics
        ]
    )


def _find_group(node: Node, request: Message) -> Group:
    """Find the group, and check that the client may commit for it."""
    generation = request.generation_id_or_member_epoch
    if generation >= 0 and request.group_id not in node.coordinator.groups:
        raise RefusedError(ErrorCode.ILLEGAL_GENERATION)
    group = node.coordinator.find_or_create(request.group_id)
    group.check_commit(request.member_id, generation, asyncio.get_running_loop().time(), request.group_instance_id)
    return group


def _commit(node: Node, group: Group, topic: str, partition: Message) -> ErrorCode:
    metadata = partition.committed_metadata or ""
    if len(metadata) > MAX_METADATA:
        return ErrorCode.OFFSET_METADATA_TOO_LARGE
    try:
        node.topics.log(topic, partition.partition_index)
    except RefusedError as refused:
        return refused.code
    group.offsets[topic, partition.partition_index] = Committed(
        partition.committed_offset, partition.committed_leader_epoch, metadata
    )
    return ErrorCode.NONE


def offset_fetch(node: Node, call: Call) -> Message:
    """Return the offsets that groups committed."""
    request, groups = call.request, node.coordinator.groups
    if call.version < _BY_GROUP:
        kind = OffsetFetchResponse.OffsetFetchResponseTopic
        found = _fetch(groups.get(request.group_id), request.topics)
        return OffsetFetchResponse(topics=_encode(found, kind, kind.OffsetFetchResponsePartition))
    answer = OffsetFetchResponse.OffsetFetchResponseGroup
    kind = answer.OffsetFetchResponseTopics
    return OffsetFetchResponse(
        groups=[
            answer(
                group_id=wanted.group_id,
                topics=_encode(
                    _fetch(groups.get(wanted.group_id), wanted.topics), kind, kind.OffsetFetchResponsePartitions
                ),
            )
            for wanted in request.groups
        ]
    )


def _fetch(group: Group | None, topics: Message) -> dict[str, dict[int, Committed]]:
    """Return offsets by topic and partition; of all topics where `topics` is None."""
    held = group.offsets if group is not None else {}
    found: dict[str, dict[int, Committed]] = defaultdict(dict)
    if topics is None:
        for (topic, partition), committed in held.items():
            found[topic][partition] = committed
    else:
        for wanted in topics:
            for partition in wanted.partition_indexes:
                found[wanted.name][partition] = held.get((wanted.name, partition), _NOTHING)
    return found


def _encode(found: dict[str, dict[int, Committed]], topic: Message, partition: Message) -> list[Message]:
    return [
        topic(
            name=name,
            partitions=[
                partition(
                    partition_index=index,
                    committed_offset=committed.offset,
                    committed_leader_epoch=committed.leader_epoch,
                    metadata=committed.metadata,
                )
                for index, committed in partitions.items()
            ],
        )
        for name, partitions in found.items()
    ]
