"""`SettingError`: a setting of the connection to a Kafka cluster that is missing or wrong."""

from __future__ import annotations


class SettingError(ValueError):
    """A setting of the connection is missing, or outside its limits.

    Attributes:
        name: Its name as an argument, such as `sasl_username`.
        value: The value that was given, `"***"` for a secret; None where it is missing.
        limit: What is needed, in words.
    """

    def __init__(self, name: str, value: object, limit: str) -> None:
        is_secret = name in ("sasl_password", "ssl_password")
        option = f"--{name.replace('_', '-')}{'-file' * is_secret}"
        given = " is missing" if value is None else f"={value!r}"
        super().__init__(f"KAFKA_{name.upper()}{given}: {limit} (option {option})")
        self.name, self.value, self.limit = name, value, limit
