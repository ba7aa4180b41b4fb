"""`LiveMap`: an ipyleaflet map on which a marker stands for each aircraft of the last `Picture`.

    Picture ──> LiveMap.draw ──> a pool of markers, their popups, a count ──> one message for each that changed
    window ──> positions over time (`Paths`) ──> one line for all trails ──> one message every two seconds
    browser ──> clicks, answers to moves (handed over, any thread) ──> the next draw

A notebook server limits the number of messages (1,000 a second, beyond which it drops them for good), so a marker sends
only when it moved by a pixel, turned by a degree, or changed its colour class, and then one message for all. Each
browser answers each move, which costs the kernel more than the move itself: a marker is not moved again before its last
move was answered, so that a slow kernel or browser gets fewer, newer positions, and no queue grows.
"""

from __future__ import annotations

import base64
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple, get_args

import ipyleaflet
import ipywidgets
import numpy as np
import numpy.typing as npt

from tracker import basemap, labels, still, symbols
from tracker.errors import BadOption
from tracker.fleet import Picture
from tracker.mercator import Floats, View, near, overview, project
from tracker.since import parse_span
from tracker.trails import Paths, lines

LIMIT = 150
"""Markers at most: with 200, a browser needs 0.3 s from an update to its painting, with 500 six."""

STEP = 1.0
"""A marker that would move by less than this is left where it is, px; at zoom 7 a jet flies three seconds for it."""

OPEN = 4
"""How many popups are kept up to date, those opened last: nothing tells the kernel that one was closed."""

TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
TILES_CREDIT = '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors'

TRAILS = 100
"""Aircraft that have a trail at most."""

TRAILS_EVERY = 2.0
"""Trails are drawn no more often than this, s: their message is the largest that a map sends."""

TRAIL = 120.0
"""The length of a trail where none is given, s."""

FOLLOW_ZOOM = 9
"""How close a map that follows an aircraft looks, where no zoom is given: an airport and its surroundings."""

_MAX_ZOOM = 19
PATIENCE = 10
"""Draws after which a move counts as answered, as browsers come and go; without one, nothing is ever answered."""

_PANE = "backdrop"
_TRAIL_STYLE = {"color": "#3f4a5a", "weight": 2, "opacity": 0.6, "fill": False, "smooth_factor": 1.0}
_START = {"center": [still.WORLD.lat, still.WORLD.lon], "zoom": 2, "world_copy_jump": True, "scroll_wheel_zoom": True}


