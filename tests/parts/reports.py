"""Frames of reports for the tests of the analysis."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from producer.sources.recording import BUNDLED, Recording
from tracker.feed.batch import collect
from tracker.frame import frame
from tracker.state.window import Window

START = pd.Timestamp("2021-10-07 13:00", tz="UTC")


def reports(seconds: Iterable[float], key: str = "abc123", **columns) -> pd.DataFrame:
    """Plain reports of an aircraft at these seconds after `START`."""
    seconds = np.array(list(seconds), np.float64)
    stamps = START + pd.to_timedelta((seconds * 1e6).astype(np.int64), unit="us")
    return pd.DataFrame({"timestamp": pd.DatetimeIndex(stamps).as_unit("us"), "key": key, **columns})


def recorded() -> pd.DataFrame:
    """The bundled half hour as `Tracker.frame()` hands it out."""
    vectors = list(Recording(BUNDLED))
    window = Window(1e9)
    window.add(collect(vectors, [vector.time for vector in vectors]))
    return frame(window.reports())


def nothing() -> pd.DataFrame:
    """An empty frame as `Tracker.frame()` hands it out."""
    return frame(Window(1.0).reports())
