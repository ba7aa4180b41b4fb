"""Makes the topic of the state vectors where it does not exist, with time stamps by the broker."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import InvalidReplicationFactorError, TopicAlreadyExistsError

logger = logging.getLogger(__name__)


class _Admin(KafkaAdminClient):  # type: ignore[misc] # untyped
    """An admin client that leaves no thread and no socket behind where it finds no broker."""

    def __init__(self, **configs: Any) -> None:  # noqa: ANN401
        try:
            super().__init__(**configs)
        except BaseException:
            self._client.close()
            self._net.stop()
            raise


def make_topic(
    topic: str,
    servers: Sequence[str],
    client_options: Mapping[str, Any],
    *,
    partitions: int,
    retention_ms: int | None,
    timeout: float,
) -> None:
    """Makes the topic where it does not exist, whoever else does so at the same time; else it is left as it is.

    Args:
        topic: Its name.
        servers: Brokers to ask for the others, `host:port` each.
        client_options: How to speak to them, from `Security.client_options`.
        partitions: Of the topic.
        retention_ms: How long it keeps records, ms; -1: for good; None: as the broker does.
        timeout: How long a broker, and then the topic, is waited for, s.

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
    if retention_ms is not None:
        configs["retention.ms"] = str(retention_ms)
    wanted = {"num_partitions": partitions, "configs": configs}
    try:
        if topic in admin.list_topics():
            return
        try:
            admin.create_topics({topic: {**wanted, "replication_factor": -1}})  # the broker's default
        except InvalidReplicationFactorError:
            admin.create_topics({topic: {**wanted, "replication_factor": 1}})  # a broker that wants to be told
        admin.wait_for_topics([topic], timeout_ms=milliseconds)
        logger.info("made topic %s with %d partitions", topic, partitions)
    except TopicAlreadyExistsError:
        pass  # somebody else was quicker
    finally:
        admin.close()
