"""An embedded broker in a thread and a topic on it; a wire in a kernel's place, and a map: what most tests need."""

from collections.abc import Iterator

import comm
import ipywidgets
import pytest
from brokers import Topic
from screens import Wire

from tracker.devbroker import BrokerThread
from tracker.jupyter.map.livemap import LiveMap


@pytest.fixture
def broker() -> Iterator[BrokerThread]:
    with BrokerThread(port=0) as running:
        yield running


@pytest.fixture
def topic(broker: BrokerThread) -> Topic:
    return Topic(broker.address)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    wire = Wire()
    monkeypatch.setattr(comm, "create_comm", wire.open)
    yield wire
    ipywidgets.Widget.close_all()


@pytest.fixture
def live(wire: Wire) -> LiveMap:
    return LiveMap(center=[48.5, 2.5], zoom=9)
