"""Places in JSON: where the values of records lie, below which envelope and in which array; pure.

values ──> open_all ──> Opened: envelope, documents ──> lists: arrays of objects within ──> flatten: values by place
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from producer.wire import is_unknown
from tracker.sample.kinds import is_framed, read_json, unframed

Path: TypeAlias = tuple[str, ...]
Places: TypeAlias = Mapping[Path, Sequence[object]]
"""By place: the values there, as far as they are known."""

MOST_PLACES = 500
"""Places that are looked at: a record has as many as its writer likes."""
_DEEPEST = 8
_MOST_RECORDS = 1_000


@dataclass(frozen=True, slots=True)
class Opened:
    """Documents out of their envelope."""

    envelope: str
    """As a mapping names it; empty: there is none."""
    documents: list[Any]


def open_all(values: Sequence[bytes]) -> Opened:
    """Decode values, and open the envelope that most of them have; those without it, or no JSON, are left out."""
    read = [(is_framed(value), *read_json(unframed(value))) for value in values]
    documents = [(framed, document) for framed, is_json, document in read if is_json]
    if not documents:
        return Opened("", [])
    envelopes = Counter("registry" if framed else _envelope(document) for framed, document in documents)
    envelope = envelopes.most_common(1)[0][0]
    path = () if envelope in ("", "registry") else tuple(envelope.split("."))
    opened = [
        at(document, path)
        for framed, document in documents
        if ("registry" if framed else _envelope(document)) == envelope
    ]
    return Opened(envelope, [document for document in opened if document is not None])


def _envelope(document: object) -> str:
    if not isinstance(document, dict):
        return ""
    payload = document.get("payload")
    if "schema" in document and isinstance(payload, dict):
        return "payload.after" if {"op", "after"} <= payload.keys() else "payload"
    return "after" if {"op", "after"} <= document.keys() else ""


def at(document: object, path: Path) -> Any:  # noqa: ANN401 - any JSON
    """Return what lies at a place; None where there is nothing."""
    for name in path:
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def records_of(documents: Sequence[object], path: Path) -> list[dict[str, Any]]:
    """Return the objects in the documents, or in the arrays that lie at a place in them."""
    found: list[dict[str, Any]] = []
    for document in documents:
        here = at(document, path)
        found += [one for one in (here if isinstance(here, list) else [here]) if isinstance(one, dict)]
    return found[:_MOST_RECORDS]


def lists(documents: Sequence[object]) -> list[Path]:
    """Return the places where arrays of objects lie, the most frequent first."""
    found = Counter(
        path
        for document in documents
        for path, value in _leaves(document, ())
        if isinstance(value, list) and any(isinstance(one, dict) for one in value) and is_addressable(path)
    )
    return [path for path, _ in found.most_common()]


def flatten(records: Sequence[dict[str, Any]]) -> dict[Path, list[object]]:
    """Return by place the values that are known, in the order of the records; an array is a value."""
    found: dict[Path, list[object]] = {}
    for record in records:
        for path, value in _leaves(record, ()):
            if path not in found and len(found) == MOST_PLACES:
                continue
            known = found.setdefault(path, [])
            if value is not None and not (isinstance(value, str) and is_unknown(value)):
                known.append(value)
    return found


def _leaves(document: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(document, dict) and len(path) < _DEEPEST:
        for name, value in document.items():
            yield from _leaves(value, (*path, name))
    elif path:
        yield path, document


def is_addressable(path: Path) -> bool:
    """Tell whether a mapping can name a place: the names may hold no dot."""
    return all(name and "." not in name and name.encode(errors="replace").decode() == name for name in path)
