"""`tracker tail`: what it draws, and the command as a process against a server."""

import asyncio
import io
import os
import pty
import signal
import sys
from contextlib import asynccontextmanager

import pytest
from fakeserver import running
from patience import PATIENCE
from rich.console import Console

from tracker.geo.boxes import Box
from tracker.stream.protocol import Bye, Delta, Fault, Hello, Lag, Snapshot, Subscribe
from tracker.tail import UNKNOWN, Board, table

FLEET = Snapshot(
    1,
    {
        "key": ["4ca7b0", "cs:TEST-1", "3c6444"],
        "callsign": ["RYR42", "TEST-1", None],
        "lat": [48.85661, -33.9, 0.0],
        "lon": [2.35222, 151.2, 179.99999],
        "velocity": [231.5, None, None],
        "track": [359.7, None, 7.2],
        "altitude": [10668.0, None, None],
        "vertical_rate": [-0.0001, None, 5.08],
        "on_ground": [False, True, None],
        "heard": [0.0, 2.0, 20.0],
    },
)


def board(*frames, box=None, now=0.0) -> Board:
    one = Board("ws://here/ws/flights", box, trouble=None)
    for frame in (Hello("e", 0.0), *frames):
        one.take(frame, now)
    return one


def drawn(board, now=0.0, rows=100, order="callsign", columns=120, **options) -> list[str]:
    """The lines of the table in a terminal of so many columns."""
    console = Console(file=io.StringIO(), width=columns, **options)
    console.print(table(board, now, rows, order, columns))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_row_has_the_units_of_analysts_and_a_dash_for_what_is_not_known():
    head, *lines = drawn(board(FLEET), now=1.0)
    assert head.split() == ["callsign", "key", "lat", "lon", "ft", "kt", "track", "ft/min", "age", "s"]
    assert [line.split() for line in lines] == [
        ["RYR42", "4ca7b0", "48.8566", "2.3522", "35,000", "450", "000", "+0", "1"],
        ["TEST-1", "cs:TEST-1", "-33.9000", "151.2000", "ground", UNKNOWN, UNKNOWN, UNKNOWN, "3"],
        [UNKNOWN, "3c6444", "0.0000", "180.0000", UNKNOWN, UNKNOWN, "007", "+1,000", "21"],
    ]


def test_those_heard_last_come_first_where_that_is_asked_for():
    heard = {"key": ["b", "a", "c", "d"], "callsign": ["C", "A", "B", "D"], "heard": [3.0, 2.0, 1.0, 2.0]}
    assert [line.split()[1] for line in drawn(board(Snapshot(1, heard)), order="age")[1:]] == ["c", "a", "d", "b"]
    assert [line.split()[1] for line in drawn(board(Snapshot(1, heard)))[1:]] == ["a", "c", "b", "d"]


def test_rows_that_find_no_room_are_counted():
    assert [line.split()[0] for line in drawn(board(FLEET), rows=3)[1:]] == ["RYR42", "TEST-1", UNKNOWN]
    assert drawn(board(FLEET), rows=2)[-1] == "and 2 more"
    assert len(drawn(board(FLEET), rows=2)) == 3


def test_aircraft_around_the_box_are_neither_drawn_nor_counted():
    one = board(FLEET, box=Box(0.0, 40.0, 10.0, 50.0))
    assert [line.split()[0] for line in drawn(one)[1:]] == ["RYR42"]
    assert "1 aircraft" in one.status(0.0)


@pytest.mark.parametrize("order", ["callsign", "age"])
def test_what_strangers_wrote_steers_neither_the_terminal_nor_the_markup(order):
    evil = board(Snapshot(1, {"key": ["[red]k\r"], "callsign": ["\x1b[2J\x9b1m[b]"]}), Fault("\x1b]0;title\x07\n"))
    text = "\n".join(drawn(evil, order=order)) + evil.status(0.0)
    assert not {"\x1b", "\x9b", "\r", "\x07"} & set(text)
    assert "[red]k" in text
    assert "[b]" in text
    assert "title" in text


