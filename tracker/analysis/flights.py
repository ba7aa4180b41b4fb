"""Reports of an aircraft ──> its flights: a new one after a silence, or under a new callsign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tracker.analysis.columns import require, texts
from tracker.analysis.sequences import AIRCRAFT, Sequences, in_order
from tracker.arrays import ABSENT, Flags, Rows
from tracker.spans import parse_span

_Codes = npt.NDArray[np.int64]


def split_flights(frame: pd.DataFrame, gap: str | float | timedelta = "10min") -> pd.DataFrame:
    """Tell the flights of each aircraft apart.

    A flight ends where the aircraft is not heard for longer than `gap`, and where its callsign changes; a callsign that
    is missing changes nothing. So flights are runs of an aircraft's reports in time order, and each report is in one.

    Its name is the callsign, or the aircraft's key where none was heard, and a number that counts the flights of that
    name by the time of their first report: `AFR123_001`. Later reports leave the names of earlier flights alone; older
    ones, or rows that leave a rolling window, count anew.

    Ten minutes are what the library `traffic` splits by (`Traffic.iterate`, `Flight.split`, from which `assign_id`
    takes its flights): longer than the holes in a receiver's coverage, and shorter than a turnaround at the gate (in
    three recorded hours over Paris no silence lasts between 8 and 36 minutes). Unlike there, a flight of one report is
    kept, and so are reports without a callsign; and where an aircraft goes back to an earlier callsign, that is a
    further flight.

    Args:
        frame: Needs `timestamp`, `callsign` and `key` (or else `icao24`).
        gap: The longest silence within a flight: s, a timedelta, or text such as "10min".

    Returns:
        The frame with a column `flight` (category, alphabetical); missing where key or timestamp is.

    Raises:
        MissingColumn: The frame lacks one of these columns.
        BadOption: `gap` is no span above zero.
    """
    span = parse_span("gap", gap)
    sequences = in_order(frame, None, AIRCRAFT)
    require(frame, "callsign")
    sign, signs = _callsigns(frame, sequences.rows)
    begins = sequences.begins(span)
    begins |= _changes(sign, begins)
    starts = np.flatnonzero(begins)
    names = _names(sequences, starts, sign, signs)
    categories, ranks = np.unique(names, return_inverse=True)
    codes = np.full(len(frame), ABSENT)
    codes[sequences.rows] = ranks[np.cumsum(begins) - 1]
    return frame.assign(flight=pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype="str")))


def _callsigns(frame: pd.DataFrame, rows: Rows) -> tuple[_Codes, list[str]]:
    """Encode the callsigns of these rows, and return what the codes stand for; blanks and empty ones mean nothing."""
    column = texts(frame, "callsign")
    stripped = [str(sign).strip() for sign in column.categories]
    signs = sorted(set(stripped) - {""})
    rank = {sign: code for code, sign in enumerate(signs)}
    recode = np.array([*(rank.get(sign, ABSENT) for sign in stripped), ABSENT], np.int64)
    return recode[column.codes[rows]], signs


def _changes(sign: _Codes, begins: Flags) -> Flags:
    """Return whether a row has another callsign than the last one known before it, since the silence before."""
    row = np.arange(len(sign))
    last_known = np.maximum.accumulate(np.where(sign != ABSENT, row, -1)) if len(sign) else row
    begin = np.maximum.accumulate(np.where(begins, row, 0)) if len(sign) else row
    changes = np.zeros(len(sign), np.bool_)
    before = last_known[:-1]
    known = (before >= begin[1:]) & (sign[1:] != ABSENT)
    changes[1:] = known & (sign[before] != sign[1:])
    return changes


def _names(sequences: Sequences, starts: Rows, sign: _Codes, signs: Sequence[str]) -> npt.NDArray[Any]:
    """Return the name of each flight; `starts` are the rows (of the sequences) where they begin."""
    if not len(starts):
        return np.empty(0, np.str_)
    callsign = np.maximum.reduceat(sign, starts).tolist()  # of the one that a flight has and `ABSENT`
    keys = [str(sequences.names[code]) for code in sequences.group[starts].tolist()]
    stems = pd.Series([signs[code] if code != ABSENT else key for code, key in zip(callsign, keys, strict=True)])
    by_time = np.argsort(sequences.time[starts], kind="stable")
    number = stems.iloc[by_time].groupby(stems.iloc[by_time]).cumcount().sort_index() + 1
    return np.array([f"{stem}_{count:03}" for stem, count in zip(stems, number, strict=True)])
