"""A real broker, in a thread."""

import gc
import logging

import pytest

from tracker.devbroker import BrokerThread


@pytest.fixture
def broker():
    with BrokerThread(port=0) as broker:
        yield broker


@pytest.fixture
def _kafka_leaves_sockets():
    """kafka-python forgets the socket of a connection that was refused; a collection closes it.

    For modules that ignore the warning of it: collected here, it does not appear in another test. Records of its log
    would keep the socket, in the traceback of their exceptions.
    """
    log = logging.getLogger("kafka")
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(logging.NOTSET)
    gc.collect()
