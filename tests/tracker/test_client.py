"""The client of the live server, against one that says what the test wants."""

import asyncio
import socket

import pytest
from fakeserver import FakeServer, running
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE

from tracker.client import connect, delay
from tracker.errors import BadFrame, BadOption, ServerRefused, ServerUnreachable
from tracker.geo.boxes import Box
from tracker.stream.protocol import PATH, Bye, Delta, Fault, Hello, Lag, Resume, Snapshot, Subscribe

WORLD = Subscribe()
ALPS = (5.0, 44.0, 16.0, 48.0)
JURA = (5.0, 46.0, 8.0, 48.0)


@pytest.fixture
async def server():
    async with running() as fake:
        yield fake


async def take(frames, count: int):
    async with asyncio.timeout(PATIENCE):
        return [await anext(frames) for _ in range(count)]


async def meet(server: FakeServer, frames, *, epoch="e"):
    """A connection from the greeting on, and what the client asked for."""
    taking = asyncio.create_task(take(frames, 1))
    seat, wish = await server.greeted(epoch)
    assert await taking == [Hello(epoch, 0.0)]
    return seat, wish


async def test_frames_come_decoded_in_their_order_and_nothing_is_asked_before_the_greeting(server):
    told = [Snapshot(3, {"key": ["a"], "lat": [1.0]}), Delta(4, {}, ["a"]), Lag(2.0, "client"), Fault("no")]
    async with connect(server.url, bbox=ALPS, max_hz=2.0) as frames:
        assert not frames.connected
        seat, wish = await meet(server, frames)
        assert wish == Subscribe(ALPS, 2.0)
        assert frames.connected
        await seat.say(*told)
        assert await take(frames, 4) == told


async def test_what_the_handshake_offers_is_the_dialect_without_compression(server):
    async with connect(server.url):
        pass
    assert server.headers[0]["Sec-WebSocket-Protocol"] == "flights.v1.json"
    assert "Sec-WebSocket-Extensions" not in server.headers[0]


async def test_the_end_of_the_context_ends_connection_and_iteration(server):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
    async with asyncio.timeout(PATIENCE):
        await seat.socket.wait_closed()
    assert seat.socket.close_code == 1000
    assert [frame async for frame in frames] == []
    assert len(server.paths) == 1


async def test_after_a_drop_the_difference_is_asked_for(server):
    async with connect(server.url, bbox=Box(*ALPS)) as frames:
        seat, wish = await meet(server, frames)
        assert wish == Subscribe(ALPS)
        await seat.say(Snapshot(3, {}), Delta(9, {}))
        await take(frames, 2)
        seat.tear()
        seat, wish = await meet(server, frames)
        assert wish == Subscribe(ALPS, resume=Resume("e", 9))
        await seat.say(Delta(12, {}))
        assert await take(frames, 1) == [Delta(12, {})]
        seat.tear()
        _, wish = await meet(server, frames)
        assert wish.resume == Resume("e", 12)


async def test_a_frame_that_was_not_handed_out_does_not_count_for_the_resume(server):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        await seat.say(Snapshot(3, {}), Delta(9, {}))
        await take(frames, 1)
        seat.tear()
        assert await take(frames, 1) == [Delta(9, {})]
        _, wish = await meet(server, frames)
        assert wish.resume == Resume("e", 9)


async def test_another_run_of_the_server_is_asked_for_a_snapshot(server):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        await seat.say(Snapshot(3, {}))
        await take(frames, 1)
        seat.tear()
        seat, wish = await meet(server, frames, epoch="f")
        assert wish == WORLD
        seat.tear()
        _, wish = await meet(server, frames, epoch="e")
        assert wish == WORLD


async def test_a_drop_before_the_snapshot_leaves_nothing_to_resume(server):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        seat.tear()
        _, wish = await meet(server, frames)
        assert wish == WORLD


