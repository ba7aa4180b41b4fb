"""`Viewpoint`: where a map looks of its own accord; pure.

    Picture, who is followed, the view as it is ──> Viewpoint.move ──> another view, or None

At the aircraft that is followed, else at the first that ever come, unless somebody said where to look.
"""

from __future__ import annotations

import numpy as np

from tracker.geo.mercator import View, near, overview, project
from tracker.jupyter.map.looks import STEP
from tracker.state.fleet import Picture

FOLLOW_ZOOM = 9
"""How close a map that follows an aircraft looks, where no zoom is given: an airport and its surroundings."""


class Viewpoint:
    """Whether a map has yet been told where to look, and where it looks next.

    Args:
        placed: Whether its user gave a centre or a zoom.
        zoomed: Whether its user gave a zoom.
    """

    def __init__(self, *, placed: bool, zoomed: bool) -> None:
        self.placed = placed
        """Whether it looks at a place that somebody, or an aircraft, has decided."""
        self._zoomed = zoomed

    def move(self, picture: Picture, followed: int | None, now: View) -> View | None:
        """Return the view to go to; None: to stay.

        Args:
            picture: The aircraft.
            followed: The row of the one that is followed, if any.
            now: What the map looks at.
        """
        if followed is not None and np.isfinite(picture.lat[followed] + picture.lon[followed]):
            return self._follow(picture.lat[followed], picture.lon[followed], now)
        if self.placed:
            return None
        view = overview(picture.lat, picture.lon)
        self.placed = view is not None
        return view

    def _follow(self, lat: float, lon: float, now: View) -> View | None:
        """There, if that shows."""
        place = float(lat), float(near(np.array(lon), now.lon))
        lat_lon = np.array([(now.lat, now.lon), place])
        (x, new_x), (y, new_y) = project(lat_lon[:, 0], lat_lon[:, 1], now.zoom)
        closer = not self._zoomed
        self.placed = self._zoomed = True
        if closer or max(abs(new_x - x), abs(new_y - y)) >= STEP:
            return View(*place, FOLLOW_ZOOM if closer else now.zoom)
        return None
