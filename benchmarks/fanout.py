"""The live server before many viewers, the naive way beside it, and the latency that the server adds.

    publisher ──> embedded broker ──> server ──> readers (raw sockets)

Each of these is a process of its own; the readers' one holds all viewers, and times every update of 20 of them, from
the moment of publishing that stands in its `time` until it is read. Everything is measured in one span after a warm-up;
CPU is what the kernel counts for a process in that span. Processes are not pinned, but for the scene `latency`: there
the server is kept to core 0, and all others, the bare consumer too, to core 1, where they wait for each other.
`crowded` is the same unpinned: on two cores five processes then wait for the scheduler as long as for each other.
`BENCH_PIN=1` pins every scene.

Usage: `python -m benchmarks fanout`. `BENCH_CLIENTS` (default 1,000) and `BENCH_SECONDS` (default 10) shrink it;
`BENCH_SCENES` names some of `fanout,naive,fleet,mute,latency,crowded`. `BENCH_BROKER=HOST:PORT` has one scene read a
broker that runs already, such as Apache Kafka, from the topic `BENCH_TOPIC`, which must not exist. Linux only.
"""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.processes import Child, ending_in_order, running
from benchmarks.stage import create_topic, find_broker, find_server, server_options

CLIENTS = int(os.environ.get("BENCH_CLIENTS", "1000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
WARM_UP = 3.0
DIALECT = "flights.v1.json"
BROKER = os.environ.get("BENCH_BROKER", "")
PINNED = os.environ.get("BENCH_PIN") == "1"
_LIMIT = 120.0  # s, of a process, beyond what is measured


@dataclass(frozen=True)
class Scene:
    """What is published, and who reads it how."""

    title: str
    clients: int
    aircraft: int
    rate: int
    """Reports a second."""
    protocol: str | None = DIALECT
    tick: float = 0.004
    """Between two sends of the publisher, s; 0: a send for each report."""
    naive: bool = False
    mute: int = 0
    """Clients beside the others that subscribe and never read."""
    bare: bool = False
    """Whether a bare consumer reads the topic beside the server."""
    pinned: bool = PINNED
    """Whether the server has a core of its own."""


SCENES = {
    "fanout": Scene("one server, many viewers", CLIENTS, 1_000, 1_000),
    "naive": Scene("the naive way: a send for each message and client", CLIENTS, 1_000, 1_000, None, naive=True),
    "fleet": Scene("a large fleet", max(1, CLIENTS // 10), 10_000, 10_000),
    "mute": Scene("the same beside clients that never read", max(1, CLIENTS // 10), 10_000, 10_000, mute=5),
    "latency": Scene("what the server adds", min(10, CLIENTS), 1_000, 1_000, None, tick=0, bare=True, pinned=True),
}
SCENES["crowded"] = replace(SCENES["latency"], title="what it adds where it has no core of its own", pinned=PINNED)


@dataclass(frozen=True)
class Outcome:
    """What came of a scene."""

    read: dict[str, Any]
    published: float
    """Reports a second."""
    bare: dict[str, Any] | None
    cpu: dict[str, float]
    """CPU of each process in the measured span, s."""
    memory: float
    """Of the server at the end, MB."""
    stopped: float
    """How long the server took to end, s."""


def main() -> None:
    """Play the scenes one after the other."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the children inherit it
    try:
        with ending_in_order():
            for name in os.environ.get("BENCH_SCENES", ",".join(SCENES)).split(","):
                scene = SCENES[name]
                print(f"{name}: {scene.title}; {scene.clients:,} clients, {scene.protocol or 'plain'}, {scene.rate:,} "
                      f"updates/s of {scene.aircraft:,} aircraft, {SECONDS:g} s", flush=True)  # fmt: skip
                _show(scene, _play(scene))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _play(scene: Scene) -> Outcome:
    """Start all, measure, end all."""
    with _stage(scene) as children:
        speakers = [child for name, child in children.items() if name not in ("broker", "server")]
        start = time.time() + WARM_UP
        end = start + SECONDS
        for child in speakers:
            child.tell(f"{start} {end}")
        time.sleep(max(0.0, start - time.time()))
        before = {name: child.cpu() for name, child in children.items()}
        time.sleep(max(0.0, end - time.time()))
        cpu = {name: child.cpu() - before[name] for name, child in children.items()}
        memory = children["server"].memory()
        published = children["publisher"].hear_json()
        bare = children["bare"].hear_json() if scene.bare else None
        read = children["readers"].hear_json()
        stopped = _stop(children["server"], naive=scene.naive)
        return Outcome(read, published["published"] / published["seconds"], bare, cpu, memory, stopped)


def _stop(server: Child, *, naive: bool) -> float:
    """End the server while its clients are still there; how long it took, s."""
    begun = time.perf_counter()
    if naive:
        server.kill()  # it has seconds of sends before it, and would complain of each when the clients leave
    server.stop()
    return time.perf_counter() - begun


@contextmanager
def _stage(scene: Scene) -> Iterator[dict[str, Child]]:
    """All processes of a scene, up and waiting for the span."""
    limit = _LIMIT + WARM_UP + SECONDS
    children: dict[str, Child] = {}
    with ExitStack() as stack:

        def start(name: str, module: str, *options: object) -> Child:
            core = int(name != "server") if scene.pinned else None
            children[name] = stack.enter_context(running(module, *options, limit=limit, core=core))
            return children[name]

        address = BROKER or find_broker(start("broker", "tracker.devbroker", "--port", 0))
        create_topic(address)
        publisher = start("publisher", "benchmarks.publisher", address, "--aircraft", scene.aircraft,
                          "--rate", scene.rate, "--tick", scene.tick)  # fmt: skip
        publisher.hear("ready")
        served = _naive(address) if scene.naive else ("tracker", *server_options(address, scene.clients + 10))
        where = find_server(start("server", *served))
        if scene.bare:
            start("bare", "benchmarks.bare", address).hear("joined")
        protocol = ("--protocol", scene.protocol) if scene.protocol else ()
        start("readers", "benchmarks.readers", where, "--clients", scene.clients, "--mute", scene.mute, *protocol).hear(
            "joined"
        )
        yield children


def _naive(address: str) -> tuple[object, ...]:
    """The command line of the naive one."""
    return ("benchmarks.naive", address)


def _show(scene: Scene, outcome: Outcome) -> None:
    """Print the figures of a scene."""
    read, seconds = outcome.read, outcome.read["seconds"]
    delivered = read["updates"] / seconds
    frames, fewest, most = (read[name] / seconds for name in ("frames", "fewest_frames", "most_frames"))
    reasons = "".join(f"; {reason}" for reason in sorted(set(read["lost"]))[:3])
    used = ", ".join(f"{name} {cpu:.2f}" for name, cpu in outcome.cpu.items())
    rows = {
        "published": f"{outcome.published:,.0f} updates/s",
        "delivered": f"{delivered:,.0f} updates/s to all together, "
        f"{delivered / (outcome.published * scene.clients):.1%} of what is due",
        "frames": f"{frames:,.0f} /s; {frames / scene.clients:.1f} /s a client ({fewest:.1f} to {most:.1f})",
        "bytes an update": f"{read['bytes'] / max(1, read['updates']):.1f}; {read['bytes'] / seconds / 1e6:,.1f} MB/s",
        "disconnects": f"{len(read['lost']):,}{reasons}",
        "latency": f"p50 {read['p50']:.1f}, p99 {read['p99']:.1f}, max {read['max']:.1f} ms; "
        f"p99 of the worst of {read['sampled']} clients {read['worst_p99']:.1f} ms",
        "at the end": f"{read['behind']:.3f} s behind; {read['lags']} lag frames; server {outcome.memory:.0f} MB",
        f"CPU in {seconds:.1f} s": f"{used} s",
    }
    if not scene.naive:
        rows["stopped"] = f"{outcome.stopped:.2f} s after SIGTERM"
    for name, figures in rows.items():
        print(f"  {name:<16}{figures}", flush=True)
    if outcome.bare is not None:
        _show_beside(read, outcome.bare)


def _show_beside(read: dict[str, Any], bare: dict[str, Any]) -> None:
    """Print the latencies of server and bare consumer in one table."""
    print(f"  {'ms from publishing to':<24}{'p50':>8}{'p99':>8}{'max':>8}{'updates':>10}")
    for name, row in (("a bare consumer", bare), ("the socket", read)):
        count = row.get("sampled_updates", row["updates"])
        print(f"  {name:<24}{row['p50']:>8.2f}{row['p99']:>8.2f}{row['max']:>8.1f}{count:>10,.0f}")
    print(f"  p99 at the socket is {read['p99'] / bare['p99']:.2f} times the bare one", flush=True)