class LiveMap(ipyleaflet.Map):
    """A map in a notebook that shows where aircraft are, as long as somebody calls `draw`.

    A marker points where its aircraft flies (a dot: that is not known), is coloured by altitude, turns grey when the
    aircraft is stale and is gone when it is lost. The mouse over it tells the callsign, a click opens its values, which
    stay live while they are open. Under the markers lie land and borders, which need no network, and tiles of
    OpenStreetMap where they can be loaded.

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
        """Makes a map without aircraft.

        Args:
            center: Latitude and longitude to look at, deg.
            zoom: 0 (the world in 256 px) to 19.
            follow: The key or callsign of an aircraft to keep the map on.
            trails: How far back to draw where aircraft came from, such as `"2min"`; True: `TRAIL`.
            colour_by: What the colours tell: `"altitude"`, `"speed"` or `"vertical_rate"`.
            limit: Markers at most.
            tiles: The address of the tiles above the backdrop, with `{z}`, `{x}`, `{y}`; None for the backdrop alone.
            paths: Answers where the aircraft of these keys were in the last so many seconds; trails need it.
            wake: Called, on any thread, when a popup was opened: its values come with the next `draw`.
            select: Called, on any thread, with the key of an aircraft that was clicked.
            clock: Monotonic, s.
            options: What else `ipyleaflet.Map` takes.

        Raises:
            BadOption: An argument is outside its limits.
        """
        self._guard = threading.RLock()
        self._closed = True  # until it is made: one that was refused is closed, too
        options |= _view_options(center, zoom)
        self.limit = _check_limit(limit)
        self.follow = _check_follow(follow)
        self.picture: Picture | None = None
        """What was drawn last."""
        self._scale = _scale(colour_by)
        self._span = _trail_span(trails)
        self._paths, self._wake, self._select, self._clock = paths, wake, select, clock
        self._placed = "center" in options or "zoom" in options
        self._zoomed = "zoom" in options
        self._draws = 0
        self._heard = -PATIENCE
        """The draw in which a browser last answered a move."""
        self._trails_due = -np.inf
        self._clicks: deque[_Symbol] = deque(maxlen=100)
        self._open: list[_Symbol] = []
        self._drawn: dict[str, _Symbol] = {}
        self._resting: dict[str, _Symbol] = {}
        self._free: list[_Symbol] = []
        self._stock = _Stock(self._scale)
        self._trails = ipyleaflet.Polyline(name="Trails", locations=[], **_TRAIL_STYLE)
        self._group = ipyleaflet.LayerGroup(name="Aircraft")
        self._count = ipywidgets.HTML(labels.count(0, 0))
        guests = (*options.pop("layers", ()), *options.pop("controls", ()))
        layers, controls = (*_backdrop(tiles), self._trails, self._group), _controls(self._scale, self._count)
        panes = {_PANE: {"zIndex": 150, "pointerEvents": "none"}, **options.pop("panes", {})}
        super().__init__(**{**_START, **options}, layers=layers, controls=controls, panes=panes)
        self._own = tuple(_family(self))
        self._closed = False
        for guest in guests:
            self.add(guest)

    def draw(self, picture: Picture) -> None:
        """Shows the aircraft of `picture` and no other. To be called from one thread only, about once a second."""
        with self._guard:
            if self._closed:
                return
            self.picture = picture
            followed = None if self.follow is None else find(picture, self.follow)
            self._look(picture, followed)
            self._draw_markers(picture, followed)
            self._draw_popups(picture)
            self._draw_trails()
            words = "" if self.follow is None else f", {'following' if followed is not None else 'no'} {self.follow}"
            self._count.value = labels.count(len(self._drawn), len(picture), words)

    def close(self) -> None:
        """Takes the map off the screen and closes all its widgets; from then on `draw` does nothing."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            super().close()
            symbols_made = (*self._drawn.values(), *self._resting.values(), *self._free)
            parts = (part for symbol in symbols_made for part in (symbol.marker, symbol.popup))
            for part in (*self._own, *parts, *self._stock.widgets()):
                part.close()
            self._drawn, self._resting, self._free, self._open = {}, {}, [], []

    def still(self) -> bytes:
        """The map as it is now, as a PNG: what a reader without a kernel sees."""
        view = View(self.center[0], self.center[1], self.zoom) if self._placed else None
        return still.render(self.picture, view, limit=self.limit, scale=self._scale)

    def __repr__(self) -> str:
        return "LiveMap()"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - the widget's own
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        return {**bundle, "image/png": base64.b64encode(self.still()).decode("ascii")}

    def _look(self, picture: Picture, followed: int | None) -> None:
        """At the aircraft that is followed, else at the first that ever come, unless somebody said where to look."""
        if followed is not None and np.isfinite(picture.lat[followed] + picture.lon[followed]):
            self._look_at(picture.lat[followed], picture.lon[followed])
            return
        if self._placed:
            return
        view = overview(picture.lat, picture.lon)
        if view is None:
            return
        self._placed = True
        with self.hold_sync():
            self.center = [view.lat, view.lon]
            self.zoom = view.zoom

    def _look_at(self, lat: float, lon: float) -> None:
        """Moves the middle of the map there, if that shows."""
        place = float(lat), float(near(np.array(lon), self.center[1]))
        lat_lon = np.array([self.center, place])
        (x, new_x), (y, new_y) = project(lat_lon[:, 0], lat_lon[:, 1], self.zoom)
        closer = {} if self._zoomed else {"zoom": FOLLOW_ZOOM}
        self._placed = self._zoomed = True
        if closer or max(abs(new_x - x), abs(new_y - y)) >= STEP:
            with self.hold_sync():
                self.set_trait("center", [*place])
                self.zoom = closer.get("zoom", self.zoom)

    def _draw_trails(self) -> None:
        """All in one layer, replaced whole: one message."""
        now = self._clock()
        if self._span is None or self._paths is None or now < self._trails_due:
            return
        self._trails_due = now + TRAILS_EVERY
        self._trails.locations = lines(self._paths(list(self._drawn)[:TRAILS], self._span), self.center[1])

    def _draw_markers(self, picture: Picture, followed: int | None) -> None:
        lon = near(picture.lon, self.center[1])
        rows = choose(picture, lon, self._drawn, self.bounds, self.limit, followed)
        looks = _looks(picture, lon, rows, self.zoom, self._scale)
        for key in self._drawn.keys() - looks.keys():
            self._resting[key] = self._drawn.pop(key)
        self._draws += 1
        hurry = self._draws - self._heard > PATIENCE
        pool = self._rested() + self._free
        made, drawn = [], {}
        for key, look in looks.items():
            symbol = self._drawn.get(key) or self._resting.pop(key, None) or (pool.pop() if pool else None)
            if symbol is None:
                symbol = _Symbol(look, labels.name(picture, look.row), self._stock)
                symbol.marker.on_click(partial(self._clicked, symbol))
                symbol.marker.on_move(partial(self._answered, symbol))
                made.append(symbol)
            if key not in self._drawn:
                symbol.unanswered = None
                symbol.key = key
            drawn[key] = symbol
            symbol.name(labels.name(picture, look.row), self._stock)
            symbol.show(look, self._stock, self._draws, hurry=hurry)
        self._free = pool
        # In the order of `looks`, those in view first.
        self._drawn = drawn
        for symbol in (*self._free, *self._resting.values()):
            symbol.park(self._stock)
        if made:
            # Once for all, and at the end: a browser builds anew every marker behind the first difference.
            self._group.layers = (*self._group.layers, *(symbol.marker for symbol in made))

    def _rested(self) -> list[_Symbol]:
        """The markers of lost aircraft that may serve others.

        Not those whose popup may still be open: it says that the aircraft is lost, and must not leap to another.
        """
        keys = [key for key, symbol in self._resting.items() if symbol not in self._open]
        return [self._resting.pop(key) for key in keys]

    def _draw_popups(self, picture: Picture) -> None:
        while self._clicks:
            symbol = self._clicks.popleft()
            self._open = [symbol, *(other for other in self._open if other is not symbol)]
        drawn, resting = set(self._drawn.values()), set(self._resting.values())
        self._open = [symbol for symbol in self._open if symbol in drawn or symbol in resting][:OPEN]
        for symbol in drawn:
            row = symbol.look.row
            symbol.title = labels.title(picture, row)
            symbol.popup.value = labels.popup(symbol.title, labels.values(picture, row) if symbol in self._open else "")
        for symbol in resting:
            symbol.popup.value = labels.popup(symbol.title, labels.lost())

    def _clicked(self, symbol: _Symbol, **_event: object) -> None:
        """Hands over, and sets nothing: this runs on whatever thread the browser's message comes in."""
        self._clicks.append(symbol)
        if self._wake is not None:
            self._wake()
        if self._select is not None:
            self._select(symbol.key)

    def _answered(self, symbol: _Symbol, **_event: object) -> None:
        """On whatever thread, like a click."""
        symbol.unanswered = None
        self._heard = self._draws


