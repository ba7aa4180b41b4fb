"""Frames in, frames out: flights, wild values, phases, resampling, distance, density; no I/O.

    Tracker.frame() ──> split_flights ──> remove_outliers ──> label_phases, measure_distance, resample ──> DataFrame
                   └──> count_density ──> DataFrame, one row a cell

Each function says which columns it needs and which it adds, returns a new frame and leaves its argument as it was. It
takes the frames of `Tracker` and plain ones (texts as `str` or `object`, plain `bool`) with the same column names and
units, in any order of rows.
"""

from __future__ import annotations

from tracker.analysis.density import count_density
from tracker.analysis.distance import great_circle_distance, measure_distance
from tracker.analysis.flights import split_flights
from tracker.analysis.outliers import remove_outliers
from tracker.analysis.phases import PHASES, label_phases
from tracker.analysis.resampling import resample

__all__ = [
    "PHASES",
    "count_density",
    "great_circle_distance",
    "label_phases",
    "measure_distance",
    "remove_outliers",
    "resample",
    "split_flights",
]