async def test_another_box_is_asked_for_on_the_live_connection_and_is_never_resumed_from_it(server):
    async with connect(server.url, bbox=ALPS) as frames:
        seat, _ = await meet(server, frames)
        await seat.say(Snapshot(3, {}))
        await take(frames, 1)
        await frames.subscribe(bbox=JURA, max_hz=5)
        assert await seat.heard() == Subscribe(JURA, 5)
        await seat.say(Delta(4, {}), Snapshot(5, {}))  # the first may be of the box before, or both
        await take(frames, 2)
        seat.tear()
        seat, wish = await meet(server, frames)
        assert wish == Subscribe(JURA, 5)
        await seat.say(Snapshot(6, {}))
        await take(frames, 1)
        seat.tear()
        _, wish = await meet(server, frames)
        assert wish == Subscribe(JURA, 5, Resume("e", 6))


async def test_another_rate_for_the_same_box_does_not_hinder_the_resume(server):
    async with connect(server.url, bbox=ALPS) as frames:
        seat, _ = await meet(server, frames)
        await seat.say(Snapshot(3, {}))
        await take(frames, 1)
        await frames.subscribe(bbox=Box(*ALPS), max_hz=1)
        assert await seat.heard() == Subscribe(ALPS, 1)
        seat.tear()
        _, wish = await meet(server, frames)
        assert wish == Subscribe(ALPS, 1, Resume("e", 3))


async def test_a_box_that_is_asked_for_between_two_connections_is_that_of_the_next(server):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        await seat.say(Snapshot(3, {}))
        await take(frames, 1)
        seat.tear()
        await seat.socket.wait_closed()
        waiting = asyncio.create_task(take(frames, 1))
        seat = await server.seat()
        await frames.subscribe(bbox=JURA)
        await seat.say(Hello("e", 0.0))
        await waiting
        assert await seat.heard() == Subscribe(JURA)


async def test_a_box_that_is_asked_for_before_the_greeting_is_asked_for_once_and_after_it(server):
    async with connect(server.url) as frames:
        await frames.subscribe(bbox=JURA)
        seat, wish = await meet(server, frames)
        await frames.subscribe(bbox=ALPS)
        assert [wish, await seat.heard()] == [Subscribe(JURA), Subscribe(ALPS)]


async def test_a_wait_that_is_cancelled_loses_no_frame(server):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await anext(frames)
        await seat.say(Snapshot(3, {}))
        assert await take(frames, 1) == [Snapshot(3, {})]


async def test_a_server_that_goes_away_is_waited_for():
    async with running() as first, connect(first.url) as frames:
        seat, _ = await meet(first, frames)
        await seat.say(Snapshot(3, {}), Bye(1001, "the server stops"))
        await seat.close(1001, "the server stops")
        assert await take(frames, 2) == [Snapshot(3, {}), Bye(1001, "the server stops")]
        first.refuses = 503
        waiting = asyncio.create_task(take(frames, 1))
        await first.came(3)  # two refusals
        assert (frames.connected, frames.trouble) == (False, "not you")
        first.refuses = None
        _, wish = await first.greeted("e")
        assert await waiting == [Hello("e", 0.0)]
        assert wish.resume == Resume("e", 3)
        assert (frames.connected, frames.trouble) == (True, "")


async def test_pauses_do_not_grow_from_a_drop_to_the_next_where_aircraft_came_in_between(server):
    drops = 20
    assert sum(delay(failures, 0.0) for failures in range(1, drops)) > PATIENCE / 2  # pauses that grow
    assert drops * delay(1, 1.0) < PATIENCE / 5  # that do not
    async with asyncio.timeout(PATIENCE / 2), connect(server.url) as frames:
        for seq in range(drops):
            seat, _ = await meet(server, frames)
            await seat.say(Delta(seq, {}))
            await take(frames, 1)
            seat.tear()
        await meet(server, frames)


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 1013])
async def test_these_codes_of_a_close_are_no_reason_to_stay_away(server, code):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        await seat.close(code)
        await meet(server, frames)


@pytest.mark.parametrize("spoken", [True, False])
async def test_a_server_that_does_not_want_us_is_left_alone(server, spoken):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        bye = [Bye(1008, "nothing was drained for 30 s")] * spoken
        await seat.say(*bye)
        await seat.close(1008, "nothing was drained for 30 s")
        assert await take(frames, len(bye)) == bye
        with pytest.raises(ServerRefused, match="refuses us with 1008: nothing was drained") as caught:
            await take(frames, 1)
        assert caught.value.code == 1008
        assert [frame async for frame in frames] == []


