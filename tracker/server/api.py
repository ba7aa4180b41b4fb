"""The fleet, the tracks and the state of the server over HTTP; `schemas` says what the answers hold.

All handlers run in the event loop: they ask the store for a copy, which takes milliseconds, and encode it. The lists of
all aircraft, which would take longer, are encoded once a tick for all (`listing`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import numpy as np
from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from producer.wire import KINDS, MAX_CALLSIGN, POSITION_SOURCES
from tracker.feed.status import Status
from tracker.geo.boxes import BOX_PATTERN
from tracker.server.listing import Edition, Listing
from tracker.server.query import (
    ADDRESS,
    TYPECODE,
    Filter,
    describe,
    features,
    flights,
    parse_filter,
    track_columns,
)
from tracker.server.schemas import FeatureCollection, Flight, Flights, Healthy, Ready, Refused, Track
from tracker.state.stats import Stats
from tracker.state.store import Store
from tracker.state.window import Window

_encode = msgspec.json.Encoder().encode
_SHOWN = 60  # characters of a key that is not known
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")  # RFC 9110: a weight of 0 forbids it


def _several(pattern: str) -> dict[str, str]:
    """Describe one or more texts of a pattern, separated by commas."""
    one = f" *({pattern}) *"
    return {"pattern": f"^({one}(,{one})*| *)$"}


class _Json(JSONResponse):
    """JSON that is encoded already."""

    def render(self, content: bytes) -> bytes:
        """Return the bytes as they are."""
        return content


class _GeoJson(_Json):
    media_type = "application/geo+json"


Bbox = Annotated[
    str,
    Query(
        description="Only aircraft in this box: west,south,east,north in degrees, edges included. Where west is above "
        "east it crosses the antimeridian. Empty: the world.",
        examples=["-80,35,-70,45", "170,-50,-170,-10"],
        json_schema_extra={"pattern": f"^({BOX_PATTERN}| *)$"},
    ),
]
Callsign = Annotated[
    str,
    Query(
        description="Only aircraft whose callsign begins so, in either case.",
        examples=["AFR"],
        json_schema_extra={"maxLength": MAX_CALLSIGN},
    ),
]
Icao24 = Annotated[
    str,
    Query(
        description="Only aircraft with this address, in either case; several are separated by commas.",
        examples=["a1b2c3", "a1b2c3,~00f00d"],
        json_schema_extra=_several(ADDRESS),
    ),
]
OfKind = Annotated[
    str,
    Query(
        description="Only what is of this kind; several are separated by commas.",
        examples=["aircraft", "vehicle,vessel"],
        json_schema_extra=_several("|".join(KINDS)),
    ),
]
Typecode = Annotated[
    str,
    Query(
        description="Only aircraft of this ICAO type designator, in either case; several are separated by commas.",
        examples=["A320", "A20N,A21N"],
        json_schema_extra=_several(TYPECODE),
    ),
]
Source = Annotated[
    str,
    Query(
        description="Only aircraft whose newest position was had so; several are separated by commas.",
        examples=["mlat", "adsb,tisb"],
        json_schema_extra=_several("|".join(POSITION_SOURCES)),
    ),
]
Key = Annotated[
    str,
    Path(
        description="Its name in every list: `icao24`, else `cs:` and the callsign, else `id:` and the id. A callsign, "
        "in either case, or an id will do.",
        examples=["a1b2c3", "cs:TEST-1", "id:TRUCK-7"],
    ),
]


async def _wanted(
    bbox: Bbox = "",
    callsign: Callsign = "",
    icao24: Icao24 = "",
    kind: OfKind = "",
    typecode: Typecode = "",
    position_source: Source = "",
) -> Filter:
    try:
        return parse_filter(bbox, callsign, icao24, kind, typecode, position_source)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None


Wanted = Annotated[Filter, Depends(_wanted)]


def _refusals(descriptions: dict[int | str, str] | None = None) -> dict[int | str, dict[str, Any]]:
    """Describe the refusals of a route by status, for OpenAPI, and those of the access middleware."""
    every = (descriptions or {}) | {"4XX": "This client, or this request, is refused."}
    # Not as `model`: FastAPI would give them the media type of the answer, which may be GeoJSON.
    content = {"application/json": {"schema": Refused.model_json_schema()}}
    return {status: {"description": text, "content": content} for status, text in every.items()}


def routes(
    store: Store, status: Status, draining: Callable[[], bool], clock: Callable[[], float] = time.monotonic
) -> APIRouter:
    """Return the routes of all that is read over HTTP, but for the metrics.

    Args:
        store: Is filled by the feed.
        status: That of the feed, which changes.
        draining: Tells whether the server is about to stop.
        clock: Seconds, monotonic.
    """
    router = APIRouter()
    router.include_router(_fleet(store, status, clock))
    router.include_router(_aircraft(store))
    router.include_router(_server(store, status, draining))
    return router


def _fleet(store: Store, status: Status, clock: Callable[[], float]) -> APIRouter:
    refusals = _refusals({304: "Nothing was heard since `If-None-Match`.", 422: "A filter that can match nothing."})
    router = APIRouter(tags=["fleet"], responses=refusals)
    plain = Listing(store, status, flights, _around_flights, clock)
    geojson = Listing(store, status, features, _around_features, clock)

    @router.get("/api/flights", summary="The fleet", response_model=Flights)
    async def list_flights(request: Request, wanted: Wanted) -> Response:
        """The aircraft that are not lost, in SI units, one object each; what is not known is null."""
        return await _answer(plain, request, wanted, "application/json")

    @router.get(
        "/api/flights.geojson",
        summary="The fleet as GeoJSON",
        response_model=FeatureCollection,
        response_class=_GeoJson,
    )
    async def list_features(request: Request, wanted: Wanted) -> Response:
        """The aircraft that are not lost, as points for a GIS; the third coordinate is `geo_altitude`, where known."""
        return await _answer(geojson, request, wanted, _GeoJson.media_type)

    return router


def _around_flights(edition: Edition) -> tuple[bytes, bytes]:
    head = _encode({"time": edition.time, "connected": edition.connected})
    return head[:-1] + b',"flights":[', b"]}"


def _around_features(_: Edition) -> tuple[bytes, bytes]:
    return b'{"type":"FeatureCollection","features":[', b"]}"


async def _answer(listing: Listing, request: Request, wanted: Filter, media_type: str) -> Response:
    """Answer with a list, or that it is still the one that the client has."""
    edition = await listing.edition()
    headers = {"ETag": edition.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if edition.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    takes_gzip = _GZIP.search(request.headers.get("accept-encoding", "")) is not None
    body, compressed = await listing.body(edition, wanted, compressed=takes_gzip)
    if compressed:
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=media_type)


def _aircraft(store: Store) -> APIRouter:
    router = APIRouter(tags=["aircraft"])

    # Before the other, whose `path` would take the end for a part of a key: a callsign may hold a slash.
    @router.get(
        "/api/flights/{key:path}/track",
        summary="Where an aircraft was",
        response_model=Track,
        responses=_refusals({404: "The window holds no report of it."}),
    )
    async def read_track(key: Key) -> Response:
        """The reports of the last minutes, in the order of event time, as columns; what is not known is null."""
        track = store.ask(lambda window: _track(window, key.strip()))
        if track is None:
            raise HTTPException(404, f"{key[:_SHOWN]!r}: the window holds no report of this key, callsign or id")
        return _Json(_encode(track))

    @router.get(
        "/api/flights/{key:path}",
        summary="One aircraft",
        response_model=Flight,
        responses=_refusals({404: "No such aircraft, or it is lost."}),
    )
    async def read_flight(key: Key) -> Response:
        """An aircraft as it stands in the list of all."""
        picture = store.picture()
        place = picture.find(key.strip())
        if place is None:
            raise HTTPException(404, f"{key[:_SHOWN]!r}: nothing of this key, callsign or id is heard")
        return _Json(_encode(flights(picture, np.array([place]))[0]))

    return router


def _server(store: Store, status: Status, draining: Callable[[], bool]) -> APIRouter:
    router = APIRouter(tags=["server"])
    seen_ready = False

    @router.get("/api/stats", summary="Counters", response_model=Stats, responses=_refusals())
    async def read_stats() -> Response:
        """What the server has read since its start, and how it stands with the broker."""
        return _Json(_encode(store.stats(status)))

    @router.get("/healthz", summary="Does the process answer?", response_model=Healthy, responses=_refusals())
    async def healthz() -> Response:
        """Whether it does, whatever the broker does: where it does not, restart it."""
        return _Json(_encode({"ok": True}))

    @router.get(
        "/readyz",
        summary="Has it read what the log held?",
        response_model=Ready,
        responses=_refusals({503: "Not yet, or not for long, and why."}),
    )
    async def readyz() -> Response:
        """Once it was ready it remains so until it is told to stop.

        So it does while the broker is away: what it holds is served, and is stale.
        """
        nonlocal seen_ready
        if draining():
            raise HTTPException(503, "the server is about to stop")
        seen_ready = seen_ready or status.caught_up
        if not seen_ready:
            raise HTTPException(503, status.error or "the log is being read")
        stats = store.stats(status)
        reason = stats.trouble if stats.connected else stats.error or "the broker is away"
        ready = {"ready": True, "connected": stats.connected, "lag": stats.lag}
        return _Json(_encode(ready | {"degraded": reason is not None, "reason": reason}))

    return router


def _track(window: Window, name: str) -> dict[str, Any] | None:
    """Return the key and the columns of an aircraft's track; None: the window has no report of it."""
    reports = window.track(name)
    if not len(reports):
        return None
    key = reports.categories["key"].by_code[reports.columns["key"][0]]
    return {"key": key, **describe(reports), "columns": track_columns(reports)}
