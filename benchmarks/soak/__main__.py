"""Run the soak: `python -m benchmarks.soak [MINUTES]`."""

from __future__ import annotations

import json
import math
import shutil
import signal
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.processes import ending_in_order
from benchmarks.soak.attacker import EVERY, Attacker
from benchmarks.soak.cast import FLIGHTS, VIEWERS, Cast
from benchmarks.soak.figures import HEAD, PROCESSES, PRODUCT, Minute, grows, line, most_log_bytes, slope

_RESTART_EVERY = 240.0  # s
_SAMPLE_EVERY = 10.0  # s, of memory
_CALM = 45.0  # s without a restart at the end
_SPARE = 300.0  # s that processes may live beyond the soak


class Soak:
    """One run.

    Args:
        cast: All processes.
        seconds: How long it is.
    """

    def __init__(self, cast: Cast, seconds: float) -> None:
        self._cast, self._seconds = cast, seconds
        self._attacker = Attacker(cast.children["attacker"])
        self._samples: dict[str, list[tuple[float, float]]] = {name: [] for name in PROCESSES}
        self._received, self._cpu, self._told = 0, cast.cpu(), time.monotonic()
        self._restarts = self._restarts_told = 0
        self._crowd: dict[str, Any] = {}
        self._notebook: dict[str, Any] = {}
        self.wrong: list[str] = []

    def run(self) -> None:
        """Let all happen, until the time is over or a process has died."""
        try:
            self._run()
        except (RuntimeError, OSError) as error:  # a process does not answer
            self.wrong += [f"{name} has ended by itself" for name in self._cast.dead()] or [repr(error)]

    def _run(self) -> None:
        every = min(_RESTART_EVERY, self._seconds / 3)
        begun = time.monotonic()
        due = {self._attack: 0.0, self._sample: _SAMPLE_EVERY, self._restart: every, self._tell: 60.0}
        intervals = {self._attack: EVERY, self._sample: _SAMPLE_EVERY, self._restart: every, self._tell: 60.0}
        print(HEAD, flush=True)
        while (elapsed := time.monotonic() - begun) < self._seconds and not self.wrong:
            step = min(due, key=lambda one: due[one])
            if due[step] > elapsed:
                time.sleep(min(due[step], self._seconds) - elapsed)
                continue
            if step != self._restart or elapsed < self._seconds - _CALM:
                step(elapsed / 60)
            due[step] = max(due[step] + intervals[step], elapsed)  # after a halt of the machine there is no rush
            self.wrong += [f"{name} has ended by itself" for name in self._cast.dead()]
        if not self.wrong:
            self._tell(self._seconds / 60)

    def _attack(self, _: float) -> None:
        self._attacker.next()

    def _restart(self, _: float) -> None:
        self._cast.restart_broker(kill=self._restarts % 2 == 1)
        self._restarts += 1

    def _sample(self, minute: float) -> None:
        for name, held in self._cast.memory().items():
            self._samples[name].append((minute, held))

    def _tell(self, minute: float) -> None:
        """Print a line, of what was since the last one."""
        self._crowd, self._notebook = self._cast.ask("crowd", "report"), self._cast.ask("notebook", "report")
        received = self._ask_server("/api/stats")["received"]
        now, cpu = time.monotonic(), self._cast.cpu()
        seconds = now - self._told
        told = Minute(
            minute,
            (received - self._received) / seconds,
            self._crowd["viewers"],
            self._crowd["p99"],
            (cpu - self._cpu) / seconds,
            self._cast.memory(),
            self._cast.files(),
            sum(self._cast.log_bytes().values()),
            self._attacker.refused,
            ", ".join(self._attacker.recent),
            self._restarts > self._restarts_told,
        )
        print(line(told), flush=True)
        self._received, self._cpu, self._told, self._restarts_told = received, cpu, now, self._restarts
        self._attacker.recent.clear()

    def finish(self) -> None:
        """Have all settle, and say what came of it."""
        if not self.wrong:
            self._attacker.finish()
            self._cast.stop_producer()
            self._judge_viewers(self._cast.ask("crowd", "settle"), self._cast.ask("notebook", "settle"))
            self._crowd, self._notebook = self._cast.ask("crowd", "report"), self._cast.ask("notebook", "report")
        self._summarize()

    def _judge_viewers(self, crowd: dict[str, Any], notebook: dict[str, Any]) -> None:
        print(f"{crowd['agreeing']} of {crowd['viewers']} viewers show the same {crowd['aircraft']} aircraft as the "
              f"server; the notebook differs in {notebook['differing']} of {notebook['aircraft']}")  # fmt: skip
        if crowd["agreeing"] < crowd["viewers"]:
            self.wrong.append(f"{crowd['viewers'] - crowd['agreeing']} viewers do not show what the server holds")
        if notebook["differing"]:
            self.wrong.append(f"the notebook differs from the server in {notebook['differing']} aircraft")
        if min(crowd["aircraft"], notebook["aircraft"]) < FLIGHTS / 2:
            self.wrong.append(f"of {FLIGHTS} flights the server holds {crowd['aircraft']}")

    def _summarize(self) -> None:
        minutes = self._samples["server"][-1][0] if self._samples["server"] else 0.0
        peaks, logs = self._cast.peaks(), self._cast.log_bytes()
        print(f"{'':<10}{'peak MB':>9}{'last MB':>9}{'MB/hour':>9}{'log kB':>9}")
        for name, samples in self._samples.items():
            last = samples[-1][1] if samples else math.nan
            print(f"{name:<10}{peaks[name]:>9.0f}{last:>9.0f}{_spell(slope(samples)):>9}"
                  f"{logs[name] / 1000:>9.1f}")  # fmt: skip
            if name in PRODUCT and grows(samples):
                self.wrong.append(f"the memory of {name} grows: {slope(samples):.0f} MB an hour in the second half")
            if name in PRODUCT and logs[name] > most_log_bytes(minutes):
                self.wrong.append(f"{name} has logged {logs[name]:,} bytes")
        crowd, notebook = self._crowd, self._notebook
        print(
            f"{self._restarts} restarts of the broker; {crowd.get('joined', 0):,} viewers came, and connected again "
            f"{crowd.get('reconnects', 0)} times; the notebook has found the broker again "
            f"{notebook.get('reconnects', 0)} times; {self._attacker.refused:,} tries of attackers refused"
        )
        self.wrong += [f"viewers met {count} times: {fault}" for fault, count in crowd.get("faults", {}).items()]
        self.wrong += [f"the notebook's tracker failed: {notebook['error']}"] if notebook.get("error") else []
        self.wrong += [f"a traceback in the log of {name}" for name in self._cast.tracebacks()]

    def _ask_server(self, path: str) -> Any:  # noqa: ANN401
        with urllib.request.urlopen(f"http://{self._cast.server}{path}", timeout=30) as answer:
            return json.load(answer)


def _spell(growth: float) -> str:
    return "-" if math.isnan(growth) else f"{growth:+.1f}"


def main() -> None:
    """Soak, and end with status 1 where something is wrong."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    print(f"{minutes:g} minutes of {FLIGHTS} flights and {VIEWERS} viewers; logs in {folder}", flush=True)
    with ending_in_order(), ExitStack() as stack:
        try:
            soak = Soak(Cast(stack, folder, 60 * minutes + _SPARE), 60 * minutes)
            soak.run()
            soak.finish()
        except KeyboardInterrupt:
            sys.exit(128 + signal.SIGINT)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave processes behind
    for fault in soak.wrong:
        print(f"WRONG: {fault}")
    if soak.wrong:
        sys.exit(1)
    shutil.rmtree(folder)


main()
