"""Several recordings as one, such as the hours of a day that lie in files of their own.

files, folders ──> find_recordings ──> Recording, InOrder, each ──> Merged ──> states in time order
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from producer.errors import SourceError
from producer.sources.formats import is_recording
from producer.sources.opening import STDIN
from producer.sources.order import InOrder, time_of
from producer.sources.recording import Recording
from producer.wire import StateVector


class Merged:
    """Recordings in the order of time; each iteration begins anew.

    Args:
        recordings: At least one, each in any order. Each is opened when its first report is due, so that a year of
            hours needs few open files.
    """

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._recordings = recordings
        self._ordered = [InOrder(recording) for recording in recordings]

    @property
    def name(self) -> str:
        """What log and errors call them."""
        return self._recordings[0].name if len(self._recordings) == 1 else f"{len(self._recordings)} recordings"

    @property
    def refused(self) -> int:
        """Rows that were not reports, over all iterations."""
        return sum(recording.refused for recording in self._recordings)

    @property
    def repaired(self) -> Mapping[str, int]:
        """By field of the wire: how many values were dropped, as they could not be understood."""
        return sum((Counter(recording.repaired) for recording in self._recordings), Counter())

    def __iter__(self) -> Generator[StateVector, None, None]:
        """Yield the reports of all.

        Raises:
            SourceError: A recording cannot be read, or holds no reports.
        """
        if len(self._ordered) == 1:
            yield from self._ordered[0]
            return
        waiting = [(recording.begin(), place) for place, recording in enumerate(self._ordered)]
        waiting.sort(reverse=True)
        heap: list[tuple[float, int, StateVector, Iterator[StateVector]]] = []
        with ExitStack() as opened:
            while heap or waiting:
                if waiting and (not heap or waiting[-1][0] <= heap[0][0]):
                    _, place = waiting.pop()
                    states: Iterator[StateVector] = opened.enter_context(closing(iter(self._ordered[place])))
                else:
                    _, place, state, states = heapq.heappop(heap)
                    yield state
                state_or_end = next(states, None)
                if state_or_end is not None:
                    heapq.heappush(heap, (time_of(state_or_end), place, state_or_end, states))


def find_recordings(paths: Sequence[Path]) -> list[Path]:
    """List the recordings that are meant: the files as they are given, and all in the folders and those below.

    Raises:
        SourceError: A folder holds none, or standard input, which can be read once, is one of several.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(file for file in path.rglob("*") if file.is_file() and is_recording(file.name))
        if not inside:
            raise SourceError(str(path), "holds no recordings (.csv, .json, .jsonl, .ndjson, .parquet; also .gz)")
        found += inside
    if STDIN in found and len(found) > 1:
        raise SourceError("standard input", "can be read once, which does not go with other recordings")
    return found
