"""The settings of a topic: Kafka's names, types, limits and defaults.

`TopicConfig` holds those that a log obeys. The others are accepted, so that tools written for a cluster work, and
change nothing: one node in memory has no segments, replicas or flushes, and keeps every batch as it came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from tracker.devbroker.errors import ErrorCode, RefusedError

_INT = 2**31 - 1
_LONG = 2**63 - 1
_LONGEST = 1_024  # characters of a text
_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")


class ConfigType(IntEnum):
    """The types of settings, as clients are told."""

    BOOLEAN = 1
    STRING = 2
    INT = 3
    LONG = 5
    DOUBLE = 6
    LIST = 7


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a topic."""

    kind: ConfigType
    default: str
    low: int = 0
    """The least value, of a number."""
    choices: tuple[str, ...] = ()
    """The allowed values, of a text; empty: any."""

    def check(self, name: str, value: str) -> None:
        """Check a value.

        Raises:
            RefusedError: Kafka refuses it, too; the code is INVALID_CONFIG.
        """
        if len(value) > _LONGEST:
            raise _invalid(name, value, f"must have {_LONGEST} characters at most")
        if self.choices and value not in self.choices:
            raise _invalid(name, value, f"must be one of {', '.join(self.choices)}")
        if self.kind in (ConfigType.INT, ConfigType.LONG):
            high = _INT if self.kind is ConfigType.INT else _LONG
            if not _NUMBER.fullmatch(value) or not self.low <= int(value) <= high:
                raise _invalid(name, value, f"must be a whole number from {self.low} to {high}")
        elif self.kind is ConfigType.BOOLEAN and value.lower() not in ("true", "false"):
            raise _invalid(name, value, "must be true or false")


def _invalid(name: str, value: str, why: str) -> RefusedError:
    return RefusedError(ErrorCode.INVALID_CONFIG, f"Invalid value {value[:80]!r} for {name[:80]}: {why}.")


SETTINGS: Mapping[str, Setting] = {
    # There is no compaction: to promise it would lose the latest values that it is asked for to keep.
    "cleanup.policy": Setting(ConfigType.LIST, "delete", choices=("delete",)),
    "compression.gzip.level": Setting(ConfigType.INT, "-1", -1),
    "compression.lz4.level": Setting(ConfigType.INT, "9", 1),
    "compression.type": Setting(
        ConfigType.STRING,
        "producer",
        choices=("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
    ),
    "compression.zstd.level": Setting(ConfigType.INT, "3", -131072),
    "delete.retention.ms": Setting(ConfigType.LONG, "86400000"),
    "file.delete.delay.ms": Setting(ConfigType.LONG, "60000"),
    "flush.messages": Setting(ConfigType.LONG, str(_LONG), 1),
    "flush.ms": Setting(ConfigType.LONG, str(_LONG)),
    "follower.replication.throttled.replicas": Setting(ConfigType.LIST, ""),
    "index.interval.bytes": Setting(ConfigType.INT, "4096"),
    "leader.replication.throttled.replicas": Setting(ConfigType.LIST, ""),
    "max.compaction.lag.ms": Setting(ConfigType.LONG, str(_LONG), 1),
    "max.message.bytes": Setting(ConfigType.INT, "1048588"),
    "message.timestamp.after.max.ms": Setting(ConfigType.LONG, "3600000"),
    "message.timestamp.before.max.ms": Setting(ConfigType.LONG, str(_LONG)),
    "message.timestamp.type": Setting(ConfigType.STRING, "CreateTime", choices=("CreateTime", "LogAppendTime")),
    "min.cleanable.dirty.ratio": Setting(ConfigType.DOUBLE, "0.5"),
    "min.compaction.lag.ms": Setting(ConfigType.LONG, "0"),
    "min.insync.replicas": Setting(ConfigType.INT, "1", 1),
    "preallocate": Setting(ConfigType.BOOLEAN, "false"),
    "retention.bytes": Setting(ConfigType.LONG, str(64 << 20), -1),
    "retention.ms": Setting(ConfigType.LONG, "604800000", -1),
    "segment.bytes": Setting(ConfigType.INT, "1073741824", 14),
    "segment.index.bytes": Setting(ConfigType.INT, "10485760", 4),
    "segment.jitter.ms": Setting(ConfigType.LONG, "0"),
    "segment.ms": Setting(ConfigType.LONG, "604800000", 1),
    "unclean.leader.election.enable": Setting(ConfigType.BOOLEAN, "false"),
}


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """The settings that a log obeys."""

    retention_bytes: int = 64 << 20
    """Bytes of record batches that a partition keeps; -1: no limit."""
    retention_ms: int = 7 * 24 * 3600 * 1000
    """Milliseconds that a batch is kept; -1: no limit."""
    max_message_bytes: int = 1_048_588
    """Bytes of the longest record batch that is accepted."""
    log_append_time: bool = False
    """Whether records get the broker's time instead of their producer's."""
    timestamp_before_ms: int = _LONG
    """Milliseconds that a producer's time may lie in the past."""
    timestamp_after_ms: int = 3_600_000
    """Milliseconds that a producer's time may lie in the future."""


def check(values: Mapping[str, str]) -> None:
    """Check names and values of settings.

    Raises:
        RefusedError: Kafka refuses one of them, too; the code is INVALID_CONFIG.
    """
    for name, value in values.items():
        if name not in SETTINGS:
            raise RefusedError(ErrorCode.INVALID_CONFIG, f"Unknown topic config name: {name[:80]}")
        SETTINGS[name].check(name, value)


def parse(values: Mapping[str, str], defaults: TopicConfig) -> TopicConfig:
    """Read the settings that a log obeys out of checked ones; names that are missing keep their defaults."""

    def number(name: str, default: int) -> int:
        return int(values.get(name, default))

    kind = values.get("message.timestamp.type")
    return TopicConfig(
        retention_bytes=number("retention.bytes", defaults.retention_bytes),
        retention_ms=number("retention.ms", defaults.retention_ms),
        max_message_bytes=number("max.message.bytes", defaults.max_message_bytes),
        log_append_time=defaults.log_append_time if kind is None else kind == "LogAppendTime",
        timestamp_before_ms=number("message.timestamp.before.max.ms", defaults.timestamp_before_ms),
        timestamp_after_ms=number("message.timestamp.after.max.ms", defaults.timestamp_after_ms),
    )


def describe(defaults: TopicConfig) -> dict[str, str]:
    """Return the value of every setting on a topic that sets nothing itself."""
    values = {name: setting.default for name, setting in SETTINGS.items()}
    values["retention.bytes"] = str(defaults.retention_bytes)
    values["retention.ms"] = str(defaults.retention_ms)
    values["max.message.bytes"] = str(defaults.max_message_bytes)
    return values
