"""The stack in containers, looked at from outside: `make test-stack`, where a Docker engine is."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from brokers import until
from chromium import CHROMIUM, launched
from compose import BUILT, SERVICES, Stack, docker, image
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from playwright.sync_api import Page
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from producer.wire import StateVector, decode

PATIENCE = 30.0
"""Seconds that anything may take on a busy machine."""
pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

SOCKET = """(url) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onmessage = (message) => { socket.close(); resolve(message.data); };
    socket.onerror = () => reject(new Error(`no socket at ${url}`));
})"""


def fetch(url: str, **headers: str) -> tuple[int, str]:
    """Status and text of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def read_new(address: str, topic: str = "shipments", count: int = 100) -> list[tuple[float, StateVector]]:
    """The next reports of a topic, each with the time at which the broker took it."""
    consumer = KafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
    try:
        until(lambda: consumer.partitions_for_topic(topic), PATIENCE, f"the topic {topic}")
        consumer.assign([TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)])
        consumer.seek_to_end()
        found: list[tuple[float, StateVector]] = []
        end = time.monotonic() + PATIENCE
        while len(found) < count:
            assert time.monotonic() < end, f"{len(found)} of {count} reports came in {PATIENCE} s"
            for batch in consumer.poll(timeout_ms=500).values():
                found += [(record.timestamp / 1000, decode(record.value)) for record in batch]
        return found
    finally:
        consumer.close()


def describe(address: str, topic: str) -> tuple[int, dict[str, str]]:
    """How many partitions a topic has, and its settings."""
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        (description,) = admin.describe_topics([topic])
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        configs = admin.describe_configs([resource], config_filter="all")["topic"][topic]
        return len(description["partitions"]), {name: config["value"] for name, config in configs.items()}
    finally:
        admin.close()


def stop(container: str) -> float:
    """Ask a container to end; gives the seconds that it took. Long after the time that it should take it is killed."""
    begin = time.monotonic()
    docker("stop", "--time", "30", container)
    return time.monotonic() - begin


