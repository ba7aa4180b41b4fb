"""Bytes and texts of strangers as one line of plain text that steers no terminal, bounded in length; pure."""

from __future__ import annotations

_BINARY = 0.1  # share of characters that cannot be printed, above which bytes are shown as hex digits


def escaped(text: str) -> str:
    """Return a text in which only what can be printed stands as it is, the rest by its number, as in Python."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def shown(data: bytes | None, most: int) -> str:
    r"""Write bytes: as text, with `\x1b` for what cannot be printed, or as hex digits where that is most of it.

    Args:
        data: What to show; None is a tombstone.
        most: Characters at most, before how much there is in all.
    """
    if data is None:
        return "(no value)"
    head = data[: 4 * most]
    try:
        text = head.decode(errors="strict" if len(head) == len(data) else "ignore")
        text = "" if sum(not one.isprintable() for one in text) > _BINARY * len(text) else escaped(text)
    except UnicodeDecodeError:
        text = ""
    if data and not text:
        text = f"0x{head[:most].hex()}"
    if len(text) <= most and len(head) == len(data):
        return text or "(empty)"
    return f"{text[:most]}... ({len(data):,} bytes)"
