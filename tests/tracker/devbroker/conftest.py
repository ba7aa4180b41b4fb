import warnings

# kafka-python reads its schemas in a way that Python 3.11 and 3.12 warn of; the tests turn warnings into errors.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import kafka  # noqa: F401

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
