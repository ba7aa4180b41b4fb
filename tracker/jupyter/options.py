"""The options of a tracker and of its map, checked: a bad one is refused with its name, its value and its limit.

what a user gave ──> check_..., choose_..., parse_... ──> what it means, or `BadOption`
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import inf
from typing import Any, get_args

import numpy as np

from producer import wire
from producer.cluster.address import check_topic, parse_servers
from producer.cluster.connection import Security
from producer.cluster.errors import SettingError
from producer.cluster.numbers import parse_number
from tracker.errors import BadOption
from tracker.jupyter.map.symbols import SCALES, ColourBy, Scale
from tracker.jupyter.map.trails import TRAIL
from tracker.spans import parse_span

_MAX_ZOOM = 19


def check_cluster(servers: str, topic: str) -> tuple[str, str]:
    """Return the bootstrap servers, each with its port and without blanks, and the topic."""
    try:
        return ",".join(map(str, parse_servers(servers))), check_topic(topic)
    except SettingError as error:
        raise BadOption(error.name, error.value, error.limit) from None


def check_last(last: str | float | timedelta, window: float) -> float:
    """Return how far back rows are asked for, s: no further than the window reaches."""
    span = parse_span("last", last)
    if span > window:
        raise BadOption("last", last, f"at most the window, {window:g} s, is held; Tracker(window=...) sets it")
    return span


def choose_ageing(stale_after: float | None, lost_after: float | None) -> tuple[float, float]:
    """Return when an aircraft is stale and when it is lost, s: as given, else as the environment says."""
    if stale_after is None:
        stale_after = _seconds("TRACKER_STALE_AFTER", 15.0)
    if lost_after is None:
        lost_after = _seconds("TRACKER_LOST_AFTER", 60.0)
    if not 0 < stale_after <= lost_after:
        raise BadOption("stale_after", stale_after, f"above 0 and at most lost_after ({lost_after}) is needed")
    return stale_after, lost_after


def _seconds(variable: str, default: float) -> float:
    """Return what a variable of the environment says, s."""
    text = os.environ.get(variable)
    try:
        return parse_number(text) if text else default
    except ValueError:
        raise BadOption(variable, text, "a number of seconds is needed") from None


def choose_mapping(source: str | os.PathLike[str] | Mapping[str, object] | None) -> wire.Mapping | None:
    """Return how records are read: as given, else as `TRACKER_MAPPING` says; None, as for "": as the wire."""
    chosen = os.environ.get("TRACKER_MAPPING") if source is None else source
    if chosen is None or chosen == "":
        return None
    try:
        return wire.load_mapping(os.fspath(chosen) if isinstance(chosen, os.PathLike) else chosen)
    except wire.MappingError as error:
        raise BadOption("mapping", source or chosen, str(error)) from None


def choose_security(**settings: object) -> Security:
    """Return how to speak to the brokers: as given, and where None is given as the environment says."""
    paths = {name: os.fspath(value) for name, value in settings.items() if isinstance(value, os.PathLike)}
    try:
        security = Security.choose(settings | paths, os.environ)
        security.ssl_context()  # a file that cannot be read is said at once
    except SettingError as error:
        environment = f"KAFKA_{error.name.upper()}"
        raise BadOption(error.name, error.value, f"{error.limit} (in the environment: {environment})") from None
    return security


def check_observed(names: str) -> str:
    """Return what is to be observed of a tracker: there is one thing."""
    if names != "selected":
        raise BadOption("names", names, '"selected" is needed: all else is a number in `stats`')
    return names


def check_view(center: Sequence[float] | None, zoom: float | None) -> dict[str, Any]:
    """Return those of center and zoom that were given, as `ipyleaflet.Map` takes them."""
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


def check_limit(limit: int) -> int:
    """Return how many markers there may be."""
    if not _is_number(limit) or limit != int(limit) or limit < 0:
        raise BadOption("limit", limit, "a whole number of markers, 0 or more, is needed")
    return limit


def check_follow(name: str | None) -> str | None:
    """Return the key, callsign or id of an object, without blanks."""
    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise BadOption("follow", name, 'the key, callsign or id of an object, such as "AFR123", or None is needed')
    return name and name.strip()


def choose_scale(colour_by: ColourBy) -> Scale:
    """Return what the colours of a map tell."""
    if colour_by not in SCALES:
        raise BadOption("colour_by", colour_by, f"one of {', '.join(get_args(ColourBy))} is needed")
    return SCALES[colour_by]


def parse_trails(trails: bool | str | float | timedelta | None, window: float = inf) -> float | None:
    """Return the length of the trails, s, which is at most that of the window; None: there are none."""
    if trails is None or trails is False:
        return None
    if trails is True:
        return TRAIL
    span = parse_span("trails", trails)
    if span > window:
        raise BadOption("trails", trails, f"at most the window ({window:g} s) is needed")
    return span


def _is_place(value: Sequence[float]) -> bool:
    if not isinstance(value, Sequence) or len(value) != 2 or not all(map(_is_number, value)):
        return False
    return abs(value[0]) <= 90 and abs(value[1]) <= 180


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
