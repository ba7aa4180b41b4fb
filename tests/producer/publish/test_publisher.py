"""producer/publish/publisher.py, against a real broker that also goes away."""

import itertools
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from patience import PATIENCE
from publishing import states
from reading import count, records

from producer.errors import BrokerError
from producer.publish.publisher import Publisher
from producer.stop import Stop
from producer.wire import decode
from tracker.devbroker import BrokerThread

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def until(condition, publisher=None, seconds=PATIENCE):
    """Waits for what happens in another thread or process."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        if publisher:
            publisher.poll()
        threading.Event().wait(0.02)


@pytest.fixture
def frozen_broker():
    """A broker in a process of its own, that can be made to stop answering."""
    command = [sys.executable, "-m", "tracker.devbroker", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().split()[3].rstrip(",")
        yield address, lambda: process.send_signal(signal.SIGSTOP), lambda: process.send_signal(signal.SIGCONT)
        process.kill()


def test_all_arrive_keyed_and_in_order(broker):
    sent = states(3000, aircraft=100)
    with Publisher(broker.address, "shipments", stop=Stop()) as publisher:
        assert all(publisher.publish(state) for state in sent)
    assert (publisher.sent, publisher.delivered, publisher.failed, publisher.in_flight) == (3000, 3000, 0, 0)
    found = records(broker.address, "shipments")
    assert len(found) == 3000
    by_key = {}
    for record in found:
        state = decode(record.value)
        assert record.key.decode() == state.key
        by_key.setdefault(state.key, []).append((record.partition, state))
    for key, pairs in by_key.items():
        assert len({partition for partition, _ in pairs}) == 1
        assert [state for _, state in pairs] == [state for state in sent if state.key == key]
    assert len({record.partition for record in found}) == 4


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_batches_arrive_as_single_reports_do(broker, compression):
    sent = states(12_000, aircraft=100)
    with Publisher(broker.address, "shipments", stop=Stop(), compression=compression, max_in_flight=3000) as publisher:
        for begin in range(0, 12_000, 4000):
            assert publisher.publish(sent[begin])
            assert publisher.publish_batch(sent[begin + 1 : begin + 4000])
            assert publisher.in_flight <= 3000
        assert publisher.publish_batch([])
    assert (publisher.sent, publisher.delivered, publisher.failed, publisher.in_flight) == (12_000, 12_000, 0, 0)
    found = records(broker.address, "shipments")
    assert len(found) == 12_000
    partitioner, by_key = {}, {}
    for record in found:
        state = decode(record.value)
        assert record.key.decode() == state.key
        by_key.setdefault(state.key, []).append(state)
        assert partitioner.setdefault(state.key, record.partition) == record.partition
    for key, own in by_key.items():
        assert own == [state for state in sent if state.key == key]


@pytest.mark.parametrize("headers", [[], [("source", b"readsb"), ("attribution", b"somebody")]])
def test_each_record_carries_the_headers(broker, headers):
    sent = states(1000, aircraft=10)
    with Publisher(broker.address, "shipments", stop=Stop(), headers=headers) as publisher:
        assert publisher.publish(sent[0])
        assert publisher.publish_batch(sent[1:])
    found = records(broker.address, "shipments")
    assert len(found) == 1000
    assert all(record.headers == headers for record in found)


def test_a_batch_is_not_taken_after_the_stop(broker):
    stop = Stop()
    with Publisher(broker.address, "shipments", stop=stop) as publisher:
        stop.set()
        assert not publisher.publish_batch(states(10))
    assert publisher.sent == 0


def test_a_batch_waits_for_a_broker_that_answers_again(frozen_broker):
    address, freeze, thaw = frozen_broker
    with Publisher(address, "shipments", stop=Stop(), max_in_flight=100) as publisher:
        assert publisher.publish(states(1)[0])
        until(lambda: publisher.delivered == 1, publisher)
        freeze()
        timer = threading.Timer(0.7, thaw)
        timer.start()
        assert publisher.publish_batch(states(500))
        assert publisher.in_flight <= 100
        timer.join()
    assert (publisher.sent, publisher.delivered, publisher.failed) == (501, 501, 0)
    assert count(address, "shipments") == 501


@pytest.mark.parametrize("compression", ["gzip", "lz4", "snappy", "zstd"])
def test_compressed_batches_arrive(broker, compression):
    with Publisher(broker.address, "shipments", stop=Stop(), compression=compression) as publisher:
        for state in states(50):
            publisher.publish(state)
    assert publisher.delivered == count(broker.address, "shipments") == 50


def test_a_bound_on_what_is_in_flight_is_kept(broker):
    with Publisher(broker.address, "shipments", stop=Stop(), max_in_flight=10) as publisher:
        for state in states(200):
            publisher.publish(state)
            assert publisher.in_flight <= 10
    assert publisher.delivered == 200


def test_no_broker_is_one_clear_line():
    with socket.socket() as taken:  # bound, and not listening: nothing answers there
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(BrokerError) as caught, Publisher(address, "shipments", stop=Stop(), connect_timeout=0.5):
            pass
    assert caught.value.address == address
    assert address in str(caught.value)
    assert "--bootstrap-servers" in str(caught.value)


def test_what_is_no_broker_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes the connection, and says nothing
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(BrokerError), Publisher(address, "shipments", stop=Stop(), connect_timeout=0.5):
            pass


def test_a_broker_that_stops_answering_makes_it_wait_until_it_is_stopped(frozen_broker):
    address, freeze, thaw = frozen_broker
    stop = Stop()
    publisher = Publisher(address, "shipments", stop=stop, max_in_flight=100, flush_timeout=0.3)
    stream = iter(states(100_000))
    with publisher:
        assert publisher.publish(next(stream))
        until(lambda: publisher.delivered == 1, publisher)
        freeze()
        stopper = threading.Thread(target=lambda: (until(lambda: publisher.in_flight == 100), stop.set()))
        stopper.start()
        taken = 0
        while publisher.publish(next(stream)):
            taken += 1
        assert stop.is_set(), "it waited for the stop"
        assert taken == publisher.in_flight == 100
        stopper.join()
    assert (publisher.delivered, publisher.failed, publisher.in_flight) == (1, 100, 0)
    thaw()


def test_a_broker_that_answers_again_gets_all(frozen_broker, caplog):
    address, freeze, thaw = frozen_broker
    with Publisher(address, "shipments", stop=Stop()) as publisher:
        publisher.publish(states(1)[0])
        until(lambda: publisher.delivered == 1, publisher)
        freeze()
        for state in states(50):
            assert publisher.publish(state)
        until(lambda: publisher.silent_for >= 3, publisher)
        thaw()
        until(lambda: publisher.in_flight == 0, publisher)
        assert publisher.silent_for == 0
    assert (publisher.delivered, publisher.failed) == (51, 0)
    assert count(address, "shipments") == 51


@pytest.mark.parametrize("size", [1, 100])
def test_a_broker_that_comes_back_empty_gets_the_topic_anew(size):
    with BrokerThread(port=0) as first:
        port = first.port
        publisher = Publisher(first.address, "shipments", stop=Stop(), partitions=2)
        publisher.__enter__()
        publisher.publish(states(1)[0])
        until(lambda: publisher.delivered == 1, publisher)
    with BrokerThread(port=port) as second:
        stream = iter(states(100_000))

        def goes_on():
            publisher.publish_batch(list(itertools.islice(stream, size)))
            return publisher.delivered >= 20

        until(goes_on, publisher)
        publisher.__exit__(None, None, None)
        assert publisher.sent == publisher.delivered + publisher.failed
        found = records(second.address, "shipments")
        assert len(found) == publisher.delivered - 1, "all but the one that the first broker had"
        assert {record.timestamp_type for record in found} == {1}
