"""Many viewers of the live server in one process of their own, which a benchmark starts; they count, and time a few.

It connects them all, says `joined`, and for each line `START END` (s since 1970) of its standard input prints what was
read between the two; it ends with that input. The ones that are timed stand evenly among the others, in the order of
joining.
"""

import argparse
import gc
import json
import select
import socket
import statistics
import sys
import time
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.sockets import LostError, Reader, Sample, begin, client_frame, finish

_PATH = "/ws/flights"
_JOIN_BATCH = 50  # handshakes under way at once
_BUFFER = 256 << 10
_GLANCE = 0.02  # s, between two looks at standard input


def _join_mute(host: str, port: int, protocol: str) -> socket.socket:
    """A connection that subscribes, and is never read from; what the system would take for it is little."""
    connection = begin(host, port, _PATH, protocol)
    finish(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(client_frame(b'{"type":"subscribe"}'))
    return connection


class Readers:
    """The connections, and the loop that reads them."""

    def __init__(self, host: str, port: int, protocol: str | None, clients: int, sampled: int) -> None:
        self._poll = select.epoll()
        self._buffer = bytearray(_BUFFER)
        self._of: dict[int, Reader] = {}
        self.lost: list[str] = []
        """Why each connection that has ended did so."""
        every = max(1, clients // sampled)
        for first in range(0, clients, _JOIN_BATCH):
            numbers = range(first, min(first + _JOIN_BATCH, clients))
            begun = [begin(host, port, _PATH, protocol) for _ in numbers]
            for number, connection in zip(numbers, begun, strict=True):
                rest = finish(connection)
                if protocol:
                    connection.sendall(client_frame(b'{"type":"subscribe"}'))
                connection.settimeout(0)
                reader = (Sample if number % every == every // 2 else Reader)(connection)
                reader.take(rest, len(rest))
                self._of[connection.fileno()] = reader
                self._poll.register(connection, select.EPOLLIN)
            self.turn(0)  # those who are in already are read meanwhile
        self.all = list(self._of.values())
        self.samples = [reader for reader in self.all if isinstance(reader, Sample)]

    def run(self, until: float) -> None:
        """Read until then, s since 1970."""
        while (left := until - time.time()) > 0:
            self.turn(left)

    def hear(self) -> str:
        """Read until a line has come on standard input, and return it; empty: that has ended."""
        while not select.select([sys.stdin], [], [], 0)[0]:
            self.turn(_GLANCE)
        return sys.stdin.readline()

    def turn(self, timeout: float) -> None:
        """Wait at most so long, s; read once from each connection on which something has come."""
        buffer, of = self._buffer, self._of
        for number, _ in self._poll.poll(timeout, 4096):
            reader = of[number]
            try:
                size = reader.socket.recv_into(buffer)
                if size == 0:
                    raise LostError("closed without a close frame")
                reader.take(buffer, size)
            except BlockingIOError:
                continue
            except ConnectionError as error:
                self._lose(reader, str(error))

    def _lose(self, reader: Reader, reason: str) -> None:
        self.lost.append(reason)
        self._poll.unregister(reader.socket)
        del self._of[reader.socket.fileno()]
        reader.socket.close()


def quantiles(latencies: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the greatest, in ms."""
    if not len(latencies):
        return dict.fromkeys(("p50", "p99", "max"), float("nan"))
    p50, p99, most = np.quantile(latencies, [0.5, 0.99, 1.0]) * 1000
    return {"p50": float(p50), "p99": float(p99), "max": float(most)}


def measure(readers: Readers, start: float, end: float) -> dict[str, Any]:
    """Read until the end; what came from the start on."""
    readers.run(start)
    begun = time.time()
    before = [(reader.frames, reader.bytes) for reader in readers.all]
    for sample in readers.samples:
        sample.begin()
    readers.run(end)
    ended = time.time()
    for sample in readers.samples:
        sample.timing = False
    each = [(reader.frames - frames, reader.bytes - size)
            for reader, (frames, size) in zip(readers.all, before, strict=True)]  # fmt: skip
    of_sample = [size for reader, (_, size) in zip(readers.all, each, strict=True) if isinstance(reader, Sample)]
    seen, size = sum(sample.updates for sample in readers.samples), sum(size for _, size in each)
    pooled = array("d")
    for sample in readers.samples:
        pooled.extend(sample.latencies)
    return {
        "seconds": ended - begun,
        "frames": sum(frames for frames, _ in each),
        "bytes": size,
        "updates": seen * size / max(1, sum(of_sample)),  # of all: as many bytes an update as in the sample
        "sampled": len(readers.samples),
        "sampled_updates": seen,
        "fewest_frames": min(frames for frames, _ in each),
        "most_frames": max(frames for frames, _ in each),
        "behind": ended - statistics.median(sample.newest for sample in readers.samples),
        "lags": sum(sample.lags for sample in readers.samples),
        "lost": readers.lost,
        **quantiles(pooled),
        "worst_p99": max(quantiles(sample.latencies)["p99"] for sample in readers.samples),
    }


def main() -> None:
    """Join, and measure each span that is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address", help="HOST:PORT")
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--mute", type=int, default=0, help="Connections beside these that are never read from")
    parser.add_argument("--protocol", help="WebSocket subprotocol; without one, the plain dialect")
    options = parser.parse_args()
    host, port = options.address.split(":")
    mute = [_join_mute(host, int(port), options.protocol) for _ in range(options.mute)]
    readers = Readers(host, int(port), options.protocol, options.clients, options.sample)
    gc.collect()
    gc.freeze()
    print("joined", flush=True)
    while span := readers.hear():
        start, end = map(float, span.split())
        print(json.dumps(measure(readers, start, end)), flush=True)
    for connection in mute:
        connection.close()


if __name__ == "__main__":
    main()
