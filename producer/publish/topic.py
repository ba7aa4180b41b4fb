"""The topic of the state vectors, which is made if it does not exist, with time stamps by the broker."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import InvalidReplicationFactorError, TopicAlreadyExistsError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, and how it is made."""

    name: str
    partitions: int = 4
    retention_ms: int | None = None
    """How long it keeps records, ms; -1: for good; None: as long as the broker's default says."""


class _Admin(KafkaAdminClient):  # type: ignore[misc] # untyped
    """An admin client that leaves neither a thread nor a socket behind if it finds no broker."""

    def __init__(self, **configs: Any) -> None:  # noqa: ANN401
        try:
            super().__init__(**configs)
        except BaseException:
            self._client.close()
            self._net.stop()
            raise


def make_topic(topic: Topic, servers: Sequence[str], client_options: Mapping[str, Any], *, timeout: float) -> None:
    """Make a topic if it does not exist, even if another does so at the same time; otherwise leave it as it is.

    Args:
        topic: What to make.
        servers: Brokers to ask for the others, `host:port` each.
        client_options: How to speak to them, from `Security.client_options`.
        timeout: How long to wait for a broker, and then for the topic, s.

    Raises:
        KafkaError: No broker answers in `timeout` seconds, or it refuses.
    """
    milliseconds = int(timeout * 1000)
    admin = _Admin(
        bootstrap_servers=servers,
        bootstrap_timeout_ms=milliseconds,
        request_timeout_ms=milliseconds,
        **client_options,
    )
    configs = {"message.timestamp.type": "LogAppendTime"}
    if topic.retention_ms is not None:
        configs["retention.ms"] = str(topic.retention_ms)
    wanted = {"num_partitions": topic.partitions, "configs": configs}
    try:
        if topic.name in admin.list_topics():
            return
        try:
            admin.create_topics({topic.name: {**wanted, "replication_factor": -1}})  # the broker's default
        except InvalidReplicationFactorError:
            admin.create_topics({topic.name: {**wanted, "replication_factor": 1}})  # some brokers have no default
        admin.wait_for_topics([topic.name], timeout_ms=milliseconds)
        logger.info("made topic %s with %d partitions", topic.name, topic.partitions)
    except TopicAlreadyExistsError:
        pass  # another was quicker
    finally:
        admin.close()
