"""The errors that a user of the producers sees, each a sentence that says what to do next.

    ProducerError
    ├── BrokerError    no broker answers, or it refuses (.address)
    └── SourceError    a recording cannot be read (.path)

Two stand apart, because their packages import nothing of the producer: `cluster.errors.SettingError` (a setting of the
connection is missing or wrong), which the command reports like these, and `wire.SchemaError` (one bad report), which is
counted and never fatal.
"""

from __future__ import annotations


class ProducerError(Exception):
    """The base of all: the command reports it in one line and exits with status 2."""


class BrokerError(ProducerError):
    """No broker answers, or it refuses what is asked of it.

    Attributes:
        address: The bootstrap servers, as the user gave them.
    """

    def __init__(self, address: str, message: str) -> None:
        super().__init__(message)
        self.address = address


class SourceError(ProducerError):
    """A recording cannot be read.

    Attributes:
        path: The file, as the user gave it.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