@pytest.mark.parametrize("status", [403, 503])
async def test_a_refusal_is_one_clear_error(server, status):
    server.refuses = status
    with pytest.raises(ServerRefused, match=f"{server.url} refuses us with {status}: not you") as caught:
        async with connect(server.url):
            pass
    assert caught.value.code == status


async def test_a_refusal_after_a_drop_ends_the_iteration_with_it(server):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        server.refuses = 403
        await seat.close(1001)
        with pytest.raises(ServerRefused, match="403"):
            await take(frames, 1)


async def test_a_server_of_no_such_dialect_is_refused():
    async with running(subprotocols=None) as other:
        with pytest.raises(ServerRefused, match="does not speak flights"):
            async with connect(other.url):
                pass


async def test_no_server_is_one_clear_error():
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{taken.getsockname()[1]}{PATH}"
        with pytest.raises(ServerUnreachable, match=f"no connection to {url}: Connection refused"):
            async with connect(url):
                pass


@pytest.mark.parametrize("junk", ["", "{", '{"type":"other"}', '{"type":"snapshot"}', "[" * 100_000, b"\xff\xff"])
async def test_junk_is_an_error_and_not_a_frame_that_is_missed(server, junk):
    async with connect(server.url) as frames:
        seat, _ = await meet(server, frames)
        await seat.say(junk)
        with pytest.raises(BadFrame, match="sent what is no frame"):
            await take(frames, 1)
        await asyncio.wait_for(seat.socket.wait_closed(), PATIENCE)
        assert [frame async for frame in frames] == []


async def test_without_reconnect_the_iteration_ends_with_the_connection(server):
    async with connect(server.url, reconnect=False) as frames:
        seat, _ = await meet(server, frames)
        await seat.say(Bye(1001, "stops"))
        await seat.close(1001, "stops")
        assert [frame async for frame in frames] == [Bye(1001, "stops")]
    assert len(server.paths) == 1


async def test_without_reconnect_a_torn_connection_is_an_error(server):
    async with connect(server.url, reconnect=False) as frames:
        seat, _ = await meet(server, frames)
        seat.tear()
        with pytest.raises(ServerUnreachable, match="torn"):
            await take(frames, 1)
    assert len(server.paths) == 1


@pytest.mark.parametrize("path", ["", "/"])
async def test_the_path_may_be_left_out(server, path):
    async with connect(f"ws://127.0.0.1:{server.port}{path}?token=x"):
        assert server.paths == [f"{PATH}?token=x"]


async def test_what_may_be_secret_stands_in_no_message(server):
    server.refuses = 403
    with pytest.raises(ServerRefused) as caught:
        async with connect(f"ws://me:hush@127.0.0.1:{server.port}/?token=hush"):
            pass
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://here/", "here:8000", "", "ws://", "ws://here:99999/", "ws://here/#there"])
async def test_an_address_of_something_else_is_refused(url):
    with pytest.raises(BadOption, match="ws://host:port/ws/flights") as caught:
        async with connect(url):
            pass
    assert caught.value.name == "url"


@pytest.mark.parametrize(
    "options",
    [
        {"bbox": (0, 0, 0, 99)},
        {"bbox": (0, 0)},
        {"bbox": "0,0,1,1"},
        {"max_hz": 0},
        {"max_hz": 51},
        {"max_hz": float("nan")},
    ],
)
async def test_options_outside_their_limits_are_refused_before_and_during_a_connection(server, options):
    (name,) = options
    with pytest.raises(BadOption) as caught:
        async with connect(server.url, **options):
            pass
    assert caught.value.name == name
    async with connect(server.url) as frames:
        with pytest.raises(BadOption):
            await frames.subscribe(**options)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_between_attempts_grow_and_have_a_limit(failures, chance):
    assert 0.05 <= delay(failures, chance) <= 10.0
    assert delay(failures, chance) <= delay(failures + 1, chance)
    assert delay(failures, 0.0) < delay(failures, 1.0)
