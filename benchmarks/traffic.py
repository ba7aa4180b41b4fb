"""Made-up reports for the benchmarks: of a typical length, and the same in every run."""

import random
from collections.abc import Iterator

from producer.wire import StateVector, encode


def reports(count: int, aircraft: int, start: float = 1.7e9) -> Iterator[StateVector]:
    """State vectors of so many aircraft in turn, each aircraft's own a second apart, from the time `start` on."""
    chance = random.Random(1)
    for number in range(count):
        one = number % aircraft
        yield StateVector(
            icao24=f"{0x400000 + one:06x}",
            callsign=f"AFR{one:04d}",
            lat=round(chance.uniform(40, 60), 5),
            lon=round(chance.uniform(-10, 30), 5),
            velocity=round(chance.uniform(60, 260), 1),
            track=round(chance.uniform(0, 359), 1),
            altitude=round(chance.uniform(0, 12_000), 1),
            vertical_rate=round(chance.uniform(-10, 10), 1),
            on_ground=False,
            squawk="1000",
            time=start + number // aircraft,
        )


def values(count: int, aircraft: int) -> list[bytes]:
    """The same on the wire."""
    return [encode(report) for report in reports(count, aircraft)]