SKY = Snapshot(
    1,
    {
        "key": ["4ca7b0", "id:TRUCK-7", "3c6444"],
        "callsign": ["RYR42", None, "DLH1"],
        "lat": [48.85661, 50.1, 0.0],
        "lon": [2.35222, 8.5, 179.99999],
        "heard": [0.0, 2.0, 2.0],
        "kind": [None, "vehicle", None],
        "typecode": ["B738", None, None],
        "registration": ["EI-DCL", None, None],
    },
)


def test_what_is_no_aircraft_says_what_it_is_and_types_and_registrations_have_columns_where_one_is_known():
    head, *lines = drawn(board(SKY))
    assert head.split() == ["callsign", "key", "type", "reg", "lat", "lon", "ft", "kt", "track", "ft/min", "age", "s"]
    assert [line.split()[:4] for line in lines] == [
        ["DLH1", "3c6444", UNKNOWN, UNKNOWN],
        ["RYR42", "4ca7b0", "B738", "EI-DCL"],
        [UNKNOWN, "id:TRUCK-7", "vehicle", UNKNOWN],
    ]
    assert "3 objects" in board(SKY).status(0.0)
    assert "type" not in drawn(board(FLEET))[0]


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (86, []),
        (85, ["reg"]),
        (78, ["reg"]),
        (77, ["reg", "ft/min"]),
        (70, ["reg", "ft/min"]),
        (69, ["reg", "ft/min", "type"]),
    ],
)
def test_a_narrow_terminal_is_shown_fewer_columns_and_each_of_them_whole(width, left_out):
    whole, shown = (table(board(SKY), 0.0, 100, width=one).columns for one in (None, width))
    assert [column.header for column in whole if column.header not in left_out] == [column.header for column in shown]
    assert "\N{HORIZONTAL ELLIPSIS}" not in "".join(drawn(board(SKY), columns=width))


def test_an_aircraft_is_stale_when_the_server_says_so():
    one = Board("ws://here/ws/flights", trouble=None)
    for frame in (Hello("e", 0.0, stale_after=1.0, lost_after=2.0), FLEET):
        one.take(frame, 0.0)
    assert dim(drawn(one, force_terminal=True, color_system="standard")) == [False, True, True]


def dim(lines) -> list[bool]:
    return ["\x1b[2m" in line for line in lines[1:]]


def test_stale_aircraft_are_dim_and_all_are_while_nothing_can_be_heard():
    colours = {"force_terminal": True, "color_system": "standard"}
    one = board(FLEET)
    assert dim(drawn(one, **colours)) == [False, False, True]
    one.take(Lag(1.0, "broker"), 0.0)
    assert dim(drawn(one, **colours)) == [True, True, True]
    one.take(Lag(0.0, "broker"), 0.0)
    assert dim(drawn(one, **colours)) == [False, False, True]
    one.trouble = "the connection was torn"
    assert dim(drawn(one, **colours)) == [True, True, True]


def test_the_status_tells_of_connection_aircraft_and_rate():
    one = board(FLEET)
    one.take(Delta(2, {"key": ["a"] * 30}), 4.0)
    one.take(Delta(3, {"key": ["b"] * 20}), 9.0)
    assert one.status(8.9) == "connected ws://here/ws/flights · 5 aircraft · 10.0 updates/s"
    assert one.status(9.0) == "connected ws://here/ws/flights · 5 aircraft · 4.0 updates/s"
    one.trouble = ""
    assert one.status(9.0).startswith("connecting ws://here/ws/flights")
    one.trouble = "the server stops"
    assert one.status(20.0) == "reconnecting (the server stops) ws://here/ws/flights · 5 aircraft · 0.0 updates/s"


def test_the_status_tells_what_is_late_for_as_long_as_it_is():
    one = board(Lag(2.5, "client"), now=10.0)
    assert one.status(14.9).endswith("· this terminal was 2.5 s behind")
    assert one.status(15.0).endswith("updates/s")
    one.take(Lag(3.0, "broker"), 20.0)
    assert one.status(22.0).endswith("· the server has heard nothing of its broker for 5 s")
    one.take(Lag(0.0, "broker"), 23.0)
    assert one.status(23.0).endswith("updates/s")


COMMAND = [sys.executable, "-c", "from tracker.tail import tail; tail()"]