def find(picture: Picture, name: str) -> int | None:
    """The row of the aircraft with this key, else with this callsign; None where there is none."""
    for names, wanted in ((picture.key, name), (picture.key, name.lower()), (picture.callsign, name.upper())):
        if wanted in names:
            return names.index(wanted)
    return None


def choose(
    picture: Picture,
    lon: Floats,
    drawn: Collection[str],
    bounds: tuple[Any, ...],
    limit: int,
    followed: int | None = None,
) -> npt.NDArray[np.int64]:
    """The rows of `picture` to draw, at most `limit`; see `LiveMap` for which come first.

    Args:
        picture: The aircraft; those without a finite position are never drawn.
        lon: Their longitudes as drawn, deg, shape (n,); may lie beyond 180.
        drawn: The keys that are drawn now.
        bounds: ((south, west), (north, east)) of the view, deg; empty or without an area where it is not known.
        limit: Rows at most.
        followed: The row that comes before all others, if any.
    """
    known = np.isfinite(picture.lat) & np.isfinite(lon)
    seen = known
    if bounds and bounds[0][0] < bounds[1][0] and bounds[0][1] < bounds[1][1]:
        (south, west), (north, east) = bounds
        with np.errstate(invalid="ignore"):
            seen = (picture.lat >= south) & (picture.lat <= north) & ((lon - west) % 360.0 <= east - west)
    held = np.fromiter((key in drawn for key in picture.key), np.bool_, len(picture))
    rank = np.where(known, np.where(seen, 0, 2) + np.where(held, 0, 1), 4)
    if followed is not None and known[followed]:
        rank[followed] = -1
    first = np.argsort(rank, kind="stable")[: max(limit, 0)]
    return first[rank[first] < 4]


