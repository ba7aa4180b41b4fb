"""`propose`: a mapping to start from, as TOML with comments, made of the records that it is to read; pure.

values ──> places ──> guess ──> TOML ──> load_mapping ──> decode the same values: a `Fit`
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from producer.wire import load_mapping
from tracker.sample.escaping import escaped
from tracker.sample.fits import Fit, fit
from tracker.sample.guessing import Guess, guess, guess_kind
from tracker.sample.places import Opened, Path, Places, flatten, is_addressable, lists, open_all, records_of

_IDENTITIES = ("icao24", "callsign", "id")
_EXAMPLE = 40  # characters of a value in a comment
_LISTED = 60  # places that the comments list


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to start from."""

    text: str
    """TOML."""
    fit: Fit
    """How it reads the records that it was made of."""
    unread: list[str]
    """Places that it does not read."""


@dataclass(frozen=True, slots=True)
class _Found:
    opened: Opened
    records: Path
    inherit: list[str]
    places: Places
    guesses: list[Guess]


def propose(values: Sequence[bytes], topic: str) -> Proposal | None:
    """Make a mapping of records; None where no position was found in them.

    Args:
        values: Of records; no tombstones.
        topic: Names the mapping.
    """
    found = _find(open_all(values))
    if not found.guesses:
        return None
    text = _write(found, topic, len(values))
    mapping = load_mapping(tomllib.loads(text))
    return Proposal(text, fit(values, mapping), [_name(path) for path in _unread(found)])


def places_in(values: Sequence[bytes]) -> list[str]:
    """Return the names of the places in records, for those who look for a position themselves."""
    return [_name(path) for path in _find(open_all(values)).places]


def _find(opened: Opened) -> _Found:
    """Look for positions in the documents themselves, then in the arrays within."""
    places = flatten(records_of(opened.documents, ()))
    if guesses := guess(places):
        return _Found(opened, (), [], places, guesses)
    for path in lists(opened.documents):
        inner = flatten(records_of(opened.documents, path))
        shared: Places = {place: known for place, known in places.items() if len(place) == 1 and place != path}
        joined = {**shared, **inner}
        if guesses := guess(joined):  # a name of the record holds where both have it
            inherit = [one.path[0] for one in guesses if one.path in shared and one.path not in inner]
            return _Found(opened, path, inherit, joined, guesses)
    return _Found(opened, (), [], places, [])


def _unread(found: _Found) -> list[Path]:
    read = {one.path for one in found.guesses}
    return [path for path in found.places if path not in read]


def _write(found: _Found, topic: str, count: int) -> str:
    constants = _constants(found, topic)
    lines = [
        f"# Proposed by `tracker sample`, from {count:,} records of the topic {escaped(topic)}.",
        "# Check what says `guess`: names and values were all that told it.",
        f"name = {_quoted(topic)}",
    ]
    if found.opened.envelope:
        lines.append(f"envelope = {_quoted(found.opened.envelope)}")
    if found.records:
        lines.append(f"records = {_quoted('.'.join(found.records))}")
    if found.inherit:
        lines.append(f"inherit = [{', '.join(map(_quoted, found.inherit))}]")
    if constants:
        lines += [
            "",
            "[constants]",
            *(f"{name} = {_quoted(value)}  # {why}" for name, (value, why) in constants.items()),
        ]
    lines += ["", "[fields]", *(_line(one, found.places[one.path]) for one in found.guesses)]
    if not any(one.field == "time" for one in found.guesses):
        lines.append("# No time was found: that of publishing counts.")
    if unread := _unread(found):
        lines += ["", "# Not read:"]
        lines += [f"#   {_name(path)}{_example(found.places[path])}" for path in unread[:_LISTED]]
        if len(unread) > _LISTED:
            lines.append(f"#   and {len(unread) - _LISTED} more")
    return "\n".join([*lines, ""])


def _constants(found: _Found, topic: str) -> Mapping[str, tuple[str, str]]:
    """Return values that hold of all records, each with why."""
    fields = {one.field: one for one in found.guesses}
    constants = {}
    if not fields.keys() & {*_IDENTITIES}:
        why = "guess: nothing tells one object from another, so all reports are taken for one"
        constants["id"] = (escaped(topic)[:64], why)
    if not fields.keys() & {"icao24", "callsign", "squawk", "kind"}:
        ids = [str(value) for value in found.places[fields["id"].path]] if "id" in fields else []
        kind, word = guess_kind([*(name for path in found.places for name in path), topic, *ids])
        why = f"for the word {word!r}" if word else "nothing tells: aircraft, vehicle, vessel, container or other?"
        constants["kind"] = (kind, f"guess: {why}")
    return constants


def _line(one: Guess, values: Sequence[object]) -> str:
    place = _quoted(".".join(one.path))
    options = f', unit = "{one.unit}"' if one.unit else ""
    if one.field == "altitude" and "ground" in values:
        options += ', except = "ground"'
    rule = f"{{ from = {place}{options} }}" if options else place
    return f"{one.field} = {rule}{_example(values)}" + (f"; guess: {one.doubt}" if one.doubt else "")


def _example(values: Sequence[Any]) -> str:
    if not values:
        return "  # never known"
    value = values[-1]
    if isinstance(value, list | dict):
        return "  # an array" if isinstance(value, list) else "  # an object"
    text = escaped(repr(value))
    return f"  # such as {text[:_EXAMPLE]}{'...' * (len(text) > _EXAMPLE)}"


def _name(path: Path) -> str:
    name = escaped(".".join(path))
    return name if is_addressable(path) else f"{name} (a dot in a name: cannot be named)"


def _quoted(text: str) -> str:
    """Write a text as TOML does."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(one: str) -> str:
    if one in '"\\':
        return f"\\{one}"
    if one.isprintable():
        return one
    return f"\\u{ord(one):04x}" if ord(one) <= 0xFFFF else f"\\U{ord(one):08x}"
