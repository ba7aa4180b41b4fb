"""producer/sources/line_buffer.py: lines out of pieces."""

from hypothesis import given
from hypothesis import strategies as st

from producer.sources.line_buffer import LineBuffer
from producer.wire import SchemaError

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"").strip(b"\r")), max_size=12)


def split(pieces, longest=100):
    buffer = LineBuffer(longest)
    return [line for piece in pieces for line in buffer.split(piece)]


def cut(data, places):
    """The data in pieces that end at these places."""
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@given(LINES, st.sampled_from([b"\n", b"\r\n"]), st.lists(st.integers(0, 500)))
def test_lines_are_the_same_wherever_the_pieces_end(lines, end, places):
    data = b"".join(line + end for line in lines)
    assert split(cut(data, places)) == [line for line in lines if line]


def test_half_a_line_waits_for_its_end_and_is_dropped_where_that_cannot_come():
    buffer = LineBuffer()
    assert buffer.split(b"one\ntw") == [b"one"]
    assert buffer.split(b"o\nthr") == [b"two"]
    buffer.clear()
    assert buffer.split(b"four\n") == [b"four"]


@given(st.lists(st.sampled_from([b"abc", b"x" * 11, b"x" * 300, b"de"]), max_size=8), st.lists(st.integers(0, 3000)))
def test_a_line_that_is_too_long_is_refused_once_and_costs_no_other(lines, places):
    data = b"".join(line + b"\n" for line in lines)
    found = split(cut(data, places), longest=10)
    assert [line if isinstance(line, bytes) else "too long" for line in found] == [
        line if len(line) <= 10 else "too long" for line in lines
    ]


def test_a_line_without_an_end_is_not_held():
    buffer = LineBuffer(10)
    found = [error for _ in range(1000) for error in buffer.split(b"x" * 10)]
    assert [error.reason for error in found] == ["too-large"], "it is refused once, as soon as it is too long"
    assert isinstance(found[0], SchemaError)
    assert "no line end in 10 bytes" in str(found[0])
    assert buffer.split(b"x\nshort\n") == [b"short"]
    buffer.split(b"x" * 20)
    buffer.clear()
    assert buffer.split(b"short\n") == [b"short"], "another connection begins with a line of its own"