class _Look(NamedTuple):
    """How one aircraft is to be drawn."""

    row: int
    """In the picture."""
    location: list[float]
    """Latitude and longitude, deg."""
    pixel: tuple[float, float]
    """The same in pixels of the world at the zoom of the map."""
    angle: float
    """Clockwise from north, whole degrees."""
    symbol: tuple[int, bool]
    """Colour class, and whether it points anywhere."""
    zoom: float


def _looks(
    picture: Picture, lon: Floats, rows: npt.NDArray[np.int64], zoom: float, scale: symbols.Scale
) -> dict[str, _Look]:
    """By key, in the order of `rows`."""
    lat, lon, track = picture.lat[rows], lon[rows], picture.track[rows]
    x, y = project(lat, lon, zoom)
    pointing = np.isfinite(track)
    angle = np.round(np.where(pointing, track, 0.0)) % 360.0
    classes = symbols.classify(picture, scale)[rows]
    columns = zip(
        rows.tolist(), lat.tolist(), lon.tolist(), x.tolist(), y.tolist(), angle.tolist(), classes.tolist(),
        pointing.tolist(), strict=True,
    )  # fmt: skip
    return {
        picture.key[row]: _Look(row, [a, b], (c, d), turn, (colour, points), zoom)
        for row, a, b, c, d, turn, colour, points in columns
    }


class _Symbol:
    """A marker and its popup, which serve one aircraft after another."""

    def __init__(self, look: _Look, name: str, stock: _Stock) -> None:
        self.look = look
        self.key = ""
        self.title = ""
        self.popup = ipywidgets.HTML(layout=stock.layout, style=stock.style)
        self.marker = ipyleaflet.Marker(
            location=look.location,
            rotation_angle=look.angle,
            rotation_origin="center",
            icon=stock.icon(look.symbol),
            popup=self.popup,
            title=name,
            draggable=False,
            rise_on_hover=True,
            # 150 stops of the tabulator key between two cells; the table has the same values for those who need them.
            keyboard=False,
        )
        self.unanswered: int | None = None
        """The draw of the last move, until a browser says that it was made."""
        self._at = look

    def name(self, name: str, stock: _Stock) -> None:
        """Has the mouse over it tell another name: one message, and none where it is the same."""
        if self.marker.title != name:
            with self.marker.hold_sync():
                self.marker.title = name
                # A browser takes the title up when it makes an element anew, which it does for an icon of another kind.
                self.marker.icon = stock.between

    def show(self, look: _Look, stock: _Stock, draw: int, *, hurry: bool) -> None:
        """One message with all that changed, or none.

        Args:
            look: How to draw the aircraft.
            stock: The icons.
            draw: The number of this draw.
            hurry: Whether to move without waiting for the answer to the last move.
        """
        self.look = look
        waits = self.unanswered is not None and draw - self.unanswered < PATIENCE and not hurry
        with self.marker.hold_sync():
            if self._moved(look) and not waits:
                self.unanswered = draw
                self.marker.location = look.location
                self._at = look
            self.marker.rotation_angle = look.angle
            self.marker.icon = stock.icon(look.symbol)

    def park(self, stock: _Stock) -> None:
        """Makes it invisible until another aircraft comes. One message, or none."""
        self.marker.icon = stock.nothing

    def _moved(self, look: _Look) -> bool:
        """Whether it shows: by a pixel at the present zoom."""
        scale: float = 2.0 ** (look.zoom - self._at.zoom)
        (x, y), (new_x, new_y) = self._at.pixel, look.pixel
        return max(abs(new_x - x * scale), abs(new_y - y * scale)) >= STEP


