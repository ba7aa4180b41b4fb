"""The texts of a picture as both dialects send them; pure."""

from __future__ import annotations

from tracker.state.fleet import Picture

TEXTS = ("callsign", "squawk", "position_source", "typecode", "registration", "category")


def known_texts(picture: Picture) -> dict[str, list[str | None]]:
    """Return the texts beside the keys by name, without those of which none is known.

    The kind of an aircraft is None, so that it costs nothing where there is nothing else.
    """
    texts: dict[str, list[str | None]] = {name: getattr(picture, name) for name in TEXTS}
    if picture.kind.count("aircraft") < len(picture):
        texts["kind"] = [None if kind == "aircraft" else kind for kind in picture.kind]
    return {name: values for name, values in texts.items() if any(values)}
