"""A report as a row of the `traffic` library's columns, and as a state vector."""

import csv

from producer.sources.rows import FOOT, KNOT
from producer.wire import StateVector

ROW = {
    "timestamp": "2021-10-07T13:00:01Z",
    "icao24": "392AE7",
    "callsign": "afr21sq ",
    "latitude": "49.008148",
    "longitude": "2.857385",
    "altitude": "3125",
    "geoaltitude": "3200",
    "groundspeed": "216",
    "track": "265.479042",
    "vertical_rate": "-960",
    "onground": "False",
    "squawk": "52",
}
STATE = StateVector(
    icao24="392ae7",
    callsign="AFR21SQ",
    lat=49.008148,
    lon=2.857385,
    velocity=216 * KNOT,
    track=265.479042,
    altitude=3125 * FOOT,
    geo_altitude=3200 * FOOT,
    vertical_rate=-960 * (FOOT / 60),
    on_ground=False,
    squawk="0052",
    time=1633611601.0,
)
NEEDED = {"timestamp": "1633611601", "icao24": "392ae7", "latitude": "49", "longitude": "2"}


def write_times(path, times):
    """Write a table of reports of one aircraft, alike but for their times, and return its path."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NEEDED)
        writer.writerows([time, *list(NEEDED.values())[1:]] for time in times)
    return path
