"""producer/stop.py: a wish to end that wakes whoever waits."""

import signal
import threading

import pytest
from patience import PATIENCE

from producer.stop import Stop


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
