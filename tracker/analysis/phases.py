"""Altitude, ground speed and vertical rate ──> the phase of flight, by fuzzy logic."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from tracker.analysis.columns import flags, numbers, require
from tracker.analysis.sequences import FLIGHT, Sequences, in_order
from tracker.arrays import ABSENT, Flags, Floats
from tracker.spans import parse_span

PHASES = ("ground", "climb", "descent", "cruise", "level")
"""The labels, in the order in which OpenAP numbers them; where two fit equally well, the later one is taken."""

_HIGHEST = 60_000.0  # ft: above Concorde's ceiling; the recorded data has altitudes of 123,100 ft
_HIGHEST_AIRPORT = 15_000.0  # ft: Daocheng Yading lies at 14,472
_TYRES = 204.0  # kt: 235 mph, the highest speed that airliners' tyres are rated for
_MOST = (39_999.0, 3_999.9, 599.0)  # ft, ft/min, kt: the ranges of OpenAP's functions, to which values are cut


def label_phases(frame: pd.DataFrame, window: str | float | timedelta = "60s", by: str | None = None) -> pd.DataFrame:
    """Label each report with the phase of its flight.

    The fuzzy logic of J. Sun, J. Ellerbroek and J. Hoekstra, "Flight Extraction and Phase Identification for Large
    Automatic Dependent Surveillance-Broadcast Datasets", Journal of Aerospace Information Systems 14 (2017), with the
    membership functions of their OpenAP (`openap.phase`), which the library `traffic` uses too: with
    altitude, rate and speed each low, middle, high (and so on), a phase is as true as the least true of its conditions:

    * ground: on the ground, level, slow
    * climb and descent: low, rising or falling, of middle speed
    * cruise: high, level, fast
    * level: low, level, of middle speed

    Judged are spans of time, `window` long and cut by the clock, so that a label does not depend on where a frame
    begins. Three things differ from OpenAP, for the sake of the data as it is received. A span is judged by its
    medians, not means, of what is known, so that single wild values do not count; altitudes above 60,000 ft are wild
    anyway. What an aircraft says of itself counts: a report with `onground` is "ground" (airports are seldom at a
    pressure altitude of 0 ft), unless it is faster than 204 kt, what tyres are rated for, or above 15,000 ft; the
    others of the span are judged apart. And the last span is labelled like the others.

    Args:
        frame: Needs `timestamp`, `altitude` (ft), `groundspeed` (kt), `vertical_rate` (ft/min) and `flight` (or else
            `key` or `icao24`); uses `onground` where there is one.
        window: s, a timedelta, or text such as "60s".
        by: The column that tells flights apart, in place of `flight`.

    Returns:
        The frame with a column `phase` (category with all of `PHASES`); missing where its span lacks altitude, speed or
        rate altogether, and where flight or timestamp is missing.

    Raises:
        MissingColumn: The frame lacks one of these columns.
        BadOption: `window` is no span above zero.
    """
    span = parse_span("window", window)
    sequences = in_order(frame, by, FLIGHT)
    require(frame, "altitude", "groundspeed", "vertical_rate")
    altitude, speed = numbers(frame, "altitude")[sequences.rows], numbers(frame, "groundspeed")[sequences.rows]
    altitude = np.where(altitude > _HIGHEST, np.nan, altitude)
    grounded = _grounded(frame, sequences, altitude, speed)
    rate = numbers(frame, "vertical_rate")[sequences.rows]
    medians = _medians(sequences, span, grounded, np.column_stack([altitude, rate, speed]))
    codes = np.full(len(frame), ABSENT)
    codes[sequences.rows] = np.where(grounded, PHASES.index("ground"), _judge(medians))
    return frame.assign(phase=pd.Categorical.from_codes(codes, categories=pd.Index(PHASES, dtype="str")))


def _grounded(frame: pd.DataFrame, sequences: Sequences, altitude: Floats, speed: Floats) -> Flags:
    if "onground" not in frame.columns:
        return np.zeros(len(sequences.rows), np.bool_)
    flying = (speed > _TYRES) | (altitude > _HIGHEST_AIRPORT)  # False where they are not known
    return flags(frame, "onground")[sequences.rows] & ~flying


def _medians(sequences: Sequences, span: float, grounded: Flags, values: Floats) -> Floats:
    """Take the median of each column in the span of each row, reports on the ground and others apart."""
    spans = [sequences.group, sequences.time // round(span * 1e6), grounded]
    return pd.DataFrame(values).groupby(spans).transform("median").to_numpy(np.float64)


def _judge(medians: Floats) -> Floats:
    """Find the truest phase for rows of altitude, rate and speed: an index into `PHASES`; `ABSENT` where one is NaN."""
    low = (0.0, -_MOST[1] - 0.1, 0.0)
    altitude, rate, speed = np.clip(medians, low, _MOST).T
    ground, low_altitude, high_altitude = (
        1 - _rising(altitude, 0, 200),
        _around(altitude, 10_000, 10_000),
        _around(altitude, 35_000, 20_000),
    )
    level, rising, falling = _around(rate, 0, 100), _rising(rate, 10, 1000), _rising(-rate, 10, 1000)
    slow, middle, fast = _around(speed, 0, 50), _around(speed, 300, 100), _around(speed, 600, 100)
    truth = np.stack(
        [
            np.minimum.reduce([ground, level, slow]),
            np.minimum.reduce([low_altitude, rising, middle]),
            np.minimum.reduce([low_altitude, falling, middle]),
            np.minimum.reduce([high_altitude, level, fast]),
            np.minimum.reduce([low_altitude, level, middle]),
        ]
    )
    truest = len(PHASES) - 1 - np.argmax(truth[::-1], axis=0)  # the last of equals, as OpenAP's largest of maximum
    return np.where(np.isnan(medians).any(axis=1), ABSENT, truest)


def _around(values: Floats, mean: float, sigma: float) -> Floats:
    """Return the Gaussian membership."""
    membership: Floats = np.exp(-((values - mean) ** 2) / (2 * sigma**2))
    return membership


def _rising(values: Floats, foot: float, top: float) -> Floats:
    """Return the S-shaped membership: 0 up to the foot, 1 from the top on, a parabola either side of the middle."""
    share = np.clip((values - foot) / (top - foot), 0, 1)
    return np.where(share < 0.5, 2 * share**2, 1 - 2 * (1 - share) ** 2)
