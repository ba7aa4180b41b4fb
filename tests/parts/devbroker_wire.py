"""What the tests of the embedded broker share: record batches, and a client that says exactly what it is told to."""

import asyncio
import contextlib
import socket
import struct
from time import time_ns

import cramjam
import lz4.frame
from crc32c import crc32c
from kafka.protocol.admin import CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest
from kafka.protocol.consumer import FetchRequest, ListOffsetsRequest
from kafka.protocol.producer import ProduceRequest
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder
from patience import PATIENCE

from tracker.devbroker import batch as batches
from tracker.devbroker.codec import APIS
from tracker.devbroker.configs import TopicConfig

CODECS = {"plain": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}

_HEADER = struct.Struct(">qiiBIhiqqqhii")
_COMPRESS = {
    "gzip": cramjam.gzip.compress,
    "snappy": cramjam.snappy.compress_raw,
    "lz4": lambda data: lz4.frame.compress(data, block_linked=False),
    "zstd": cramjam.zstd.compress,
}
ANY_TIME = TopicConfig(timestamp_after_ms=2**63 - 1)


def now_ms():
    return time_ns() // 1_000_000


def compress(codec, data):
    """Records as a codec of `CODECS` packs them."""
    return bytes(_COMPRESS[codec](data))


def varint(number):
    """A number in zigzag, as records hold it."""
    rest, encoded = (number << 1 ^ number >> 63) & (2**64 - 1), bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes((*encoded, rest))


def record(offset=0, time=0, *, key=None, value=b"v", headers=b"\0", attributes=0, length=None, tail=b""):
    """One record as bytes: `time` and `offset` are deltas; what is given as bytes may lie.

    `key` and `value` may be a pair, of the bytes that stand for the length and of those that follow.
    """
    body = bytes([attributes]) + varint(time) + varint(offset)
    for part in (key, value):
        prefix, content = part if isinstance(part, tuple) else (varint(-1 if part is None else len(part)), part or b"")
        body += prefix + content
    body += headers + tail
    return (varint(len(body)) if length is None else length) + body


def seal(
    records,
    count=1,
    *,
    codec="plain",
    attributes=0,
    delta=None,
    first=None,
    last=None,
    magic=2,
    base=0,
    epoch=-1,
    producer=(-1, -1, -1),
    length=None,
    crc=None,
    tail=b"",
):
    """A record batch around bytes, with a checksum that fits; what is given may lie."""
    first = now_ms() if first is None else first
    delta = count - 1 if delta is None else delta
    bits = attributes | CODECS[codec]
    times = (first, first if last is None else last)
    batch = bytearray(_HEADER.pack(base, 0, epoch, magic, 0, bits, delta, *times, *producer, count) + records)
    struct.pack_into(">i", batch, 8, len(batch) - 12 if length is None else length)
    struct.pack_into(">I", batch, 17, crc32c(bytes(batch[21:])) if crc is None else crc)
    return bytes(batch) + tail


def checked(data, *, config=ANY_TIME, now=0, effort=batches.FULL):
    """A batch as the broker takes it."""
    return batches.check(data, batches.parse(data, 1 << 30, 11), config, now, effort)


def build(times, *, codec=0, value=b"v", producer=-1, epoch=-1, sequence=-1):
    """A record batch with a record for each time."""
    builder = MemoryRecordsBuilder(
        2, codec, 1 << 26, producer_id=producer, producer_epoch=epoch, base_sequence=sequence
    )
    for time in times:
        builder.append(time, None, value, [])
    builder.close()
    return bytes(builder.buffer())


def records(data):
    """Offset, time and value of every record; asserts each batch's checksum."""
    found, batches = [], MemoryRecords(data)
    while batches.has_next():
        batch = batches.next_batch()
        assert batch.validate_crc()
        found += [(record.offset, record.timestamp, record.value) for record in batch]
    return found


def has_ipv6():
    """Whether there is IPv6, and localhost means that too."""
    try:
        socket.getaddrinfo("localhost", None, family=socket.AF_INET6)
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


async def until(holds):
    """Give way to the broker, which shares this loop, until it is where we want it."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0)


class Client:
    """One connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, address):
        host, port = address.rsplit(":", 1)
        return cls(*await asyncio.open_connection(host, int(port)))

    def send(self, request, version, correlation=7):
        request.API_VERSION = version
        request.with_header(correlation, "test")
        self.writer.write(request.encode(header=True, framed=True))
        return request

    async def receive(self, request):
        (size,) = struct.unpack(">i", await self.reader.readexactly(4))
        frame = await self.reader.readexactly(size)
        response = APIS[request.API_KEY].response
        return response.decode(frame, version=request.API_VERSION, header=True)

    async def ask(self, request, version):
        return await self.receive(self.send(request, version))

    async def close(self):
        self.writer.close()
        with contextlib.suppress(ConnectionError):  # the broker may have hung up
            await self.writer.wait_closed()


@contextlib.asynccontextmanager
async def connected(address):
    """A client, for as long as the block lasts."""
    client = await Client.connect(address)
    try:
        yield client
    finally:
        await client.close()


def creation(name, partitions=1, **configs):
    topic = CreateTopicsRequest.CreatableTopic
    return CreateTopicsRequest(
        topics=[
            topic(
                name=name,
                num_partitions=partitions,
                replication_factor=1,
                assignments=[],
                configs=[
                    topic.CreatableTopicConfig(name=key.replace("_", "."), value=str(value))
                    for key, value in configs.items()
                ],
            )
        ],
        timeout_ms=1000,
    )


async def create(client, name, partitions=1, **configs) -> CreateTopicsResponse:
    response = await client.ask(creation(name, partitions, **configs), 7)
    return response.topics[0]


def deletion(name):
    state = DeleteTopicsRequest.DeleteTopicState
    return DeleteTopicsRequest(topics=[state(name=name, topic_id=None)], timeout_ms=1000)


def production(topic, batch, *, acks=-1, partition=0):
    data = ProduceRequest.TopicProduceData
    return ProduceRequest(
        acks=acks,
        timeout_ms=1000,
        topic_data=[data(name=topic, partition_data=[data.PartitionProduceData(index=partition, records=batch)])],
    )


async def produce(client, topic, batch, *, version=9, **options):
    response = await client.ask(production(topic, batch, **options), version)
    return response.responses[0].partition_responses[0]


def fetching(topic, offset, *, topic_id=None, wait_ms=0, max_bytes=1 << 20, min_bytes=1, partition=0):
    wanted = FetchRequest.FetchTopic
    return FetchRequest(
        max_wait_ms=wait_ms,
        min_bytes=min_bytes,
        max_bytes=max_bytes,
        topics=[
            wanted(
                topic=topic,
                topic_id=topic_id,
                partitions=[
                    wanted.FetchPartition(partition=partition, fetch_offset=offset, partition_max_bytes=max_bytes)
                ],
            )
        ],
    )


def fetched(response):
    return response.responses[0].partitions[0]


async def seek(client, topic, timestamp):
    """Offset and time of the first record at or after a time, as ListOffsets tells them."""
    wanted = ListOffsetsRequest.ListOffsetsTopic
    partition = wanted.ListOffsetsPartition(partition_index=0, current_leader_epoch=-1, timestamp=timestamp)
    request = ListOffsetsRequest(
        replica_id=-1, isolation_level=0, topics=[wanted(name=topic, partitions=[partition])], timeout_ms=1000
    )
    found = (await client.ask(request, 7)).topics[0].partitions[0]
    assert found.error_code == 0
    return found.offset, found.timestamp
