"""The HTTP API, asked as a client asks it, over a store that is filled as the feed fills it."""

import asyncio
import json
import re
import time
from dataclasses import dataclass, fields
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tracker.feed.clocks import Clocks
from tracker.feed.records import read
from tracker.feed.status import Status
from tracker.server.api import routes
from tracker.server.metrics import Metrics, metrics_routes
from tracker.server.schemas import FeatureCollection, Flight, Flights, Track
from tracker.state.stats import Stats
from tracker.state.store import Store

NOW = 1_700_000_000.0
WHOLE = {
    "icao24": "a1b2c3", "callsign": "AFR123", "lat": 48.5, "lon": 2.25, "velocity": 231.5, "track": 271.0,
    "altitude": 10668.0, "geo_altitude": 10972.5, "vertical_rate": -3.25, "on_ground": False, "squawk": "0421",
    "time": NOW, "kind": "aircraft", "typecode": "A320", "registration": "F-GKXA", "category": "A3",
    "position_source": "adsb",
}  # fmt: skip
BARE = {"callsign": "TEST-1", "lat": 40.7128, "lon": -74.006, "time": NOW}
EAST = {"icao24": "00000e", "callsign": "FJI9", "lat": -17.0, "lon": 179.5, "on_ground": True, "time": NOW}
WEST = {"icao24": "00000f", "callsign": "FJI10", "lat": -17.5, "lon": -179.5, "time": NOW}
TRUCK = {
    "id": "TRUCK-7", "kind": "vehicle", "lat": 50.1, "lon": 8.5, "velocity": 5.0, "time": NOW, "registration": "FRA 12",
    "position_source": "other",
}  # fmt: skip
DESCRIPTION = {"kind", "typecode", "registration", "category"}
PATHS = [
    "/api/flights", "/api/flights.geojson", "/api/flights/{key}", "/api/flights/{key}/track", "/api/stats", "/healthz",
    "/readyz", "/metrics",
]  # fmt: skip
EVERYTHING = {"a1b2c3", "cs:TEST-1", "00000e", "00000f", "id:TRUCK-7"}
JUNK = ["%00", "a" * 5_000, "%ED%A0%80", "%F0%9F%9B%A9", "..%2F..%2Fetc%2Fpasswd", "{key}", "%0d%0a", "'--", "A%2FB"]


@dataclass
class Record:
    value: bytes
    timestamp: int = int(NOW * 1000)
    timestamp_type: int = 1
    partition: int = 0
    offset: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Desk:
    """The app, and what it stands on."""

    def __init__(self):
        self.store = Store(window=600.0, stale_after=15.0, lost_after=60.0)
        self.status = Status(state="connected")
        self.draining = False
        self.metrics = Metrics(lambda: self.store.stats(self.status))
        self.app = FastAPI(title="test", version="1")
        self.app.include_router(
            routes(self.store, self.status, lambda: self.draining, lambda: 0.0)
        )  # a list is never still paid for
        self.app.include_router(metrics_routes(self.metrics))

    def take(self, *vectors, ago=0.0):
        """Take in state vectors that arrived so many seconds ago."""
        records = [Record(json.dumps(vector).encode()) for vector in vectors]
        self.store.take(read(records, NOW, Clocks()), backlog=False, now=time.monotonic() - ago)

    def get(self, url, headers=None):
        return asyncio.run(self.ask(url, headers))

    async def ask(self, url, headers=None):
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(url, headers=headers)

    def lose_broker(self, ago=0.0):
        """Have the broker away since so many seconds."""
        self.status.state = "away"
        self.store.silence(time.monotonic() - ago)

    def keys(self, query=""):
        return {flight["key"] for flight in self.get(f"/api/flights?{query}").json()["flights"]}


@pytest.fixture
def desk():
    desk = Desk()
    desk.take(WHOLE, BARE, EAST, WEST)
    return desk


def test_an_aircraft_is_listed_with_all_that_is_known_of_it(desk):
    before = time.time()
    answer = desk.get("/api/flights?icao24=a1b2c3")
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    Flights.model_validate(body, strict=True)
    assert before <= body["time"] <= time.time()
    assert body["connected"] is True
    [flight] = body["flights"]
    assert 0 <= flight.pop("heard") < 10
    assert flight == WHOLE | {"key": "a1b2c3", "id": None, "stale": False}


