import pytest

from tracker.devbroker import Broker, BrokerThread


@pytest.fixture
async def broker():
    async with Broker(port=0, group_delay=0) as running:
        yield running


@pytest.fixture(scope="module")
def broker_thread():
    with BrokerThread(port=0, group_delay=0) as running:
        yield running
