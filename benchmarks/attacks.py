"""The innocent while the live server or its broker is attacked: what 20 viewers notice, and what memory it takes.

    publisher ──> embedded broker ──> server ──> 20 viewers
                        └── attacker ───┘

Each of these is a process of its own. In each of five rounds there are three spans: a quiet one, one with the attack,
and one in which the attacker's process only spins, with the share of a core that the attack took. What is timed is p99
of an update's way from publishing to the viewers, ms; what is printed are the medians over the rounds. An attack is
`within` where it lies no further above the harmless load than the larger of 20 % and 10 ms. Memory is that of server
and broker, MB: before the first round, the most in any of the attack's spans, and after the last, once it is quiet. The
broker's log alone grows by 0.2 MB a second.

Usage: `python -m benchmarks attacks`; takes about twelve minutes. `BENCH_ATTACKS` names some of
`benchmarks/hostile/attacks.py`; `BENCH_SECONDS` (default 2) is the length of a span, `BENCH_SHARE` (default 0.5) how
much of a core an attacker may use. Linux only.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.hostile.attacks import ATTACKS, HARMLESS
from benchmarks.processes import Child, ending_in_order, running
from benchmarks.stage import create_topic, find_broker, find_server, server_options
from tracker.stream.protocol import DIALECT

SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
SHARE = float(os.environ.get("BENCH_SHARE", "0.5"))
VIEWERS, AIRCRAFT, RATE = 20, 1_000, 1_000
_ROUNDS, _SPANS = 5, 3
_WINDOW = "5s"  # of the server, which is full before the first round
_WARM_UP = 6.0  # s
_LEAD = 0.2  # s, between an order and its span
_AFTERMATH = 1.0  # s, from an attack until something else is measured
_SETTLING = 2.0  # s, from the end of an attack until memory is called settled
_LIMIT = 120.0  # s, of a process, beyond what is measured
_LEAST_SHARE = 0.001
_VICTIMS = ("server", "broker")
_TOLERANCE, _TOLERANCE_MS = 1.2, 10.0


@dataclass
class Outcome:
    """What came of the rounds with one attack."""

    quiet: list[float] = field(default_factory=list)
    """p99 of each round, ms; so are the next two."""
    load: list[float] = field(default_factory=list)
    attack: list[float] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    """Of a core, which the attacker used in each round."""
    tries: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    """Why viewers lost their connections."""
    memory: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """Of each process under attack: before, at most, and after, MB."""
    log_bytes: int = 0
    """That server and broker have logged."""

    @property
    def within(self) -> bool:
        """Whether the attack was no worse than the harmless load, by more than is tolerated."""
        load, attack = statistics.median(self.load), statistics.median(self.attack)
        return attack <= max(_TOLERANCE * load, load + _TOLERANCE_MS)


def main() -> None:
    """Play one attack after the other."""
    names = os.environ.get("BENCH_ATTACKS", ",".join(ATTACKS)).split(",")
    if unknown := set(names) - set(ATTACKS):
        sys.exit(f"no attack {', '.join(sorted(unknown))}; there are {', '.join(ATTACKS)}")
    print(
        f"{VIEWERS} viewers, {RATE:,} updates/s of {AIRCRAFT:,} aircraft; medians of {_ROUNDS} rounds of {SECONDS:g} s"
    )
    print(f"  {'':<14}{'p99, ms: quiet':>15}{'load':>7}{'attack':>8}{'within':>8}{'CPU':>7}{'tries':>9}{'refused':>9}"
          f"{'lost':>6}{'log kB':>8}{'server, MB':>17}{'broker, MB':>17}", flush=True)  # fmt: skip
    with ending_in_order():
        for name in names:
            with tempfile.TemporaryDirectory() as folder, _stage(Path(folder)) as children:
                outcome = _play(name, children)
                outcome.log_bytes = sum(Path(folder, victim).stat().st_size for victim in _VICTIMS)
                _show(name, outcome)


@contextmanager
def _stage(folder: Path) -> Iterator[dict[str, Child]]:
    """All processes, up and waiting; anew for each attack, so that none meets what another has left. They log there."""
    limit = _LIMIT + _ROUNDS * (_AFTERMATH + _SPANS * (_LEAD + SECONDS))
    children: dict[str, Child] = {}
    with ExitStack() as stack:

        def start(name: str, module: str, *options: object) -> Child:
            children[name] = stack.enter_context(running(module, *options, limit=limit, log=folder / name))
            return children[name]

        address = find_broker(start("broker", "tracker.devbroker", "--port", 0))
        create_topic(address)
        publisher = start("publisher", "benchmarks.publisher", address, "--aircraft", AIRCRAFT, "--rate", RATE)
        publisher.hear("ready")
        where = find_server(start("server", "tracker", *server_options(address, 2 * VIEWERS), "--window", _WINDOW))
        start("attacker", "benchmarks.hostile", where, address).hear("ready")
        start("readers", "benchmarks.readers", where, "--clients", VIEWERS, "--protocol", DIALECT).hear("joined")
        publisher.tell(f"{time.time()} {time.time() + limit}")
        yield children


def _play(name: str, children: dict[str, Child]) -> Outcome:
    outcome = Outcome()
    time.sleep(_WARM_UP)
    victims = {victim: children[victim] for victim in _VICTIMS}
    before = {victim: child.memory() for victim, child in victims.items()}
    most = dict(before)
    for _ in range(_ROUNDS):
        outcome.quiet.append(_span(children, None)[0]["p99"])
        for child in victims.values():
            child.forget_peak()
        read, attacked = _span(children, name, SHARE)
        outcome.attack.append(read["p99"])
        outcome.share.append(attacked["cpu"] / SECONDS)
        outcome.tries += attacked["tries"]
        outcome.refused += attacked["refused"]
        most = {victim: max(most[victim], child.peak()) for victim, child in victims.items()}
        time.sleep(_AFTERMATH)
        read, _ = _span(children, HARMLESS, max(_LEAST_SHARE, outcome.share[-1]))
        outcome.load.append(read["p99"])
        outcome.lost = read["lost"]
    time.sleep(_SETTLING)
    outcome.memory = {victim: (before[victim], most[victim], child.memory()) for victim, child in victims.items()}
    return outcome


def _span(children: dict[str, Child], name: str | None, share: float = 0.0) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the viewers read in one span, and what the attacker tells of it."""
    start = time.time() + _LEAD
    end = start + SECONDS
    children["readers"].tell(f"{start} {end}")
    if name is not None:
        children["attacker"].tell(f"{name} {start} {end} {share}")
    read = children["readers"].hear_json()
    return read, children["attacker"].hear_json() if name is not None else {}


def _show(name: str, outcome: Outcome) -> None:
    quiet, load, attack, share = map(statistics.median, (outcome.quiet, outcome.load, outcome.attack, outcome.share))
    memory = "".join(f"{'/'.join(f'{held:.0f}' for held in each):>17}" for each in outcome.memory.values())
    print(f"  {name:<14}{quiet:>15.1f}{load:>7.1f}{attack:>8.1f}{'yes' if outcome.within else 'NO':>8}{share:>7.0%}"
          f"{outcome.tries:>9,}{outcome.refused:>9,}{len(outcome.lost):>6}"
          f"{outcome.log_bytes / 1000:>8.1f}{memory}", flush=True)  # fmt: skip
    for reason in sorted(set(outcome.lost))[:3]:
        print(f"    {reason}", flush=True)