@pytest.mark.parametrize("name", ["id:TRUCK-7", "TRUCK-7"])
def test_what_is_no_aircraft_has_its_kind_and_is_found_by_its_id(desk, name):
    desk.take(TRUCK)
    flight = desk.get(f"/api/flights/{name}").json()
    Flight.model_validate(flight, strict=True)
    known = {field: value for field, value in flight.items() if value is not None and field not in ("heard", "stale")}
    assert known == TRUCK | {"key": "id:TRUCK-7"}
    track = desk.get(f"/api/flights/{name}/track").json()
    Track.model_validate(track, strict=True)
    assert (track["key"], track["kind"], track["registration"]) == ("id:TRUCK-7", "vehicle", "FRA 12")
    assert track["columns"]["position_source"] == ["other"]
    assert desk.get("/api/flights/truck-7").status_code == 404


def test_what_is_not_known_is_null(desk):
    flight = desk.get("/api/flights/cs:TEST-1").json()
    Flight.model_validate(flight, strict=True)
    assert flight.keys() == Flight.model_fields.keys()
    unknown = {name for name, value in flight.items() if value is None}
    assert unknown == {"id"} | set(WHOLE) - set(BARE) - {"kind"}


def test_on_the_ground_in_the_air_and_not_known_are_three_things(desk):
    listed = desk.get("/api/flights").json()["flights"]
    on_ground = {flight["key"]: flight["on_ground"] for flight in listed}
    assert on_ground == {"a1b2c3": False, "cs:TEST-1": None, "00000e": True, "00000f": None}


def test_the_silent_are_stale_and_then_lost():
    desk = Desk()
    desk.take(WHOLE, ago=61.0)
    desk.take(BARE, ago=20.0)
    desk.take(EAST)
    assert {flight["key"]: flight["stale"] for flight in desk.get("/api/flights").json()["flights"]} == {
        "cs:TEST-1": True,
        "00000e": False,
    }
    assert desk.get("/api/flights/cs:TEST-1").json()["heard"] >= 20.0
    assert desk.get("/api/flights/a1b2c3").status_code == 404
    assert desk.get("/api/flights/a1b2c3/track").status_code == 200


def test_without_a_broker_all_are_stale_nobody_ages_and_none_is_lost():
    desk = Desk()
    desk.take(WHOLE, ago=90.0)
    desk.lose_broker(ago=80.0)
    body = desk.get("/api/flights").json()
    assert body["connected"] is False
    assert [(flight["stale"], round(flight["heard"])) for flight in body["flights"]] == [(True, 10)]
    assert desk.get("/api/flights/a1b2c3").json()["stale"] is True
    stats = desk.get("/api/stats").json()
    assert (stats["state"], stats["connected"], stats["aircraft"], stats["stale"]) == ("away", False, 1, 1)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", EVERYTHING),
        ("bbox=&callsign=&icao24=", EVERYTHING),
        ("bbox=-180,-90,180,90", EVERYTHING),
        ("bbox=2.25,48.5,3,49", {"a1b2c3"}),
        ("bbox=170,-20,-170,-10", {"00000e", "00000f"}),
        ("bbox=170,-20,180,-10", {"00000e"}),
        ("bbox=-170,-20,170,-10", set()),
        ("callsign=fji", {"00000e", "00000f"}),
        ("callsign=FJI10", {"00000f"}),
        ("callsign=JI", set()),
        ("icao24=00000E", {"00000e"}),
        ("icao24=00000e,a1b2c3,ffffff", {"00000e", "a1b2c3"}),
        ("callsign=FJI&icao24=a1b2c3", set()),
        ("bbox=0,0,10,50&callsign=AFR&icao24=a1b2c3", {"a1b2c3"}),
        ("kind=vehicle", {"id:TRUCK-7"}),
        ("kind=aircraft", {"a1b2c3", "cs:TEST-1", "00000e", "00000f"}),
        ("kind=vessel,vehicle", {"id:TRUCK-7"}),
        ("typecode=a320,B77W", {"a1b2c3"}),
        ("typecode=A32", set()),
        ("position_source=adsb", {"a1b2c3"}),
        ("position_source=adsb,other", {"a1b2c3", "id:TRUCK-7"}),
        ("kind=aircraft&position_source=other", set()),
    ],
)
def test_filters_leave_those_that_pass_all_of_them(desk, query, keys):
    desk.take(TRUCK)
    assert desk.keys(query) == keys
    features = desk.get(f"/api/flights.geojson?{query}").json()["features"]
    assert {feature["id"] for feature in features} == keys


