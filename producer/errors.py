"""What goes wrong for a user of the producers, each in one sentence that says what to do next.

    ProducerError
    ├── BrokerError    no broker answers, or it refuses (.address)
    ├── SettingError   a setting of the connection is missing or wrong (.name, .value, .limit); also a ValueError
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


class SettingError(ProducerError, ValueError):
    """A setting of the connection is missing, or outside its limits.

    Attributes:
        name: Its name, as an argument: `sasl_username`.
        value: As given, `"***"` for a secret; None where it is missing.
        limit: What is needed.
    """

    def __init__(self, name: str, value: object, limit: str) -> None:
        is_secret = name in ("sasl_password", "ssl_password")
        option = f"--{name.replace('_', '-')}{'-file' * is_secret}"
        given = " is missing" if value is None else f"={value!r}"
        super().__init__(f"KAFKA_{name.upper()}{given}: {limit} (option {option})")
        self.name, self.value, self.limit = name, value, limit


class SourceError(ProducerError):
    """A recording cannot be read.

    Attributes:
        path: The file, as given.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
