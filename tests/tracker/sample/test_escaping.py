"""tracker/sample/escaping.py: whatever strangers wrote is one line of plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.sample.escaping import escaped, shown


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"lat": 48.0}', '{"lat": 48.0}'),
        ("höher".encode(), "höher"),
        (b"a\x1b[2Jb and more than that", r"a\x1b[2Jb and more than that"),
        ("from left \u202e to right".encode(), r"from left \u202e to right"),
        (b"\x00\x00\x00\x00\x07\x02", "0x000000000702"),
        (b"caf\xe9", "0x636166e9"),
        (b"", "(empty)"),
        (None, "(no value)"),
        (b"x" * 1000, "x" * 50 + "... (1,000 bytes)"),
        (b"\xff" * 1000, "0x" + "ff" * 24 + "... (1,000 bytes)"),
        ("ä".encode() * 1000, "ä" * 50 + "... (2,000 bytes)"),
    ],
)
def test_bytes_are_shown_as_text_or_as_hex_digits(data, line):
    assert shown(data, 50) == line


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode(errors="ignore")))
def test_nothing_steers_a_terminal_and_all_is_short(data):
    line = shown(data, 40)
    assert line.isprintable()
    assert len(line) <= 40 + len("... (300 bytes)")


@given(st.text())
def test_texts_are_printable_and_those_that_are_so_stay(text):
    assert escaped(text).isprintable()
    assert escaped(escaped(text)) == escaped(text)