@pytest.mark.parametrize("query", ["", "bbox=0,0,1,1", "callsign=A", "icao24=a1b2c3", "kind=vessel", "typecode=A320"])
def test_an_empty_fleet_is_an_empty_list(query):
    desk = Desk()
    assert desk.get(f"/api/flights?{query}").json()["flights"] == []
    assert desk.get(f"/api/flights.geojson?{query}").json()["features"] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("bbox", text)
            for text in ("", " ", "1,2,3,4", " 1 , 2,3,4 ", "1_0,2,3,4", "1,2,3", "\t1,2,3,4", "1,2,3,\u0664")
        ),
        *(("icao24", text) for text in ("", " ", "a1b2c3", " a1b2c3 , ~00000e", "a1b2c3,", "\ta1b2c3", "a1b2c")),
        *(("callsign", text) for text in ("", " ", "AFR", " AFR ", "A" * 16, "A" * 17, " " * 14 + "AFR")),
        *(("kind", text) for text in ("", " ", "vehicle", " vehicle , other", "Vehicle", "vehicle,", "vehicles")),
        *(("typecode", text) for text in ("", " ", "A320", " a320 , B77W", "A320N", "A", ",A320", "\u00df", "A\u0663")),
        *(("position_source", text) for text in ("", " ", "mlat", "mlat,adsb", "MLAT", "\tmlat", "gps")),
    ],
)
def test_a_filter_is_taken_as_openapi_describes_it(desk, name, text):
    described = desk.get("/openapi.json").json()["paths"]["/api/flights"]["get"]["parameters"]
    (schema,) = [parameter["schema"] for parameter in described if parameter["name"] == name]
    right = re.search(schema.get("pattern", ""), text, re.ASCII) is not None and len(text) <= schema.get(
        "maxLength", 100
    )
    assert desk.get(f"/api/flights?{name}={quote(text)}").status_code == (200 if right else 422)


@pytest.mark.parametrize("bbox", ["1_0,2,3,4", "1e0,2,3,4", "%2B1,2,3,4", "nan,2,3,4", "1,2,3"])
def test_a_box_is_taken_only_as_openapi_describes_it(desk, bbox):
    answer = desk.get(f"/api/flights?bbox={bbox}")
    assert answer.status_code == 422
    assert "four numbers are needed" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/api/flights", "/api/flights.geojson"])
def test_a_bad_box_is_refused_in_a_sentence(desk, path):
    answer = desk.get(f"{path}?bbox=200,0,10,10")
    assert answer.status_code == 422
    assert answer.json() == {"detail": "bbox: west = 200.0: -180 to 180 is allowed"}


