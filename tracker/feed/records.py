"""Kafka records into a batch: what is good goes on, what is not is kept as a `Reject`, and nothing is fatal; pure.

records ──> read ──> Reading(batch, rejects, tombstones, repaired, examples)
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np

from producer.wire import Mapping as Dialect
from producer.wire import Repair, SchemaError, StateVector, decode_array, decode_batch, unused_fields
from tracker.feed.batch import Batch, collect
from tracker.feed.clocks import MENDED, TOLERATED, Clocks
from tracker.feed.sources import Headers, Heard, hear_sources

_SHOWN_BYTES = 64  # of a refused value

_Decode = Callable[[bytes, list[tuple[int, Repair]]], tuple[list[StateVector], list[SchemaError]]]

SAMPLED = 61
"""One record in so many is looked at for fields that nobody reads; a prime, as producers may take turns."""

_Placed = tuple[int, Repair]  # the row of the batch, and what was mended there


class Record(Protocol):
    """What is read of a Kafka record; aiokafka's `ConsumerRecord` is one."""

    @property
    def partition(self) -> int:
        """The partition it lies in."""

    @property
    def offset(self) -> int:
        """Where it lies there."""

    @property
    def timestamp(self) -> int:
        """When it was published, ms since 1970; -1 where the record does not say."""

    @property
    def timestamp_type(self) -> int | None:
        """1 where the broker made the timestamp, 0 where the producer did; None where the record is too old to say."""

    @property
    def key(self) -> bytes | None:
        """The key, by which the producer chose the partition."""

    @property
    def value(self) -> bytes | None:
        """The payload; None is a tombstone."""

    @property
    def headers(self) -> Headers:
        """Names and values."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A value, or an element of an array, that was not taken as it came."""

    published: float
    """When its record was published, s since 1970, UTC."""
    partition: int
    offset: int
    reason: str
    """One of `producer.wire.REASONS`, or `future`."""
    field: str | None
    error: str
    """The whole sentence: field, value, limit."""
    first_bytes: bytes
    outcome: Literal["refused", "mended"] = "refused"
    """`mended`: the report was taken without the field, or with another time."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a run of records held."""

    batch: Batch | None
    """The valid reports, in order; None where there are none."""
    records: Sequence[Record]
    """The record that each report of the batch came from."""
    rejects: list[Reject]
    tombstones: int
    repaired: Mapping[str, int] = field(default_factory=dict)
    """By field: how many values of the batch were mended."""
    examples: Sequence[Reject] = ()
    """One that was mended for each of these fields."""
    unused: Sequence[str] = ()
    """Names in a record of the sample that nobody reads."""
    sources: Mapping[str, Heard] = field(default_factory=dict)
    """What the batch has of each source, by its name; reports whose record names none are left out."""


def read(
    records: Sequence[Record], now: float, clocks: Clocks, *, live: bool = False, mapping: Dialect | None = None
) -> Reading:
    """Decode and check records.

    Args:
        records: In the order of their logs.
        now: Our clock, s since 1970.
        clocks: What is known of the clocks of this topic; it is told more.
        live: The records came while we were reading.
        mapping: How they are read; None: as the wire.
    """
    reading = _read(records, now, clocks, live=live, mapping=mapping)
    unused = _sample(records, mapping)
    sources = {} if reading.batch is None else hear_sources(reading.records, reading.batch.published)
    return replace(reading, unused=unused, sources=sources) if unused or sources else reading


def _sample(records: Sequence[Record], mapping: Dialect | None) -> Sequence[str]:
    """Return the names that nobody reads in the record of the sample, if there is one among these."""
    place = -records[0].offset % SAMPLED if records else 0
    value = records[place].value if place < len(records) else None
    if not value:
        return ()
    return unused_fields(value) if mapping is None else mapping.unused_fields(value)


