"""From a topic in a shape of its own to things that move, by the commands and the script of docs/mapping.md."""

from collections.abc import Iterator
from pathlib import Path

import comm
import pytest
import trucks
from maps import shown
from patience import PATIENCE
from screens import Wire
from trucks import TRUCKS

from tracker import Tracker
from tracker.client import connect
from tracker.devbroker import BrokerThread
from tracker.stream.mirror import Mirror


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with BrokerThread(port=0, auto_create_topics=True) as running:
        yield running.address


@pytest.fixture(scope="module")
def mapping(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with trucks.proposed(broker, tmp_path_factory.mktemp("trucks")) as written:
        yield written


def test_the_proposal_knows_position_time_speed_and_kind(mapping):
    text = mapping.read_text()
    for part in ('kind = "vehicle"', 'lat = "position.lat"', 'time = { from = "ts", unit = "iso8601" }', 'unit = "kt"'):
        assert part in text


async def test_they_move_over_the_socket(broker, mapping):
    mirror = Mirror()
    first: dict[str, tuple[float, float]] = {}
    moved: set[str] = set()
    with trucks.served(broker, mapping) as server:
        async with connect(f"{server.replace('http', 'ws')}/ws/flights") as frames:
            async for frame in frames:  # bounded by the test's own time limit
                mirror.apply(frame, 0.0)
                for key, row in mirror.aircraft().items():
                    assert row["velocity"] == pytest.approx(trucks.SPEED * 1852 / 3600)
                    place = row["lat"], row["lon"]
                    if first.setdefault(key, place) != place:
                        moved.add(key)
                if moved == TRUCKS:
                    break
    assert all(abs(lat - trucks.CENTRE[0]) < 0.1 > abs(lon - trucks.CENTRE[1]) for lat, lon in first.values())
    assert {row["kind"] for row in mirror.aircraft().values()} == {"vehicle"}


async def test_a_notebook_has_them_as_rows_and_on_its_map(broker, mapping, monkeypatch):
    monkeypatch.setattr(comm, "create_comm", Wire().open)  # no kernel is here
    with Tracker(broker, topic="trucks", mapping=mapping) as t:
        await t.settled(count=20, timeout=PATIENCE)
        live = t.map(center=trucks.CENTRE, zoom=10)
        before = {*shown(live)}
        assert len(before) == len(TRUCKS)
        frame = t.frame()
        assert {*frame.key} == TRUCKS
        assert frame.groundspeed.round(6).eq(trucks.SPEED).all()
        assert (frame.groupby("key", observed=True).latitude.nunique() > 1).all()
        assert t.stats.rejected == 0
        await t.until(lambda stats: not before & {*shown(live)}, timeout=PATIENCE)
