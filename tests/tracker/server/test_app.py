"""The live server: real sockets on a free port, a real broker behind it."""

import asyncio
import contextlib
import gc
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from brokers import Topic
from patience import PATIENCE
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from producer.wire import StateVector, encode
from tracker.devbroker import BrokerThread
from tracker.feed.clocks import Clocks
from tracker.feed.records import read
from tracker.server.admission import Rules
from tracker.server.app import MOST_FAULTS, Service
from tracker.server.broadcast import STALLED_AFTER
from tracker.server.command import listen, run
from tracker.spans import Since
from tracker.stream.mirror import Mirror
from tracker.stream.protocol import DIALECT, Bye, Delta, Fault, Frame, Hello, Lag, Snapshot, decode


class Value:
    """A record as the feed hands it on."""

    partition = offset = 0
    timestamp_type = 1
    headers = ()

    def __init__(self, vector: StateVector) -> None:
        self.timestamp, self.value = round(time.time() * 1000), encode(vector)


class Server:
    """A server in this event loop; `hear` stands for records that come in."""

    def __init__(self, address: str, *, max_clients: int = 2000, lost_after: float = 60.0) -> None:
        self.service = Service(address, "shipments", since=Since(), stale_after=lost_after, lost_after=lost_after)
        self.rules = Rules(origins=frozenset({"https://map.example"}), max_clients=max_clients)
        self.listener = listen("127.0.0.1", 0)
        self.base = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = f"ws://{self.base}/ws/flights"

    async def __aenter__(self) -> "Server":
        listening = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(run(self.service, self.rules, self.listener, listening.set_result))
        await listening
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._running.done():
            signal.raise_signal(signal.SIGTERM)
        await self._running
        self.listener.close()

    def hear(self, *vectors: StateVector) -> None:
        self.service.store.take(
            read([Value(vector) for vector in vectors], 0.0, Clocks()), backlog=False, now=time.monotonic()
        )
        self.service.broadcast.publish()

    @contextlib.asynccontextmanager
    async def join(self, **wish: object):
        """A client that has subscribed, after its hello."""
        async with connect(self.url, subprotocols=[DIALECT], compression=None, max_size=1 << 26) as client:
            assert isinstance(await frame_of(client), Hello)
            await client.send(json.dumps({"type": "subscribe"} | wish))
            yield client


def aircraft(number: int, lat: float = 49.0, lon: float = 2.0, moment: float = 1e9) -> StateVector:
    return StateVector(icao24=f"{number:06x}", callsign=f"T{number}", lat=lat, lon=lon, altitude=1000.0, time=moment)


async def frame_of(client: ClientConnection) -> Frame:
    async with asyncio.timeout(PATIENCE):
        return decode(await client.recv())


async def first(kind: type[Frame], client: ClientConnection) -> Frame:
    """The next frame of a kind."""
    while not isinstance(frame := await frame_of(client), kind):
        pass
    return frame


