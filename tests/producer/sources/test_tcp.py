"""producer/sources/tcp.py: what a real peer sends, with all that can happen to a connection."""

import contextlib
import logging
import select
import socket
import struct
import time

import pytest
from brokers import free_port
from patience import PATIENCE

from producer.cluster.address import Address
from producer.sources.backoff import Backoff
from producer.sources.tcp import Peer
from producer.stop import Stop
from producer.wire import SchemaError


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        yield listening


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO, "producer.sources.tcp")
    return caplog


def peer_at(port, host="127.0.0.1", **options):
    return Peer(Address(host, port), **{"backoff": Backoff(0.01, 0.01)} | options)


def peer_of(listening, **options):
    return peer_at(listening.getsockname()[1], **options)


@contextlib.contextmanager
def hearing(peer, stop=None, longest=100):
    with contextlib.closing(peer.lines(stop or Stop(), longest)) as lines:
        yield lines


def accept(listening, lines):
    """The other end of the connection that is made as lines are asked for."""
    until(lines, lambda _: select.select([listening], [], [], 0)[0])
    return listening.accept()[0]


def hear(lines, count):
    """The next lines, so many at least."""
    return until(lines, lambda heard: len(heard) >= count)


def until(lines, holds):
    heard, deadline = [], time.monotonic() + PATIENCE
    while not holds(heard):
        assert time.monotonic() < deadline, f"heard {heard} alone"
        heard += next(lines)
    return heard


def test_lines_are_yielded_as_they_come(listener, log):
    with hearing(peer_of(listener)) as lines, accept(listener, lines) as other:
        other.sendall(b"one\r\ntwo\nthr")
        assert hear(lines, 2) == [b"one", b"two"]
        other.sendall(b"ee\n")
        assert hear(lines, 1) == [b"three"]
    assert log.messages == [f"127.0.0.1:{listener.getsockname()[1]} is connected"]


def test_a_silent_peer_is_told_as_nothing_again_and_again(listener):
    with hearing(peer_of(listener)) as lines, accept(listener, lines):
        assert [next(lines) for _ in range(4)] == [[]] * 4


def test_a_peer_over_ipv6():
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    listening.settimeout(PATIENCE)
    with listening, hearing(peer_of(listening, host="::1")) as lines, accept(listening, lines) as other:
        other.sendall(b"one\n")
        assert hear(lines, 1) == [b"one"]


def test_a_connection_that_ends_is_made_anew_and_half_a_line_is_dropped(listener, log):
    with hearing(peer_of(listener)) as lines:
        with accept(listener, lines) as other:
            other.sendall(b"one\nhalf")
            assert hear(lines, 1) == [b"one"]
        until(lines, lambda _: "has ended the connection" in log.text)
        with accept(listener, lines) as other:
            other.sendall(b"two\n")
            assert hear(lines, 1) == [b"two"]
    says = [message.split(" ", 1)[1] for message in log.messages]
    assert says == ["is connected", "has ended the connection: connecting again", "is connected"]


def test_a_connection_that_is_torn_is_made_anew(listener, log):
    with hearing(peer_of(listener)) as lines:
        with accept(listener, lines) as other:
            other.sendall(b"one\n")
            hear(lines, 1)
            other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        until(lines, lambda _: "is lost (connection reset by peer)" in log.text)
        with accept(listener, lines) as other:
            other.sendall(b"two\n")
            assert hear(lines, 1) == [b"two"]


def test_a_peer_that_is_not_there_yet_is_tried_until_it_is_and_that_is_said_once(log):
    port, attempts = free_port(), []

    def spread():
        attempts.append(None)
        return 1.0

    with hearing(peer_at(port, backoff=Backoff(0.01, 0.01, spread=spread))) as lines:
        until(lines, lambda _: len(attempts) >= 5)
        with socket.create_server(("127.0.0.1", port)) as listening:
            listening.settimeout(PATIENCE)
            until(lines, lambda _: "is connected" in log.text)
            with listening.accept()[0] as other:
                other.sendall(b"one\n")
                assert hear(lines, 1) == [b"one"]
    says = [message.split(" ", 1)[1] for message in log.messages]
    assert says == ["cannot be reached (connection refused): trying until it can", "is connected"]


def test_a_name_that_nobody_knows_is_tried_too(log):
    stop = Stop()
    with hearing(peer_at(1, host="nobody.invalid"), stop) as lines:
        until(lines, lambda _: "cannot be reached" in log.text)
        stop.set()
        assert list(lines) == []


def test_waits_grow_where_a_connection_ends_at_once_and_begin_anew_where_it_lasted(listener):
    now, waits = [0.0], []

    class Waits(Backoff):
        def grow(self):
            waits.append(super().grow())
            now[0] += waits[-1]  # nobody waits for it
            return 0.0

    peer = peer_of(listener, backoff=Waits(1.0, 8.0, spread=lambda: 1.0), clock=lambda: now[0])
    with hearing(peer) as lines:
        for lasts in (0, 0, 0, 60, 0):
            with accept(listener, lines) as other:
                other.sendall(b"one\n")
                hear(lines, 1)
                now[0] += lasts
            known = len(waits)
            until(lines, lambda _, known=known: len(waits) > known)
    assert waits == [1, 2, 4, 1, 2]


def test_a_line_without_an_end_is_refused_and_what_follows_it_is_heard(listener):
    with hearing(peer_of(listener)) as lines, accept(listener, lines) as other:
        other.sendall(b"x" * 1000)
        (too_long,) = hear(lines, 1)
        other.sendall(b"x" * 1000 + b"\none\n")
        (one,) = hear(lines, 1)
    assert isinstance(too_long, SchemaError)
    assert one == b"one"


def test_a_stop_ends_it_in_silence_and_between_attempts(listener):
    for peer in (peer_of(listener), peer_at(free_port(), backoff=Backoff(1000, 1000))):
        stop = Stop()
        with hearing(peer, stop) as lines:
            for _ in range(3):
                next(lines)
            stop.set()
            assert list(lines) == []


@pytest.fixture
def mute():
    """A listener that has as many waiting as it lets wait, so that another gets no answer; and the ports of those."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening, contextlib.ExitStack() as waiting:
        listening.settimeout(PATIENCE)
        ports = set()
        answered = True
        while answered:
            one = waiting.enter_context(socket.socket())
            one.settimeout(0.2)
            try:
                one.connect(listening.getsockname())
            except TimeoutError:
                answered = False
            ports.add(one.getsockname()[1])
        yield listening, ports


def test_a_peer_that_does_not_answer_is_told_so(mute, log):
    with hearing(peer_of(mute[0], connect_timeout=0.2)) as lines:
        until(lines, lambda _: "cannot be reached (no answer)" in log.text)


def test_a_stop_ends_an_attempt_and_a_connection_that_comes_of_it_later_is_closed(mute):
    listening, ports = mute
    stop = Stop()
    with hearing(peer_of(listening, connect_timeout=PATIENCE), stop) as lines:
        assert [next(lines) for _ in range(2)] == [[], []]
        stop.set()
        assert list(lines) == []
    port = None
    while port is None or port in ports:
        other, (_, port) = listening.accept()
        with other:
            other.settimeout(PATIENCE)
            assert port in ports or other.recv(1) == b""