def _read(records: Sequence[Record], now: float, clocks: Clocks, *, live: bool, mapping: Dialect | None) -> Reading:
    rejects: list[Reject] = []
    repairs: list[_Placed] = []
    tombstones = 0
    origins = records
    if mapping is not None:
        vectors, origins, rejects, tombstones = _read_each(records, now, repairs, mapping.decode)
    else:
        try:
            # As nearly always nothing is refused, and then this costs half of what asking of each record does.
            vectors = decode_batch([record.value for record in records], repairs)  # type: ignore[misc] # None is caught
        except (SchemaError, TypeError):
            repairs.clear()
            vectors, origins, rejects, tombstones = _read_each(records, now, repairs, _decode)
    if not vectors:
        return Reading(None, [], rejects, tombstones)
    batch = collect(vectors, clocks.published(origins, now))
    if live and clocks.watch(origins, batch, now):
        batch = collect(vectors, clocks.published(origins, now))
    # By lists: for a report or two, which is what a live stream brings, each call of NumPy costs as much as all this.
    if max(map(operator.sub, batch.time.tolist(), batch.published.tolist())) > TOLERATED:
        batch, future = clocks.mend(batch, now)
        if len(future):
            rejects += [_reject(origins[row], now, _future(batch, row)) for row in future.tolist()]
            rows = np.delete(np.arange(len(batch)), future)
            place = {row: number for number, row in enumerate(rows.tolist())}
            repairs = [(place[row], repair) for row, repair in repairs if row in place]
            batch, origins = batch.take(rows), [origins[row] for row in rows.tolist()]
        repairs += _clocks_mended(batch)
    if not origins:
        return Reading(None, [], rejects, tombstones)
    if not repairs:
        return Reading(batch, origins, rejects, tombstones)
    first = {repair.field: (row, repair) for row, repair in reversed(repairs)}
    return Reading(
        batch,
        origins,
        rejects,
        tombstones,
        repaired=Counter(repair.field for _, repair in repairs),
        examples=[_example(origins[row], now, repair) for row, repair in first.values()],
    )


def _read_each(
    records: Sequence[Record], now: float, repairs: list[_Placed], decode: _Decode
) -> tuple[list[StateVector], list[Record], list[Reject], int]:
    """Return the good vectors with the record of each, what was refused, and how many tombstones there were."""
    vectors: list[StateVector] = []
    origins: list[Record] = []
    rejects: list[Reject] = []
    tombstones = 0
    for record in records:
        value = record.value
        if value is None:
            tombstones += 1
            continue
        mended: list[_Placed] = []
        try:
            good, bad = decode(value, mended)
        except SchemaError as error:
            good, bad = [], [error]
        repairs += [(len(vectors) + place, repair) for place, repair in mended]
        vectors += good
        origins += [record] * len(good)
        rejects += [_reject(record, now, error) for error in bad]
    return vectors, origins, rejects, tombstones


def _decode(value: bytes, repairs: list[_Placed]) -> tuple[list[StateVector], list[SchemaError]]:
    """Read a value of the wire, one state vector or an array of them."""
    try:
        return decode_batch((value,), repairs), []
    except SchemaError as error:
        if error.reason != "array":
            raise
        return decode_array(value, repairs)


def _clocks_mended(batch: Batch) -> list[_Placed]:
    """Return the event times that were replaced by the time of publishing."""
    if batch.claimed is None:
        return []
    repairs = []
    for row in np.flatnonzero(batch.claimed != batch.time).tolist():
        ahead = batch.claimed[row] - batch.published[row]
        limit = f"{ahead:.0f} s after its record was published, and taken as of then"
        repairs.append((row, Repair("time", SchemaError("future", "time", f"{batch.claimed[row]:.3f}", limit))))
    return repairs


def _future(batch: Batch, row: int) -> SchemaError:
    ahead = batch.time[row] - batch.published[row]
    return SchemaError(
        "future",
        "time",
        f"{batch.time[row]:.3f}",
        f"{ahead:.0f} s after its record was published; {MENDED:.0f} s is allowed",
    )


def _example(record: Record, now: float, repair: Repair) -> Reject:
    return replace(_reject(record, now, repair.error), field=repair.field, error=str(repair), outcome="mended")


def _reject(record: Record, now: float, error: SchemaError) -> Reject:
    return Reject(
        published=record.timestamp / 1000 if record.timestamp >= 0 else now,
        partition=record.partition,
        offset=record.offset,
        reason=error.reason,
        field=error.field,
        error=str(error),
        first_bytes=bytes((record.value or b"")[:_SHOWN_BYTES]),
    )
