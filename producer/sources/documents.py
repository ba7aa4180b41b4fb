"""Reports in JSON: a line each, arrays of them, or one document over many lines.

lines ──┬─ the first one is JSON by itself ──> line by line ──┬──> (line, report | SchemaError)
        └─ it is not: all of them together ───────────────────┘
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from producer.sources.lines import MAX_LINE, Lines, WholeFile
from producer.wire import SchemaError

MAX_DOCUMENT = 64 << 20
"""Bytes: the whole of it is held in memory."""

_BOM = b"\xef\xbb\xbf"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_any = msgspec.json.Decoder(msgspec.Raw).decode

Numbered = tuple[int, bytes | SchemaError]
"""A line with its number, from 1."""


def rows(file: io.BufferedReader[Any], whole: WholeFile, longest: int = MAX_DOCUMENT) -> Iterator[Numbered]:
    """Yield the reports, each as its JSON with the number of the line in which it begins (or its document does).

    Args:
        file: UTF-8, with or without a byte order mark.
        whole: What the file reads, before it is decompressed.
        longest: Bytes of a document, and of a line in JSON.

    Raises:
        SourceError: The file is truncated meanwhile.
    """
    head = file.peek(len(_BOM) + 64).removeprefix(_BOM).lstrip()[:1]
    numbered = _numbered(Lines(file, whole, longest if head in (b"{", b"[") else MAX_LINE))
    first = next(numbered, None)
    if first is None:
        return
    if _is_begun(first[1]):
        taken, document = _gather(first, numbered, longest)
        if document is not None:
            yield from _expand(first[0], document)
            return
        numbered = itertools.chain(taken, numbered)  # lines after all, of which the first is broken
    else:
        numbered = itertools.chain([first], numbered)
    for number, line in numbered:
        if isinstance(line, SchemaError):
            yield number, line
        else:
            yield from _expand(number, line)


def _numbered(lines: Lines[bytes]) -> Iterator[Numbered]:
    """Yield the lines that are not blank."""
    while line := _next(lines):
        if isinstance(line, SchemaError):
            yield lines.number, line
            continue
        text = (line.removeprefix(_BOM) if lines.number == 1 else line).strip()
        if text:
            yield lines.number, text


def _next(lines: Lines[bytes]) -> bytes | SchemaError:
    try:
        return lines.read()
    except SchemaError as error:
        return error


def _is_begun(line: bytes | SchemaError) -> bool:
    """Return whether a line begins a document that it does not end."""
    if isinstance(line, SchemaError) or not line.startswith((b"{", b"[")):
        return False
    try:
        _decode_any(line)
    except _UNREADABLE:
        return True
    return False


def _gather(first: Numbered, rest: Iterable[Numbered], longest: int) -> tuple[list[Numbered], bytes | None]:
    """Read a document to its end: the lines that were taken for it, and the whole; None where it is none."""
    taken, size = [first], 0
    for numbered in rest:
        taken.append(numbered)
        size += len(numbered[1]) if isinstance(numbered[1], bytes) else longest
        if size > longest:
            found = f"a document of over {longest:,} bytes"
            return [(first[0], SchemaError("too-large", value=found, limit="write a report a line")), *taken[1:]], None
    document = b"\n".join(line for _, line in taken if isinstance(line, bytes))
    try:
        _decode_any(document)
    except _UNREADABLE:
        return taken, None
    return [], document


def _expand(number: int, text: bytes) -> Iterator[Numbered]:
    """Yield the elements of an array, and anything else as it is."""
    if not text.startswith(b"["):
        yield number, text
        return
    try:
        items = _decode_items(text)
    except _UNREADABLE:
        yield number, text  # what is wrong with it, its parser says
        return
    for item in items:
        yield number, bytes(item)
