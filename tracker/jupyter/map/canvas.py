"""A small canvas in NumPy that fills shapes, writes capitals and becomes a PNG.

For the one picture that must stand where no widget can: a drawing library would be a large dependency for that.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tracker.arrays import Floats

FINE = 3
"""Each pixel is drawn as 3 x 3 finer ones and averaged, which smooths the edges."""

_GLYPHS = {
    "A": "7e1111117e", "B": "7f49494936", "C": "3e41414122", "D": "7f4141221c", "E": "7f49494941", "F": "7f09090901",
    "G": "3e4149497a", "H": "7f0808087f", "I": "00417f4100", "J": "2040413f01", "K": "7f08142241", "L": "7f40404040",
    "M": "7f020c027f", "N": "7f0408107f", "O": "3e4141413e", "P": "7f09090906", "Q": "3e4151215e", "R": "7f09192946",
    "S": "4649494931", "T": "01017f0101", "U": "3f4040403f", "V": "1f2040201f", "W": "3f4038403f", "X": "6314081463",
    "Y": "0708700807", "Z": "6151494543", "0": "3e5149453e", "1": "00427f4000", "2": "4261514946", "3": "2141454b31",
    "4": "1814127f10", "5": "2745454539", "6": "3c4a494930", "7": "0171090503", "8": "3649494936", "9": "064949291e",
    ".": "0060600000", ",": "0050300000", "-": "0808080808", ":": "0036360000", "<": "0814224100", ">": "0041221408",
    "+": "08083e0808", "/": "2010080402", " ": "0000000000",
}  # fmt: skip
"""Five columns of seven dots for each character, a byte a column, the lowest bit on top."""

DOT = 4
"""Width of a letter's dot, fine pixels."""

LETTER = 6 * DOT / FINE
"""How far one letter is from the next, px."""

LINE = 7 * DOT / FINE
"""Height of a capital, px."""


def rgb(colour: str) -> npt.NDArray[np.uint8]:
    """`#rrggbb` as three bytes."""
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8)


class Canvas:
    """An image to be drawn on; coordinates are pixels from the top left, x to the right and y down."""

    def __init__(self, width: int, height: int, colour: str) -> None:
        self.width, self.height = width, height
        self._fine = np.empty((height * FINE, width * FINE, 3), np.uint8)
        self._fine[:] = rgb(colour)

    def fill(self, rings: Sequence[Floats], colour: str) -> None:
        """Fill what lies inside an odd number of the rings, each of shape (n, 2); open rings are closed."""
        starts = np.concatenate(rings)
        ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
        self._paint(starts, ends, colour, odd=True)

    def stroke(self, lines: Sequence[Floats], colour: str, width: float = 1.0) -> None:
        """Draw open lines of shape (n, 2), `width` px wide."""
        starts = np.concatenate([line[:-1] for line in lines])
        ends = np.concatenate([line[1:] for line in lines])
        length = np.hypot(*(ends - starts).T)
        kept = self._near(starts, ends) & (length > 0)
        starts, ends = starts[kept], ends[kept]
        along = (ends - starts) / length[kept][:, np.newaxis] * width / 2
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        # A rectangle for each piece of line, all with the same sense of rotation.
        sides = (starts - along + across, starts - along - across, ends + along - across, ends + along + across)
        corners = np.stack(sides, axis=1)
        self._paint(corners.reshape(-1, 2), np.roll(corners, -1, axis=1).reshape(-1, 2), colour, odd=False)

    def text(self, x: float, y: float, words: str, colour: str) -> None:
        """Write one line with its top left at x, y, in capitals; a character without a glyph is left blank."""
        paint = rgb(colour)
        for place, letter in enumerate(words.upper()):
            columns = bytes.fromhex(_GLYPHS.get(letter, _GLYPHS[" "]))
            for column, bits in enumerate(columns):
                fine_x = round((x + place * LETTER) * FINE) + column * DOT
                for row in (row for row in range(7) if bits >> row & 1):
                    fine_y = round(y * FINE) + row * DOT
                    self._fine[max(fine_y, 0) : max(fine_y + DOT, 0), max(fine_x, 0) : max(fine_x + DOT, 0)] = paint

    def png(self) -> bytes:
        """Return the image as a PNG file of 24-bit colours."""
        total = np.zeros((self.height, self.width, 3), np.uint16)
        for row in range(FINE):
            for column in range(FINE):
                total += self._fine[row::FINE, column::FINE]
        pixels = (total // FINE**2).astype(np.uint8)
        # Each row begins with its filter type, 0: none.
        rows = np.zeros((self.height, 1 + self.width * 3), np.uint8)
        rows[:, 1:] = pixels.reshape(self.height, -1)
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows.tobytes())) + _chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + body

    def _near(self, starts: Floats, ends: Floats) -> npt.NDArray[np.bool_]:
        """Return which lines can touch the image."""
        low, high = np.minimum(starts, ends), np.maximum(starts, ends)
        return np.asarray((high >= -9).all(axis=1) & (low <= (self.width + 9, self.height + 9)).all(axis=1))

    def _paint(self, starts: Floats, ends: Floats, colour: str, *, odd: bool) -> None:
        """Colour what the edges enclose: an odd number of times, or any number."""
        if not len(starts):
            return
        starts, ends = starts * FINE, ends * FINE
        height, width = self._fine.shape[:2]
        left, top = np.floor(np.clip(starts.min(axis=0), 0, (width, height))).astype(int)
        right, bottom = np.ceil(np.clip(starts.max(axis=0), 0, (width, height))).astype(int)
        if left < right and top < bottom:
            turns = _turns(starts, ends, (left, top, right, bottom))
            self._fine[top:bottom, left:right][turns % 2 == 1 if odd else turns != 0] = rgb(colour)


def _turns(starts: Floats, ends: Floats, box: tuple[int, int, int, int]) -> npt.NDArray[np.int64]:
    """Count how often the edges wind around each fine pixel of `box` (left, top, right, bottom).

    An edge that goes down adds one to every pixel to its right, in the rows whose middle it crosses; one that goes up
    takes one off.
    """
    left, top, right, bottom = box
    low, high = np.minimum(starts[:, 1], ends[:, 1]), np.maximum(starts[:, 1], ends[:, 1])
    first = np.clip(np.ceil(low - 0.5), top, bottom).astype(np.int64)
    count = np.clip(np.ceil(high - 0.5), top, bottom).astype(np.int64) - first
    edge = np.repeat(np.arange(len(count)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    (x0, y0), (x1, y1) = starts[edge].T, ends[edge].T
    x = x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
    column = np.clip(np.ceil(x - 0.5), left, right).astype(np.int64)
    shape = (bottom - top, right - left + 1)
    steps = np.bincount((row - top) * shape[1] + column - left, weights=np.sign(y1 - y0), minlength=shape[0] * shape[1])
    return np.cumsum(steps.reshape(shape), axis=1, dtype=np.int64)[:, :-1]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
