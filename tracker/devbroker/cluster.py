"""The cluster as clients see it: one node, its topics, and the versions of the protocol that it speaks."""

from __future__ import annotations

from kafka.protocol.admin import DescribeClusterResponse
from kafka.protocol.metadata import ApiVersionsResponse, FindCoordinatorResponse, MetadataResponse
from kafka.protocol.producer import InitProducerIdResponse

from tracker.devbroker.codec import APIS, Call, Message
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.node import NODE_ID, Node
from tracker.devbroker.topics import Topic

_TopicMetadata = MetadataResponse.MetadataResponseTopic
_GROUP = 0  # the only kind of coordinator here; 1 is for transactions


def api_versions(node: Node, call: Call) -> Message:  # noqa: ARG001
    """List the requests that are served, and their versions."""
    return ApiVersionsResponse(
        error_code=ErrorCode.NONE if call.request is not None else ErrorCode.UNSUPPORTED_VERSION,
        api_keys=[
            ApiVersionsResponse.ApiVersion(api_key=key, min_version=api.lowest, max_version=api.highest)
            for key, api in sorted(APIS.items())
        ],
    )


def metadata(node: Node, call: Call) -> Message:
    """Describe the node and its topics; create those that are missing only where the broker is told to."""
    host, port = call.address
    return MetadataResponse(
        brokers=[MetadataResponse.MetadataResponseBroker(node_id=NODE_ID, host=host, port=port)],
        cluster_id=node.cluster_id,
        controller_id=NODE_ID,
        topics=_topics(node, call),
    )


def _topics(node: Node, call: Call) -> list[Message]:
    request = call.request
    if request.topics is None or (call.version == 0 and not request.topics):
        return [_describe(topic) for topic in node.topics]
    create = node.topics.auto_create and (call.version < 4 or request.allow_auto_topic_creation)
    return [_find(node, wanted, create=create) for wanted in request.topics]


def _find(node: Node, wanted: Message, *, create: bool) -> Message:
    try:
        return _describe(node.topics.find(wanted.name, wanted.topic_id))
    except RefusedError as missing:
        if not create or not wanted.name:
            return _TopicMetadata(error_code=missing.code, name=wanted.name, topic_id=wanted.topic_id)
    try:
        return _describe(node.topics.create(wanted.name))
    except RefusedError as refused:
        return _TopicMetadata(error_code=refused.code, name=wanted.name)


def _describe(topic: Topic) -> Message:
    return _TopicMetadata(
        name=topic.name,
        topic_id=topic.id,
        partitions=[
            _TopicMetadata.MetadataResponsePartition(
                partition_index=index, leader_id=NODE_ID, leader_epoch=0, replica_nodes=[NODE_ID], isr_nodes=[NODE_ID]
            )
            for index in range(len(topic.logs))
        ],
    )


def describe_cluster(node: Node, call: Call) -> Message:
    """Describe the node."""
    host, port = call.address
    return DescribeClusterResponse(
        cluster_id=node.cluster_id,
        controller_id=NODE_ID,
        brokers=[DescribeClusterResponse.DescribeClusterBroker(broker_id=NODE_ID, host=host, port=port)],
    )


def find_coordinator(node: Node, call: Call) -> Message:  # noqa: ARG001
    """Name the coordinator of a group: this node. There is none for transactions."""
    request = call.request
    code, message = ErrorCode.NONE, None
    if call.version >= 1 and request.key_type != _GROUP:
        code, message = ErrorCode.UNSUPPORTED_VERSION, "This broker has no transactions."
    host, port = call.address
    where = {"error_code": code, "error_message": message, "node_id": NODE_ID, "host": host, "port": port}
    if call.version < 4:
        return FindCoordinatorResponse(**where)
    return FindCoordinatorResponse(
        coordinators=[FindCoordinatorResponse.Coordinator(key=key, **where) for key in request.coordinator_keys]
    )


def init_producer_id(node: Node, call: Call) -> Message:
    """Give an idempotent producer its id."""
    if call.request.transactional_id is not None:
        return InitProducerIdResponse(error_code=ErrorCode.UNSUPPORTED_VERSION, producer_epoch=-1)
    return InitProducerIdResponse(producer_id=next(node.producer_ids), producer_epoch=0)
