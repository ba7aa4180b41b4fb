"""`demo()` brings its own broker and traffic, and takes them away again."""

import os
import select
import signal
import subprocess
import sys
import threading

import pytest
from patience import PATIENCE

import tracker
from tracker.devbroker import BrokerThread


def broker_threads() -> int:
    return sum(thread.name == "devbroker" for thread in threading.enumerate())


@pytest.fixture(autouse=True)
def no_broker_of_the_environment(monkeypatch):
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)


async def test_the_recorded_one_is_whole_and_does_not_age():
    with tracker.demo(recorded=True) as t:
        await t.settled(count=43_191, timeout=90)
        assert len(t.frame()) == 43_191
        assert (t.stats.aircraft, t.stats.stale) == (67, 0)
    assert broker_threads() == 0


async def test_the_live_one_begins_now_and_goes_on():
    with tracker.demo() as t:
        await t.settled(count=30, timeout=PATIENCE)
        df = t.frame()
        assert abs((df.timestamp - t.stats.since).dt.total_seconds()).max() < 60


async def test_running_the_cell_again_ends_the_demonstration_before():
    first = tracker.demo()
    second = tracker.demo()
    assert (first.running, second.running) == (False, True)
    assert broker_threads() == 1
    second.stop()
    assert broker_threads() == 0


@pytest.mark.parametrize("recorded", [False, True])
async def test_a_broker_of_its_own_is_in_the_clear_whatever_the_environment_holds_for_another(monkeypatch, recorded):
    for name, value in {"SECURITY_PROTOCOL": "SASL_SSL", "SASL_USERNAME": "alice", "SSL_CAFILE": "/nowhere"}.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)
    monkeypatch.setenv("TRACKER_MAPPING", "readsb")
    with tracker.demo(recorded=recorded) as t:
        await t.settled(count=30, timeout=PATIENCE)


def test_the_live_one_joins_the_broker_of_the_environment(monkeypatch):
    with BrokerThread(port=0) as broker:
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", broker.address)
        with tracker.demo() as t:
            assert t.bootstrap_servers == broker.address


def test_a_kernel_that_is_killed_leaves_no_producer_behind():
    code = """
import asyncio, os, signal, tracker, subprocess
before = subprocess.Popen
def noting(*args, **options):
    process = before(*args, **options)
    print(process.pid, flush=True)
    return process
subprocess.Popen = noting
t = tracker.demo()
asyncio.run(t.settled(count=1, timeout=60))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=90)
    assert done.returncode == -signal.SIGKILL
    assert ends(int(done.stdout.split()[0]))


def ends(process: int) -> bool:
    """Whether a process that is not our child ends."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], PATIENCE)[0])
    finally:
        os.close(descriptor)
