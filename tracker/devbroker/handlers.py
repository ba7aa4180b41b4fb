"""The function that answers each kind of request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from kafka.protocol import admin as admin_api
from kafka.protocol import consumer as consumer_api
from kafka.protocol import metadata as metadata_api
from kafka.protocol import producer as producer_api

from tracker.devbroker import admin, cluster, fetch, membership, offsets, positions, produce
from tracker.devbroker.codec import Call, Deferred, Message
from tracker.devbroker.node import Node

Handler: TypeAlias = Callable[[Node, Call], Message | Deferred | None]
"""Answers a call, at once or later; None where the client wants no answer."""

HANDLERS: Mapping[int, Handler] = {
    producer_api.ProduceRequest.API_KEY: produce.produce,
    consumer_api.FetchRequest.API_KEY: fetch.fetch,
    consumer_api.ListOffsetsRequest.API_KEY: positions.list_offsets,
    consumer_api.OffsetForLeaderEpochRequest.API_KEY: positions.offset_for_leader_epoch,
    metadata_api.ApiVersionsRequest.API_KEY: cluster.api_versions,
    metadata_api.MetadataRequest.API_KEY: cluster.metadata,
    metadata_api.FindCoordinatorRequest.API_KEY: cluster.find_coordinator,
    admin_api.DescribeClusterRequest.API_KEY: cluster.describe_cluster,
    producer_api.InitProducerIdRequest.API_KEY: cluster.init_producer_id,
    consumer_api.JoinGroupRequest.API_KEY: membership.join_group,
    consumer_api.SyncGroupRequest.API_KEY: membership.sync_group,
    consumer_api.HeartbeatRequest.API_KEY: membership.heartbeat,
    consumer_api.LeaveGroupRequest.API_KEY: membership.leave_group,
    admin_api.ListGroupsRequest.API_KEY: membership.list_groups,
    admin_api.DescribeGroupsRequest.API_KEY: membership.describe_groups,
    admin_api.DeleteGroupsRequest.API_KEY: membership.delete_groups,
    consumer_api.OffsetCommitRequest.API_KEY: offsets.offset_commit,
    consumer_api.OffsetFetchRequest.API_KEY: offsets.offset_fetch,
    admin_api.CreateTopicsRequest.API_KEY: admin.create_topics,
    admin_api.DeleteTopicsRequest.API_KEY: admin.delete_topics,
    admin_api.CreatePartitionsRequest.API_KEY: admin.create_partitions,
    admin_api.DeleteRecordsRequest.API_KEY: admin.delete_records,
    admin_api.DescribeConfigsRequest.API_KEY: admin.describe_configs,
    admin_api.AlterConfigsRequest.API_KEY: admin.alter_configs,
    admin_api.IncrementalAlterConfigsRequest.API_KEY: admin.incremental_alter_configs,
}