def docker_logs(container: str) -> str:
    done = subprocess.run(["docker", "logs", "--tail", "100", container], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def streamed(stack: Stack, service: str = "backend") -> dict:
    """The first message of the plain socket."""
    with connect(stack.url(service, "/ws/flights", "ws"), proxy=None, close_timeout=1) as socket:
        return json.loads(socket.recv(PATIENCE))


def newest(stack: Stack) -> float:
    """When the server last heard of an aircraft, by the aircraft's own clock."""
    with connect(stack.url("backend", "/ws/flights", "ws"), proxy=None, close_timeout=1) as socket:
        return max(json.loads(socket.recv(PATIENCE))["time"] for _ in range(500))


@pytest.fixture
def page(stack: Stack) -> Iterator[Page]:
    """A browser's page, on nothing yet."""
    if CHROMIUM is None:
        pytest.skip("needs a browser: chromium, chromium-browser or google-chrome")
    with launched() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        yield page


def test_records_arrive_on_the_hosts_port(stack: Stack) -> None:
    reports = read_new(stack.broker)
    assert all(abs(taken - time.time()) < 60 for taken, _ in reports)
    assert len({state.icao24 for _, state in reports}) > 50


def test_the_topic_has_the_partitions_and_the_retention_of_the_settings(stack: Stack) -> None:
    partitions, configs = describe(stack.broker, "shipments")
    assert partitions == 4
    assert configs["retention.ms"] == "21600000"
    assert configs["message.timestamp.type"] == "LogAppendTime"


def test_programs_on_the_host_and_inside_are_each_told_an_address_that_is_theirs(stack: Stack) -> None:
    ask = (
        "from kafka.admin import KafkaAdminClient; "
        "admin = KafkaAdminClient(bootstrap_servers='redpanda:29092'); "
        "print(*[(node['host'], node['port']) for node in admin.describe_cluster()['brokers']]); admin.close()"
    )
    assert stack.exec("backend", "python", "-c", ask).strip() == "('redpanda', 29092)"
    admin = KafkaAdminClient(bootstrap_servers=stack.broker)
    (node,) = admin.describe_cluster()["brokers"]
    admin.close()
    assert (node["host"], node["port"]) == ("localhost", stack.ports["BROKER_PORT"])


@pytest.mark.parametrize("service", ["backend", "frontend"])
def test_the_plain_socket_streams_state_vectors(stack: Stack, service: str) -> None:
    state = streamed(stack, service)
    assert state["key"] == state["icao24"]
    assert time.time() - state["time"] < 60


def test_a_foreign_page_is_refused_at_both_ports(stack: Stack) -> None:
    for service in ("backend", "frontend"):
        with (
            pytest.raises(InvalidStatus, match="403"),
            connect(stack.url(service, "/ws/flights", "ws"), proxy=None, origin="http://evil.example"),
        ):
            pass


def test_the_built_page_and_its_script_answer_at_the_backend(stack: Stack) -> None:
    status, html = fetch(stack.url("backend"))
    assert status == 200
    script = re.search(r'src="\./?(assets/[^"]+\.js)"', html)
    assert script, html
    with urllib.request.urlopen(stack.url("backend", f"/{script[1]}"), timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")


def test_the_development_server_answers_and_its_page_reads_the_stream(stack: Stack, page: Page) -> None:
    status, html = fetch(stack.url("frontend"))
    assert status == 200
    assert "/src/main.tsx" in html
    page.goto(stack.url("frontend"))
    message = json.loads(page.evaluate(SOCKET, stack.url("frontend", "/ws/flights", "ws")))
    assert message["key"]
    # Its origin may also go straight to the backend.
    assert json.loads(page.evaluate(SOCKET, stack.url("backend", "/ws/flights", "ws")))["key"]


def test_a_source_file_that_is_edited_on_the_host_changes_the_page_without_a_restart(stack: Stack, page: Page) -> None:
    started = stack.inspect("frontend")["State"]["StartedAt"]
    page.goto(stack.url("frontend"))
    source = stack.folder / "tracker" / "web" / "src" / "main.tsx"
    before = source.read_text()
    assert page.evaluate("document.documentElement.dataset.edited") is None
    try:
        source.write_text(f'{before}\ndocument.documentElement.dataset["edited"] = "on the host";\n')
        page.wait_for_function("document.documentElement.dataset.edited === 'on the host'")
    finally:
        source.write_text(before)
    page.wait_for_function("document.documentElement.dataset.edited === undefined")
    assert stack.inspect("frontend")["State"]["StartedAt"] == started


def test_jupyterlab_asks_for_its_token_and_prints_it(stack: Stack) -> None:
    assert fetch(stack.url("jupyter", "/api/contents"))[0] == 403
    said = stack.logs("jupyter")
    link = re.search(rf"http://localhost:{stack.ports['JUPYTER_PORT']}/lab\?token=([0-9a-f]{{32,}})", said)
    assert link, said
    assert fetch(stack.url("jupyter", "/api/contents"), Authorization="token guessed")[0] == 403
    status, text = fetch(stack.url("jupyter", "/api/contents"), Authorization=f"token {link[1]}")
    assert status == 200
    on_the_host = {path.name for path in (stack.folder / "notebooks").glob("*.ipynb")}
    assert {entry["name"] for entry in json.loads(text)["content"]} == on_the_host


def test_a_notebook_of_the_manual_runs_there_on_the_stacks_own_stream(stack: Stack) -> None:
    stack.exec("jupyter", "jupyter", "execute", "--output=/tmp/done.ipynb", "/notebooks/01_live_map.ipynb")
    ask = "from tracker import Tracker; t = Tracker().start(); t.stop(); print(t)"
    assert "redpanda:29092" in stack.exec("jupyter", "python", "-c", ask)


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_whose_main_process_was_killed_is_well_again_by_itself(stack: Stack, service: str) -> None:
    stack.kill(service)
    # A report that was made after the kill reaches a viewer.
    killed = time.time()
    until(lambda: newest(stack) > killed, PATIENCE, "a new report")
    assert read_new(stack.broker, count=20)
    assert fetch(stack.url("frontend"))[0] == 200
    assert fetch(stack.url("jupyter", "/api"))[0] == 200


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_ends_by_itself_when_it_is_asked_to(stack: Stack, say: Callable[[str], None], service: str) -> None:
    read_new(stack.broker)  # a producer that still waits for a broker has something to complain of
    container = stack.inspect(service)["Id"]
    say(f"stop  {stop(container):8.1f} s {service}")
    status = stack.inspect(service)["State"]["ExitCode"]
    docker("start", container)
    stack.up()
    assert status in (0, 143), "137 is a kill; 143 is SIGTERM's own"


def test_the_producer_ends_by_itself_though_the_broker_is_away(stack: Stack, say: Callable[[str], None]) -> None:
    broker, producer = (stack.inspect(service)["Id"] for service in ("redpanda", "producer"))
    docker("stop", broker)
    until(lambda: "waiting for it" in docker_logs(producer), PATIENCE, "the producer to see that")
    say(f"stop  {stop(producer):8.1f} s producer, without a broker")
    status = stack.inspect("producer")["State"]["ExitCode"]
    docker("start", broker, producer)
    stack.up()
    assert status == 1, "what was on its way is lost, and said"
    assert "NOT delivered" in docker_logs(producer)


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_is_root_or_can_change_its_image(stack: Stack, service: str) -> None:
    assert stack.exec(service, "id", "-u").strip() not in ("", "0")
    host = stack.inspect(service)["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Memory"] > 0
    assert host["NanoCpus"] > 0
    assert host["PidsLimit"] > 0


def test_ports_are_published_on_this_machine_alone(stack: Stack) -> None:
    published = [
        binding["HostIp"]
        for service in SERVICES
        for bindings in (stack.inspect(service)["HostConfig"]["PortBindings"] or {}).values()
        for binding in bindings
    ]
    assert published == ["127.0.0.1"] * len(stack.ports)


def test_the_producers_image_holds_nothing_of_the_tracker_and_at_most_150_mb_above_its_base(stack: Stack) -> None:
    ask = (
        "import importlib.util as u; "
        "print([name for name in ('tracker', 'pandas', 'pyarrow', 'aiokafka', 'fastapi', 'jupyterlab') "
        "if u.find_spec(name)])"
    )
    assert stack.exec("producer", "python", "-c", ask).strip() == "[]"
    assert stack.exec("producer", "find", "/opt", "-name", "*.js").strip() == ""
    assert stack.size_above_base("producer") <= 150


@pytest.mark.parametrize(
    ("service", "source"),
    [("producer", "producer/replay.py"), ("backend", "tracker/hub.py"), ("jupyter", "tracker/hub.py")],
)
def test_a_change_of_code_keeps_the_layers_of_the_dependencies(stack: Stack, service: str, source: str) -> None:
    file = stack.folder / source
    text = file.read_text()
    before = image(stack.image_name(service))["RootFS"]["Layers"]
    try:
        file.write_text(f"{text}\n# Changed.\n")
        stack.build(service)
        changed = image(stack.image_name(service))
    finally:
        file.write_text(text)
        stack.build(service)
    docker("image", "rm", changed["Id"])
    after = changed["RootFS"]["Layers"]
    assert before != after
    same = [layer for layer in before if layer in after]
    assert len(same) >= 2, "the base, and what was installed"


@pytest.mark.parametrize("service", BUILT)
def test_an_image_tells_what_it_is_and_how_to_see_that_it_is_well(stack: Stack, service: str) -> None:
    config = image(stack.image_name(service))["Config"]
    assert config["Labels"]["org.opencontainers.image.title"] == f"flight-tracker {service}"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "MIT"
    assert config["Healthcheck"]["Test"]
    assert config["User"] == "10001:10001"
    assert config["StopSignal"] == "SIGTERM"


def test_the_producers_settings_act(stack: Stack) -> None:
    """Another topic each, as the first has what came before."""
    try:
        settings = {"KAFKA_TOPIC": "few", "PRODUCER_PARTITIONS": "2", "PRODUCER_RETENTION_MS": "60000"}
        flown = {"PRODUCER_FLIGHTS": "7", "PRODUCER_RATE": "5", "PRODUCER_REGION": "42,-5,51,8"}
        stack.up("producer", **settings, **flown)
        partitions, configs = describe(stack.broker, "few")
        assert (partitions, configs["retention.ms"]) == (2, "60000")
        reports = read_new(stack.broker, "few", count=105)
        assert len({state.icao24 for _, state in reports}) == 7
        assert all(35 < state.lat < 58 and -12 < state.lon < 15 for _, state in reports)
        span = max(state.time for _, state in reports) - min(state.time for _, state in reports)
        assert span == pytest.approx(105 / 7 / 5, abs=1.0)

        stack.up("producer", KAFKA_TOPIC="paris", PRODUCER_SOURCE="replay", PRODUCER_SPEED="20")
        reports = read_new(stack.broker, "paris", count=1000)
        assert time.gmtime(reports[0][1].time).tm_year == 2021
        event_time = reports[-1][1].time - reports[0][1].time
        assert event_time / (reports[-1][0] - reports[0][0]) == pytest.approx(20, rel=0.5)
    finally:
        stack.up()


def test_a_source_runs_once_beside_the_producer_that_runs(stack: Stack) -> None:
    options = ["replay", "--speed", "max", "--topic", "once", "--limit", "500"]
    stack.compose("run", "--rm", "--no-TTY", "--env", "PRODUCER_LOOP=false", "producer", *options)
    consumer = KafkaConsumer(bootstrap_servers=stack.broker)
    partitions = [TopicPartition("once", number) for number in consumer.partitions_for_topic("once")]
    assert sum(consumer.end_offsets(partitions).values()) == 500
    consumer.close()


def test_a_setting_of_the_producer_that_is_wrong_is_said_in_its_log(stack: Stack) -> None:
    try:
        stack.compose("up", "--detach", "--no-build", "producer", PRODUCER_FLIGHTS="none")
        until(lambda: "'none' is not a valid integer" in stack.logs("producer"), PATIENCE, "the producer's complaint")
    finally:
        stack.up()
