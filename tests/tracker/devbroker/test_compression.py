import struct

import cramjam
import pytest
from devbroker_wire import CODECS, compress
from hypothesis import given
from hypothesis import strategies as st

from tracker.devbroker.compression import decompress

STREAMS = ["gzip", "lz4", "zstd"]


def unpack(codec, packed, most):
    return decompress(CODECS[codec], memoryview(packed), most)


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "snappy", "lz4", "zstd"]))
def test_what_fits_comes_out_whole(data, codec):
    out, whole = unpack(codec, compress(codec, data), len(data))
    assert (bytes(out), whole) == (data, True)


@pytest.mark.parametrize("codec", STREAMS)
def test_of_a_bomb_comes_no_more_than_is_asked_for(codec):
    packed = compress(codec, b"\xff" * (64 << 20))
    out, whole = unpack(codec, packed, 1000)
    assert (bytes(out), whole) == (b"\xff" * 1000, False)


def test_of_snappy_that_does_not_fit_comes_nothing():
    out, whole = unpack("snappy", compress("snappy", bytes(5000)), 4999)
    assert (bytes(out), whole) == (b"", False)


def test_blocks_of_xerial_come_as_far_as_they_fit():
    block = compress("snappy", b"x" * 1000)
    packed = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1) + 3 * (struct.pack(">i", len(block)) + block)
    assert unpack("snappy", packed, 3000) == (b"x" * 3000, True)
    out, whole = unpack("snappy", packed, 2500)
    assert (bytes(out), whole) == (b"x" * 2000, False)


@given(st.binary(max_size=100), st.sampled_from(["gzip", "snappy", "lz4", "zstd"]))
def test_junk_is_a_value_error_or_short(junk, codec):
    try:
        out, _ = unpack(codec, junk, 10_000)
    except ValueError:
        return
    assert len(out) <= 10_000


@pytest.mark.parametrize("bits", [5, 6, 7])
def test_an_unknown_codec_is_named(bits):
    with pytest.raises(ValueError, match=str(bits)):
        decompress(bits, memoryview(b""), 10)


def test_a_snappy_block_that_claims_more_than_it_can_hold_is_not_given_the_memory():
    with pytest.raises(ValueError, match="claims"):
        unpack("snappy", b"\xff\xff\xff\xff\x0f" + b"x" * 20, 1 << 40)


def test_lz4_of_blocks_that_depend_on_each_other_is_refused_as_by_kafka():
    with pytest.raises(ValueError, match="independent"):
        unpack("lz4", bytes(cramjam.lz4.compress(b"x" * 200_000)), 1 << 20)


@pytest.mark.parametrize("codec", STREAMS)
def test_cramjam_still_says_when_its_output_does_not_fit(codec):
    with pytest.raises(cramjam.DecompressionError, match=r"^failed to write whole buffer$"):
        getattr(cramjam, codec).decompress_into(compress(codec, bytes(100)), bytearray(99))
