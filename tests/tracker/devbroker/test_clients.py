import logging

import pytest

from tracker.devbroker.clients import Clients
from tracker.devbroker.notices import Notices


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


class Client:
    """A client that holds what it is told to."""

    def __init__(self, name, held=0, *, waits=False):
        self.name, self.held, self.waits, self.dropped = name, held, waits, False

    def __str__(self):
        return self.name

    def drop(self):
        self.dropped = True


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def clients(clock):
    return Clients(Notices(logging.getLogger("test"), clock), clock, most=3, limit=1000, patience=30)


def come(clients, *held):
    """Clients that connect, and hold so many bytes."""
    come = [Client(str(i), size) for i, size in enumerate(held)]
    for client in come:
        clients.add(client)
        clients.weigh(client)
    return come


def dropped(*clients):
    return [client.dropped for client in clients]


def test_beyond_the_limit_the_one_that_was_silent_longest_goes(clients):
    first, second, third = come(clients, 0, 0, 0)
    clients.hear(first)
    (fourth,) = come(clients, 0)
    assert dropped(first, second, third, fourth) == [False, True, False, False]
    assert len(clients) == 3
    clients.drop_idlest()
    assert third.dropped


def test_what_all_hold_is_counted(clients):
    first, second, _ = come(clients, 100, 200, 300)
    assert (clients.held, clients.free) == (600, 400)
    first.held = 50
    clients.weigh(first)
    clients.discard(second)
    assert clients.held == 350
    clients.discard(second)
    assert clients.held == 350


def test_where_all_hold_too_much_the_one_goes_whose_bytes_have_lain_longest(clients, clock):
    (attacker,) = come(clients, 400)
    clock.now += 5
    slow, honest = come(clients, 100, 500)
    assert dropped(attacker, slow, honest) == [False, False, False]
    clock.now += 0.01
    slow.held = 150
    clients.weigh(slow)
    assert dropped(attacker, slow, honest) == [True, False, False]
    assert clients.held == 650


def test_of_those_that_came_just_now_the_one_that_holds_most_goes(clients):
    first, second, third = come(clients, 300, 400, 301)
    assert dropped(first, second, third) == [False, True, False]


def test_bytes_that_are_no_longer_held_are_not_counted_before_one_goes(clients, clock):
    first, second = come(clients, 600, 300)
    first.held = 10  # it was read in the meantime, and nobody was told
    clock.now += 5
    second.held = 500
    clients.weigh(second)
    assert dropped(first, second) == [False, False]
    assert clients.held == 510


def test_one_that_makes_no_progress_is_dropped_after_a_while_unless_it_waits_for_us(clients, clock):
    stuck, waiting, slow = Client("stuck", 10), Client("waiting", 10, waits=True), Client("slow", 10)
    for client in (stuck, waiting, slow):
        clients.add(client)
    for _ in range(8):
        clients.sweep()
        clock.now += 4
        slow.held += 1
    clients.sweep()
    assert dropped(stuck, waiting, slow) == [True, False, False]


def test_one_that_holds_nothing_may_be_silent(clients, clock):
    (idle,) = come(clients, 0)
    clock.now += 1e6
    clients.sweep()
    assert not idle.dropped


def test_it_is_told_whom_it_dropped_and_why(clients, clock, caplog):
    come(clients, 600, 600)
    assert caplog.messages == ["dropped 1: all clients together may hold 0 MiB"] or "dropped 0" in caplog.text
    clock.now += 10
    come(clients, 600, 600)
    assert len(caplog.messages) == 1
