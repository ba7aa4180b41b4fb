"""The heap under the broker: what is kept for the next long answer, and what is given back after many of them.

Answers of a megabyte to clients that do not read them leave the heap in pieces, which glibc keeps for good: after 150
such clients a broker of 42 MB stayed at 175.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

MUCH = 16 << 20
"""Bytes held for all clients from which on it is worth giving them back."""

_LEFT = 4  # times: what is still held then is less than this part of it


class Slack:
    """Gives memory back once much less is held than was.

    Args:
        release: Gives what is free back to the system.
    """

    def __init__(self, release: Callable[[], object]) -> None:
        self._release = release
        self._most = 0

    def note(self, most: int, held: int) -> None:
        """Note how many bytes were held at most since the last call, and how many are at this moment."""
        self._most = max(self._most, most)
        if self._most >= MUCH and held * _LEFT < self._most:
            self._most = held
            self._release()


def keep_for_answers(size: int) -> None:
    """Have the memory of an answer of this size, in bytes, kept for the next one.

    glibc gives what was freed back to the system, and takes it anew page by page (three times the work of the answer
    itself), until it has seen a piece as large as that freed once.
    """
    bytearray(size)


def give_back() -> None:
    """Give the heap's free memory back to the system, where the C library can (glibc)."""
    release = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if release is not None:
        release(0)
