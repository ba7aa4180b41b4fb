"""What goes wrong for a user of the producers, each in one sentence that says what to do next.

    ProducerError
    ├── BrokerError    no broker answers, or it refuses (.address)
    └── SourceError    a recording cannot be read (.path)

`wire.SchemaError`, of one bad report, stands apart: it is counted, and never fatal.
"""

from __future__ import annotations


class ProducerError(Exception):
    """Ends a producer, with one line and exit status 2."""


class BrokerError(ProducerError):
    """No broker answers, or it refuses what is asked of it.

    Attributes:
        address: The bootstrap servers, as given.
    """

    def __init__(self, address: str, message: str) -> None:
        super().__init__(message)
        self.address = address


class SourceError(ProducerError):
    """A recording cannot be read.

    Attributes:
        path: The file, as given.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