def test_geojson_has_a_point_an_aircraft_and_a_height_where_it_is_known(desk):
    answer = desk.get("/api/flights.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    FeatureCollection.model_validate(body, strict=True)
    assert body["type"] == "FeatureCollection"
    by_key = {feature["id"]: feature for feature in body["features"]}
    assert by_key["a1b2c3"]["type"] == "Feature"
    assert by_key["a1b2c3"]["geometry"] == {"type": "Point", "coordinates": [2.25, 48.5, 10972.5]}
    assert by_key["cs:TEST-1"]["geometry"] == {"type": "Point", "coordinates": [-74.006, 40.7128]}
    assert by_key["cs:TEST-1"]["properties"].keys() == Flight.model_fields.keys() - {"key", "lat", "lon"}
    assert by_key["a1b2c3"]["properties"]["altitude"] == 10668.0


@pytest.mark.parametrize("path", ["/api/flights", "/api/flights.geojson"])
def test_who_has_the_list_already_is_told_so_until_something_is_heard(desk, path):
    etag = desk.get(path).headers["etag"]
    same = desk.get(path, {"If-None-Match": f'"other", {etag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    desk.take(WHOLE | {"time": NOW + 1, "lat": 48.6})
    assert desk.get(path, {"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [("gzip, br", "gzip"), ("br;q=1, gzip;q=0.5", "gzip"), ("gzip;q=0", None), ("gzip; q=0.0, br", None), ("br", None)],
)
def test_a_list_is_compressed_for_those_who_take_it(accepts, coding):
    desk = Desk()
    desk.take(*(BARE | {"callsign": f"TEST-{number}"} for number in range(50)))
    answer = desk.get("/api/flights", {"Accept-Encoding": accepts})
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert len(answer.json()["flights"]) == 50


def test_a_callsign_may_hold_what_a_url_does_not():
    desk = Desk()
    names = ["A/B", "A?B", "Ä#%", "A B"]
    desk.take(*(BARE | {"callsign": name} for name in names))
    for name in names:
        key = quote(f"cs:{name}", safe="")
        assert desk.get(f"/api/flights/{key}").json()["callsign"] == name
        assert desk.get(f"/api/flights/{key}/track").json()["key"] == f"cs:{name}"


def test_a_track_has_its_reports_in_time_order():
    desk = Desk()
    desk.take(*(WHOLE | {"time": NOW - ago, "altitude": ago} for ago in (30.0, 10.0, 20.0)), EAST)
    body = desk.get("/api/flights/a1b2c3/track").json()
    Track.model_validate(body, strict=True)
    assert body["key"] == "a1b2c3"
    assert {name: body[name] for name in DESCRIPTION} == {name: WHOLE[name] for name in DESCRIPTION}
    assert body["columns"] == {
        name: [value] * 3 for name, value in WHOLE.items() if name != "icao24" and name not in DESCRIPTION
    } | {
        "time": [NOW - 30, NOW - 20, NOW - 10],
        "altitude": [30.0, 20.0, 10.0],
    }


def test_a_track_says_null_for_what_is_not_known(desk):
    track = desk.get("/api/flights/cs:TEST-1/track").json()
    Track.model_validate(track, strict=True)
    unknown = {name for name, values in track["columns"].items() if values == [None]}
    assert unknown == set(WHOLE) - set(BARE) - {"icao24"} - DESCRIPTION
    assert {name: track[name] for name in DESCRIPTION} == dict.fromkeys(DESCRIPTION) | {"kind": "aircraft"}


def test_a_track_that_has_left_the_window_is_not_found(desk):
    desk.store.take(
        read([Record(json.dumps(EAST | {"time": NOW + 3_600}).encode(), int((NOW + 3_600) * 1000))], NOW, Clocks()),
        backlog=False,
        now=time.monotonic(),
    )
    assert desk.get("/api/flights/a1b2c3/track").status_code == 404


@pytest.mark.parametrize("tail", ["", "/track"])
@pytest.mark.parametrize("key", JUNK)
def test_a_junk_key_is_not_found_and_breaks_nothing(desk, key, tail):
    answer = desk.get(f"/api/flights/{key}{tail}")
    assert answer.status_code == 404
    assert 0 < len(answer.json()["detail"]) < 500


@given(st.text(st.characters(), min_size=1))
@example("\ud800")
@example("\ud800/track")
@example("\0")
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_key_raises_even_one_that_no_url_can_hold(desk, key):
    sent = []

    async def ask():
        scope = {"type": "http", "method": "GET", "path": f"/api/flights/{key}", "query_string": b"", "headers": []}
        await desk.app(scope, None, lambda message: asyncio.sleep(0, sent.append(message)))

    asyncio.run(ask())
    assert sent[0]["status"] in {200, 307, 404}


def test_stats_tell_of_each_source(desk):
    assert desk.get("/api/stats").json()["sources"] == []
    header = (("source", b"adsb.lol"), ("attribution", b"ODbL"))
    now = time.time()
    values = [json.dumps(WHOLE | {"time": NOW + ahead}).encode() for ahead in (1, 2)]
    records = [Record(value, timestamp=int((now - 7) * 1000), headers=header) for value in values]
    desk.store.take(read(records, now, desk.status.clocks), backlog=False, now=time.monotonic())
    (source,) = desk.get("/api/stats").json()["sources"]
    assert source.pop("age") >= 7
    assert source == {"name": "adsb.lol", "reports": 2, "attribution": "ODbL"}


def test_stats_tell_all_numbers(desk):
    desk.take(WHOLE)
    desk.status.lag, desk.status.error = 7, "the broker is away"
    body = desk.get("/api/stats").json()
    assert set(body) == {field.name for field in fields(Stats)}
    stats = TypeAdapter(Stats).validate_python(body)
    assert (stats.received, stats.duplicates, stats.aircraft, stats.lag) == (5, 1, 4, 7)
    assert (stats.newest.timestamp(), stats.error) == (NOW, "the broker is away")
    assert body["newest"] == "2023-11-14T22:13:20Z"
    assert (body["state"], body["connected"]) == ("connected", True)


@pytest.mark.parametrize("name", ["a1b2c3", "A1B2C3", "AFR123", "afr123", " AFR123 "])
def test_an_aircraft_is_found_by_key_and_by_callsign_in_either_case(desk, name):
    assert desk.get(f"/api/flights/{name}").json()["key"] == "a1b2c3"
    assert desk.get(f"/api/flights/{name}/track").json()["key"] == "a1b2c3"


def test_the_process_is_healthy_whatever_the_broker_does(desk):
    desk.lose_broker()
    assert desk.get("/healthz").json() == {"ok": True}


def test_it_is_ready_once_it_has_caught_up_and_remains_so(desk):
    answer = desk.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"detail": "the log is being read"})
    desk.status.error = "localhost:9092: connection refused"
    assert desk.get("/readyz").json() == {"detail": "localhost:9092: connection refused"}
    desk.status.caught_up, desk.status.lag = True, 3
    desk.status.error = None
    assert desk.get("/readyz").json() == {
        "ready": True, "connected": True, "lag": 3, "degraded": False, "reason": None,
    }  # fmt: skip
    desk.status.caught_up = False
    desk.status.error = "localhost:9092: connection refused"
    desk.lose_broker()
    answer = desk.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["connected"] is False
    assert (answer.json()["degraded"], answer.json()["reason"]) == (True, "localhost:9092: connection refused")


def test_it_is_not_ready_while_it_drains(desk):
    desk.status.caught_up = True
    assert desk.get("/readyz").status_code == 200
    desk.draining = True
    answer = desk.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"detail": "the server is about to stop"})
    assert desk.get("/healthz").status_code == 200


