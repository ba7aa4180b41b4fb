"""A request to end that wakes what waits for it."""

import contextlib
import signal
import threading

import pytest
from patience import PATIENCE

from producer.stop import Interrupted, Stop


def test_a_stop_wakes_another_thread_and_stays_set():
    stop = Stop()
    woken = []
    waiter = threading.Thread(target=lambda: woken.append(stop.wait(60)))
    waiter.start()
    stop.set()
    waiter.join(PATIENCE)
    assert woken == [True]
    assert stop.is_set()
    assert stop.wait(60)


def test_a_wait_without_a_stop_ends_by_itself():
    assert not Stop().wait(0.001)
    assert not Stop().wait(-1)


def test_a_signal_sets_it_and_the_second_acts_as_ever():
    stop = Stop()
    with stop.on_signals():
        signal.raise_signal(signal.SIGINT)
        assert stop.wait(60)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_second_signal_acts_as_ever_even_if_it_is_another():
    stop = Stop()
    with stop.on_signals():
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_where_nothing_looks_at_the_stop_a_signal_gets_out_of_it_and_past_every_except(signum):
    stop = Stop()
    with stop.on_signals(), pytest.raises(Interrupted), stop.interrupting():
        signal.raise_signal(signum)
    assert not issubclass(Interrupted, Exception)
    assert stop.is_set()


def test_an_end_that_was_requested_before_lets_nothing_begin():
    stop = Stop()
    stop.set()
    with pytest.raises(Interrupted), stop.interrupting():
        pytest.fail("it began")


def test_afterwards_a_signal_only_sets_it():
    stop = Stop()
    with stop.on_signals():
        with stop.interrupting():
            pass
        signal.raise_signal(signal.SIGTERM)
    assert stop.is_set()


def test_a_second_interrupt_is_known_even_where_somebody_swallows_it():
    stop = Stop()
    with stop.on_signals():
        signal.raise_signal(signal.SIGINT)
        stop.check_insisted()
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            stop.check_insisted()
        with pytest.raises(KeyboardInterrupt):  # and a third one is as ever
            signal.raise_signal(signal.SIGINT)
