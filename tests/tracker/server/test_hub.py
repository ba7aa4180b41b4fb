"""Who is due what: whatever happens, a viewer that drains holds the fleet of its box."""

import itertools

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.geo.boxes import Box
from tracker.server.dialects import SPOKEN
from tracker.server.dialects.json import JSON
from tracker.server.hub import EXITS_KEPT, Hub, Viewer
from tracker.state.fleet import Fleet
from tracker.stream.protocol import Delta, Resume, Snapshot, Subscribe
from tracker.stream.protocol import decode as decode_frame

BOXES = st.sampled_from(
    [None, (0.0, 40.0, 12.0, 52.0), (175.0, -20.0, -165.0, 20.0), (-180.0, -90.0, 180.0, 90.0), (2.0, 2.0, 2.0, 2.0)]
)
LATS = st.sampled_from([-90.0, -10.0, 2.0, 41.0, 49.0, 59.9, 90.0])
LONS = st.sampled_from([-180.0, -170.0, -3.0, 2.0, 9.9, 11.0, 21.0, 179.0, 180.0])
KEYS = st.sampled_from([f"40000{number}" for number in range(6)])


def payloads(data: bytes) -> list[bytes]:
    """The text messages in what a server has written."""
    found = []
    while data:
        assert data[0] == 0x81
        size, begin = data[1], 2
        if size >= 126:
            begin = 4 if size == 126 else 10
            size = int.from_bytes(data[2:begin], "big")
        found.append(data[begin : begin + size])
        data = data[begin + size :]
    return found


class Reader:
    """A client: what it was sent, put together as docs/protocol.md says."""

    def __init__(self, box):
        self.box = box
        self.viewer = Viewer(JSON)
        self.epoch, self.seq = None, None
        self.fleet = {}

    def subscribe(self, hub, resume=False):
        known = Resume(self.epoch, self.seq) if resume and self.epoch is not None and self.seq is not None else None
        hub.subscribe(self.viewer, Subscribe(bbox=self.box, resume=known))
        if self.epoch != hub.epoch:
            self.epoch, self.seq = hub.epoch, None  # a number of another run says nothing in this one

    def drain(self, hub, now):
        due = hub.due(self.viewer, now)
        for payload in payloads(due.data) if due else []:
            frame = decode_frame(payload)
            if isinstance(frame, Snapshot):
                self.fleet = {}
            for row, key in enumerate(frame.columns.get("key", [])):
                self.fleet[key] = tuple(frame.columns[name][row] for name in ("lat", "lon", "time"))
            if isinstance(frame, Delta):
                assert not set(frame.removed) & set(frame.columns.get("key", []))
                for key in frame.removed:
                    self.fleet.pop(key, None)
            self.seq = frame.seq

    def inside(self):
        return within(self.fleet, self.box)


def within(fleet, box):
    if box is None:
        return fleet
    return {key: state for key, state in fleet.items() if Box(*box).contains(state[0], state[1])}


class AnyInterleaving(RuleBasedStateMachine):
    """Updates, expiry, boxes, readers that are slow, stop, drop and come back, and servers that start anew."""

    readers = Bundle("readers")
    gone = Bundle("gone")

    def __init__(self):
        super().__init__()
        self.now, self.epochs, self.times = 1000.0, itertools.count(), itertools.count(1)
        self.lost = []
        self.live = []
        self.away = 0
        self.start()

    def start(self):
        self.fleet = Fleet(stale_after=15.0, lost_after=60.0)
        self.hub = Hub(self.fleet, f"epoch-{next(self.epochs)}")

    def tick(self):
        self.hub.advance(self.now, self.lost)
        self.lost = []

    @initialize(target=readers)
    def first(self):
        return self.come(None)

    @rule(target=readers, box=BOXES)
    def come(self, box):
        reader = Reader(box)
        reader.subscribe(self.hub)
        self.live.append(reader)
        return reader

    @rule(reports=st.lists(st.tuples(KEYS, LATS, LONS), min_size=1, max_size=6))
    def report(self, reports):
        vectors = [StateVector(icao24=key, lat=lat, lon=lon, time=float(next(self.times))) for key, lat, lon in reports]
        self.fleet.apply(collect(vectors, [0.0] * len(vectors)), np.arange(len(vectors)), self.now)

    @rule(seconds=st.sampled_from([0.1, 5.0, 30.0, 70.0]))
    def wait(self, seconds):
        self.now += seconds

    @rule()
    def expire(self):
        self.lost += self.fleet.expire(self.now)

    @rule()
    def advance(self):
        self.tick()

    @rule(reader=readers)
    def drain(self, reader):
        self.expire()
        self.tick()
        reader.drain(self.hub, self.now)
        held = self.fleet.changes(self.now, -1, self.fleet.seq)
        places = zip(held.lat.tolist(), held.lon.tolist(), held.time.tolist(), strict=True)
        assert reader.inside() == within(dict(zip(held.key, places, strict=True)), reader.box)

    @rule(reader=readers)
    def drain_late(self, reader):
        reader.drain(self.hub, self.now)  # the fleet may have gone on since the hub looked

    @rule(reader=readers, box=BOXES)
    def look_elsewhere(self, reader, box):
        if reader.box != box:
            reader.box, reader.seq = box, None  # what it holds is of the box before
        reader.subscribe(self.hub)

    @rule(target=gone, reader=consumes(readers))
    def drop(self, reader):
        self.live.remove(reader)
        self.away += 1
        return reader

    @precondition(lambda self: self.away)
    @rule(target=readers, reader=consumes(gone))
    def return_with_resume(self, reader):
        self.away -= 1
        reader.viewer = Viewer(JSON)
        reader.subscribe(self.hub, resume=True)
        self.live.append(reader)
        return reader

    @precondition(lambda self: self.fleet.seq > 5)  # else hardly any run would last
    @rule()
    def restart_the_server(self):
        self.lost = []
        self.start()
        for reader in self.live:
            reader.viewer = Viewer(JSON)
            reader.subscribe(self.hub, resume=True)

    def teardown(self):
        for reader in self.live:
            self.drain(reader)

    @invariant()
    def exits_are_forgotten(self):
        assert all(one.at >= self.now - EXITS_KEPT - 200 for one in self.hub._exits)


