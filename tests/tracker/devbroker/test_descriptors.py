import resource

import pytest

from tracker.devbroker.descriptors import SPARE, count_for_clients, raise_limit


@pytest.fixture
def limits():
    """The limits of this process, as it finds them again afterwards."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def set_soft(limits, soft):
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, limits[1]))


def soft():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_a_low_limit_is_raised_as_far_as_asked_for_and_allowed(limits):
    set_soft(limits, 1024)
    raise_limit(1500)
    assert soft() == 1500
    raise_limit(1200)
    assert soft() == 1500
    if limits[1] != resource.RLIM_INFINITY:
        raise_limit(limits[1] + 1)
        assert soft() == limits[1]


def test_clients_leave_some_descriptors_to_the_process(limits):
    set_soft(limits, 1024)
    assert count_for_clients(4096) == 1024 - SPARE
    assert count_for_clients(100) == 100
    set_soft(limits, 100)
    assert count_for_clients(4096) == 50
