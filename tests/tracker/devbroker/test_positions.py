import pytest
from devbroker_wire import build, create, produce, seek
from kafka.protocol.consumer import ListOffsetsRequest, OffsetForLeaderEpochRequest

from tracker.devbroker.errors import ErrorCode

LATEST, EARLIEST, MAX_TIMESTAMP = -1, -2, -3


@pytest.fixture
async def filled(client):
    await create(client, "t", retention_ms=-1)
    await produce(client, "t", build([5, 9, 7]))
    await produce(client, "t", build([8, 20, 20]))
    return client


@pytest.mark.parametrize(
    ("timestamp", "answer"),
    [
        (EARLIEST, (0, -1)),
        (LATEST, (6, -1)),
        (MAX_TIMESTAMP, (4, 20)),
        (0, (0, 5)),
        (6, (1, 9)),
        (10, (4, 20)),
        (21, (-1, -1)),
    ],
)
async def test_a_position_is_found_by_its_name_or_a_time(filled, timestamp, answer):
    assert await seek(filled, "t", timestamp) == answer


async def test_an_empty_log_starts_and_ends_at_once_and_has_no_times(client):
    await create(client, "t")
    assert [await seek(client, "t", what) for what in (EARLIEST, LATEST, MAX_TIMESTAMP, 0)] == [
        (0, -1),
        (0, -1),
        (-1, -1),
        (-1, -1),
    ]


async def test_there_is_no_position_in_a_partition_that_does_not_exist(filled):
    wanted = ListOffsetsRequest.ListOffsetsTopic
    partitions = [wanted.ListOffsetsPartition(partition_index=i, timestamp=0) for i in (0, 1)]
    topics = [wanted(name=name, partitions=partitions) for name in ("t", "missing")]
    answers = (await filled.ask(ListOffsetsRequest(replica_id=-1, topics=topics), 1)).topics
    codes = [[partition.error_code for partition in topic.partitions] for topic in answers]
    assert codes == [[ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION], [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION] * 2]


@pytest.mark.parametrize(("epoch", "end"), [(0, 6), (1, -1)])
async def test_the_only_epoch_ends_where_the_log_does(filled, epoch, end):
    wanted = OffsetForLeaderEpochRequest.OffsetForLeaderTopic
    partition = wanted.OffsetForLeaderPartition(partition=0, current_leader_epoch=-1, leader_epoch=epoch)
    request = OffsetForLeaderEpochRequest(replica_id=-1, topics=[wanted(topic="t", partitions=[partition])])
    (answer,) = (await filled.ask(request, 4)).topics[0].partitions
    assert (answer.error_code, answer.end_offset) == (ErrorCode.NONE, end)
