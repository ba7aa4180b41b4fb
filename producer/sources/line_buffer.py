"""`LineBuffer`: lines out of the pieces in which a connection delivers them. Pure.

chunk ──> split ──> line, without its end | SchemaError: it was too long
"""

from __future__ import annotations

from producer.wire import SchemaError

LONGEST = 1 << 16
"""Bytes of the longest line: one aircraft of readsb takes less than 2 KiB."""


class LineBuffer:
    """Holds the line whose end has not come yet; of one that is too long, nothing."""

    def __init__(self, longest: int = LONGEST) -> None:
        """Begin at the beginning of a line.

        Args:
            longest: Bytes of the longest line.
        """
        self._longest = longest
        self._rest = b""
        self._passing_over = False

    def split(self, data: bytes) -> list[bytes | SchemaError]:
        r"""Return the lines that end in a piece, in order, without their ends (`\n` or `\r\n`); none that is empty.

        A line that is too long is an error, once, as soon as that is known; it is passed over up to its end.
        """
        *ended, rest = (self._rest + data).split(b"\n")
        found: list[bytes | SchemaError] = []
        for line in ended:
            if self._passing_over:
                self._passing_over = False
            elif len(line) > self._longest:
                found.append(self._too_long())
            elif line := line.rstrip(b"\r"):
                found.append(line)
        if self._passing_over:
            rest = b""
        elif len(rest) > self._longest:
            found.append(self._too_long())
            self._passing_over, rest = True, b""
        self._rest = rest
        return found

    def clear(self) -> None:
        """Begin anew: the line that is held will never end."""
        self._rest = b""
        self._passing_over = False

    def _too_long(self) -> SchemaError:
        found = f"no line end in {self._longest:,} bytes"
        return SchemaError("too-large", value=found, limit="each message needs a line of its own")