def test_where_most_reports_are_refused_it_stays_ready_and_says_why(desk, caplog):
    desk.status.caught_up = True
    desk.take(*({"icao24": "a1b2c3", "lat": 91.0 + number, "lon": 0.0} for number in range(10)))
    answer = desk.get("/readyz")
    assert (answer.status_code, answer.json()["degraded"]) == (200, True)
    assert "10 of the last 14 reports were refused" in answer.json()["reason"]
    assert "lat = 100.0" in answer.json()["reason"]
    stats = desk.get("/api/stats").json()
    assert stats["refused"] == [
        {"reason": "range", "count": 10, "example": "lat = 100.0: refused (range): -90 to 90 is allowed"}
    ]
    assert stats["trouble"] == answer.json()["reason"]
    assert 'tracker_refused_total{reason="range"} 10.0' in desk.get("/metrics").text
    assert [record.getMessage() for record in caplog.records] == [
        "refused (range, 10 so far): lat = 100.0: refused (range): -90 to 90 is allowed"
    ]


def test_a_lying_clock_is_told(desk):
    desk.status.caught_up = True
    now = time.time()
    record = Record(json.dumps(EAST | {"time": now + 900.0}).encode(), int(now * 1000))
    desk.store.take(read([record], now, desk.status.clocks), backlog=False, now=time.monotonic())
    stats = desk.get("/api/stats").json()
    assert "reports of an aircraft are refused, as their clocks are ahead by 900 s" in stats["trouble"]


def test_openapi_describes_every_route_and_every_field(desk):
    document = desk.get("/openapi.json").json()
    assert set(document["paths"]) == set(PATHS)
    for path in document["paths"].values():
        assert path["get"]["summary"]
        assert path["get"]["description"]
        assert all(parameter["description"] for parameter in path["get"].get("parameters", []))
    schemas = document["components"]["schemas"]
    assert all(schema["description"] for schema in schemas.values())
    numbers = schemas["Stats"]["properties"]
    assert all(field["description"] for field in numbers.values())
    assert set(numbers["state"]["enum"]) == {"connecting", "connected", "away", "stopped", "failed"}
    assert numbers["connected"]["type"] == "boolean"
    assert {"state", "connected"} <= set(schemas["Stats"]["required"])
    assert "HTTPValidationError" not in schemas
    assert document["paths"]["/readyz"]["get"]["responses"].keys() == {"200", "4XX", "503"}


@pytest.mark.parametrize(
    ("path", "mode"),
    [(path, GenerationMode.POSITIVE) for path in PATHS]
    + [(path, GenerationMode.NEGATIVE) for path in PATHS[:2]],  # elsewhere every request is a good one
)
def test_answers_are_as_openapi_says_for_good_and_bad_requests(desk, path, mode):
    desk.status.caught_up = True
    operation = schemathesis.openapi.from_asgi("/openapi.json", desk.app)[path]["GET"]

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=30, suppress_health_check=list(HealthCheck), database=None)
    def check(case):
        case.call_and_validate(
            checks=[
                not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
            ]
        )

    check()