class _Stock:
    """The widgets that all symbols share: an icon for each colour class and shape, made when it is first needed."""

    def __init__(self, scale: symbols.Scale) -> None:
        self._scale = scale
        self._icons: dict[tuple[int, bool], Any] = {}
        self._pattern = ipywidgets.HTML()
        self.layout, self.style = self._pattern.layout, self._pattern.style
        self.nothing = ipyleaflet.Icon(
            icon_url=_data_url('<svg xmlns="http://www.w3.org/2000/svg"/>'), icon_size=[0, 0]
        )
        self.between = ipyleaflet.DivIcon(icon_size=[0, 0])

    def icon(self, symbol: tuple[int, bool]) -> Any:  # noqa: ANN401 - an untyped library's
        if symbol not in self._icons:
            index, pointing = symbol
            wide = symbols.size(index)
            # Centred on the position, as no anchor is given; a popup opens above its middle.
            self._icons[symbol] = ipyleaflet.Icon(
                icon_url=_data_url(symbols.svg(index, pointing=pointing, scale=self._scale)),
                icon_size=[wide, wide],
                popup_anchor=[0, -wide // 3],
            )
        return self._icons[symbol]

    def widgets(self) -> list[Any]:
        return [*self._icons.values(), self.nothing, self.between, self._pattern, self.layout, self.style]


def _family(widget: Any) -> list[Any]:  # noqa: ANN401 - an untyped library's
    """A widget and all that it consists of, each once."""
    found, waiting = {widget.model_id: widget}, [widget]
    while waiting:
        one = waiting.pop()
        values = [getattr(one, name) for name in one.keys]
        for part in (part for value in values for part in (value if isinstance(value, tuple) else (value,))):
            if isinstance(part, ipywidgets.Widget) and part.model_id not in found:
                found[part.model_id] = part
                waiting.append(part)
    return list(found.values())


def _data_url(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def _backdrop(tiles: str | None) -> tuple[Any, ...]:
    """Land and borders, in one message; above them tiles, of which those that do not load stay transparent."""
    # The style of each feature stands in the data: given as a trait it would make the widget send all of it twice.
    land = ipyleaflet.GeoJSON(name="Land", data=basemap.geojson(_PANE))
    if tiles is None:
        return (land,)
    credit = TILES_CREDIT if tiles == TILES else ""
    return land, ipyleaflet.TileLayer(name="Tiles", url=tiles, attribution=credit, max_zoom=19, base=True)


def _controls(scale: symbols.Scale, count: Any) -> tuple[Any, ...]:  # noqa: ANN401 - an untyped library's
    return (
        ipyleaflet.WidgetControl(widget=ipywidgets.HTML(labels.legend(scale)), position="topright"),
        ipyleaflet.ScaleControl(position="bottomleft", imperial=False),
        ipyleaflet.WidgetControl(widget=count, position="bottomleft"),
    )


def _view_options(center: Sequence[float] | None, zoom: float | None) -> dict[str, Any]:
    """Those of center and zoom that were given, within their limits."""
    options: dict[str, Any] = {}
    if center is not None:
        if not _is_place(center):
            raise BadOption("center", center, "latitude -90 to 90 and longitude -180 to 180, deg, are needed")
        options["center"] = [float(value) for value in center]
    if zoom is not None:
        if not _is_number(zoom) or not 0 <= zoom <= _MAX_ZOOM:
            raise BadOption("zoom", zoom, f"a number from 0 to {_MAX_ZOOM} is needed")
        options["zoom"] = zoom
    return options


def _is_place(value: Sequence[float]) -> bool:
    if not isinstance(value, Sequence) or len(value) != 2 or not all(map(_is_number, value)):
        return False
    return abs(value[0]) <= 90 and abs(value[1]) <= 180


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _check_limit(limit: int) -> int:
    if not _is_number(limit) or limit != int(limit) or limit < 0:
        raise BadOption("limit", limit, "a whole number of markers, 0 or more, is needed")
    return limit


def _check_follow(name: str | None) -> str | None:
    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise BadOption("follow", name, 'the key or callsign of an aircraft, such as "AFR123", or None is needed')
    return name and name.strip()


def _scale(colour_by: symbols.ColourBy) -> symbols.Scale:
    if colour_by not in symbols.SCALES:
        raise BadOption("colour_by", colour_by, f"one of {', '.join(get_args(symbols.ColourBy))} is needed")
    return symbols.SCALES[colour_by]


def _trail_span(trails: bool | str | float | timedelta | None) -> float | None:
    """The length of the trails, s; None: there are none."""
    if trails is None or trails is False:
        return None
    return TRAIL if trails is True else parse_span("trails", trails)
