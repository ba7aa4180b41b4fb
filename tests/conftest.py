"""Brokers and a browser for all tests; a broker is embedded, or Apache Kafka under the marker `kafka`."""

from collections.abc import Callable, Iterator

import pytest
from brokers import Broker, Embedded, Kafka, Topic, fetch_kafka
from chromium import launched
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

# A busy machine is no defect: neither the time that an example takes nor the time to make one may fail a test.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("any machine")
SHRINKING = 300
"""Seconds after which hypothesis stops to look for a simpler counterexample; it offers no setting for that."""

KINDS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]


@pytest.hookimpl(trylast=True)  # after hypothesis has marked its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a property that fails the time to say by which example."""
    for item in items:
        if item.get_closest_marker("hypothesis") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(2 * SHRINKING))


@pytest.fixture(scope="session")
def kafka_server() -> None:
    """Apache Kafka's programs, brought once."""
    reason = fetch_kafka()
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def new_kafka(kafka_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Kafka]]:
    """Makes Apache Kafka nodes that end with the tests."""
    nodes: list[Kafka] = []

    def make(**properties) -> Kafka:
        nodes.append(Kafka(tmp_path_factory.mktemp("kafka"), **properties))
        return nodes[-1]

    yield make
    for node in nodes:
        node.discard()


@pytest.fixture(scope="session")
def kafka_node(new_kafka: Callable[..., Kafka]) -> Kafka:
    """One node of Apache Kafka for all tests that leave it as it was; a start takes seconds."""
    node = new_kafka()
    node.start()
    return node


@pytest.fixture(params=KINDS)
def any_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker of each kind, in a process of its own, that a test may kill and start again."""
    if request.param == "kafka":
        node = request.getfixturevalue("kafka_node")
        yield node
        if node.process is None:
            node.start()
        return
    broker = Embedded()
    broker.start()
    yield broker
    broker.discard()


@pytest.fixture
def any_topic(any_broker: Broker, request: pytest.FixtureRequest) -> Topic:
    """A topic of the test's own there, not made yet."""
    return Topic(any_broker.address, name=f"test-{abs(hash(request.node.nodeid)):x}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module: Playwright holds an event loop in this thread, in which no asynchronous test could run."""
    with launched() as running:
        yield running
