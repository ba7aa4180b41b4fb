"""Administer topics: create, delete, enlarge and configure them, and delete their records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

from kafka.protocol.admin import (
    AlterConfigsResponse,
    CreatePartitionsResponse,
    CreateTopicsResponse,
    DeleteRecordsResponse,
    DeleteTopicsResponse,
    DescribeConfigsResponse,
    IncrementalAlterConfigsResponse,
)

from tracker.devbroker import configs
from tracker.devbroker.codec import Call, Message
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.node import NODE_ID, Node
from tracker.devbroker.topics import Topic

MAX_DESCRIBED = 1_000
"""Topics whose settings one request may ask for: each has dozens."""

_TOPIC, _BROKER = 2, 4  # kinds of resources with settings
_SET, _DELETE = 0, 1  # kinds of incremental changes
_FROM_TOPIC, _FROM_BROKER, _BY_DEFAULT = 1, 4, 5  # sources of a setting's value
_EVERYTHING = -1  # the offset that deletes all records

_Created = CreateTopicsResponse.CreatableTopicResult
_Described = DescribeConfigsResponse.DescribeConfigsResult


def create_topics(node: Node, call: Call) -> Message:
    """Create topics."""
    times = Counter(topic.name for topic in call.request.topics)
    return CreateTopicsResponse(
        topics=[_create(node, topic, call.request, times[topic.name]) for topic in call.request.topics]
    )


def _create(node: Node, wanted: Message, request: Message, times: int) -> Message:
    try:
        if times > 1:
            raise RefusedError(ErrorCode.INVALID_REQUEST, f"Topic {wanted.name!r} is asked for {times} times.")
        if wanted.replication_factor not in (-1, 1):
            raise RefusedError(
                ErrorCode.INVALID_REPLICATION_FACTOR, "The replication factor is larger than the one node there is."
            )
        values = {config.name: config.value for config in wanted.configs if config.value is not None}
        count = len(wanted.assignments) or wanted.num_partitions
        topic = node.topics.create(wanted.name, count, values, dry_run=request.validate_only)
    except RefusedError as refused:
        return _Created(name=wanted.name, error_code=refused.code, error_message=refused.message, configs=[])
    return _Created(
        name=topic.name,
        topic_id=None if request.validate_only else topic.id,
        num_partitions=len(topic.logs),
        replication_factor=1,
        configs=[
            _Created.CreatableTopicConfigs(
                name=name, value=value, read_only=False, config_source=source, is_sensitive=False
            )
            for name, (value, source) in sorted(_values(topic, node).items())
        ],
    )


def delete_topics(node: Node, call: Call) -> Message:
    """Delete topics and the offsets that groups committed in them."""
    request = call.request
    if call.version >= 6:
        wanted = [(topic.name, topic.topic_id) for topic in request.topics]
    else:
        wanted = [(name, None) for name in request.topic_names]
    result, results = DeleteTopicsResponse.DeletableTopicResult, []
    for name, topic_id in wanted:
        try:
            topic = node.topics.delete(name, topic_id)
            node.coordinator.forget(topic.name)
            results.append(result(name=topic.name, topic_id=topic.id))
        except RefusedError as refused:
            results.append(result(name=name, topic_id=topic_id, error_code=refused.code, error_message=refused.message))
    return DeleteTopicsResponse(responses=results)


def create_partitions(node: Node, call: Call) -> Message:
    """Add partitions to topics."""
    result, dry_run = CreatePartitionsResponse.CreatePartitionsTopicResult, call.request.validate_only
    results = []
    for topic in call.request.topics:
        code, message = _attempt(partial(node.topics.grow, topic.name, topic.count, dry_run=dry_run))
        results.append(result(name=topic.name, error_code=code, error_message=message))
    return CreatePartitionsResponse(results=results)


def _attempt(act: Callable[[], None]) -> tuple[ErrorCode, str | None]:
    try:
        act()
    except RefusedError as refused:
        return refused.code, refused.message
    return ErrorCode.NONE, None


def delete_records(node: Node, call: Call) -> Message:
    """Delete the records before an offset."""
    result = DeleteRecordsResponse.DeleteRecordsTopicResult
    return DeleteRecordsResponse(
        topics=[
            result(name=topic.name, partitions=[_truncate(node, topic.name, p) for p in topic.partitions])
            for topic in call.request.topics
        ]
    )


def _truncate(node: Node, name: str, partition: Message) -> Message:
    answer = DeleteRecordsResponse.DeleteRecordsTopicResult.DeleteRecordsPartitionResult
    try:
        log = node.topics.log(name, partition.partition_index)
        log.truncate(log.end if partition.offset == _EVERYTHING else partition.offset)
    except RefusedError as refused:
        return answer(partition_index=partition.partition_index, low_watermark=-1, error_code=refused.code)
    return answer(partition_index=partition.partition_index, low_watermark=log.start)


def describe_configs(node: Node, call: Call) -> Message:
    """Describe the settings of topics, and of the node."""
    resources = call.request.resources
    return DescribeConfigsResponse(
        results=[_describe(node, resource, too_many=len(resources) > MAX_DESCRIBED) for resource in resources]
    )


def _describe(node: Node, resource: Message, *, too_many: bool) -> Message:
    same = {"resource_type": resource.resource_type, "resource_name": resource.resource_name}
    try:
        if too_many:
            raise RefusedError(ErrorCode.INVALID_REQUEST, f"Ask for {MAX_DESCRIBED} topics at most.")
        values = _settings(node, resource)
    except RefusedError as refused:
        return _Described(error_code=refused.code, error_message=refused.message, **same)
    keys = resource.configuration_keys
    return _Described(
        configs=[
            _Described.DescribeConfigsResourceResult(
                name=name,
                value=value,
                read_only=resource.resource_type == _BROKER,
                config_source=source,
                config_type=_kind(name),
                is_sensitive=False,
            )
            for name, (value, source) in sorted(values.items())
            if keys is None or name in keys
        ],
        **same,
    )


def _kind(name: str) -> int:
    return configs.SETTINGS[name].kind if name in configs.SETTINGS else configs.ConfigType.STRING


def _settings(node: Node, resource: Message) -> Mapping[str, tuple[str, int]]:
    """Return value and source of each setting, by name."""
    if resource.resource_type == _TOPIC:
        return _values(node.topics.find(resource.resource_name), node)
    if resource.resource_type == _BROKER and resource.resource_name in ("", str(NODE_ID)):
        topics = node.topics
        values = {
            "auto.create.topics.enable": str(topics.auto_create).lower(),
            "log.retention.bytes": str(topics.defaults.retention_bytes),
            "log.retention.ms": str(topics.defaults.retention_ms),
            "message.max.bytes": str(topics.defaults.max_message_bytes),
            "node.id": str(NODE_ID),
            "num.partitions": str(topics.partitions),
        }
        return {name: (value, _FROM_BROKER) for name, value in values.items()}
    raise RefusedError(ErrorCode.INVALID_REQUEST, "Only topics and the node itself have settings here.")


def _values(topic: Topic, node: Node) -> Mapping[str, tuple[str, int]]:
    values = {name: (value, _BY_DEFAULT) for name, value in configs.describe(node.topics.defaults).items()}
    return values | {name: (value, _FROM_TOPIC) for name, value in topic.values.items()}


def alter_configs(node: Node, call: Call) -> Message:
    """Replace all settings of topics."""
    return _alter(node, call, AlterConfigsResponse, _replace)


def incremental_alter_configs(node: Node, call: Call) -> Message:
    """Change single settings of topics."""
    return _alter(node, call, IncrementalAlterConfigsResponse, _change)


def _alter(node: Node, call: Call, response: Message, change: Callable[[Topic, Message], dict[str, str]]) -> Message:
    results = []
    for resource in call.request.resources:
        code, message = _attempt(partial(_configure, node, resource, change, dry_run=call.request.validate_only))
        results.append(
            response.AlterConfigsResourceResponse(
                error_code=code,
                error_message=message,
                resource_type=resource.resource_type,
                resource_name=resource.resource_name,
            )
        )
    return response(responses=results)


def _configure(
    node: Node, resource: Message, change: Callable[[Topic, Message], dict[str, str]], *, dry_run: bool
) -> None:
    if resource.resource_type != _TOPIC:
        raise RefusedError(ErrorCode.INVALID_REQUEST, "Only the settings of topics can be changed.")
    topic = node.topics.find(resource.resource_name)
    values = change(topic, resource.configs)
    configs.check(values)
    if not dry_run:
        topic.configure(values)


def _replace(topic: Topic, changes: Message) -> dict[str, str]:  # noqa: ARG001
    return {change.name: change.value for change in changes if change.value is not None}


def _change(topic: Topic, changes: Message) -> dict[str, str]:
    values = dict(topic.values)
    for change in changes:
        if change.config_operation == _DELETE:
            values.pop(change.name, None)
        elif change.config_operation == _SET and change.value is not None:
            values[change.name] = change.value
        else:
            raise RefusedError(ErrorCode.INVALID_CONFIG, f"{change.name[:80]} can be set and deleted, nothing else.")
    return values
