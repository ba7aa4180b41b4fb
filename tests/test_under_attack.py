"""The live server and the embedded broker while each is attacked: what innocent viewers see, and what is left behind.

`make soak` and the benchmark `attacks` do the same for longer, and measure.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass

import pytest
from brokers import Topic
from patience import PATIENCE

from benchmarks.hostile.attacks import ATTACKS
from benchmarks.processes import Child, running
from benchmarks.publisher import TOPIC
from benchmarks.soak.viewers import Listener, Met, Subscriber, Viewer, ask_fleet
from benchmarks.stage import find_broker, find_server, server_options
from producer.wire import StateVector
from tracker.geo.boxes import Box

VIEWERS, AIRCRAFT = 20, 50
SECONDS = 1.0
SHARE = 0.5
"""Of a core, which an attacker may use."""
MOST_MEMORY = {"server": 24.0, "broker": 96.0}
"""MB that an attack may take; the broker holds 64 MiB for all clients together, and some more to check them."""
MOST_LOG = 20_000
"""Bytes that all attacks together may have logged by a process."""


@dataclass
class Stage:
    broker: Child
    server: Child
    attacker: Child
    topic: Topic
    address: str

    @property
    def victims(self) -> dict[str, Child]:
        return {"server": self.server, "broker": self.broker}

    def publish(self, lat: float) -> float:
        """All aircraft there are, one after the other, at a latitude; the event time of the last."""
        begun = time.time()
        self.topic.write(*(StateVector(icao24=f"{n:06x}", lat=lat, lon=n, time=begun) for n in range(AIRCRAFT)))
        return begun


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    limit = 60 * PATIENCE
    with contextlib.ExitStack() as stack:

        def start(name, module, *options):
            return stack.enter_context(running(module, *options, limit=limit, log=folder / name))

        broker = start("broker", "tracker.devbroker", "--port", 0)
        address = find_broker(broker)
        topic = Topic(address, TOPIC)
        topic.create()
        topic.write(*[bytes(100_000)] * 80)  # no reports, but much to fetch
        server = start("server", "tracker", *server_options(address, 4 * VIEWERS))
        where = find_server(server)
        attacker = start("attacker", "benchmarks.hostile", where, address)
        attacker.hear("ready")
        yield Stage(broker, server, attacker, topic, where)
        assert server.alive
        assert broker.alive
    for name in ("server", "broker"):
        log = (folder / name).read_text()
        assert "Traceback" not in log
        assert len(log) < MOST_LOG
    assert "Traceback" not in (folder / "attacker").read_text()


def viewer(number: int, address: str, met: Met) -> Viewer:
    if number % 4 == 0:
        return Listener(address, met)
    return Subscriber(address, met, Box(-10, -80, 30, 80) if number % 4 == 1 else None)


@pytest.mark.parametrize("name", ATTACKS)
async def test_viewers_are_sent_every_last_state_and_stay_connected_and_memory_is_bounded(stage, name):
    met = Met()
    viewers = [viewer(number, stage.address, met) for number in range(VIEWERS)]
    looking = [asyncio.create_task(one.look()) for one in viewers]
    try:
        await until(lambda: met.greeted == VIEWERS, looking)
        before = {victim: child.memory() for victim, child in stage.victims.items()}
        for child in stage.victims.values():
            child.forget_peak()
        now = time.time()
        stage.attacker.tell(f"{name} {now} {now + SECONDS} {SHARE}")
        attack = asyncio.create_task(asyncio.to_thread(stage.attacker.hear_json))
        rounds = 0
        while not attack.done():
            await asyncio.to_thread(stage.publish, lat=rounds % 60)
            rounds += 1
        last = await asyncio.to_thread(stage.publish, lat=70.0)
        assert (await attack)["tries"] > 0
        async with asyncio.timeout(PATIENCE):
            # Another process tells nothing but when it is asked.
            while not agree(viewers, fleet := await asyncio.to_thread(ask_fleet, stage.address), last):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert {flight["lat"] for flight in fleet} == {70.0}
        assert (met.joined, met.greeted, met.faults) == (VIEWERS, VIEWERS, {})
        assert not [task for task in looking if task.done()]
        taken = {victim: child.peak() - before[victim] for victim, child in stage.victims.items()}
        assert all(taken[victim] < most for victim, most in MOST_MEMORY.items()), taken
    finally:
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)


def agree(viewers, fleet, last) -> bool:
    """Whether the server has heard the last of all aircraft, and every viewer shows it."""
    heard = [flight["time"] for flight in fleet] == [last] * AIRCRAFT
    return heard and all(one.agrees(fleet) for one in viewers)


async def until(holds, tasks) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            assert not [task for task in tasks if task.done()]
            await asyncio.sleep(0.01)
