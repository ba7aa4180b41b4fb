"""The frames of the socket: what both ends, the page of documentation and the golden file agree on."""

import json
from pathlib import Path

import msgspec
import pytest
from websockets.frames import Frame, Opcode

from tracker.stream import protocol
from tracker.stream.protocol import COLUMNS, MAX_MESSAGE_BYTES, Subscribe, decode, decode_subscribe, encode, prepare

GOLDEN = json.loads(Path(__file__).with_name("protocol_golden.json").read_text())
DOCUMENT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text()
FRAMES = (protocol.Hello, protocol.Snapshot, protocol.Delta, protocol.Lag, protocol.Fault, protocol.Bye, Subscribe)


@pytest.mark.parametrize("example", GOLDEN, ids=lambda example: example["type"])
def test_every_example_is_read_and_written_as_it_is(example):
    text = json.dumps(example)
    frame = decode_subscribe(text) if example["type"] == "subscribe" else decode(text)
    assert json.loads(encode(frame)) == example


def test_every_frame_field_and_column_is_in_the_golden_file_and_in_the_document():
    for kind in FRAMES:
        name = kind.__struct_config__.tag
        examples = [example for example in GOLDEN if example["type"] == name]
        assert examples
        assert f"`{name}`" in DOCUMENT
        for field in kind.__struct_fields__:
            assert any(field in example for example in examples), (name, field)
            assert f"`{field}`" in DOCUMENT, (name, field)
    seen = {column for example in GOLDEN for column in example.get("columns", {})}
    assert seen == set(COLUMNS)
    assert all(f"`{column}`" in DOCUMENT for column in COLUMNS)
    assert {name for example in GOLDEN for name in example} <= {
        "type",
        *(field for kind in FRAMES for field in kind.__struct_fields__),
    }


def test_the_limits_are_those_of_the_document():
    for limit in (
        f"{MAX_MESSAGE_BYTES:,}",
        f"{2 * MAX_MESSAGE_BYTES:,}",
        f"at most {protocol.MAX_HZ:.0f}",
        f"over {protocol.FRAMES_AT_ONCE} frames at once, or {protocol.FRAMES_A_SECOND} a second",
        f"over {protocol.MAX_FRAGMENTS} fragments",
    ):
        assert limit in DOCUMENT
    assert protocol.DIALECT in DOCUMENT
    assert protocol.PATH in DOCUMENT


def test_a_client_passes_over_fields_that_it_does_not_know():
    assert decode('{"type": "bye", "code": 1001, "reason": "x", "later": 1}') == protocol.Bye(1001, "x")


def test_a_number_that_is_not_known_is_null():
    frame = protocol.Snapshot(1, {"velocity": [float("nan"), 1.0]})
    assert msgspec.json.decode(encode(frame))["columns"]["velocity"] == [None, 1.0]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("", "flights.v1.json"),
        ("null", "object"),
        ("{}", "type"),
        ('{"bbox": [0, 0, 1, 1]}', "type"),
        ('{"type": null}', "type"),
        ("[]", "object"),
        ('{"type": "hello"}', "hello"),
        ('{"type": "subscribe", "bbox": [1, 2, 3]}', "bbox"),
        ('{"type": "subscribe", "bbox": ["1", 2, 3, 4]}', r"bbox"),
        ('{"type": "subscribe", "bbox": [NaN, 2, 3, 4]}', "malformed"),
        ('{"type": "subscribe", "max_hz": 0}', "max_hz = 0"),
        ('{"type": "subscribe", "max_hz": 51}', "max_hz = 51: above 0 and at most 50"),
        ('{"type": "subscribe", "resume": {"epoch": "a", "seq": -1}}', "resume.seq"),
        ('{"type": "subscribe", "resume": {"epoch": "a"}}', "seq"),
        ('{"type": "subscribe", "colour": 1}', "colour"),
        ("[" * 5000, "flights.v1.json"),
        ("é" * MAX_MESSAGE_BYTES, f"{2 * MAX_MESSAGE_BYTES} bytes: at most {MAX_MESSAGE_BYTES}"),
        ('"\ud800"', "flights.v1.json"),
    ],
)
def test_what_is_no_wish_is_refused_with_a_sentence(message, said):
    with pytest.raises(ValueError, match=said):
        decode_subscribe(message)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 200_000])
def test_a_prepared_frame_is_what_the_library_would_write(size):
    payload = b"x" * size
    assert prepare(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
