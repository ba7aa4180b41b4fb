"""Frames of Mode S as they were heard, with what the recording's own decoder made of them; and their binary form."""

import gzip
import json
from pathlib import Path

SLICE = Path(__file__).parents[1] / "data" / "mode_s_paris_90s.jsonl.gz"
"""90 s of an airliner that climbs."""


def load(path=SLICE):
    """The lines of a recording, in time order."""
    with gzip.open(path) as file:
        return [json.loads(line) for line in file]


def beast(frame, ticks=0, signal=0x55):
    """One frame in Beast's binary form, from its hexadecimal."""
    data = bytes.fromhex(frame)
    kind = {2: b"1", 7: b"2", 14: b"3"}[len(data)]
    body = ticks.to_bytes(6) + bytes([signal]) + data
    return b"\x1a" + kind + body.replace(b"\x1a", b"\x1a\x1a")


def sealed(squitter):
    """A squitter with the parity of its first 11 bytes, from its bytes."""
    number = int.from_bytes(squitter[:11] + bytes(3))
    for bit in range(111, 23, -1):
        if number >> bit & 1:
            number ^= 0x1FFF409 << (bit - 24)
    return (bytes(squitter[:11]) + number.to_bytes(3)).hex()
