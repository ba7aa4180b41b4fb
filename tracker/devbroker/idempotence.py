"""The idempotent producers of a partition: a batch that is sent twice is written once."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from tracker.devbroker.batch import Header
from tracker.devbroker.errors import ErrorCode, RefusedError

MAX_PRODUCERS = 1_000
"""Producers that a partition remembers; beyond them, the one that was silent longest is forgotten."""

_BATCHES = 5  # as many as a producer may have in flight, and as many as Kafka remembers
_SEQUENCES = 1 << 31  # sequence numbers start again at 0 behind 2^31 - 1


@dataclass(frozen=True, slots=True)
class Written:
    """The place of a batch in the log, as its producer is told."""

    base_offset: int
    append_time: int
    """Milliseconds since 1970; -1 where the records keep their own times."""


@dataclass(slots=True)
class _Producer:
    epoch: int
    next_sequence: int
    recent: deque[tuple[int, int, Written]] = field(default_factory=lambda: deque(maxlen=_BATCHES))
    """First sequence number, number of records and place of the last batches."""


class Producers:
    """The producers of one partition, by id."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, _Producer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def duplicate(self, header: Header) -> Written | None:
        """Find the batch in the log.

        Args:
            header: The batch's header.

        Returns:
            Its place; None: it is new, and in order.

        Raises:
            RefusedError: Batches before it are missing, or its producer was replaced by one of a later epoch.
        """
        producer = self._known.get(header.producer_id)
        if producer is None or header.producer_id < 0:
            # A producer that was never seen may start anywhere: retention forgets producers too.
            return None
        if header.producer_epoch < producer.epoch:
            raise RefusedError(ErrorCode.INVALID_PRODUCER_EPOCH)
        if header.producer_epoch > producer.epoch:
            expected = 0
        else:
            for sequence, count, written in producer.recent:
                if (sequence, count) == (header.base_sequence, header.count):
                    return written
            expected = producer.next_sequence
        if header.base_sequence != expected:
            raise RefusedError(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"Producer {header.producer_id} sent sequence number {header.base_sequence}, not {expected}.",
            )
        return None

    def remember(self, header: Header, written: Written) -> None:
        """Remember a batch that was appended."""
        if header.producer_id < 0:
            return
        producer = self._known.get(header.producer_id)
        if producer is None or producer.epoch != header.producer_epoch:
            producer = self._known[header.producer_id] = _Producer(header.producer_epoch, 0)
        producer.recent.append((header.base_sequence, header.count, written))
        producer.next_sequence = (header.base_sequence + header.count) % _SEQUENCES
        self._known.move_to_end(header.producer_id)
        if len(self._known) > MAX_PRODUCERS:
            self._known.popitem(last=False)
