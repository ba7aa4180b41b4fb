"""Lines of a recording: bounded in length, counted, and read to the end that the file had when it was opened.

file ──> WholeFile ──> Lines.read ──> line | SchemaError (too long) | SourceError (the file was truncated meanwhile)
"""

from __future__ import annotations

import os
import stat
from typing import IO, AnyStr, Generic

from producer.errors import SourceError
from producer.wire import SchemaError

MAX_LINE = 1 << 20
"""Characters, or bytes, of the longest line: junk without line ends must not be held in memory whole."""


class WholeFile:
    """An open file and its size then: one that is truncated while it is read seems to end like any other."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        """Note how long it is.

        Args:
            name: What errors call it.
            file: Open, at its beginning; a pipe has no size, and passes every check.
        """
        self._name, self._file = name, file
        status = os.fstat(file.fileno())
        self._size = status.st_size if stat.S_ISREG(status.st_mode) else 0

    def check_end(self) -> None:
        """Check where the file seems to end.

        Raises:
            SourceError: It was longer when it was opened.
        """
        self._check(self._file.tell() if self._size else 0)

    def check_size(self) -> None:
        """Check that the file has lost nothing, wherever it was read to.

        Raises:
            SourceError: It was longer when it was opened.
        """
        self._check(os.fstat(self._file.fileno()).st_size)

    def _check(self, end: int) -> None:
        if end < self._size:
            reason = f"was truncated while it was read: it ends at byte {end:,} of {self._size:,}"
            raise SourceError(self._name, reason)


class Lines(Generic[AnyStr]):
    """The lines of a file, one at a time."""

    def __init__(self, file: IO[AnyStr], whole: WholeFile, longest: int = MAX_LINE) -> None:
        """Read from where `file` stands.

        Args:
            file: What is read.
            whole: What the file reads, before it is decompressed and decoded.
            longest: Characters, or bytes, of the longest line.
        """
        self._file: IO[AnyStr] = file
        self._whole = whole
        self._longest = longest
        self.number = 0
        """The line that was read last, from 1."""

    def read(self) -> AnyStr:
        """Return the next line with its end; empty at the end of the file.

        Raises:
            SchemaError: The line is too long; it is passed over.
            SourceError: The file was truncated while it was read.
        """
        line = self._file.readline(self._longest)
        self.number += bool(line)
        if _has_end(line):
            return line
        if len(line) < self._longest:
            self._whole.check_end()  # before the last line is believed: it may have lost its end
            return line
        while (piece := self._file.readline(self._longest)) and not _has_end(piece):
            pass
        found = f"no line end in {self._longest:,} characters"
        raise SchemaError("too-large", value=found, limit="each report needs a line of its own")


def _has_end(line: AnyStr) -> bool:
    return line.endswith(("\n", "\r")) if isinstance(line, str) else line.endswith(b"\n")
