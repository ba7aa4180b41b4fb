"""An embedded broker in a thread, and a topic on it: what most tests of the tracker need."""

from collections.abc import Iterator

import pytest
from brokers import Topic

from tracker.devbroker import BrokerThread


@pytest.fixture
def broker() -> Iterator[BrokerThread]:
    with BrokerThread(port=0) as running:
        yield running


@pytest.fixture
def topic(broker: BrokerThread) -> Topic:
    return Topic(broker.address)
