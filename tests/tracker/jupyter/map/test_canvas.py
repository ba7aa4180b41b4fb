import struct
import zlib

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.jupyter.map.canvas import Canvas, rgb


def decode(png: bytes) -> npt.NDArray[np.uint8]:
    """A PNG of 24-bit colours and no row filters, its checksums verified, to an array of shape (height, width, 3)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(kind + data),)
        chunks[kind] = data
        at += 12 + length
    width, height, depth, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (depth, colour) == (8, 2)
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + width * 3)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def square(x: float, y: float, side: float) -> npt.NDArray[np.float64]:
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], float)


def test_filled_square_covers_its_pixels_and_no_other() -> None:
    canvas = Canvas(8, 6, "#ffffff")
    canvas.fill([square(2, 1, 3)], "#102030")
    image = decode(canvas.png())
    assert (image[1:4, 2:5] == rgb("#102030")).all()
    assert (image == 255).all(axis=2).sum() == 8 * 6 - 9


def test_ring_within_a_ring_is_a_hole() -> None:
    canvas = Canvas(10, 10, "#000000")
    canvas.fill([square(1, 1, 8), square(4, 4, 2)], "#ffffff")
    image = decode(canvas.png())[:, :, 0]
    assert image[2, 2] == 255
    assert image[5, 5] == 0


def test_lines_that_cross_leave_no_hole() -> None:
    canvas = Canvas(20, 20, "#000000")
    canvas.stroke([np.array([[0.0, 10.0], [20.0, 10.0], [10.0, 0.0], [10.0, 20.0]])], "#ffffff", 4)
    assert decode(canvas.png())[10, 10, 0] == 255


def test_half_covered_pixel_is_mixed() -> None:
    canvas = Canvas(3, 3, "#000000")
    canvas.fill([np.array([[0, 0], [3, 0], [0, 3]], float)], "#ffffff")
    assert 0 < decode(canvas.png())[1, 1, 0] < 255


def test_line_and_text_leave_ink_where_they_are() -> None:
    canvas = Canvas(60, 20, "#ffffff")
    canvas.stroke([np.array([[0.0, 10.0], [20.0, 10.0]])], "#000000", 2)
    canvas.text(30, 5, "a1", "#000000")
    dark = decode(canvas.png())[:, :, 0] < 128
    assert dark[10, 2:18].all()
    assert dark[5:15, 30:46].any()
    assert not dark[:, 50:].any()


@pytest.mark.parametrize("place", [(-20, -20), (500, 5), (5, 500), (-4, 8)])
def test_text_off_the_image_does_no_harm(place: tuple[int, int]) -> None:
    canvas = Canvas(20, 20, "#ffffff")
    canvas.text(*place, "LOST € ~", "#000000")
    assert decode(canvas.png()).shape == (20, 20, 3)


corner = st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))


@given(st.lists(corner, min_size=1, max_size=8))
def test_any_shape_can_be_drawn(corners: list[tuple[float, float]]) -> None:
    canvas = Canvas(12, 9, "#ffffff")
    canvas.fill([np.array(corners)], "#000000")
    canvas.stroke([np.array(corners)], "#ff0000")
    assert decode(canvas.png()).shape == (9, 12, 3)
