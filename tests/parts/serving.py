"""`tracker serve` in front of a broker, both in processes of their own, and state vectors that are published to it."""

from __future__ import annotations

import contextlib
import itertools
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from brokers import Embedded, Topic, free_port, until
from kafka import KafkaProducer
from patience import PATIENCE

from producer.wire import StateVector, encode

_numbers = itertools.count(0xA00001)


def flight(lat: float, lon: float, **fields: object) -> StateVector:
    """A flight of its own at 10,000 m, that says now where it is."""
    number = next(_numbers)
    known = {"icao24": f"{number:06x}", "callsign": f"TST{number % 4096:03X}", "altitude": 10_000.0}
    return StateVector(**known | {"lat": lat, "lon": lon, "time": time.time()} | fields)


class Site:
    """A broker and a server, each of which can be killed and started again on its port."""

    def __init__(self) -> None:
        self.broker = Embedded()
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._server: subprocess.Popen[str] | None = None
        self._producer: KafkaProducer | None = None
        self.start_broker()
        self.start_server()

    def start_broker(self) -> None:
        self.broker.start()
        Topic(self.broker.address).create()
        self._producer = KafkaProducer(bootstrap_servers=self.broker.address)

    def kill_broker(self) -> None:
        self._producer.close()
        self.broker.kill()

    def start_server(self) -> None:
        self._server = subprocess.Popen(
            [
                sys.executable, "-m", "tracker", "serve", "--port", str(self.port),
                "--bootstrap-servers", self.broker.address,
            ],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        line = self._server.stdout.readline()
        assert self.base in line, line
        until(self._ready, PATIENCE, "the server to have read the topic")

    def kill_server(self) -> None:
        """End it at once, as a power cut would."""
        self._server.kill()
        self._server.wait()
        self._server.stdout.close()

    def publish(self, *flights: StateVector, headers: Sequence[tuple[str, bytes]] = ()) -> None:
        """Return when the broker has them all."""
        self._send([(encode(one), one.key.encode()) for one in flights], headers)

    def send(self, *values: bytes) -> None:
        """Publish values as they are, valid or not; return when the broker has them all."""
        self._send([(value, None) for value in values])

    def _send(self, records: list[tuple[bytes, bytes | None]], headers: Sequence[tuple[str, bytes]] = ()) -> None:
        sent = [self._producer.send("shipments", value, key=key, headers=list(headers)) for value, key in records]
        self._producer.flush()
        for future in sent:
            future.get(timeout=PATIENCE)

    def clients(self) -> int:
        """How many pages are connected."""
        with urllib.request.urlopen(f"{self.base}/metrics", timeout=PATIENCE) as answer:
            found = re.search(r'^tracker_clients{dialect="flights\.v1\.json"} (\S+)$', answer.read().decode(), re.M)
        return int(float(found[1]))

    def stop(self) -> None:
        with contextlib.suppress(ValueError, AttributeError):
            self.kill_server()
        self._producer.close()
        self.broker.discard()

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=5):
                return True
        except urllib.error.URLError:
            return False