async def until(holds) -> None:
    """Turn the loop until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)


@pytest.fixture
async def server(broker):
    async with Server(broker.address) as running:
        yield running


@pytest.mark.parametrize("count", [2, 10, 200])
async def test_all_clients_see_the_same_fleet(server, count):
    server.hear(*(aircraft(number, lat=number - 50.0) for number in range(100)))
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(server.join()) for _ in range(count)]
        for moment in range(1, 20):
            server.hear(*(aircraft(number, moment=1e9 + moment) for number in range(moment, 100)))
            await asyncio.sleep(0)
        fleets = []
        for client in clients:
            mirror = Mirror()
            while len(mirror) < 100 or mirror[f"{99:06x}"]["time"] < 1e9 + 19:
                mirror.apply(await frame_of(client), time.monotonic())
            fleets.append({key: (row["lat"], row["time"]) for key, row in mirror.aircraft().items()})
        truth = server.service.store.picture()
        expected = dict(zip(truth.key, zip(truth.lat.tolist(), truth.time.tolist(), strict=True), strict=True))
        assert all(fleet == expected for fleet in fleets)


async def test_the_plain_dialect_is_state_vectors_with_their_key(server):
    server.hear(aircraft(1))
    async with connect(server.url, compression=None) as client:
        assert json.loads(await client.recv()) == {
            "key": "000001", "icao24": "000001", "callsign": "T1",
            "lat": 49.0, "lon": 2.0, "altitude": 1000.0, "time": 1e9,
        }  # fmt: skip
        await client.send("whatever it says")
        server.hear(aircraft(1, lat=50.0, moment=1e9 + 1))
        assert json.loads(await client.recv())["lat"] == 50.0


async def test_a_box_is_kept_to_and_a_new_one_is_a_snapshot(server):
    server.hear(aircraft(1, lat=10, lon=179.5), aircraft(2, lat=10, lon=-179.5), aircraft(3, lat=10, lon=0))
    async with server.join(bbox=[175, 0, -175, 20]) as client:
        assert sorted((await first(Snapshot, client)).columns["key"]) == ["000001", "000002"]
        server.hear(aircraft(1, lat=10, lon=0, moment=1e9 + 1))
        assert (await first(Delta, client)).removed == ["000001"]
        await client.send('{"type": "subscribe", "bbox": [-5, 0, 5, 20]}')
        assert sorted((await first(Snapshot, client)).columns["key"]) == ["000001", "000003"]


async def test_a_reconnect_with_resume_is_sent_the_difference(server):
    server.hear(aircraft(1), aircraft(2))
    async with connect(server.url, subprotocols=[DIALECT], compression=None) as client:
        epoch = (await first(Hello, client)).epoch
        await client.send('{"type": "subscribe"}')
        seq = (await first(Snapshot, client)).seq
    server.hear(aircraft(2, lat=50.0, moment=1e9 + 1))
    async with server.join(resume={"epoch": epoch, "seq": seq}) as client:
        delta = await frame_of(client)
        assert isinstance(delta, Delta)
        assert delta.columns["key"] == ["000002"]
    async with server.join(resume={"epoch": "another", "seq": seq}) as client:
        assert isinstance(await frame_of(client), Snapshot)


async def test_lost_aircraft_are_removed_everywhere(broker):
    async with Server(broker.address, lost_after=1.0) as server, server.join() as client, server.join() as other:
        await until(lambda: server.service.feed.status.connected)
        server.hear(aircraft(1))
        for one in (client, other):
            while not (frame := await first(Delta, one)).removed:
                pass
            assert frame.removed == ["000001"]
        async with httpx.AsyncClient(base_url=f"http://{server.base}") as http:
            assert (await http.get("/api/flights")).json()["flights"] == []


async def test_max_hz_is_kept_to_and_the_newest_comes_at_last(server):
    server.hear(aircraft(1))
    async with server.join(max_hz=4) as client:
        await first(Snapshot, client)
        begun, moment, frames = time.monotonic(), 1e9, []
        while time.monotonic() < begun + 1.0:
            moment += 1
            server.hear(aircraft(1, moment=moment))
            await asyncio.sleep(0.005)
        while not frames or frames[-1].columns["time"] != [moment]:
            frames.append(await first(Delta, client))
        assert len(frames) <= 4 * (time.monotonic() - begun) + 2


@pytest.mark.parametrize(
    ("headers", "status", "said"),
    [
        ({"Origin": "https://evil.example"}, 403, "evil.example"),
        ({"Origin": "null"}, 403, "null"),
        ({"Origin": "http://127.0.0.1:1"}, 403, "127.0.0.1:1"),
    ],
)
async def test_pages_of_others_are_turned_away_before_they_are_accepted(server, headers, status, said):
    with pytest.raises(InvalidStatus) as refused:
        await connect(server.url, additional_headers=headers)
    assert refused.value.response.status_code == status
    assert said in json.loads(refused.value.response.body)["detail"]
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"http://{server.base}/api/flights", headers=headers)).status_code == status


async def test_pages_that_are_allowed_may_read_the_answers(server):
    async with httpx.AsyncClient(base_url=f"http://{server.base}") as http:
        answer = await http.get("/api/flights", headers={"Origin": "https://map.example"})
    assert answer.headers["access-control-allow-origin"] == "https://map.example"


async def test_pages_of_its_own_and_those_that_are_allowed_are_let_in(server):
    for origin in (f"http://{server.base}", "https://map.example"):
        async with connect(server.url, origin=origin, compression=None):
            pass


async def test_a_host_that_is_not_ours_is_turned_away(server):
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"http://{server.base}/api/flights", headers={"Host": "rebound.example"})
    assert answer.status_code == 421
    assert "rebound.example" in answer.json()["detail"]


async def test_an_unknown_dialect_is_refused(server):
    with pytest.raises(InvalidStatus) as refused:
        await connect(server.url, subprotocols=["flights.v9"])
    assert refused.value.response.status_code == 400
    assert "flights.v9" in json.loads(refused.value.response.body)["detail"]


async def test_there_is_a_limit_of_clients(broker):
    async with Server(broker.address, max_clients=1) as server:
        async with connect(server.url, compression=None):
            await until(lambda: len(server.service.broadcast) == 1)
            with pytest.raises(InvalidStatus, match="503"):
                await connect(server.url)
        await until(lambda: len(server.service.broadcast) == 0)
        async with connect(server.url, compression=None):
            pass


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("junk", "malformed"),
        ('{"type": "shout"}', "shout"),
        ('{"type": "subscribe", "bbox": [0, 0, 0, 91]}', "north = 91"),
        ('{"type": "subscribe", "bbox": [0, 0]}', "bbox"),
        ('{"type": "subscribe", "max_hz": 1e9}', "max_hz"),
        ('{"type": "subscribe", "colour": "red"}', "colour"),
        ("[" * 10_000, "flights.v1.json"),
        (b"\xff\x00", "binary"),
        ('"' + "x" * (65 << 10) + '"', "65536"),
    ],
)
async def test_what_it_does_not_understand_is_answered_once_and_touches_nobody_else(server, message, said):
    server.hear(aircraft(1))
    async with server.join() as client, server.join() as other:
        await first(Snapshot, client)
        await first(Snapshot, other)
        await client.send(message)
        assert said in (await first(Fault, client)).reason
        server.hear(aircraft(1, moment=1e9 + 1))
        for one in (client, other):
            assert (await frame_of(one)).columns["time"] == [1e9 + 1]


async def test_who_goes_on_with_it_is_sent_away(server):
    async with server.join() as client:
        for _ in range(MOST_FAULTS):
            await client.send("junk")
        assert (await first(Bye, client)).code == 1008
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd.code == 1008
    await until(lambda: len(server.service.broadcast) == 0)


async def test_a_message_beyond_all_measure_is_closed_at_once(server):
    async with server.join() as client:
        await first(Snapshot, client)
        await client.send("x" * (200 << 10))
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd.code == 1009


async def mute(base: str) -> socket.socket:
    """A client that subscribes, and never reads again."""
    loop, client = asyncio.get_running_loop(), socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(0)
    host, port = base.split(":")
    await loop.sock_connect(client, (host, int(port)))
    await loop.sock_sendall(
        client,
        f"GET /ws/flights HTTP/1.1\r\nHost: {base}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Protocol: {DIALECT}\r\n\r\n".encode(),
    )
    while b"hello" not in await loop.sock_recv(client, 4096):
        pass
    subscribe = b'{"type":"subscribe"}'
    await loop.sock_sendall(client, bytes([0x81, 0x80 + len(subscribe), 0, 0, 0, 0]) + subscribe)
    return client


async def test_one_that_never_reads_costs_one_frame_and_is_closed_with_a_reason(server):
    fleet = [aircraft(number) for number in range(2000)]
    server.hear(*fleet)
    broadcast = server.service.broadcast
    with contextlib.closing(await mute(server.base)):
        await until(lambda: len(broadcast) == 1)
        (seat,) = broadcast._seats.values()
        most = 0
        async with server.join() as other:
            await first(Snapshot, other)
            for moment in range(1, 60):
                server.hear(*(aircraft(number, moment=1e9 + moment) for number in range(2000)))
                while (await first(Delta, other)).columns["time"][-1] < 1e9 + moment:
                    pass
                most = max(most, seat.outlet.waiting)
        assert 0 < most < 1 << 20  # a frame of them all is 200 KB; 59 of them were due
        broadcast.tick(time.monotonic() + 1.5)
        broadcast.tick(time.monotonic() + STALLED_AFTER + 3)
        assert not seat.outlet.open
        assert seat.outlet.conn.close_sent.code == 1013
        await until(lambda: len(broadcast) == 0)


async def test_one_that_says_goodbye_and_does_not_read_holds_nothing_for_long(server):
    server.hear(*(aircraft(number) for number in range(20_000)))
    with contextlib.closing(await mute(server.base)) as client:
        await until(lambda: any(seat.outlet.waiting for seat in server.service.broadcast._seats.values()))
        (seat,) = server.service.broadcast._seats.values()
        await asyncio.get_running_loop().sock_sendall(client, b"\x88\x80\0\0\0\0")
        await until(lambda: seat.outlet.disconnected)
        assert seat.outlet.waiting == 0


@pytest.fixture
def lasting_broker():
    """A broker that comes back at the same port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with BrokerThread(port=port) as running:
        yield running


