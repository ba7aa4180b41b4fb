"""What the tests of the embedded broker share: record batches, and a client that says exactly what it is told to."""

import asyncio
import struct

from kafka.protocol.admin import CreateTopicsRequest, CreateTopicsResponse
from kafka.protocol.consumer import FetchRequest
from kafka.protocol.producer import ProduceRequest
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder

from tracker.devbroker.wire import APIS

CODECS = {"plain": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


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


async def until(holds):
    """Give way to the broker, which shares this loop, until it is where we want it."""
    async with asyncio.timeout(5):
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
        await self.writer.wait_closed()


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


def production(topic, batch, *, acks=-1, partition=0):
    data = ProduceRequest.TopicProduceData
    return ProduceRequest(
        acks=acks,
        timeout_ms=1000,
        topic_data=[data(name=topic, partition_data=[data.PartitionProduceData(index=partition, records=batch)])],
    )


async def produce(client, topic, batch, **options):
    response = await client.ask(production(topic, batch, **options), 9)
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
