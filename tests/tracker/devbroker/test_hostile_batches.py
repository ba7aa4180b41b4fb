"""Batches that nobody should send, to the embedded broker and to Apache Kafka: both answer with the same error codes.

Where Apache Kafka accepts a batch that is refused here, `ACCEPTED_BY_KAFKA` says why.
"""

import struct
import uuid

import pytest
from devbroker_wire import compress, connected, create, now_ms, produce, record, seal, seek, varint

from tracker.devbroker.batch import FULL
from tracker.devbroker.errors import ErrorCode as Code

YEAR_2096 = 4_000_000_000_000
HOUR = 3_600_000
GOOD = record()
PACKED = ["gzip", "snappy", "lz4", "zstd"]


def xerial(*blocks):
    """Snappy as Java's library frames it."""
    packed = [compress("snappy", block) for block in blocks]
    return b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1) + b"".join(struct.pack(">i", len(p)) + p for p in packed)


def with_body(body):
    return varint(len(body)) + body


def bombs():
    """The batches that stopped an earlier broker, and their kin."""
    yield "900 kB of 0xff", seal(b"\xff" * 900_000), Code.UNKNOWN_SERVER_ERROR
    yield "900 kB of 0xff, as many records", seal(b"\xff" * 900_000, 900_000), Code.UNKNOWN_SERVER_ERROR
    yield "900 kB of zeros", seal(bytes(900_000)), Code.INVALID_RECORD
    yield "2^31-1 records in one", seal(GOOD, 2**31 - 1), Code.INVALID_RECORD
    yield "2^31-1 records, one offset", seal(GOOD, 2**31 - 1, delta=0), Code.INVALID_RECORD
    for codec in PACKED:
        yield (
            f"{codec} of 15 MiB of 0xff",
            seal(compress(codec, b"\xff" * (15 << 20)), codec=codec),
            Code.INVALID_RECORD,
        )
        yield f"{codec} of 15 MiB of zeros", seal(compress(codec, bytes(15 << 20)), codec=codec), Code.INVALID_RECORD
        yield f"{codec}, 2^31-1 records", seal(compress(codec, GOOD), 2**31 - 1, codec=codec), Code.INVALID_RECORD
    for codec in ("gzip", "zstd"):
        yield (
            f"{codec} of 64 MiB of 0xff",
            seal(compress(codec, b"\xff" * (64 << 20)), codec=codec),
            Code.INVALID_RECORD,
        )


def compressed():
    for codec in PACKED:
        packed, two = compress(codec, GOOD), compress(codec, GOOD + record(1))
        yield f"{codec}, good", seal(packed, codec=codec), Code.NONE
        yield f"{codec} of garbage", seal(b"\0\1garbage garbage", codec=codec), Code.UNKNOWN_SERVER_ERROR
        yield (
            f"{codec}, cut off",
            seal(compress(codec, record(value=bytes(range(256)) * 4))[:-20], codec=codec),
            (Code.UNKNOWN_SERVER_ERROR),
        )
        yield f"{codec}, more records than claimed", seal(two, codec=codec), Code.INVALID_RECORD
        yield f"{codec}, fewer records than claimed", seal(two, 3, codec=codec), Code.INVALID_RECORD
        gap, swapped = compress(codec, GOOD + record(5)), compress(codec, record(1) + GOOD)
        yield f"{codec}, offsets 0 and 5", seal(gap, 2, codec=codec), Code.UNKNOWN_SERVER_ERROR
        yield f"{codec}, offsets 1 and 0", seal(swapped, 2, codec=codec), Code.UNKNOWN_SERVER_ERROR
        wrong = compress(codec, record(key=(varint(100), b"")))
        yield f"{codec}, a key beyond its record", seal(wrong, codec=codec), Code.INVALID_RECORD
        yield f"{codec} of 2096", seal(packed, codec=codec, first=YEAR_2096), Code.INVALID_TIMESTAMP
    yield "zstd of nothing", seal(b"", codec="zstd"), Code.INVALID_RECORD
    for codec in ("gzip", "snappy", "lz4"):
        yield f"{codec} of nothing", seal(b"", codec=codec), Code.UNKNOWN_SERVER_ERROR
    for codec in ("snappy", "lz4", "zstd"):
        junk = seal(compress(codec, GOOD) + b"junkjunk", codec=codec)
        yield f"{codec}, junk behind it", junk, Code.UNKNOWN_SERVER_ERROR
    yield "gzip, junk behind it", seal(compress("gzip", GOOD) + b"junkjunk", codec="gzip"), Code.UNKNOWN_SERVER_ERROR
    linked = bytearray(compress("lz4", GOOD))
    linked[4] &= ~0x20
    yield "lz4 of blocks that depend on each other", seal(bytes(linked), codec="lz4"), Code.UNKNOWN_SERVER_ERROR
    yield "xerial, good", seal(xerial(GOOD), codec="snappy"), Code.NONE
    yield "xerial, two blocks", seal(xerial(GOOD[:4], GOOD[4:]), codec="snappy"), Code.NONE
    yield "xerial, cut off", seal(xerial(GOOD)[:-3], codec="snappy"), Code.UNKNOWN_SERVER_ERROR
    lying = xerial()[:16] + struct.pack(">i", 2**31 - 1) + b"xx"
    yield "xerial, a block of 2 GiB", seal(lying, codec="snappy"), Code.UNKNOWN_SERVER_ERROR
    yield (
        "snappy that claims 4 GiB",
        seal(b"\xff\xff\xff\xff\x0f" + b"x" * 20, codec="snappy"),
        (Code.UNKNOWN_SERVER_ERROR),
    )
    for bits in (5, 6, 7):
        yield f"compression {bits}", seal(GOOD, attributes=bits), Code.UNKNOWN_SERVER_ERROR
    large = record(value=bytes(20 << 20))
    yield "gzip of a record of 20 MiB", seal(compress("gzip", large), codec="gzip"), Code.MESSAGE_TOO_LARGE
    count = FULL.records + 1
    many = compress("gzip", b"".join(record(i, value=None) for i in range(count)))
    yield f"gzip of {count} records", seal(many, count, codec="gzip"), Code.MESSAGE_TOO_LARGE
    yield (
        f"gzip of {FULL.records} records",
        seal(
            compress("gzip", b"".join(record(i, value=None) for i in range(FULL.records))), FULL.records, codec="gzip"
        ),
        Code.NONE,
    )
    headers = compress("gzip", record(headers=varint(FULL.records) + b"\0\1" * FULL.records))
    yield f"gzip of a record with {FULL.records} headers", seal(headers, codec="gzip"), Code.MESSAGE_TOO_LARGE


