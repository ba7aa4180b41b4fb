"""producer/sources/mode_s.py: frames out of the pieces in which a connection delivers them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mode_s_frames import beast

from producer.sources.mode_s import MLAT_TICKS, TICKS, Frame, FrameBuffer, date
from producer.wire import SchemaError

SHORT, LONG = "2928080069049e", "8f393322384a02aea63afc43dcba"

_MEANING = b"\x1a123*;\x00\n"
_OFTEN = bytes(_MEANING[byte % 8] if byte >= 128 else byte for byte in range(256))
"""Half of all bytes mean something in one of the forms."""
binary = st.binary(max_size=40).map(lambda raw: raw.translate(_OFTEN))
hexes = (st.binary(min_size=7, max_size=7) | st.binary(min_size=14, max_size=14)).map(
    lambda raw: raw.translate(_OFTEN).hex()
)
places = st.lists(st.integers(0, 300), max_size=8)
ticks = st.one_of(st.integers(0, 2**48 - 1), st.just(0x1A1A1A1A1A1A))


def split(pieces):
    buffer = FrameBuffer()
    return [found for piece in pieces for found in buffer.split(piece)]


def cut(data, places):
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@given(st.lists(st.tuples(hexes, ticks, st.integers(0, 255)), max_size=6), places)
def test_binary_frames_are_the_same_wherever_the_pieces_end(frames, places):
    data = b"".join(beast(*frame) for frame in frames)
    assert split(cut(data, places)) == [Frame(hex_, count) for hex_, count, _ in frames]


@given(st.lists(st.tuples(hexes, st.none() | ticks), max_size=6), st.sampled_from(["\n", "\r\n"]), places)
def test_lines_of_text_are_the_same_wherever_the_pieces_end(frames, end, places):
    lines = [f"*{hex_.upper()};" if count is None else f"@{count:012X}{hex_.upper()};" for hex_, count in frames]
    data = "".join(line + end for line in lines).encode()
    assert split(cut(data, places)) == [Frame(*frame) for frame in frames]


def test_a_text_form_with_a_signal():
    assert split([f"<00000000002a55{LONG};\n".encode()]) == [Frame(LONG, 42)]


def test_the_last_frame_of_a_piece_does_not_wait_for_the_next():
    buffer = FrameBuffer()
    for _ in range(3):
        assert buffer.split(beast(LONG, 7)) == [Frame(LONG, 7)]


def test_frames_of_mode_a_c_and_of_a_receiver_about_itself_are_passed_over():
    settings = b"\x1a4" + b"\x01\x1a\x1a\x02" * 5
    receiver = b"\x1a\xe3" + bytes(8)
    data = beast("1000", 5) + settings + beast(SHORT, 6) + receiver + beast(LONG, 7)
    assert split([data]) == split(cut(data, range(len(data)))) == [Frame(SHORT, 6), Frame(LONG, 7)]
    assert split([f"*0000;\n*{LONG};\n*1000;\n".encode()]) == [Frame(LONG, None)]


def test_what_lies_between_binary_frames_is_refused_and_costs_no_other():
    found = split([beast(SHORT) + b"junk, and more of it" + beast(LONG) + beast(SHORT)[:-3] + beast(LONG)])
    assert [one for one in found if isinstance(one, Frame)] == [Frame(SHORT, 0), Frame(LONG, 0), Frame(LONG, 0)]
    junk, cut_short = (one for one in found if isinstance(one, SchemaError))
    assert str(junk) == "b'junk, and more of it': refused (format): frames of Beast or AVR are needed"
    assert cut_short.value.startswith("b'\\x1a2")


@pytest.mark.parametrize("junk", [b"\x1a\x1aX", b"\x1a2X", b"\x1a3", b"\x1a", bytes(3)])
def test_junk_is_refused_once_a_piece_however_often_a_frame_seems_to_begin_in_it(junk):
    first, *errors, last = split([beast(SHORT), junk * 20_000, beast(LONG)])
    assert (first, last) == (Frame(SHORT, 0), Frame(LONG, 0))
    assert 1 <= len(errors) <= 2
    assert {error.reason for error in errors} == {"format"}


@pytest.mark.parametrize("line", ["junk", f"*{LONG}", f"*{LONG[:-1]};", f"*{LONG[:-2]};", f"@{LONG};", "*zz;", ";"])
def test_a_line_that_is_no_frame_is_refused_and_costs_no_other(line):
    first, bad, last = split([f"*{LONG};\n{line}\n*{SHORT};\n".encode()])
    assert (first.hex, last.hex) == (LONG, SHORT)
    assert bad.reason == "format"


def test_an_endless_line_is_refused_once():
    found = split([f"*{LONG};\n".encode(), *[b"8f" * 1000] * 100, f"\n*{SHORT};\n".encode()])
    assert [type(one) for one in found] == [Frame, SchemaError, Frame]


def test_what_has_no_form_is_refused_bit_by_bit_and_not_held():
    buffer = FrameBuffer()
    found = [one for _ in range(100) for one in buffer.split(b"no frames " * 10)]
    assert 30 <= len(found) <= 50
    assert {one.reason for one in found} == {"format"}
    assert buffer.split(b"\n" + beast(LONG))[-1] == Frame(LONG, 0)


def test_another_connection_may_have_another_form():
    buffer = FrameBuffer()
    assert buffer.split(beast(LONG) + beast(SHORT)[:9]) == [Frame(LONG, 0)]
    buffer.clear()
    assert buffer.split(f"*{SHORT};\n*8f".encode()) == [Frame(SHORT, None)]
    buffer.clear()
    assert buffer.split(beast(LONG)) == [Frame(LONG, 0)]


@given(st.lists(binary | hexes.map(beast), max_size=8), places)
def test_any_bytes_are_frames_or_refused(parts, places):
    for one in split(cut(b"".join(parts), places)):
        assert isinstance(one, SchemaError) or len(one.hex) in (14, 28)


def frames(*counts):
    return [Frame(LONG, count) for count in counts]


def test_frames_that_come_together_are_told_apart_by_the_counter():
    begin = 10**12
    heard = frames(begin, begin + int(TICKS / 4), begin + int(TICKS / 2))
    assert date(heard, 1000.0) == [999.5, 999.75, 1000.0]


def test_without_a_counter_that_can_be_believed_frames_are_received_when_they_come():
    for counts in [(None, None), (MLAT_TICKS, MLAT_TICKS), (0, 10**13), (0, 0), (5, 3)]:
        assert date(frames(*counts), 1000.0) == [1000.0, 1000.0]
    assert date([], 1000.0) == []


@given(st.lists(st.none() | st.integers(0, 10**8), max_size=20))
def test_times_never_run_back_and_are_those_of_the_last_second(counts):
    dates = date(frames(*counts), 1000.0)
    assert len(dates) == len(counts)
    assert dates == sorted(dates)
    assert all(999.0 <= moment <= 1000.0 for moment in dates)
