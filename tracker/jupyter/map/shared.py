"""`Shared`: addresses under which two aircraft report, and where the one marker of each stands; pure.

    Picture, positions of the last seconds ──> Shared.settle ──> Picture in which those stand still

No second key is made up: the key is flagged, and its marker stays with one of the two, without a direction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tracker.jupyter.map.jumps import is_jump
from tracker.state.fleet import Picture
from tracker.state.window import Paths

SPAN = 10.0
"""s. Two jumps within it are no bad position, but a second aircraft under the same address."""


class _Place(NamedTuple):
    time: float
    lat: float
    lon: float


class Shared:
    """The addresses on one map under which two aircraft seem to report.

    Args:
        paths: Returns where the aircraft of these keys were in the last so many seconds; None: nobody knows.
    """

    def __init__(self, paths: Callable[[Collection[str], float], Paths] | None) -> None:
        self._paths = paths
        self._places: dict[str, _Place] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def settle(self, picture: Picture, keys: Collection[str]) -> Picture:
        """Return a picture in which each of these addresses stays with one of its two aircraft, and points nowhere.

        Args:
            picture: The aircraft, each at its newest report.
            keys: Those to look at.
        """
        asked = list(keys)
        self._places = self._find(asked) if self._paths is not None and asked else {}
        rows = [row for row, key in enumerate(picture.key) if key in self._places] if self._places else []
        if not rows:
            return picture
        settled = replace(picture, floats=picture.floats.copy())
        for row in rows:
            place = self._places[picture.key[row]]
            settled.lat[row], settled.lon[row], settled.track[row] = place.lat, place.lon, np.nan
        return settled

    def _find(self, asked: list[str]) -> dict[str, _Place]:
        """Return where the marker of each shared address stands."""
        assert self._paths is not None
        paths = self._paths(asked, SPAN)
        order = np.argsort(paths.key, kind="stable")
        key, time, lat, lon = (values[order] for values in (paths.key, paths.time, paths.lat, paths.lon))
        jump = is_jump(np.diff(time), (lat[:-1], lon[:-1]), (lat[1:], lon[1:])) & (np.diff(key) == 0)
        shared = np.flatnonzero(np.bincount(key[1:][jump], minlength=len(asked)) > 1)
        places = {}
        for number in shared.tolist():
            own = key == number
            places[asked[number]] = _stay(
                Paths(key[own], time[own], lat[own], lon[own]), self._places.get(asked[number])
            )
        return places


def _stay(path: Paths, stood: _Place | None) -> _Place:
    """Return the newest place of the aircraft that is drawn; of the other one, where that one has fallen silent."""
    rows = np.arange(len(path.time))
    if stood is not None:
        seconds = path.time - stood.time
        own = ~is_jump(seconds, (stood.lat, stood.lon), (path.lat, path.lon)) & (seconds >= 0)
        rows = rows[own] if own.any() else rows
    newest = rows[-1]
    return _Place(float(path.time[newest]), float(path.lat[newest]), float(path.lon[newest]))
