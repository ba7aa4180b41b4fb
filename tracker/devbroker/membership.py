"""Requests about consumer groups: join, sync, heartbeat and leave; list, describe and delete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from kafka.protocol.admin import DeleteGroupsResponse, DescribeGroupsResponse, ListGroupsResponse
from kafka.protocol.consumer import HeartbeatResponse, JoinGroupResponse, LeaveGroupResponse, SyncGroupResponse

from tracker.devbroker.codec import Call, Deferred, Message
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.groups import Group, State
from tracker.devbroker.members import Joined, Joining, Synced
from tracker.devbroker.node import Node

_Answer = TypeVar("_Answer")

_NULLABLE_PROTOCOL = 7  # from this version of JoinGroup on, no protocol is null instead of empty
_NEEDS_ID = 4  # from this version of JoinGroup on, a new member is given an id first


def _now() -> float:
    return asyncio.get_running_loop().time()


def _settle(future: asyncio.Future[_Answer]) -> Callable[[_Answer], None]:
    """Return a function that answers a waiting request, unless its client is gone."""

    def reply(answer: _Answer) -> None:
        if not future.done():
            future.set_result(answer)

    return reply


def join_group(node: Node, call: Call) -> Deferred:
    """Let a consumer join; it is answered when every member has joined."""
    request = call.request
    waiting: asyncio.Future[Joined] = asyncio.get_running_loop().create_future()
    try:
        group = node.coordinator.find_or_create(request.group_id)
    except RefusedError as refused:
        waiting.set_result(Joined(refused.code, request.member_id))
    else:
        group.join(request.member_id, _read_joining(call), _now(), _settle(waiting), needs_id=call.version >= _NEEDS_ID)
        node.coordinator.arm(group)
    return Deferred(waiting, lambda: _encode_joined(waiting.result(), call.version))


def _encode_joined(joined: Joined, version: int) -> Message:
    return JoinGroupResponse(
        error_code=joined.code,
        generation_id=joined.generation,
        protocol_type=joined.protocol_type,
        protocol_name=joined.protocol if version >= _NULLABLE_PROTOCOL else joined.protocol or "",
        leader=joined.leader,
        member_id=joined.member,
        members=[
            JoinGroupResponse.JoinGroupResponseMember(member_id=member, group_instance_id=instance, metadata=metadata)
            for member, instance, metadata in joined.members
        ],
    )


def _read_joining(call: Call) -> Joining:
    request = call.request
    rebalance = request.rebalance_timeout_ms
    return Joining(
        protocol_type=request.protocol_type,
        protocols={protocol.name: bytes(protocol.metadata) for protocol in request.protocols},
        session_timeout=request.session_timeout_ms / 1000,
        rebalance_timeout=(rebalance if rebalance > 0 else request.session_timeout_ms) / 1000,
        client_id=call.client_id,
        host=call.peer,
        instance=request.group_instance_id,
    )


def sync_group(node: Node, call: Call) -> Message | Deferred:
    """Tell a member its partitions; it is answered when the leader has assigned them."""
    request = call.request
    group = node.coordinator.groups.get(request.group_id)
    if group is None:
        return SyncGroupResponse(error_code=ErrorCode.UNKNOWN_MEMBER_ID, assignment=b"")
    waiting: asyncio.Future[Synced] = asyncio.get_running_loop().create_future()
    group.sync(
        request.member_id,
        request.generation_id,
        _now(),
        _settle(waiting),
        assignments={given.member_id: bytes(given.assignment) for given in request.assignments},
        instance=request.group_instance_id,
        protocol=request.protocol_name,
    )
    node.coordinator.arm(group)
    return Deferred(waiting, lambda: _encode_synced(waiting.result(), group))


def _encode_synced(synced: Synced, group: Group) -> Message:
    good = synced.code is ErrorCode.NONE
    return SyncGroupResponse(
        error_code=synced.code,
        protocol_type=group.protocol_type if good else None,
        protocol_name=group.protocol if good else None,
        assignment=synced.assignment,
    )


def heartbeat(node: Node, call: Call) -> Message:
    """Note that a member is alive, and tell it whether it has to join again."""
    request = call.request
    group = node.coordinator.groups.get(request.group_id)
    if group is None:
        return HeartbeatResponse(error_code=ErrorCode.UNKNOWN_MEMBER_ID)
    try:
        group.heartbeat(request.member_id, request.generation_id, _now(), request.group_instance_id)
    except RefusedError as refused:
        return HeartbeatResponse(error_code=refused.code)
    return HeartbeatResponse()


def leave_group(node: Node, call: Call) -> Message:
    """Remove members from their group."""
    request = call.request
    if call.version < 3:
        return LeaveGroupResponse(error_code=_leave(node, request.group_id, request.member_id, None))
    return LeaveGroupResponse(
        members=[
            LeaveGroupResponse.MemberResponse(
                member_id=member.member_id,
                group_instance_id=member.group_instance_id,
                error_code=_leave(node, request.group_id, member.member_id, member.group_instance_id),
            )
            for member in request.members
        ]
    )


def _leave(node: Node, name: str, member: str, instance: str | None) -> ErrorCode:
    group = node.coordinator.groups.get(name)
    if group is None:
        return ErrorCode.UNKNOWN_MEMBER_ID
    try:
        group.leave(member, _now(), instance)
    except RefusedError as refused:
        return refused.code
    node.coordinator.arm(group)
    return ErrorCode.NONE


def list_groups(node: Node, call: Call) -> Message:
    """List the groups; where the client names states, those in them."""
    states = set(call.request.states_filter or ())
    return ListGroupsResponse(
        groups=[
            ListGroupsResponse.ListedGroup(
                group_id=group.name, protocol_type=group.protocol_type, group_state=group.state.value
            )
            for group in node.coordinator.groups.values()
            if not states or group.state.value in states
        ]
    )


def describe_groups(node: Node, call: Call) -> Message:
    """Describe the state and the members of groups; an unknown group is dead, which is not an error."""
    return DescribeGroupsResponse(groups=[_describe(node, name) for name in call.request.groups])


def _describe(node: Node, name: str) -> Message:
    described = DescribeGroupsResponse.DescribedGroup
    group = node.coordinator.groups.get(name)
    if group is None:
        return described(group_id=name, group_state="Dead")
    return described(
        group_id=name,
        group_state=group.state.value,
        protocol_type=group.protocol_type,
        protocol_data=group.protocol if group.state is State.STABLE else "",
        members=_members(group),
    )


def _members(group: Group) -> list[Message]:
    stable = group.state is State.STABLE
    return [
        DescribeGroupsResponse.DescribedGroup.DescribedGroupMember(
            member_id=member.id,
            group_instance_id=member.joining.instance,
            client_id=member.joining.client_id,
            client_host=f"/{member.joining.host}",
            member_metadata=member.joining.protocols[group.protocol] if stable else b"",
            member_assignment=member.assignment if stable else b"",
        )
        for member in group.members.values()
    ]


def delete_groups(node: Node, call: Call) -> Message:
    """Delete groups that have no members."""
    return DeleteGroupsResponse(
        results=[
            DeleteGroupsResponse.DeletableGroupResult(group_id=name, error_code=_delete(node, name))
            for name in call.request.groups_names
        ]
    )


def _delete(node: Node, name: str) -> ErrorCode:
    try:
        node.coordinator.delete(name)
    except RefusedError as refused:
        return refused.code
    return ErrorCode.NONE
