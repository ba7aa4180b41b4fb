from devbroker_wire import create
from kafka.protocol.consumer import OffsetCommitRequest, OffsetFetchRequest

from tracker.devbroker.errors import ErrorCode


def commitment(group, offset, *, topic="t", metadata="", generation=-1, member=""):
    kind = OffsetCommitRequest.OffsetCommitRequestTopic
    partition = kind.OffsetCommitRequestPartition(
        partition_index=0, committed_offset=offset, committed_leader_epoch=0, committed_metadata=metadata
    )
    return OffsetCommitRequest(
        group_id=group,
        generation_id_or_member_epoch=generation,
        member_id=member,
        group_instance_id=None,
        topics=[kind(name=topic, partitions=[partition])],
    )


async def committing(client, *args, **kwargs):
    response = await client.ask(commitment(*args, **kwargs), 8)
    return response.topics[0].partitions[0].error_code


async def test_offsets_may_be_committed_without_a_membership(client):
    await create(client, "t")
    assert await committing(client, "g", 5, metadata="note") == ErrorCode.NONE
    for version in (7, 8):
        kind = OffsetFetchRequest.OffsetFetchRequestGroup if version == 8 else OffsetFetchRequest
        wanted = kind(group_id="g", topics=None)
        request = OffsetFetchRequest(groups=[wanted]) if version == 8 else wanted
        response = await client.ask(request, version)
        (topic,) = response.groups[0].topics if version == 8 else response.topics
        (found,) = topic.partitions
        assert (found.committed_offset, found.committed_leader_epoch, found.metadata) == (5, 0, "note")


async def test_commits_that_cannot_be_kept_are_refused(client):
    await create(client, "t")
    assert await committing(client, "", 5) == ErrorCode.INVALID_GROUP_ID
    assert await committing(client, "g", 5, topic="missing") == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert await committing(client, "g", 5, metadata="x" * 4097) == ErrorCode.OFFSET_METADATA_TOO_LARGE
    assert await committing(client, "new", 5, generation=3, member="m") == ErrorCode.ILLEGAL_GENERATION
    assert await committing(client, "g", 5, generation=3, member="m") == ErrorCode.UNKNOWN_MEMBER_ID
