"""The plain dialect: each aircraft that has changed is a text message, a state vector of the wire with its key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from tracker.feed.batch import FLOATS
from tracker.server.dialects.dialect import Dialect, Due, News
from tracker.server.dialects.texts import known_texts
from tracker.state.fleet import Picture, id_of
from tracker.stream.protocol import prepare

NAME = "plain"
_SENT = FLOATS[1:]  # all but `published`


def encode(news: News) -> Due | None:
    """Encode each row as a message of its own; nothing tells that an aircraft has gone."""
    frames = [prepare(payload) for payload in _vectors(news.picture, news.rows)]
    return Due(b"".join(frames), NAME, "delta", len(frames), len(frames)) if frames else None


def _vectors(picture: Picture, rows: Sequence[int]) -> Iterator[bytes]:
    floats = picture.floats[1:].take(rows, axis=1).T.tolist()
    texts = known_texts(picture).items()
    for row, values in zip(rows, floats, strict=True):
        key = picture.key[row]
        vector: dict[str, Any] = {"key": key}
        if ":" not in key:
            vector["icao24"] = key
        elif identity := id_of(key):
            vector["id"] = identity
        vector |= {name: values[row] for name, values in texts if values[row]}
        vector |= {name: value for name, value in zip(_SENT, values, strict=True) if value == value}  # NaN is not
        if picture.on_ground[row] >= 0:
            vector["on_ground"] = bool(picture.on_ground[row])
        yield msgspec.json.encode(vector)


PLAIN = Dialect(NAME, encode, announce=lambda _: b"", decode=None)
