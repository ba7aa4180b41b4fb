"""`LiveMap`: an ipyleaflet map on which a marker stands for each object of the last `Scene`.

    Scene ──> LiveMap.draw ──> viewpoint, markers, popups, a count ──> one message for each marker that changed
    window ──> positions over time (`Paths`) ──> one line for all trails ──> one message every two seconds
    browser ──> clicks, answers to moves, on any thread ──> the next draw

Here are the widget, what lies on it besides aircraft, and the order of a draw. `looks` says which aircraft are drawn,
`markers` what is sent for them, `popups` what these say, `shared` which of them stand still because two aircraft have
one address, `viewpoint` where the map looks of its own accord.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

import ipyleaflet
import ipywidgets

from tracker.geo import basemap
from tracker.geo.mercator import View, near
from tracker.jupyter import words
from tracker.jupyter.map import labels, still, symbols
from tracker.jupyter.map.looks import choose, looks
from tracker.jupyter.map.markers import Markers
from tracker.jupyter.map.popups import Popups
from tracker.jupyter.map.shared import Shared
from tracker.jupyter.map.trails import Trails
from tracker.jupyter.map.viewpoint import Viewpoint
from tracker.jupyter.options import check_follow, check_limit, check_view, choose_scale, parse_trails
from tracker.jupyter.screen import Screen
from tracker.state.fleet import Picture
from tracker.state.scene import Scene
from tracker.state.window import Paths

LIMIT = 150
"""Markers at most, unless told otherwise: with 200 a browser takes 0.3 s to paint what has changed, with 500 six."""

TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
TILES_CREDIT = '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors'

_PANE = "backdrop"
_TRAIL_STYLE = {"color": "#3f4a5a", "weight": 2, "opacity": 0.6, "fill": False, "smooth_factor": 1.0}
_START = {"center": [still.WORLD.lat, still.WORLD.lon], "zoom": 2, "world_copy_jump": True, "scroll_wheel_zoom": True}


class LiveMap(Screen, ipyleaflet.Map):
    """A map in a notebook that shows where aircraft are, as long as a tracker draws on it.

    A marker points where its aircraft flies (a dot: that is not known), is coloured by altitude, turns grey when the
    aircraft is stale and is gone when it is lost. Its shape tells a light, large or heavy aircraft, a helicopter and a
    glider apart, and vehicles, vessels, containers and other things from aircraft; red arcs mark the squawks 7500,
    7600 and 7700. The mouse over it tells the name, a click opens its values, which stay live while they are open. An
    address under which two aircraft seem to report is a dot, which stays with one of them, and its popup says so. Under
    the markers lie land and borders, which need no network, and tiles of OpenStreetMap where they can be loaded.

    At most `limit` aircraft are drawn, and the map says how many those are of all. First come those in view, those
    drawn before ahead of the others, so that no marker in view gives way to another; then in the same way those out of
    view. What is in view is known once a browser has shown the map; before that, everything is.

    All else is `ipyleaflet.Map`: `m.center`, `m.zoom`, `m.add(...)`. Unless `center` or `zoom` is given, the first
    aircraft decide where the map looks; after that only its user moves it, or the aircraft that it follows:
    `m.follow = "AFR123"` begins that, `m.follow = None` ends it.
    """

    def __init__(
        self,
        *,
        center: Sequence[float] | None = None,
        zoom: float | None = None,
        follow: str | None = None,
        trails: bool | str | float | timedelta | None = None,
        colour_by: symbols.ColourBy = "altitude",
        limit: int = LIMIT,
        tiles: str | None = TILES,
        paths: Callable[[Collection[str], float], Paths] | None = None,
        wake: Callable[[], None] | None = None,
        select: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        **options: Any,  # noqa: ANN401 - the widget's own
    ) -> None:
        """Make a map without aircraft.

        Args:
            center: Latitude and longitude to look at, deg; None: where most of the first aircraft are.
            zoom: From 0, the world in 256 px, to 19, a street.
            follow: The key, callsign or id of an object to keep the map on.
            trails: How far back to draw where aircraft came from: `"2min"`, seconds or a timedelta; True: two minutes.
            colour_by: What the colours tell: `"altitude"`, `"speed"` or `"vertical_rate"`.
            limit: Markers at most; with 200 a browser takes 0.3 s to paint what has changed, with 500 six.
            tiles: The address of map tiles, with `{z}`, `{x}`, `{y}`; None: land and borders alone.
            paths: Returns where the aircraft of these keys were in the last so many seconds: what trails, and addresses
                that two aircraft share, are seen by.
            wake: Called, on any thread, when a popup was opened: its values come with the next `draw`.
            select: Called, on any thread, with the key of an aircraft that was clicked.
            clock: Monotonic, s.
            options: What else `ipyleaflet.Map` takes.

        Raises:
            BadOption: An argument is outside its limits.
        """
        options |= check_view(center, zoom)
        self.limit = check_limit(limit)
        self.follow = check_follow(follow)
        self.picture: Picture | None = None
        """What was drawn last."""
        self._scale = choose_scale(colour_by)
        self._clock = clock
        self._trails = Trails(parse_trails(trails), paths)
        self._shared = Shared(paths)
        self._viewpoint = Viewpoint(placed="center" in options or "zoom" in options, zoomed="zoom" in options)
        self._popups = Popups(wake, select)
        self._markers = Markers(self._scale, self._popups.clicked)
        self._trail_layer = ipyleaflet.Polyline(name="Trails", locations=[], **_TRAIL_STYLE)
        self._count = ipywidgets.HTML(labels.count(0, 0))
        self._legend = ipywidgets.HTML(labels.legend(self._scale))
        guests = (*options.pop("layers", ()), *options.pop("controls", ()))
        layers = (*_backdrop(tiles), self._trail_layer, self._markers.layer)
        controls = _controls(self._legend, self._count)
        panes = {_PANE: {"zIndex": 150, "pointerEvents": "none"}, **options.pop("panes", {})}
        super().__init__(**{**_START, **options}, layers=layers, controls=controls, panes=panes)
        for guest in guests:
            self.add(guest)

    def _draw(self, scene: Scene) -> None:
        self.picture = picture = self._shared.settle(scene.picture, self._markers.drawn)
        followed = None if self.follow is None else picture.find(self.follow)
        self._look(picture, followed)
        self._draw_markers(picture, followed)
        self._popups.draw(scene.picture, self._markers.drawn.values(), self._markers.resting.values(), self._shared)
        self._draw_trails()
        many = words.many(picture)
        following = "" if self.follow is None else labels.following(self.follow, heard=followed is not None)
        self._count.value = labels.count(len(self._markers.drawn), len(picture), many, following)
        self._legend.value = labels.legend(self._scale, mixed=many != "aircraft")

    def _leave(self) -> None:
        self._markers.close()
        self._popups.close()

    def still(self) -> bytes:
        """Return the map as it is now, as a PNG: what a reader without a kernel sees."""
        view = View(self.center[0], self.center[1], self.zoom) if self._viewpoint.placed else None
        return still.render(self.picture, view, limit=self.limit, scale=self._scale)

    def __repr__(self) -> str:
        return "LiveMap()"

    def _static(self) -> dict[str, str]:
        return {"image/png": base64.b64encode(self.still()).decode("ascii")}

    def _look(self, picture: Picture, followed: int | None) -> None:
        now = View(self.center[0], self.center[1], self.zoom)
        view = self._viewpoint.move(picture, followed, now)
        if view is None:
            return
        with self.hold_sync():
            self.set_trait("center", [view.lat, view.lon])
            if view.zoom != now.zoom:  # else it is left to the browser, which may be changing it now
                self.set_trait("zoom", view.zoom)

    def _draw_markers(self, picture: Picture, followed: int | None) -> None:
        lon = near(picture.lon, self.center[1])
        rows = choose(picture, lon, self._markers.drawn, self.bounds, self.limit, followed)
        self._markers.draw(picture, looks(picture, lon, rows, self.zoom, self._scale), self._popups.open)

    def _draw_trails(self) -> None:
        """Draw all trails in one layer, replaced whole: one message."""
        lines = self._trails.draw(self._markers.drawn, self.center[1], self._clock())
        if lines is not None:
            self._trail_layer.locations = lines


def _backdrop(tiles: str | None) -> tuple[Any, ...]:
    """Return land and borders, one message, and above them tiles; those that do not load stay transparent."""
    # The style of each feature stands in the data: given as a trait it would make the widget send all of it twice.
    land = ipyleaflet.GeoJSON(name="Land", data=basemap.geojson(_PANE))
    if tiles is None:
        return (land,)
    credit = TILES_CREDIT if tiles == TILES else ""
    return land, ipyleaflet.TileLayer(name="Tiles", url=tiles, attribution=credit, max_zoom=19, base=True)


def _controls(legend: ipywidgets.HTML, count: ipywidgets.HTML) -> tuple[Any, ...]:
    return (
        ipyleaflet.WidgetControl(widget=legend, position="topright"),
        ipyleaflet.ScaleControl(position="bottomleft", imperial=False),
        ipyleaflet.WidgetControl(widget=count, position="bottomleft"),
    )