AnyInterleaving.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestAnyInterleaving = AnyInterleaving.TestCase


def report(fleet: Fleet, *vectors: StateVector, now: float = 0.0) -> None:
    fleet.apply(collect(vectors, [1e9] * len(vectors)), np.arange(len(vectors)), now)


PARIS = StateVector(icao24="400001", callsign="AFR1", lat=49.0, lon=2.5, altitude=1000.0, on_ground=False, time=1e9)


def test_a_frame_is_encoded_once_for_all_that_look_at_the_same():
    fleet = Fleet()
    hub = Hub(fleet, "one")
    report(fleet, PARIS)
    hub.advance(0.0)
    viewers = [Viewer(JSON) for _ in range(3)]
    for viewer, bbox in zip(viewers, [(1, 41, 2, 49), (3, 42, 4, 48), (1, 41, 20, 49)], strict=True):
        hub.subscribe(viewer, Subscribe(bbox=bbox))
    first, second, third = (hub.due(viewer, 0.0) for viewer in viewers)
    assert first is second
    assert third is not first
    assert hub.due(viewers[0], 0.0) is None


def test_viewers_of_each_dialect_are_sent_the_same_fleet_in_their_own_frames():
    fleet = Fleet()
    hub = Hub(fleet, "one")
    report(fleet, PARIS)
    hub.advance(0.0)
    viewers = [Viewer(dialect, subscribed=True) for dialect in SPOKEN.values()]
    dues = [hub.due(viewer, 0.0) for viewer in viewers]
    assert [due.dialect for due in dues] == ["plain", "flights.v1.json"]
    assert [due.rows for due in dues] == [1, 1]
    assert [hub.due(viewer, 0.0) for viewer in viewers] == [None, None]


def test_who_was_away_for_longer_than_removals_are_remembered_is_sent_a_snapshot():
    fleet = Fleet()
    hub = Hub(fleet, "one")
    report(fleet, PARIS)
    hub.advance(0.0)
    viewer = Viewer(JSON)
    hub.subscribe(viewer, Subscribe())
    hub.due(viewer, 0.0)
    hub.advance(61.0, fleet.expire(61.0))
    hub.advance(61.0 + EXITS_KEPT + 1)
    report(fleet, StateVector(icao24="400002", lat=1.0, lon=2.0), now=130.0)
    hub.advance(130.0)
    due = hub.due(viewer, 130.0)
    assert due is not None
    assert due.kind == "snapshot"


def test_a_resume_from_what_has_not_been_yet_is_a_snapshot():
    fleet = Fleet()
    hub = Hub(fleet, "one")
    report(fleet, PARIS)
    hub.advance(0.0)
    for resume, kind in ((Resume("one", 99), "snapshot"), (Resume("two", 0), "snapshot"), (Resume("one", 0), "delta")):
        viewer = Viewer(JSON)
        hub.subscribe(viewer, Subscribe(resume=resume))
        due = hub.due(viewer, 0.0)
        assert due is not None
        assert due.kind == kind


def test_a_bad_box_is_refused_and_the_old_one_stays():
    hub = Hub(Fleet(), "one")
    viewer = Viewer(JSON)
    hub.subscribe(viewer, Subscribe(bbox=(1, 2, 3, 4)))
    with pytest.raises(ValueError, match="north = 91"):
        hub.subscribe(viewer, Subscribe(bbox=(1, 2, 3, 91)))
    assert viewer.box == Box(1, 2, 3, 4)