async def test_while_the_broker_is_away_it_serves_on_and_says_so(lasting_broker):
    broker, topic = lasting_broker, Topic(lasting_broker.address)
    topic.create()
    topic.write(aircraft(7, moment=time.time()))
    async with Server(broker.address) as server, server.join() as client:
        await until(lambda: len(server.service.store.fleet) == 1)
        await asyncio.to_thread(broker.stop)
        await until(lambda: not server.service.feed.status.connected)
        lag = await first(Lag, client)
        while lag.behind_s == 0.0:  # of the start, when it was not connected yet
            lag = await first(Lag, client)
        assert lag.cause == "broker"
        async with httpx.AsyncClient(base_url=f"http://{server.base}") as http:
            answer = (await http.get("/api/flights")).json()
            assert not answer["connected"]
            assert [(one["key"], one["stale"]) for one in answer["flights"]] == [("000007", True)]
            assert (await http.get("/healthz")).status_code == 200
        await asyncio.to_thread(broker.start)
        while (await first(Lag, client)).behind_s > 0:
            pass
        topic.create()
        topic.write(aircraft(8, moment=time.time()))
        while "000008" not in (await first(Delta, client)).columns.get("key", []):
            pass


async def test_thousands_come_and_go_and_leave_nothing(server):
    def sockets() -> int:
        return sum(1 for one in Path("/proc/self/fd").iterdir() if one.is_symlink() and "socket" in str(one.readlink()))

    async def come(number: int) -> None:
        if number % 2:
            (await mute(server.base)).close()  # torn: no close frame, in the middle of a snapshot
        else:
            async with server.join() as client:
                await first(Snapshot, client)

    server.hear(*(aircraft(number) for number in range(50)))
    await come(0)
    await until(lambda: len(server.service.broadcast) == 0)
    before = sockets()
    for begin in range(0, 2000, 100):
        await asyncio.gather(*(come(number) for number in range(begin, begin + 100)))
    await until(lambda: len(server.service.broadcast) == 0 and sockets() <= before)
    await until(lambda: not any("run_asgi" in repr(task) for task in asyncio.all_tasks()))
    gc.collect()
    assert sum(type(one).__name__ == "Outlet" for one in gc.get_objects()) <= 1


