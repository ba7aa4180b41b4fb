r"""Frames of Mode S, as receivers send them: Beast's binary form and AVR's lines of text, told by their content. Pure.

    chunk ──> split ──> Frame | SchemaError: bytes that are no frame

    Beast: 0x1a, '2' or '3', 6 bytes of a 12 MHz counter, signal, 7 or 14 bytes; each 0x1a within is sent twice
    AVR:   *8d4840d6202cc371c32ce0576098;   @ and < bring the counter, < the signal too

Frames of Mode A/C, which say who is not told, and of a receiver about itself are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from producer.sources.line_buffer import LineBuffer
from producer.wire import SchemaError

TICKS = 12e6
"""Of the counter, in a second."""

MLAT_TICKS = 0xFF004D4C4154
"""What stands for the counter in frames that a network made from its own fixes."""

_BYTE = rb"(?:[^\x1a]|\x1a\x1a)"
_FRAME = re.compile(rb"\x1a(?:1%b{9}|2(%b{14})|3(%b{21}))" % (_BYTE, _BYTE, _BYTE), re.DOTALL)
_OTHER = re.compile(rb"\x1a[^\x1a123]%b{0,60}(?=\x1a[^\x1a])" % _BYTE, re.DOTALL)  # such as a receiver's settings
_BEGUN = re.compile(rb"\x1a(?:[^\x1a]%b{0,60}\x1a?)?\Z" % _BYTE, re.DOTALL)  # its end may be in the next piece
_START = re.compile(rb"\x1a(?:[^\x1a]|\Z)", re.DOTALL)
_NO_TICKS = frozenset({None, MLAT_TICKS})
_TOGETHER = 1.0  # s, within which frames can have been received that come together
_HEAD = 7  # bytes of counter and signal
_MODE_AC = 4  # digits

_LINE = re.compile(
    rb"(?:[*:]|[@%]([0-9a-f]{12})|<([0-9a-f]{12})[0-9a-f]{2})([0-9a-f]{4}|[0-9a-f]{14}|[0-9a-f]{28});", re.I
)
_IS_BINARY = re.compile(rb"\x1a[1-3]")
_IS_TEXT = re.compile(rb"[*:@%<](?:[0-9a-f]{2}){2,21};", re.I)
_UNDECIDED = 256  # bytes that may come before the first frame


class Frame(NamedTuple):
    """A message of Mode S."""

    hex: str
    """14 or 28 digits, in lower case."""
    ticks: int | None
    """The receiver's counter of 12 MHz; None where the form has none."""


def date(frames: Sequence[Frame], now: float) -> list[float]:
    """Return when each of the frames that came together was received, s since 1970, never running back.

    The receiver's counter tells how long before the last one each was. Where it cannot be believed, as where frames of
    several receivers are mixed, a frame is taken to be received when it came.

    Args:
        frames: In the order in which they came.
        now: When they came, s since 1970.
    """
    last = next((frame.ticks for frame in reversed(frames) if frame.ticks not in _NO_TICKS), None)
    dates: list[float] = []
    for frame in frames:
        before = 0.0 if last is None or frame.ticks in _NO_TICKS else (last - (frame.ticks or 0)) / TICKS
        moment = now - before if 0 <= before <= _TOGETHER else now
        dates.append(max(moment, dates[-1]) if dates else moment)
    return dates


class FrameBuffer:
    """Holds the frame whose end has not come yet."""

    def __init__(self) -> None:
        """Begin at the beginning of a connection."""
        self._rest = b""
        self._lines = LineBuffer()
        self._form: Literal["binary", "text"] | None = None

    def clear(self) -> None:
        """Begin anew: what is held will never end, and what comes may have another form."""
        self._rest = b""
        self._lines.clear()
        self._form = None

    def split(self, data: bytes) -> list[Frame | SchemaError]:
        """Return the frames that end in a piece, in order.

        Bytes that are no frame are an error, one for as many as come together.
        """
        if self._form is None:
            data, self._rest = self._rest + data, b""
            binary, text = _IS_BINARY.search(data), _IS_TEXT.search(data)
            if binary and not (text and text.start() < binary.start()):
                self._form = "binary"
            elif text:
                self._form = "text"
            elif len(data) > _UNDECIDED:
                return [_junk(data)]
            else:
                self._rest = data
                return []
        return self._split_binary(data) if self._form == "binary" else self._split_text(data)

    def _split_binary(self, data: bytes) -> list[Frame | SchemaError]:
        data = self._rest + data
        found: list[Frame | SchemaError] = []
        place = read = 0  # between them lies what is no frame
        while place < len(data):
            frame = _FRAME.match(data, place)
            if not frame and _BEGUN.match(data, place):
                break
            match = frame or _OTHER.match(data, place)
            if not match:
                start = _START.search(data, place + 1)
                place = start.start() if start else len(data)
                continue
            if read < place:
                found.append(_junk(data[read:place]))
            place = read = match.end()
            if frame and (body := frame[1] or frame[2]):
                body = body.replace(b"\x1a\x1a", b"\x1a")
                found.append(Frame(body[_HEAD:].hex(), int.from_bytes(body[:6])))
        if read < place:
            found.append(_junk(data[read:place]))
        self._rest = data[place:]
        return found

    def _split_text(self, data: bytes) -> list[Frame | SchemaError]:
        found: list[Frame | SchemaError] = []
        for line in self._lines.split(data):
            if isinstance(line, SchemaError):
                found.append(line)
            elif not (match := _LINE.fullmatch(line.strip())):
                found.append(_junk(line))
            elif len(match[3]) > _MODE_AC:
                ticks = match[1] or match[2]
                found.append(Frame(match[3].decode().lower(), int(ticks, 16) if ticks else None))
        return found


def _junk(data: bytes) -> SchemaError:
    value = f"{data[:20]!r}" + "..." * (len(data) > 20)
    return SchemaError("format", value=value, limit="frames of Beast or AVR are needed")
