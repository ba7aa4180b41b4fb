"""Which format a recording has: told by how it begins, and by its name where that says nothing; pure."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal, get_args

Format = Literal["csv", "json", "parquet"]
"""Rows of text with a delimiter; JSON, in lines or as a whole; Parquet."""

FORMATS: tuple[Format, ...] = get_args(Format)

_BOM = b"\xef\xbb\xbf"
_NAMES: dict[str, Format] = {
    ".json": "json", ".jsonl": "json", ".ndjson": "json", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_DELIMITERS = ",;\t|"


def detect(head: bytes, name: str) -> Format:
    """Tell a format.

    Args:
        head: The first bytes of the file, decompressed.
        name: The file's.
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"["):
        return "json"
    return _NAMES.get(_ending(name), "csv")


def is_recording(name: str) -> bool:
    """Return whether a file is called as recordings are."""
    return _ending(name) in {".csv", *_NAMES}


def _ending(name: str) -> str:
    return PurePath(name.lower().removesuffix(".gz")).suffix


def delimiter_of(header: str) -> str:
    """Tell what stands between the columns of a table: the one that its first line has most, a comma at a tie."""
    return max(_DELIMITERS, key=header.count)
