"""Errors of the embedded broker.

EmbeddedBrokerError
├── CannotListenError     the address cannot be bound; `.host`, `.port`, `.reason`
├── RefusedError          a part of a request is answered with an error code; `.code`
├── MalformedError        the bytes are not a request: the connection is closed
└── EffortError           a check needs more work than it was allowed
"""

from __future__ import annotations

from enum import IntEnum

from tracker.devbroker.address import format_address


class ErrorCode(IntEnum):
    """Kafka's error codes, as far as this broker sends them."""

    UNKNOWN_SERVER_ERROR = -1
    NONE = 0
    OFFSET_OUT_OF_RANGE = 1
    CORRUPT_MESSAGE = 2
    UNKNOWN_TOPIC_OR_PARTITION = 3
    MESSAGE_TOO_LARGE = 10
    OFFSET_METADATA_TOO_LARGE = 12
    INVALID_TOPIC_EXCEPTION = 17
    INVALID_REQUIRED_ACKS = 21
    ILLEGAL_GENERATION = 22
    INCONSISTENT_GROUP_PROTOCOL = 23
    INVALID_GROUP_ID = 24
    UNKNOWN_MEMBER_ID = 25
    INVALID_SESSION_TIMEOUT = 26
    REBALANCE_IN_PROGRESS = 27
    INVALID_TIMESTAMP = 32
    UNSUPPORTED_VERSION = 35
    TOPIC_ALREADY_EXISTS = 36
    INVALID_PARTITIONS = 37
    INVALID_REPLICATION_FACTOR = 38
    INVALID_CONFIG = 40
    INVALID_REQUEST = 42
    OUT_OF_ORDER_SEQUENCE_NUMBER = 45
    INVALID_PRODUCER_EPOCH = 47
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53
    NON_EMPTY_GROUP = 68
    GROUP_ID_NOT_FOUND = 69
    UNSUPPORTED_COMPRESSION_TYPE = 76
    MEMBER_ID_REQUIRED = 79
    GROUP_MAX_SIZE_REACHED = 81
    FENCED_INSTANCE_ID = 82
    INVALID_RECORD = 87
    UNKNOWN_TOPIC_ID = 100


class EmbeddedBrokerError(Exception):
    """Base class of all errors of the embedded broker."""


class CannotListenError(EmbeddedBrokerError):
    """The broker cannot listen at its address; usually another process does."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The broker cannot listen at {format_address(host, port)}: {reason}. "
            "Set another port with --port (0 takes a free one), another address with --host."
        )
        self.host = host
        self.port = port
        self.reason = reason


class RefusedError(EmbeddedBrokerError):
    """A part of a request is refused; the answer carries the error code."""

    def __init__(self, code: ErrorCode, message: str | None = None) -> None:
        super().__init__(message or code.name)
        self.code = code
        self.message = message


class MalformedError(EmbeddedBrokerError):
    """The bytes are not a request that is served, or the protocol asks to close the connection."""


class EffortError(EmbeddedBrokerError):
    """Checking a batch needs more work than the caller allowed."""
