"""A receiver's decoder that nobody here wrote, from frames as they were heard to the topic, by each way to read it.

    recorded frames, in real time ──> dump1090-mutability ──┬── SBS ────────────> producer sbs ─────┐
                                                            ├── Beast ──────────> producer beast ───┼──> topics
                                                            └── aircraft.json ──> producer readsb ──┘

What is published is compared with what the recording's own decoder made of the same frames.
"""

import math
import signal
from contextlib import ExitStack

import pytest
from dump1090 import PROGRAM, running
from mode_s_frames import load
from reading import records
from running import finish, start, wait_for

from producer.wire import decode
from tracker.devbroker import BrokerThread

FOOT, KNOT = 0.3048, 1852 / 3600
NEAR = 1.0  # s, by which a report's time may differ from that of its frame: decoders send what they have in bundles
STEADY = 3.0  # s, for which what was said last of altitude and velocity stands

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="dump1090-mutability is not installed: no receiver's decoder was tried"),
    pytest.mark.timeout(300),
]


def read(folder, rows, ways):
    """What is published by each way, by its name: state vectors, each with its time in the recording.

    Args:
        folder: For the decoder's files.
        rows: The recording.
        ways: By name, the arguments of the producer, of the decoder.
    """
    with ExitStack() as stack:
        broker = stack.enter_context(BrokerThread(port=0))
        decoder = stack.enter_context(running(folder))
        producers = {}
        for way, arguments in ways.items():
            where = ("--bootstrap-servers", broker.address, "--topic", way, "--partitions", "1")
            producers[way] = stack.enter_context(start(*arguments(decoder), *where, "--connect-timeout", "60"))
        for producer in producers.values():
            wait_for_line(producer, "publishing")
        offset = decoder.feed(rows)
        enough = rows[-1]["timestamp"] + offset - STEADY
        found = {}
        for way, producer in producers.items():
            wait_for(lambda way=way: newest(broker.address, way) > enough, producer)
            producer.send_signal(signal.SIGINT)
            status, _, err = finish(producer)
            assert status == 0, err
            found[way] = [(state.time - offset, state) for state in published(broker.address, way)]
    return found


def wait_for_line(process, part):
    """Read the log up to a line."""
    for line in process.stderr:
        if part in line:
            return
    pytest.fail(f"{part!r} was never said")


def published(address, topic):
    return [decode(record.value) for record in records(address, topic)]


def newest(address, topic):
    return max((state.time for state in published(address, topic)), default=0.0)


class Truth:
    """What the recording's own decoder made of its frames."""

    def __init__(self, rows):
        self.places = [row for row in rows if "latitude" in row]
        self.altitudes = [row for row in rows if row.get("altitude") is not None]
        self.velocities = [row for row in rows if row.get("bds") == "09" and "groundspeed" in row]

    def place(self, time, state):
        """How far the reported position is from the nearest that was recorded for this time, m."""
        near = [row for row in self.places if abs(row["timestamp"] - time) <= NEAR]
        return min((distance(state, row) for row in near), default=math.inf)

    def altitude(self, time, state):
        """By how much the altitude differs from those that were recorded for this time, at the least, ft."""
        near = [row["altitude"] for row in self.altitudes if abs(row["timestamp"] - time) <= STEADY]
        return min((abs(altitude - state.altitude / FOOT) for altitude in near), default=math.inf)

    def velocity(self, time, state):
        """By how much speed (kt) and track (deg) differ from those that were recorded for this time, at the least."""
        near = [row for row in self.velocities if abs(row["timestamp"] - time) <= STEADY]
        return min(
            ((abs(row["groundspeed"] - state.velocity / KNOT), turned(row["track"], state.track)) for row in near),
            key=lambda pair: max(pair[0], pair[1] / 2),
            default=(math.inf, math.inf),
        )


def distance(state, row):
    north = math.radians(state.lat - row["latitude"])
    east = math.radians(state.lon - row["longitude"]) * math.cos(math.radians(state.lat))
    return 6_371_000 * math.hypot(north, east)


def turned(one, other):
    return abs((one - other + 180) % 360 - 180)


def compare(rows, found):
    """By way: how many reports there are, and by how much they differ at most from what was recorded."""
    truth = Truth(rows)
    compared = {}
    for way, reports in found.items():
        high = [(time, state) for time, state in reports if state.altitude is not None]
        fast = [(time, state) for time, state in reports if state.velocity is not None and state.track is not None]
        knots, degrees = zip(*(truth.velocity(*report) for report in fast), strict=True)
        compared[way] = {
            "reports": len(reports),
            "with altitude": len(high),
            "with velocity": len(fast),
            "metres": max(truth.place(*report) for report in reports),
            "feet": max(truth.altitude(*report) for report in high),
            "knots": max(knots),
            "degrees": max(degrees),
            "callsigns": {state.callsign for _, state in reports} - {None},
            "squawks": {state.squawk for _, state in reports} - {None},
        }
    return compared


WAYS = {
    "sbs": lambda decoder: ("sbs", f"127.0.0.1:{decoder.sbs}"),
    "beast": lambda decoder: ("beast", f"127.0.0.1:{decoder.beast}"),
    "readsb": lambda decoder: ("readsb", str(decoder.json)),
}

LIMITS = {
    # Whole knots and degrees: dump1090-mutability cuts a knot or two off the parts of a velocity before it rounds, so
    # that its track lies up to 1.5 degrees beside that of the frames.
    "sbs": {"metres": 100, "feet": 25, "knots": 1, "degrees": 2},
    "readsb": {"metres": 100, "feet": 25, "knots": 1, "degrees": 2},
    # The frames themselves, decoded by us.
    "beast": {"metres": 20, "feet": 25, "knots": 1, "degrees": 1},
}


def test_what_a_receiver_hears_is_published_as_it_was_sent_by_each_way(tmp_path):
    rows = load()
    seconds = rows[-1]["timestamp"] - rows[0]["timestamp"]
    compared = compare(rows, read(tmp_path, rows, WAYS))
    for way, limits in LIMITS.items():
        said = compared[way]
        assert said["reports"] >= 0.7 * seconds, (way, said)
        assert said["with altitude"] >= 0.9 * said["reports"], (way, said)
        assert said["with velocity"] >= 0.9 * said["reports"], (way, said)
        for unit, limit in limits.items():
            assert said[unit] <= limit, (way, said)
        assert (said["callsigns"], said["squawks"]) == ({"AFR34ZG"}, {"1000"})
    assert compared["beast"]["reports"] >= 0.95 * sum("latitude" in row for row in rows)