def frames():
    good = seal(GOOD)
    yield "good", good, Code.NONE
    yield "nothing", b"", Code.INVALID_RECORD
    yield "half a header", good[:40], Code.INVALID_RECORD
    yield "a byte less", good[:-1], Code.INVALID_RECORD
    yield "two batches", good * 2, Code.INVALID_RECORD
    yield "four bytes behind it", seal(GOOD, tail=b"junk"), Code.INVALID_RECORD
    yield "half a batch behind it", good + good[:40], Code.INVALID_RECORD
    yield "200 bytes of 0xff behind it", seal(GOOD, tail=b"\xff" * 200), Code.CORRUPT_MESSAGE
    for magic, code in ((0, Code.INVALID_RECORD), (1, Code.INVALID_RECORD), (3, Code.CORRUPT_MESSAGE)):
        yield f"format {magic}", seal(GOOD, magic=magic), code
    yield "format 255", seal(GOOD, magic=255), Code.CORRUPT_MESSAGE
    yield "a wrong checksum", seal(GOOD, crc=1), Code.CORRUPT_MESSAGE
    for length, code in (
        (-1, Code.CORRUPT_MESSAGE),
        (0, Code.CORRUPT_MESSAGE),
        (20, Code.CORRUPT_MESSAGE),
        (50, Code.CORRUPT_MESSAGE),
        (len(good) - 11, Code.INVALID_RECORD),
        (2**31 - 1, Code.UNKNOWN_SERVER_ERROR),
    ):
        yield f"a length of {length}", seal(GOOD, length=length), code
    yield "offset 5", seal(GOOD, base=5), Code.INVALID_RECORD
    yield "offset -5", seal(GOOD, base=-5), Code.INVALID_RECORD
    yield "leader epoch 7", seal(GOOD, epoch=7), Code.NONE
    yield "too large", seal(record(value=bytes(1_100_000))), Code.MESSAGE_TOO_LARGE
    yield "too large, with a wrong checksum", seal(record(value=bytes(1_100_000)), crc=1), Code.MESSAGE_TOO_LARGE
    yield "2 records in one", seal(GOOD, 2), Code.INVALID_RECORD
    yield "1 record in two", seal(GOOD + record(1)), Code.INVALID_RECORD
    yield "0 records in one", seal(GOOD, 0), Code.INVALID_RECORD
    yield "0 records in one, offsets for one", seal(GOOD, 0, delta=0), Code.INVALID_RECORD
    yield "-1 records", seal(GOOD, -1, delta=0), Code.INVALID_RECORD
    yield "0 records in none", seal(b"", 0), Code.INVALID_RECORD
    yield "1 record in none", seal(b""), Code.INVALID_RECORD
    yield "transactional", seal(GOOD, attributes=0x10), Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    yield (
        "transactional, with a producer",
        seal(GOOD, attributes=0x10, producer=(5, 0, 0)),
        (Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
    )
    yield "control records", seal(GOOD, attributes=0x20), Code.INVALID_RECORD
    yield (
        "control records of a transaction",
        seal(GOOD, attributes=0x30, producer=(5, 0, 0)),
        (Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
    )
    yield "the bit of append time", seal(GOOD, attributes=0x08), Code.NONE
    yield "attributes of the future", seal(GOOD, attributes=0x4080), Code.NONE
    yield "a producer without sequence numbers", seal(GOOD, producer=(5, 0, -1)), Code.INVALID_RECORD
    yield "a producer of epoch -1", seal(GOOD, producer=(6, -1, 0)), Code.NONE
    yield "an unknown producer, in the middle", seal(GOOD, producer=(7, 0, 9)), Code.NONE
    yield "a producer below none", seal(GOOD, producer=(-2, 0, 0)), Code.NONE


def contents():
    yield "a record of length -1", seal(record(length=varint(-1))), Code.INVALID_RECORD
    yield "a record of length 0", seal(b"\0"), Code.INVALID_RECORD
    yield "a record beyond the batch", seal(record(length=varint(50))), Code.INVALID_RECORD
    yield "a record longer than its length", seal(record(length=varint(5))), Code.INVALID_RECORD
    yield "a record shorter than its length", seal(record(tail=b"xx")), Code.INVALID_RECORD
    padded = bytes([GOOD[0] | 0x80]) + b"\x80\x80\x80"
    yield "a length of 5 bytes", seal(padded + b"\0" + GOOD[1:]), Code.NONE
    yield "a length of 6 bytes", seal(padded + b"\x80\0" + GOOD[1:]), Code.UNKNOWN_SERVER_ERROR
    yield "a length of 5 bytes that is too large", seal(b"\xff\xff\xff\xff\x7f" + GOOD[1:]), Code.INVALID_RECORD
    yield "attributes of a record", seal(record(attributes=0x7F)), Code.NONE
    for name in ("key", "value"):
        yield f"a {name} of length -2", seal(record(**{name: (varint(-2), b"")})), Code.NONE
        yield f"a {name} beyond its record", seal(record(**{name: (varint(100), b"")})), Code.INVALID_RECORD
        yield f"a {name} of 2 GiB", seal(record(**{name: (varint(2**31 - 1), b"")})), Code.INVALID_RECORD
    yield "no value", seal(record(value=None)), Code.NONE
    for text, headers, code in (
        ("-1 headers", varint(-1), Code.INVALID_RECORD),
        ("2^31-1 headers", varint(2**31 - 1), Code.INVALID_RECORD),
        ("3 headers in a byte", varint(3) + b"\0", Code.INVALID_RECORD),
        ("a header without a key", varint(1) + varint(-1) + varint(-1), Code.INVALID_RECORD),
        ("a header without a value", varint(1) + varint(1) + b"k" + varint(-1), Code.NONE),
        ("a header with a value of length -2", varint(1) + varint(1) + b"k" + varint(-2), Code.NONE),
        ("a header's key beyond its record", varint(1) + varint(100) + b"k" + varint(-1), Code.INVALID_RECORD),
        ("a header's value beyond its record", varint(1) + varint(1) + b"k" + varint(100), Code.INVALID_RECORD),
        ("a header's key that is not UTF-8", varint(1) + varint(1) + b"\xff" + varint(-1), Code.NONE),
    ):
        yield text, seal(record(headers=headers)), code
    rest = b"\x01\x02v\0"
    yield "an offset of 6 bytes", seal(with_body(b"\0\0" + b"\x80" * 5 + b"\0" + rest)), Code.INVALID_RECORD
    yield "a time of 10 bytes", seal(with_body(b"\0" + b"\x80" * 9 + b"\0\0" + rest)), Code.NONE
    yield "a time of 11 bytes", seal(with_body(b"\0" + b"\x80" * 10 + b"\0\0" + rest)), Code.INVALID_RECORD
    yield "offsets 0 and 5", seal(GOOD + record(5), 2), Code.INVALID_RECORD
    yield "offsets 1 and 0", seal(record(1) + GOOD, 2), Code.INVALID_RECORD
    yield "offsets 0 and 0", seal(GOOD + GOOD, 2), Code.INVALID_RECORD
    yield "offset 2^31-1 alone", seal(record(2**31 - 1)), Code.INVALID_RECORD
    yield "offset -7 alone", seal(record(-7)), Code.INVALID_RECORD


def times():
    now = now_ms()
    yield "in 50 minutes", seal(GOOD, first=now + HOUR * 5 // 6), Code.NONE
    yield "in 2 hours", seal(GOOD, first=now + 2 * HOUR), Code.INVALID_TIMESTAMP
    yield "of 2096", seal(GOOD, first=YEAR_2096), Code.INVALID_TIMESTAMP
    yield "of 2096 by its record alone", seal(record(time=2 * 10**12)), Code.INVALID_TIMESTAMP
    yield "of 1970", seal(GOOD, first=0), Code.NONE
    yield "without a time", seal(GOOD, first=-1), Code.NONE
    yield "before 1970", seal(GOOD, first=-5), Code.NONE
    yield "before all times", seal(GOOD, first=-(2**63)), Code.INVALID_TIMESTAMP
    for delta in (-(2**63), 2**63 - 1):
        yield f"by {delta} ms off", seal(record(time=delta)), Code.INVALID_TIMESTAMP
    yield "after all times", seal(record(time=2**63 - 1), first=0), Code.INVALID_TIMESTAMP
    for last in (YEAR_2096, 5, -1):
        yield f"with a latest time of {last}", seal(GOOD, last=last), Code.NONE


ACCEPTED_BY_KAFKA = {
    # Its checks stop at the first batch, and at the end of a compressed stream.
    "four bytes behind it",
    "half a batch behind it",
    "gzip, junk behind it",
    "lz4, junk behind it",
    # It does not look at the offsets of records that are not compressed, and later answers with records that are not
    # where they say.
    "offsets 0 and 5",
    "offsets 1 and 0",
    "offsets 0 and 0",
    "offset 2^31-1 alone",
    "offset -7 alone",
    # It has threads to spare, and no limit.
    "gzip of a record of 20 MiB",
    f"gzip of {FULL.records + 1} records",
    f"gzip of a record with {FULL.records} headers",
}


async def make_topic(client, kind="CreateTime"):
    topic = f"t-{uuid.uuid4().hex[:8]}"
    await create(client, topic, message_timestamp_type=kind)
    # Apache Kafka has made a topic a moment after it said so.
    while (await produce(client, topic, seal(GOOD, crc=1))).error_code == Code.UNKNOWN_TOPIC_OR_PARTITION:
        pass
    return topic


async def answers(address, kind, cases):
    """The error codes to batches; the connection survives them all."""
    async with connected(address) as client:
        topic = await make_topic(client, kind)
        return {name: Code((await produce(client, topic, batch)).error_code) for name, batch, _ in cases}


def expected(cases, broker):
    accepted = ACCEPTED_BY_KAFKA if broker.name == "kafka" else ()
    return {name: Code.NONE if name in accepted else code for name, _, code in cases}


@pytest.mark.parametrize("make", [bombs, compressed, frames, contents, times])
async def test_a_batch_is_answered_as_by_apache_kafka(any_broker, make):
    cases = list(make())
    assert await answers(any_broker.address, "CreateTime", cases) == expected(cases, any_broker)


async def test_a_topic_of_append_time_takes_any_time_but_not_from_a_producer_that_claims_to_have_set_it(any_broker):
    cases = [(name, batch, Code.NONE) for name, batch, _ in times()]
    cases.append(("append time", seal(GOOD, attributes=8), Code.INVALID_TIMESTAMP))
    assert await answers(any_broker.address, "LogAppendTime", cases) == expected(cases, any_broker)


async def test_zstd_is_refused_where_the_protocol_has_none(any_broker):
    batch = seal(compress("zstd", GOOD), codec="zstd")
    async with connected(any_broker.address) as client:
        topic = await make_topic(client)
        assert (await produce(client, topic, batch, version=6)).error_code == Code.UNSUPPORTED_COMPRESSION_TYPE


async def test_a_batch_that_lies_about_its_latest_time_is_found_by_the_times_of_its_records(any_broker):
    records, now = record(0, 0) + record(1, 7) + record(2, 3), now_ms()
    async with connected(any_broker.address) as client:
        for codec, packed in (("plain", records), ("gzip", compress("gzip", records))):
            for claimed in (YEAR_2096, 5, -1):
                topic = await make_topic(client)
                written = await produce(client, topic, seal(packed, 3, codec=codec, first=now, last=claimed))
                assert written.error_code == Code.NONE
                assert await seek(client, topic, now + 1) == (1, now + 7)
                assert await seek(client, topic, now + 8) == (-1, -1)
                assert await seek(client, topic, -3) == (1, now + 7)
