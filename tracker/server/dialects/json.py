"""The dialect `flights.v1.json`: columns of aircraft, and notices, in the frames of `tracker.stream.protocol`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tracker.feed.batch import FLOATS
from tracker.server.dialects.dialect import Dialect, Due, News, Notice
from tracker.server.dialects.texts import known_texts
from tracker.state.fleet import Picture
from tracker.stream import protocol
from tracker.stream.protocol import DIALECT, Columns, Delta, Snapshot, Subscribe, decode_subscribe, prepare

_SENT = FLOATS[1:]  # all but `published`


def encode(news: News) -> Due | None:
    """Encode a snapshot for viewers that hold nothing, else a delta, unless that would be empty."""
    rows, body = len(news.rows), _columns(news.picture, news.rows)
    if news.since is None:
        return Due(prepare(protocol.encode(Snapshot(news.seq, body))), DIALECT, "snapshot", 1, rows)
    if not rows and not news.removed:
        return None
    return Due(prepare(protocol.encode(Delta(news.seq, body, list(news.removed)))), DIALECT, "delta", 1, rows)


def announce(notice: Notice) -> bytes:
    """Encode a notice as a message."""
    return prepare(protocol.encode(notice))


def decode(message: str | bytes) -> Subscribe:
    """Read a message from a client.

    Raises:
        ValueError: It is binary, or not a `subscribe`.
    """
    if isinstance(message, bytes):
        raise ValueError("a binary message: text is needed")
    return decode_subscribe(message)


def _columns(picture: Picture, rows: Sequence[int]) -> Columns:
    """Return rows of a picture as lists, without the columns in which nothing is known."""
    if not rows:
        return {}
    lists: dict[str, Sequence[str | None]] = {"key": picture.key, **known_texts(picture)}
    texts = {name: [values[row] for row in rows] for name, values in lists.items()}
    floats = zip(_SENT, picture.floats[1:].take(rows, axis=1).tolist(), strict=True)
    ground = [None if one < 0 else bool(one) for one in picture.on_ground[rows].tolist()]
    return (
        {name: values for name, values in texts.items() if any(values)}
        | {name: values for name, values in floats if any(value == value for value in values)}  # NaN is not
        | ({"on_ground": ground} if any(one is not None for one in ground) else {})
        | {"heard": np.maximum(0.0, picture.age[rows]).round(2).tolist()}
    )


JSON = Dialect(DIALECT, encode, announce, decode)
