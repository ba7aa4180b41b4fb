import pytest
from devbroker_wire import Client

from tracker.devbroker import Broker, BrokerThread


@pytest.fixture
async def broker():
    async with Broker(port=0, group_delay=0) as running:
        yield running


@pytest.fixture
async def client(broker):
    connected = await Client.connect(broker.address)
    yield connected
    await connected.close()


@pytest.fixture
async def other(broker):
    connected = await Client.connect(broker.address)
    yield connected
    await connected.close()


@pytest.fixture(scope="module")
def broker_thread():
    with BrokerThread(port=0, group_delay=0) as running:
        yield running
