"""Publishes state vectors to a Kafka topic: keyed, batched, bounded, flushed on stop.

    publish ──> in flight (bounded) ──> kafka-python's sender thread ──> broker
                    └── poll: delivered, failed

The broker may go away: what is in flight is kept and retried, `publish` waits where the bound is reached, and all of it
goes on when the broker is back, also where it comes back empty and the topic has to be made anew.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.partitioner import DefaultPartitioner
from kafka.partitioner.default import murmur2
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.memory_records import MemoryRecordsBuilder
from kafka.structs import TopicPartition

from producer import wire
from producer.cluster.address import parse_servers
from producer.cluster.connection import HideSecrets, Security
from producer.cluster.diagnosis import diagnose
from producer.cluster.errors import SettingError
from producer.errors import BrokerError, ProducerError
from producer.publish.topic import make_topic
from producer.stop import Stop

logger = logging.getLogger(__name__)
for _name in ("kafka.net.connection", "kafka.protocol.parser"):
    logging.getLogger(_name).addFilter(HideSecrets())

MAX_IN_FLIGHT = 10_000
"""Reports that may be on their way; about 10 MB with all that the client keeps of each."""

# An outage of the broker is waited for: a day is what the client calls for ever.
_DELIVERY_TIMEOUT_MS = 24 * 3600 * 1000
# Half a second of nothing but records, at the highest rate that this client reaches: fewer, larger requests.
_BATCH_BYTES = 1 << 18
_FEW = 40  # reports; fewer cost less one by one, where the client gathers them, than in batches of their own
_SLICE = 0.1  # s, between two looks at the stop while the client makes us wait
_SILENCE = 3.0  # s without an answer that are called an outage: a hundred times a usual one
_DIAGNOSIS_TIMEOUT = 3.0  # s
_REMAKE_EVERY = 5.0  # s, between two looks whether the topic is still there, in an outage


class KeyPartitioner(DefaultPartitioner):  # type: ignore[misc] # untyped
    """Chooses the partition that every Kafka client chooses for a key, but hashes each key once."""

    def partition(self, *call: Any) -> int | None:  # noqa: ANN401 - kafka-python's signature, untyped
        """Gives the partition of a keyed record; None while the topic is not known."""
        topic, _, key, _, _, cluster = call
        partitions = cluster.partitions_for_topic(topic)
        return _hash(key) % len(partitions) if partitions else None


@functools.lru_cache(maxsize=1 << 16)
def _hash(key: bytes) -> int:
    positive: int = murmur2(key) & 0x7FFFFFFF
    return positive


class Publisher:
    """A connection to one topic. A context manager: leaving it flushes, for at most `flush_timeout` seconds.

    Not thread-safe: one thread publishes and polls.

    Attributes:
        sent: Reports taken by `publish`.
        delivered: Reports that the broker has confirmed.
        failed: Reports that it has refused, or that were given up.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        topic: str,
        *,
        stop: Stop,
        security: Security | None = None,
        partitions: int = 4,
        retention_ms: int | None = None,
        compression: str | None = None,
        linger_ms: int = 10,
        max_in_flight: int = MAX_IN_FLIGHT,
        connect_timeout: float = 5.0,
        flush_timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Says where to publish; nothing is connected before the context is entered.

        Args:
            bootstrap_servers: `host:port`, several with commas between.
            topic: Made where it does not exist, with time stamps by the broker (LogAppendTime); else left as it is.
            stop: Ends every wait.
            security: How to speak to the brokers; None: in the clear, without a user.
            partitions: Of a topic that is made.
            retention_ms: How long a topic that is made keeps records, ms; -1: for good; None: as the broker does.
            compression: `gzip`, `lz4`, `snappy` or `zstd`; None for none.
            linger_ms: How long a batch waits to be filled, ms.
            max_in_flight: Reports that may be on their way before `publish` waits.
            connect_timeout: How long a broker is looked for at the start, s.
            flush_timeout: How long the last reports are waited for at the end, s.
            clock: Seconds, monotonic.

        Raises:
            SettingError: One of the servers is not an address.
        """
        self.sent = self.delivered = self.failed = 0
        self._address = bootstrap_servers
        self._servers = parse_servers(bootstrap_servers)
        self._topic = topic
        self._security = security or Security()
        self._client_options: dict[str, Any] = {}
        self._partitions = partitions
        self._retention_ms = retention_ms
        self._compression = compression
        self._linger_ms = linger_ms
        self._max_in_flight = max_in_flight
        self._connect_timeout = connect_timeout
        self._flush_timeout = flush_timeout
        self._stop = stop
        self._clock = clock
        self._producer: Any = None
        self._pending: deque[tuple[Any, int]] = deque()  # futures, each with how many reports it stands for
        self._in_flight = 0
        self._heard = clock()  # when the broker last confirmed, or had nothing to confirm
        self._silent_since: float | None = None
        self._remade = -math.inf  # when the topic was last looked after, in an outage
        self._refusal = ""  # the last that was said
        self._blocked = False  # a report waits for the client to find the topic

    def __enter__(self) -> Self:
        """Connects, and makes the topic where it does not exist.

        Raises:
            BrokerError: No broker answers, or it refuses.
            SettingError: A file of the settings of the connection cannot be read.
        """
        self._client_options = self._security.client_options()
        self._refuse(min(self._connect_timeout, _DIAGNOSIS_TIMEOUT))  # the client would try until its time is over
        try:
            self._make_topic(self._connect_timeout)
            self._producer = self._connect()
        except KafkaTimeoutError as error:
            self._refuse(_DIAGNOSIS_TIMEOUT, failed=True)
            raise BrokerError(
                self._address,
                f"no Kafka broker answers at {self._address} within {self._connect_timeout:g} s: start one, or name "
                "another with --bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS",
            ) from error
        except KafkaError as error:
            raise BrokerError(
                self._address, f"the broker at {self._address} refuses topic {self._topic!r}: {error}"
            ) from error
        except (ValueError, RuntimeError) as error:  # a codec whose library is missing
            raise ProducerError(f"cannot publish to {self._address}: {error}") from error
        self._heard = self._clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Flushes and closes; what is then not delivered counts as failed."""
        self.flush(self._flush_timeout)
        lost, self._in_flight = self._in_flight, 0
        self._pending.clear()
        self.failed += lost
        producer, self._producer = self._producer, None
        if lost:
            # close() would raise in its own flush, and leave the sender thread and its sockets behind.
            producer._sender.force_close()
            producer._sender.join(2.0)
        with contextlib.suppress(KafkaError):
            producer.close(timeout=2.0)

    @property
    def in_flight(self) -> int:
        """Reports that were taken, and are not known to be delivered."""
        return self._in_flight

    @property
    def silent_for(self) -> float:
        """How long the broker has not answered, s; 0 while it does, or nothing is asked of it."""
        return 0.0 if self._silent_since is None else self._clock() - self._silent_since

    def publish(self, state: wire.StateVector) -> bool:
        """Takes a report to deliver it; where too many are in flight it waits until half of them are delivered.

        Returns:
            False where the stop came before the report could be taken.
        """
        if self._in_flight >= self._max_in_flight and not self._drain(self._max_in_flight // 2):
            return False
        value, key = wire.encode(state), state.key.encode()
        while not self._stop.is_set():
            try:
                future = self._producer.send(self._topic, value, key)
            except (KafkaTimeoutError, ValueError):
                # The client has lost sight of the topic: it waited in vain, or found no partition.
                if not self._pending and not self._blocked:
                    self._heard = self._clock()
                self._blocked = True
                self._stop.wait(_SLICE)
                self.poll()
                continue
            self._took(future, 1)
            return True
        return False

    def publish_batch(self, states: Sequence[wire.StateVector]) -> bool:
        """Takes reports together, several times as fast as one by one; each aircraft's stay in order.

        Returns:
            False where the stop came before all could be taken.
        """
        if len(states) < _FEW:  # the client gathers them in larger batches
            return all(map(self.publish, states))
        size = max(1, self._max_in_flight // 2)
        for begin in range(0, len(states), size):
            part = states[begin : begin + size]
            if self._in_flight + len(part) > self._max_in_flight and not self._drain(self._max_in_flight - len(part)):
                return False
            if self._stop.is_set():
                return False
            partitions = self._producer._metadata.partitions_for_topic(self._topic)
            if partitions:
                self._append(part, len(partitions))
            elif not all(map(self.publish, part)):  # which waits for the topic to be found
                return False
        return True

    def poll(self) -> None:
        """Counts what was delivered meanwhile; in an outage, says so, and looks after the topic."""
        settled = self._settle()
        now = self._clock()
        if settled or not (self._pending or self._blocked):
            if self._silent_since is not None:
                logger.info("the broker answers again after %.0f s", now - self._silent_since)
            self._heard, self._silent_since = now, None
        elif now - self._heard >= _SILENCE:
            if self._silent_since is None:
                self._silent_since, self._remade = self._heard, -math.inf
                logger.warning("no answer from the broker at %s: waiting for it", self._address)
            if now - self._remade >= _REMAKE_EVERY and not self._stop.is_set():
                self._remake_topic()

    def flush(self, timeout: float) -> int:
        """Waits until all is delivered, at most `timeout` seconds; returns the number of reports that are not."""
        deadline = self._clock() + timeout
        while self._pending and (left := deadline - self._clock()) > 0:
            self._wait(min(left, _SLICE))
        return self._in_flight

    def _append(self, states: Sequence[wire.StateVector], partitions: int) -> None:
        """Gives reports to the sender thread in the client's own batches, with one future each.

        What `KafkaProducer.send` does for one record, done once for many: most of its time goes into a future, two
        locks and a dozen checks for each. No batch is larger than the client's own, so it never has to split one.
        """
        divided: dict[int, list[tuple[bytes, bytes]]] = {}
        for state in states:
            key = state.key.encode()
            divided.setdefault(_hash(key) % partitions, []).append((key, wire.encode(state)))
        accumulator = self._producer._accumulator
        compression = accumulator.config["compression_attrs"]
        now = int(time.time() * 1000)
        for number, records in divided.items():
            partition = TopicPartition(self._topic, number)
            begin = 0
            while begin < len(records):
                builder = MemoryRecordsBuilder(2, compression, _BATCH_BYTES)
                batch = ProducerBatch(partition, builder)
                future = batch.try_append(now, *records[begin], [])
                end = begin + 1
                while end < len(records) and builder.append(now, *records[end]):
                    end += 1
                with accumulator._tp_lock(partition):
                    accumulator._batches[partition].append(batch)
                    accumulator._incomplete.add(batch)
                self._took(future, end - begin)
                begin = end
        self._producer._sender.wakeup()

    def _took(self, future: Any, count: int) -> None:  # noqa: ANN401
        if not self._pending:
            self._heard = self._clock()
        self._blocked = False
        self._pending.append((future, count))
        self._in_flight += count
        self.sent += count

    def _drain(self, low: int) -> bool:
        while self._in_flight > low:
            if self._stop.is_set():
                return False
            self._wait(_SLICE)
        return True

    def _wait(self, seconds: float) -> None:
        """Waits for the oldest report in flight."""
        with contextlib.suppress(KafkaError):  # its failure is counted by poll, a timeout is none
            self._pending[0][0].get(seconds)
        self.poll()

    def _settle(self) -> bool:
        """Counts the oldest reports that are done; one that is done behind one that is not waits for it."""
        pending = self._pending
        before = len(pending)
        while pending and pending[0][0].is_done:
            future, count = pending.popleft()
            self._in_flight -= count
            if future.exception is None:
                self.delivered += count
                continue
            thousands = self.failed // 1000
            self.failed += count
            if self.failed == count or self.failed // 1000 > thousands:
                logger.warning("a report was not delivered (%d so far): %s", self.failed, future.exception)
        return len(pending) < before

    def _refuse(self, timeout: float, *, failed: bool = False) -> None:
        """Says at once what would not heal by itself: another password, another certificate, another port.

        Raises:
            BrokerError: The broker refuses us, or we it.
        """
        reason = diagnose(self._servers, self._security, timeout=timeout, failed=failed)
        if reason is not None:
            raise BrokerError(self._address, reason)

    def _warn_of_refusal(self) -> None:
        """Says in the log, once, why a broker that is there again refuses us: a password was changed, say."""
        try:
            self._refuse(1.0)
        except (BrokerError, SettingError) as error:
            if str(error) != self._refusal:
                self._refusal = str(error)
                logger.warning("%s", error)

    def _connect(self) -> Any:  # noqa: ANN401 - kafka-python has no types
        return KafkaProducer(
            bootstrap_servers=[str(server) for server in self._servers],
            bootstrap_timeout_ms=int(self._connect_timeout * 1000),
            acks="all",
            enable_idempotence=True,
            compression_type=self._compression,
            linger_ms=self._linger_ms,
            batch_size=_BATCH_BYTES,
            delivery_timeout_ms=_DELIVERY_TIMEOUT_MS,
            request_timeout_ms=15_000,
            reconnect_backoff_max_ms=1_000,  # a broker that is back is found within a second
            max_block_ms=500,  # send() blocks where it does not know the topic, deaf to the stop
            allow_auto_create_topics=False,  # would make it with the broker's defaults
            partitioner=KeyPartitioner(),
            metrics_enabled=False,
            **self._client_options,
        )

    def _make_topic(self, timeout: float) -> None:
        make_topic(
            self._topic,
            [str(server) for server in self._servers],
            self._client_options,
            partitions=self._partitions,
            retention_ms=self._retention_ms,
            timeout=timeout,
        )

    def _remake_topic(self) -> None:
        """Makes the topic anew on a broker that came back empty."""
        try:
            self._make_topic(1.0)
        except KafkaError as error:
            logger.debug("the broker is not back: %s", error)
            self._warn_of_refusal()
        self._remade = self._clock()
