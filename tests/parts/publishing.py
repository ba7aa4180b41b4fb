"""Reports to publish."""

from producer.wire import StateVector


def states(count, aircraft=20):
    return [
        StateVector(icao24=f"{number % aircraft:06x}", lat=1.0, lon=2.0, time=1000.0 + number)
        for number in range(count)
    ]
