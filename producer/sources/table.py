"""Rows of tables in text: CSV, and what calls itself so with semicolons, tabs or bars.

lines ──> header: delimiter, columns ──> (line, row by column | SchemaError)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from producer.errors import SourceError
from producer.sources.formats import delimiter_of
from producer.sources.lines import Lines, WholeFile
from producer.sources.rows import Row
from producer.wire import SchemaError

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def rows(
    file: io.BufferedReader[Any], whole: WholeFile, name: str, choose: Callable[[list[str], str], object]
) -> Iterator[tuple[int, Row | SchemaError]]:
    """Yield the rows with the number of the line in which each ends.

    Where a comma is not what separates the columns, `48,5` is a number.

    Args:
        file: UTF-8, with or without a byte order mark.
        whole: What the file reads, before it is decompressed.
        name: What errors call it.
        choose: Is told the columns, and raises where a report needs another one.

    Raises:
        SourceError: It has no header that can be read, or is truncated meanwhile.
    """
    # Bytes that are not UTF-8 become lone surrogates, which neither a known column's name nor a valid text has.
    with io.TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="") as text:
        lines = Lines(text, whole)
        try:
            header = lines.read()
        except SchemaError as error:
            raise SourceError(name, f"holds no reports; line 1: {error}") from None
        delimiter = delimiter_of(header)
        columns = _columns(header, delimiter, name)
        choose(columns, "its first line has")
        reader = csv.reader(iter(lines.read, ""), delimiter=delimiter)
        while (values := _next(reader)) is not None:
            if isinstance(values, SchemaError):
                yield lines.number, values
            elif len(values) == len(columns):
                known = values if delimiter == "," else [_with_point(value) for value in values]
                yield lines.number, dict(zip(columns, known, strict=True))
            elif values:
                found = SchemaError("format", "row", f"{len(values)} values", f"{len(columns)} are required")
                yield lines.number, found


def _columns(header: str, delimiter: str, name: str) -> list[str]:
    try:
        first: list[str] = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error as error:
        raise SourceError(name, f"holds no reports; line 1: {_unreadable(error)}") from None
    return [column.strip() for column in first]


def _next(reader: Any) -> list[str] | SchemaError | None:  # noqa: ANN401 - the csv module names no public type
    try:
        row: list[str] | None = next(reader, None)
    except SchemaError as error:
        return error
    except csv.Error as error:  # such as a field of more than 128 KiB, behind a quote that is never closed
        return _unreadable(error)
    return row


def _unreadable(error: csv.Error) -> SchemaError:
    return SchemaError("format", "row", "unreadable", str(error))


def _with_point(value: str) -> str:
    return value.replace(",", ".") if _DECIMAL_COMMA.fullmatch(value.strip()) else value
