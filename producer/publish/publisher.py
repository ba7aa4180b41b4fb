"""Publishes state vectors to a Kafka topic: keyed, batched, bounded, flushed on stop.

    publish ──> Deliveries, in flight (bounded) ──> kafka-python's sender thread ──> broker
                    └── poll: delivered, failed ──> Outage

The broker may go away: reports in flight are kept and retried, `publish` waits at the bound, and all of it goes on when
the broker is back, even if it comes back empty and the topic has to be made anew.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from producer import wire
from producer.cluster.address import parse_servers
from producer.cluster.connection import HideSecrets, Security
from producer.cluster.diagnosis import diagnose
from producer.cluster.errors import SettingError
from producer.errors import BrokerError, ProducerError
from producer.publish import bulk
from producer.publish.deliveries import Deliveries
from producer.publish.outage import Outage
from producer.publish.partitioner import KeyPartitioner
from producer.publish.topic import Topic, make_topic
from producer.stop import Stop

logger = logging.getLogger(__name__)
for _name in ("kafka.net.connection", "kafka.protocol.parser"):
    logging.getLogger(_name).addFilter(HideSecrets())

MAX_IN_FLIGHT = 10_000
"""Reports that may be on their way; about 10 MB with all that the client keeps of each."""

# An outage of the broker is waited for: a day is what the client calls for ever.
_DELIVERY_TIMEOUT_MS = 24 * 3600 * 1000
_FEW = 40  # reports; fewer cost less one by one, where the client gathers them, than in batches of their own
_SLICE = 0.1  # s, between two looks at the stop while the client makes us wait
_DIAGNOSIS_TIMEOUT = 3.0  # s
_LOOK_TIMEOUT = 1.0  # s, for each step of a look at a broker that is away
_CLOSE_TIMEOUT = 2.0  # s


class Publisher:
    """A connection to one topic. A context manager: leaving it flushes, for at most `flush_timeout` seconds.

    Not thread-safe: one thread publishes and polls.
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
        headers: Sequence[tuple[str, bytes]] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Choose where to publish; nothing is connected before the context is entered.

        Args:
            bootstrap_servers: `host:port`, several separated by commas.
            topic: Made if it does not exist, with time stamps by the broker (LogAppendTime); otherwise left as it is.
            stop: Ends every wait.
            security: How to speak to the brokers; None: in the clear, without a user.
            partitions: Partitions of a topic that is made.
            retention_ms: How long a topic that is made keeps records, ms; -1: for good; None: as the broker does.
            compression: `gzip`, `lz4`, `snappy` or `zstd`; None: no compression.
            linger_ms: How long a batch waits to be filled, ms.
            max_in_flight: Reports that may be on their way before `publish` waits.
            connect_timeout: How long to look for a broker at the start, s.
            flush_timeout: How long to wait for the last reports at the end, s.
            headers: Names and values, which each record carries.
            clock: Seconds, monotonic.

        Raises:
            SettingError: One of the servers is not an address.
        """
        self._address = bootstrap_servers
        self._servers = parse_servers(bootstrap_servers)
        self._topic = Topic(topic, partitions, retention_ms)
        self._security = security or Security()
        self._client_options: dict[str, Any] = {}
        self._batching = {"compression_type": compression, "linger_ms": linger_ms}
        self._max_in_flight = max_in_flight
        self._connect_timeout = connect_timeout
        self._flush_timeout = flush_timeout
        self._headers = list(headers)  # the client takes no other sequence
        self._stop = stop
        self._clock = clock
        self._producer: Any = None
        self._deliveries = Deliveries()
        self._outage = Outage()
        self._blocked = False  # a report waits for the client to find the topic

    def __enter__(self) -> Self:
        """Connect, and make the topic if it does not exist.

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
                self._address, f"the broker at {self._address} refuses topic {self._topic.name!r}: {error}"
            ) from error
        except (ValueError, RuntimeError) as error:  # a codec whose library is missing
            raise ProducerError(f"cannot publish to {self._address}: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Flush and close; reports that are not delivered by then count as failed.

        An interrupt (any exception that is not an `Exception`) skips the flush, or ends it.
        """
        try:
            if kind is None or issubclass(kind, Exception):
                self.flush(self._flush_timeout)
        finally:
            producer, self._producer = self._producer, None
            if self._deliveries.give_up():
                bulk.give_up(producer)
            with contextlib.suppress(KafkaError):
                producer.close(timeout=_CLOSE_TIMEOUT)

    @property
    def sent(self) -> int:
        """Reports taken by `publish` and `publish_batch`."""
        return self._deliveries.sent

    @property
    def delivered(self) -> int:
        """Reports that the broker has confirmed."""
        return self._deliveries.delivered

    @property
    def failed(self) -> int:
        """Reports that the broker has refused, or that were given up."""
        return self._deliveries.failed

    @property
    def in_flight(self) -> int:
        """Reports that were taken, and are not known to be delivered."""
        return self._deliveries.in_flight

    @property
    def silent_for(self) -> float:
        """How long the broker has not answered, s; 0 while it does, or nothing is asked of it."""
        return self._outage.silent_for(self._clock())

    def publish(self, state: wire.StateVector) -> bool:
        """Take a report to deliver it; if too many are in flight, wait until half of them are delivered.

        Returns:
            False if the stop came before the report could be taken.
        """
        if self.in_flight >= self._max_in_flight and not self._drain(self._max_in_flight // 2):
            return False
        value, key = wire.encode(state), state.key.encode()
        while not self._stop.is_set():
            try:
                future = self._producer.send(self._topic.name, value, key, self._headers)
            except (KafkaTimeoutError, ValueError):
                # The client has lost sight of the topic: it waited in vain, or found no partition.
                if not self.in_flight and not self._blocked:
                    self._outage.expect(self._clock())
                self._blocked = True
                self._stop.wait(_SLICE)
                self.poll()
                continue
            self._take(future, 1)
            return True
        return False

    def publish_batch(self, states: Sequence[wire.StateVector]) -> bool:
        """Take reports together, several times as fast as one by one if they are many; those of a key stay in order.

        Returns:
            False if the stop came before all could be taken.
        """
        if len(states) < _FEW:
            return all(map(self.publish, states))
        size = max(1, self._max_in_flight // 2)
        for begin in range(0, len(states), size):
            part = states[begin : begin + size]
            if self.in_flight + len(part) > self._max_in_flight and not self._drain(self._max_in_flight - len(part)):
                return False
            if self._stop.is_set():
                return False
            records = ((state.key.encode(), wire.encode(state)) for state in part)
            taken = bulk.append(self._producer, self._topic.name, records, self._headers)
            for future, count in taken:
                self._take(future, count)
            if not taken and not all(map(self.publish, part)):  # which waits for the topic to be found
                return False
        return True

    def poll(self) -> None:
        """Count what was delivered meanwhile; in an outage, tell of it and look after the topic."""
        settled = self._deliveries.settle()
        awaited = bool(self.in_flight or self._blocked)
        now = self._clock()
        if settled or not awaited:
            lasted = self._outage.hear(now, more=awaited)
            if lasted is not None:
                logger.info("the broker answers again after %.0f s", lasted)
            return
        if self._outage.begins(now):
            logger.warning("no answer from the broker at %s: waiting for it", self._address)
        if self._outage.is_look_due(now) and not self._stop.is_set():
            self._look_after_topic()

    def flush(self, timeout: float) -> int:
        """Wait until all is delivered, at most `timeout` seconds; return the number of reports that are not.

        Raises:
            KeyboardInterrupt: There was a second interrupt.
        """
        deadline = self._clock() + timeout
        while self.in_flight and (left := deadline - self._clock()) > 0:
            self._wait(min(left, _SLICE))
            self._stop.check_insisted()
        return self.in_flight

    def _take(self, future: bulk.Future, count: int) -> None:
        if not self.in_flight:
            self._outage.expect(self._clock())
        self._blocked = False
        self._deliveries.take(future, count)

    def _drain(self, low: int) -> bool:
        while self.in_flight > low:
            if self._stop.is_set():
                return False
            self._wait(_SLICE)
        return True

    def _wait(self, seconds: float) -> None:
        self._deliveries.wait(seconds)
        self.poll()

    def _refuse(self, timeout: float, *, failed: bool = False) -> None:
        """Tell at once what would not mend itself: another password, another certificate, another port.

        Raises:
            BrokerError: The broker refuses us, or we it.
        """
        reason = diagnose(self._servers, self._security, timeout=timeout, failed=failed)
        if reason is not None:
            raise BrokerError(self._address, reason)

    def _connect(self) -> Any:  # noqa: ANN401 - kafka-python has no types
        return KafkaProducer(
            bootstrap_servers=[str(server) for server in self._servers],
            bootstrap_timeout_ms=int(self._connect_timeout * 1000),
            acks="all",
            enable_idempotence=True,
            batch_size=bulk.BATCH_BYTES,
            delivery_timeout_ms=_DELIVERY_TIMEOUT_MS,
            request_timeout_ms=15_000,
            reconnect_backoff_max_ms=1_000,  # a broker that is back is found within a second
            max_block_ms=500,  # send() blocks while it does not know the topic, deaf to the stop
            allow_auto_create_topics=False,  # would make it with the broker's defaults
            partitioner=KeyPartitioner(),
            metrics_enabled=False,
            **self._batching,
            **self._client_options,
        )

    def _make_topic(self, timeout: float) -> None:
        servers = [str(server) for server in self._servers]
        make_topic(self._topic, servers, self._client_options, timeout=timeout)

    def _look_after_topic(self) -> None:
        """Make the topic anew on a broker that came back empty, or tell why a broker that is back refuses us."""
        reason = ""
        try:
            self._make_topic(_LOOK_TIMEOUT)
        except KafkaError as error:
            logger.debug("the broker is not back: %s", error)
            try:
                self._refuse(_LOOK_TIMEOUT)
            except (BrokerError, SettingError) as refusal:
                reason = str(refusal)
        if self._outage.look(self._clock(), reason):
            logger.warning("%s", reason)
