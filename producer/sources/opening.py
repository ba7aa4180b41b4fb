"""Files and standard input, opened to be read: decompressed where they are compressed, whatever they are called.

path ──> opened ──> bytes, with a look at the first of them ──> formats.detect
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from producer.sources.lines import WholeFile

STDIN = Path("-")
"""Means standard input, which can be read once."""

HEAD = 8 << 10
"""Bytes that are looked at to tell a format; fewer where a pipe brings fewer at first."""

_GZIP = b"\x1f\x8b"


@contextmanager
def opened(path: Path, name: str) -> Iterator[tuple[io.BufferedReader[Any], WholeFile]]:
    """Open a file, decompressed where it is compressed with gzip, and as it lies there.

    Args:
        path: The file, or `STDIN`.
        name: What errors call it.

    Raises:
        SourceError: It turns out to be truncated.
    """
    raw = io.FileIO(sys.stdin.fileno(), closefd=False) if path == STDIN else io.FileIO(path)
    with io.BufferedReader(raw, HEAD) as file:
        whole = WholeFile(name, file)
        if file.peek(len(_GZIP))[: len(_GZIP)] != _GZIP:
            yield file, whole
            return
        try:
            with gzip.open(file) as archive, io.BufferedReader(archive, HEAD) as plain:
                yield plain, whole
        except (EOFError, OSError, zlib.error):
            whole.check_size()
            raise
