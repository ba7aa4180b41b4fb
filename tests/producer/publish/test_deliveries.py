"""producer/publish/deliveries.py: what becomes of reports, by futures that are done when a test says so."""

import logging

from kafka.errors import KafkaTimeoutError

from producer.publish.deliveries import Deliveries


class Future:
    """As kafka-python's, but done when a test says so."""

    def __init__(self):
        self.is_done, self.exception, self.waited = False, None, []

    def succeed(self):
        self.is_done = True

    def fail(self, reason):
        self.is_done, self.exception = True, KafkaTimeoutError(reason)

    def get(self, timeout):
        self.waited.append(timeout)
        if not self.is_done:
            raise KafkaTimeoutError("not done in time")
        if self.exception:
            raise self.exception


def taken(*counts):
    deliveries, futures = Deliveries(), []
    for count in counts:
        futures.append(Future())
        deliveries.take(futures[-1], count)
    return deliveries, futures


def counts(deliveries):
    assert deliveries.sent == deliveries.delivered + deliveries.failed + deliveries.in_flight
    return deliveries.delivered, deliveries.failed, deliveries.in_flight


def test_reports_are_in_flight_until_they_are_done():
    deliveries, (first, second) = taken(3, 4)
    assert counts(deliveries) == (0, 0, 7)
    assert not deliveries.settle()
    first.succeed()
    assert deliveries.settle()
    assert counts(deliveries) == (3, 0, 4)
    second.fail("late")
    assert deliveries.settle()
    assert counts(deliveries) == (3, 4, 0)
    assert not deliveries.settle()


def test_those_behind_one_that_is_not_done_wait_for_it():
    deliveries, (first, second) = taken(1, 1)
    second.succeed()
    assert not deliveries.settle()
    assert counts(deliveries) == (0, 0, 2)
    first.succeed()
    assert deliveries.settle()
    assert counts(deliveries) == (2, 0, 0)


def test_a_wait_raises_neither_a_failure_nor_a_timeout():
    deliveries, (oldest, other) = taken(1, 1)
    deliveries.wait(0.25)
    oldest.fail("late")
    deliveries.wait(60)
    assert (oldest.waited, other.waited) == ([0.25, 60], [])
    assert counts(deliveries) == (0, 0, 2), "only settle() counts"


def test_what_is_given_up_has_failed():
    deliveries, (first, second) = taken(2, 3)
    first.succeed()
    deliveries.settle()
    assert deliveries.give_up() == 3
    assert counts(deliveries) == (2, 3, 0)
    second.succeed()
    assert not deliveries.settle(), "too late"
    assert deliveries.give_up() == 0
    assert counts(deliveries) == (2, 3, 0)


def test_the_first_failure_and_then_each_thousandth_is_logged(caplog):
    deliveries, futures = taken(*[1] * 2500)
    with caplog.at_level(logging.WARNING):
        for future in futures:
            future.fail("late")
        deliveries.settle()
    assert [message.split("(")[1].split(" so far")[0] for message in caplog.messages] == ["1", "1000", "2000"]
