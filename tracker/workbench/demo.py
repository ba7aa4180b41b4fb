"""`demo()`: a tracker with something to show, on a machine with Python alone.

bundled recording ──> producer (a process) ──> embedded broker (a thread) ──> Tracker
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any

from tracker.devbroker import BrokerThread
from tracker.jupyter.registry import Registry
from tracker.jupyter.tracker import Tracker, own
from tracker.workbench.children import running_producer

_running: Registry[bool] = Registry()


def demo(*, recorded: bool = False, **options: Any) -> Tracker:  # noqa: ANN401 - as Tracker types them
    """Start a tracker on half an hour of real traffic over Paris.

    Live, it joins the broker of `KAFKA_BOOTSTRAP_SERVERS` where that is set (as `tracker up` does); otherwise it starts
    an embedded broker and a producer that replays the recording as if it happened now, in a loop. Both end with
    `stop()`, or with the kernel. Running the cell again ends the demonstration before.

    Example:
        >>> t = tracker.demo()
        >>> t.map()

    Args:
        recorded: All 43,191 reports at once with their recorded times of 2021, always from a broker of its own, and
            no aircraft ages: what one computes from it is the same each time. Await `settled(count=43191)`. The
            window is an hour.
        options: Of `Tracker`, to be changed.
    """
    _running.stop(recorded)
    address = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if address and not recorded:
        return Tracker(address, **options).start()
    # Of the embedded broker and our own producer, whatever the environment holds for others.
    options |= {"security_protocol": "PLAINTEXT", "mapping": ""}
    with ExitStack() as owned:
        broker = owned.enter_context(BrokerThread(port=0))
        if recorded:
            replay = ["--speed", "max", "--time", "recorded", "--partitions", "1"]
            never = float("inf")
            options = {"since": "earliest", "window": "1h", "stale_after": never, "lost_after": never} | options
        else:
            replay = ["--loop"]
        owned.enter_context(running_producer(broker.address, *replay))
        tracker = Tracker(broker.address, **options)
        own(tracker, owned.pop_all())
    _running.enter(recorded, tracker)
    return tracker.start()