async def test_the_page_the_descriptions_and_the_metrics_are_there(server):
    server.hear(aircraft(1))
    async with httpx.AsyncClient(base_url=f"http://{server.base}") as http:
        assert "<title>" in (await http.get("/")).text
        assert "/api/flights" in (await http.get("/openapi.json")).json()["paths"]
        async with server.join() as client:
            await first(Snapshot, client)
            text = (await http.get("/metrics")).text
    assert 'tracker_clients{dialect="flights.v1.json"} 1.0' in text


class Program:
    """`tracker serve` as a process of its own."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tracker", "serve", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> subprocess.Popen:
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


async def test_the_command_says_where_it_serves_is_ready_when_it_has_read_and_says_goodbye(broker, topic):
    topic.create()
    topic.write(*(aircraft(number, moment=time.time()) for number in range(500)))
    with Program("--port", "0", "--bootstrap-servers", broker.address) as program:
        base = (await asyncio.to_thread(program.stdout.readline)).split()[1]
        async with httpx.AsyncClient(base_url=base) as http:
            async with asyncio.timeout(PATIENCE):
                while (await http.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - nothing else tells
                    await asyncio.sleep(0.05)
            assert len((await http.get("/api/flights")).json()["flights"]) == 500
        async with connect(base.replace("http", "ws") + "/ws/flights", subprotocols=[DIALECT]) as client:
            await first(Hello, client)
            program.terminate()
            assert (await first(Bye, client)).code == 1001
            assert await asyncio.to_thread(program.wait, PATIENCE) == 0
        assert program.stdout.read() == "Stopped.\n"
        assert program.stderr.read() == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "yesterday"], "yesterday"),
        (["--port", "99999"], "99999"),
        (["--bootstrap-servers", "nowhere:at:all"], "nowhere:at:all"),
        (["--host", "192.0.2.1", "--port", "8000"], "192.0.2.1:8000"),
        (["--security-protocol", "SASL_SSL"], "SASL_MECHANISM"),
    ],
)
def test_what_cannot_be_started_is_said_in_one_line(options, said):
    with Program(*options) as program:
        output, errors = program.communicate(timeout=PATIENCE)
    assert program.returncode == 2
    assert output == ""
    assert said in errors
    assert "Traceback" not in errors
