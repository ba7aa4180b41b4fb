"""tracker/sample/kinds.py: what the values of records are."""

import pytest

from tracker.sample.kinds import kind_of


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b'{"icao24": "3c1234", "lat": 48, "lon": 2}', "JSON: a state vector of this wire"),
        (b'{"a": 1}', "JSON: an object"),
        (b'{"a": NaN}', "JSON: an object"),
        (b'{"a": 1e999}', "JSON: an object"),
        (b'{"hex": "3c1234", "lat": 48, "lon": 2, "alt_baro": 1, "gs": 2}', "JSON: an object of another dialect"),
        (b'[{"lat": 1}, {}]', "JSON: an array of objects"),
        (b"[1, {}]", "JSON: an array"),
        (b"[]", "JSON: an empty array"),
        (b"12", "JSON: neither an object nor an array"),
        (b"null", "JSON: neither an object nor an array"),
        (b'{"schema": {}, "payload": {"lat": 1}}',
         "JSON: an envelope of Kafka Connect (schema, payload) around a value"),
        (b'{"schema": {}, "payload": {"op": "c", "after": {}}}',
         "JSON: an envelope of Kafka Connect (schema, payload) around a change event of Debezium"),
        (b'{"before": null, "after": {}, "op": "c"}', "JSON: a change event of Debezium (op, after)"),
        (b'\0\0\0\0\x07{"a": 1}', "a schema registry's frame around JSON: an object"),
        (b"\0\0\0\0\x07\x02\x0aabc\xff",
         "a schema registry's frame around no JSON (Avro or Protobuf?)"),
        (b"lat=1;lon=2", "no JSON: text"),
        (b"\x08\x96\x01\xff\x00", "no JSON: binary"),
        (b" \n", "no bytes, or blanks"),
        (None, "no value (a tombstone)"),
        (b" " * (1 << 20) + b"1", "more than 1,048,576 bytes: refused, whatever it is"),
        (b"[" * 100_000, "no JSON: text"),
    ],
)  # fmt: skip
def test_each_format_has_a_name(value, kind):
    assert kind_of(value) == kind