@asynccontextmanager
async def tailing(*options, **streams):
    process = await asyncio.create_subprocess_exec(*COMMAND, *options, **{"stderr": asyncio.subprocess.PIPE} | streams)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(process, word: str) -> str:
    async with asyncio.timeout(PATIENCE):
        async for line in process.stdout:
            if word in line.decode():
                return line.decode().rstrip()
    raise AssertionError((await process.stderr.read()).decode())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_without_a_terminal_it_says_a_line_a_second_until_it_is_interrupted(number):
    options = ("--bbox", "-10,40,10,50", "--max-hz", "2")
    async with running() as server, tailing("--url", server.url, *options, stdout=asyncio.subprocess.PIPE) as process:
        seat, wish = await server.greeted()
        assert wish == Subscribe((-10.0, 40.0, 10.0, 50.0), 2.0)
        await seat.say(FLEET)
        assert await line_with(process, " 1 aircraft") == f"connected {server.url} · 1 aircraft · 0.0 updates/s"
        await seat.say(Delta(2, {}, ["4ca7b0"]))
        await line_with(process, " 0 aircraft")
        process.send_signal(number)
        _, complaints = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert (process.returncode, complaints) == (0, b"")
        assert seat.socket.close_code == 1000


async def test_it_says_that_it_is_reconnecting_and_goes_on():
    async with running() as server, tailing("--url", server.url, stdout=asyncio.subprocess.PIPE) as process:
        seat, _ = await server.greeted()
        await seat.say(FLEET)
        await line_with(process, "3 aircraft")
        server.refuses = 503
        await seat.say(Bye(1001, "the server stops"))
        await seat.close(1001)
        await line_with(process, "reconnecting (")
        server.refuses = None
        seat, wish = await server.greeted()
        assert wish.resume.seq == 1
        await seat.say(Delta(2, {}, ["4ca7b0"]))
        assert "connected" in await line_with(process, "2 aircraft")


async def test_in_a_terminal_it_draws_a_table_and_leaves_the_terminal_as_it_was():
    reading, writing = pty.openpty()
    seen = b""
    async with running() as server:
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "120", "LINES": "30"}
        async with tailing("--url", server.url, stdout=writing, env=environment) as process:
            os.close(writing)
            seat, _ = await server.greeted()
            await seat.say(FLEET)
            while b"RYR42" not in seen:
                seen += await asyncio.wait_for(asyncio.to_thread(os.read, reading, 65536), PATIENCE)
            process.send_signal(signal.SIGINT)
            try:
                while part := await asyncio.wait_for(asyncio.to_thread(os.read, reading, 65536), PATIENCE):
                    seen += part
            except OSError:  # the other end is closed
                pass
            assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    os.close(reading)
    assert seen.count(b"\x1b[?1049h") == seen.count(b"\x1b[?1049l") == 1  # into the alternate screen, and out of it
    assert seen.rindex(b"\x1b[?25h") > seen.rindex(b"\x1b[?25l")  # the cursor is shown again


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--url", "http://here/"], "is needed"),
        (["--bbox", "1,2,3"], "four numbers are needed"),
        (["--bbox", "0,60,1,50"], "south"),
        (["--max-hz", "0"], "max-hz"),
    ],
)
async def test_options_that_cannot_be_are_refused_in_a_sentence(options, words):
    async with tailing(*options, stdout=asyncio.subprocess.PIPE) as process:
        _, complaints = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 2
        assert words in complaints.decode()
        assert "Traceback" not in complaints.decode()


async def test_a_refusal_and_no_server_are_said_in_a_line():
    async with running() as server:
        server.refuses = 403
        async with tailing("--url", server.url, stdout=asyncio.subprocess.PIPE) as process:
            _, complaints = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, complaints) == (2, f"Error: {server.url} refuses us with 403: not you\n".encode())
    async with tailing(stdout=asyncio.subprocess.PIPE, env=os.environ | {"TRACKER_URL": server.url}) as process:
        _, complaints = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 2
    assert complaints.decode().startswith(f"Error: no connection to {server.url}: Connection refused")


async def test_junk_from_the_server_ends_it_with_a_sentence():
    async with running() as server, tailing("--url", server.url, stdout=asyncio.subprocess.PIPE) as process:
        seat, _ = await server.greeted()
        await seat.say(Snapshot(1, {"key": ["a"], "lat": []}))
        _, complaints = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert (process.returncode, complaints) == (2, b"Error: columns of unequal length: key 1, lat 0\n")
