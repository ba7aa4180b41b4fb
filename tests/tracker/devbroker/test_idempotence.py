import pytest
from devbroker_wire import build

from tracker.devbroker.batch import read_header
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.idempotence import MAX_PRODUCERS, Producers, Written


class Partition:
    """The producers of a partition, and where their batches went."""

    def __init__(self):
        self.producers, self.end = Producers(), 0

    def append(self, sequence, count=1, *, producer=5, epoch=0):
        """Where the batch is written, or was."""
        header = read_header(build([1] * count, producer=producer, epoch=epoch, sequence=sequence))
        duplicate = self.producers.duplicate(header)
        if duplicate is not None:
            return duplicate.base_offset
        written = Written(self.end, -1)
        self.producers.remember(header, written)
        self.end += count
        return written.base_offset

    def refusal(self, *args, **kwargs):
        with pytest.raises(RefusedError) as refused:
            self.append(*args, **kwargs)
        return refused.value.code


@pytest.fixture
def partition():
    return Partition()


def test_a_batch_that_is_sent_again_is_where_it_was(partition):
    assert [partition.append(sequence, 2) for sequence in (0, 2, 4)] == [0, 2, 4]
    assert partition.append(2, 2) == 2
    assert partition.end == 6


def test_a_missing_batch_is_out_of_order(partition):
    partition.append(0)
    assert partition.refusal(2) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert partition.append(1) == 1


def test_a_new_epoch_starts_again_and_fences_the_old_one(partition):
    partition.append(0)
    assert partition.refusal(1, epoch=1) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert partition.append(0, epoch=1) == 1
    assert partition.refusal(1) is ErrorCode.INVALID_PRODUCER_EPOCH


def test_sequence_numbers_start_again_behind_the_last(partition):
    partition.append(2**31 - 2, 3)
    assert partition.append(1) == 3


def test_a_producer_without_an_id_writes_as_often_as_it_likes(partition):
    assert [partition.append(-1, producer=-1, epoch=-1) for _ in range(2)] == [0, 1]
    assert len(partition.producers) == 0


def test_producers_that_are_remembered_are_bounded(partition):
    for producer in range(MAX_PRODUCERS + 10):
        partition.append(0, producer=producer)
    assert len(partition.producers) == MAX_PRODUCERS
    assert partition.append(50, producer=3) == partition.end - 1
    assert partition.refusal(50, producer=500) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
