"""docker-compose.yml beside .env.example, Dockerfiles, its manual and what Redpanda documents; no engine is needed."""

import re
import shutil
import subprocess
from ipaddress import ip_address

import pytest
import yaml
from compose import BUILT, CHECKOUT, SERVICES
from dockerfile import stages

import producer.cli
import tracker.server.command
from producer.sources.credentials import NAMES as ACCOUNT

ALL = {*SERVICES, "console"}
PUBLISHED = {
    "redpanda": ("BROKER_PORT", 9092, 9092),
    "console": ("CONSOLE_PORT", 8081, 8080),
    "backend": ("BACKEND_PORT", 8000, 8000),
    "frontend": ("FRONTEND_PORT", 3000, 3000),
    "jupyter": ("JUPYTER_PORT", 8888, 8888),
}
"""By service: the variable, its default, and the port inside."""

REFERENCE = "docs.redpanda.com 26.1, reference, rpk redpanda start"
DOCUMENTED = {
    "--kafka-addr": REFERENCE,
    "--advertise-kafka-addr": REFERENCE,
    "--rpc-addr": REFERENCE,
    "--advertise-rpc-addr": REFERENCE,
    "--check": REFERENCE,
    "--overprovisioned": f"{REFERENCE}, bundled flags of dev-container",
    "--reserve-memory": f"{REFERENCE}, bundled flags of dev-container; manage, pod resources",
    "--smp": "docs.redpanda.com, labs, docker compose, single broker",
    "--memory": "docs.redpanda.com, manage, pod resources",
}
"""Flags of Redpanda, and where its documentation lists each."""

EXAMPLE = re.compile(r"^#([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*):-([^${}]*)\}")


def text(name: str) -> str:
    return (CHECKOUT / name).read_text()


@pytest.fixture(scope="module")
def raw() -> str:
    return text("docker-compose.yml")


@pytest.fixture(scope="module")
def defaults(raw: str) -> dict[str, str]:
    """The variables of the compose file with their defaults."""
    found: dict[str, str] = {}
    for name, default in VARIABLE.findall(raw):
        assert found.setdefault(name, default) == default, f"{name} has two defaults"
    assert raw.replace("$$", "").count("$") == len(VARIABLE.findall(raw)), "a variable without a default"
    return found


@pytest.fixture(scope="module")
def compose(raw: str) -> dict:
    """As it is where no variable is set."""
    return yaml.safe_load(VARIABLE.sub(lambda match: match[2], raw))


@pytest.fixture(scope="module")
def services(compose: dict) -> dict[str, dict]:
    return compose["services"]


@pytest.fixture(scope="module")
def manual() -> str:
    """The page that tells users of the containers."""
    return text("docs/containers.md")


def test_compose_itself_finds_nothing_wrong_with_it() -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        pytest.skip("there is no docker compose")
    for files in (["docker-compose.yml"], ["docker-compose.yml", "tests/stack/broker.yml"]):
        options = [word for file in files for word in ("--file", file)]
        command = ["docker", "compose", *options, "--project-name", "test", "config", "--quiet"]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_it_has_the_services_on_one_bridge(compose: dict, services: dict[str, dict]) -> None:
    assert set(services) == ALL
    assert compose["networks"] == {"boilerplate_network": {"name": "boilerplate_network", "driver": "bridge"}}
    assert all(service["networks"] == ["boilerplate_network"] for service in services.values())


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_service_is_watched_bounded_restarted_and_without_root(services: dict[str, dict], name: str) -> None:
    service = services[name]
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert service["restart"] == "unless-stopped"
    assert int(service["user"].split(":")[0]) > 0
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["security_opt"] == ["no-new-privileges:true"]
    if name != "redpanda":  # it writes its configuration
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        waits = service["depends_on"]
        assert waits == {"backend" if name == "frontend" else "redpanda": {"condition": "service_healthy"}}


def test_ports_are_published_on_this_machine_alone(services: dict[str, dict], defaults: dict[str, str]) -> None:
    assert ip_address(defaults["PUBLISH_ADDRESS"]).is_loopback
    expected = {name: [f"127.0.0.1:{port}:{inside}"] for name, (_, port, inside) in PUBLISHED.items()}
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == expected


def test_each_published_port_has_a_variable(raw: str, defaults: dict[str, str]) -> None:
    for variable, port, inside in PUBLISHED.values():
        assert defaults[variable] == str(port)
        assert f'"${{PUBLISH_ADDRESS:-127.0.0.1}}:${{{variable}:-{port}}}:{inside}"' in raw


def test_redpanda_listens_for_the_host_and_for_the_services(services: dict[str, dict]) -> None:
    flags = dict(flag.partition("=")[::2] for flag in services["redpanda"]["command"][2:])
    assert services["redpanda"]["command"][:2] == ["redpanda", "start"]
    assert flags["--kafka-addr"] == "inside://0.0.0.0:29092,host://0.0.0.0:9092"
    assert flags["--advertise-kafka-addr"] == "inside://redpanda:29092,host://localhost:9092"
    for name in ("producer", "backend", "jupyter"):
        assert services[name]["environment"]["KAFKA_BOOTSTRAP_SERVERS"] == "redpanda:29092"
    assert services["console"]["environment"]["KAFKA_BROKERS"] == "redpanda:29092"
    assert services["redpanda"]["volumes"] == ["redpanda:/var/lib/redpanda/data"]


def test_the_producer_is_each_source_that_is_named_and_is_told_what_it_needs(services: dict[str, dict]) -> None:
    given = set(services["producer"]["environment"])
    told = text(".env.example").partition("#PRODUCER_SOURCE=")[0].rpartition("--- The producer")[2]
    named = set(re.findall(r"\b[a-z]+\b(?=(?:, [a-z]+)*: )", told))
    assert named == set(producer.cli.cli.commands)
    for name in named:
        assert {option.envvar for option in producer.cli.cli.commands[name].params if option.required} <= given, name


def test_redpandas_flags_are_documented(services: dict[str, dict]) -> None:
    flags = {flag.partition("=")[0] for flag in services["redpanda"]["command"][2:]}
    assert flags <= set(DOCUMENTED)


def test_redpanda_makes_no_topic_unasked(services: dict[str, dict]) -> None:
    assert not any("mode" in flag or "auto_create" in flag for flag in services["redpanda"]["command"])


def test_the_broker_in_its_place_has_the_same_two_listeners() -> None:
    raw = VARIABLE.sub(lambda match: match[2], text("tests/stack/broker.yml"))
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor(
        "!", lambda loader, _, node: loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else None
    )
    command = yaml.load(raw, loader)["services"]["redpanda"]["command"]
    assert {"--advertise=29092=redpanda:29092", "--advertise=9092=localhost:9092"} <= set(command)


def test_images_are_pinned(services: dict[str, dict]) -> None:
    for name in ("redpanda", "console"):
        assert re.fullmatch(rf"redpandadata/{name}:v\d+\.\d+\.\d+", services[name]["image"])
    for name in BUILT:
        assert services[name]["image"] == f"flight-tracker-{name}:local"


@pytest.mark.parametrize("name", BUILT)
def test_the_image_of_a_service_is_made_by_its_dockerfile(services: dict[str, dict], name: str) -> None:
    build = services[name]["build"]
    found = stages(text(build["dockerfile"]))
    stage = found[build.get("target", list(found)[-1])]
    assert len(found) > 2, "code and dependencies have stages of their own"
    assert all(re.fullmatch(r"(python:3\.\d+|node:\d+)-[a-z]+(-[a-z]+)?", base) for base in bases(found))
    assert stage.last("USER") == "10001:10001"
    assert stage.last("STOPSIGNAL") == "SIGTERM"
    assert "CMD" in stage.last("HEALTHCHECK")
    assert f'org.opencontainers.image.title="flight-tracker {name}"' in stage.last("LABEL")


def bases(found: dict) -> set[str]:
    return {stage.base for stage in found.values()} - set(found)


def test_dependencies_are_installed_before_the_code_comes(services: dict[str, dict]) -> None:
    for file, stage in (("producer/Dockerfile", "dependencies"), ("tracker/Dockerfile", "notebook-dependencies")):
        found = stages(text(file))
        copied: list[str] = []
        while stage in found:
            copied += [words for keyword, words in found[stage].instructions if keyword == "COPY"]
            stage = found[stage].base
        assert copied == ["pyproject.toml constraints.txt ./"], file


def test_a_build_sees_what_is_named_and_nothing_else() -> None:
    lines = [line for line in text(".dockerignore").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {
        "LICENSE", "README.md", "constraints.txt", "hatch_build.py", "notebooks", "producer", "pyproject.toml",
        "tracker",
    }  # fmt: skip
    assert "**/.env" in lines


def test_what_is_mounted_is_there(services: dict[str, dict]) -> None:
    mounted = [mount.split(":") for service in services.values() for mount in service.get("volumes", ())]
    sources = [mount[0] for mount in mounted if mount[0].startswith("./")]
    assert "./tracker/web/src" in sources
    assert "./notebooks" in sources
    for source in sources:
        assert (CHECKOUT / source).exists(), source


def test_what_services_are_told_are_variables_that_their_programs_know(services: dict[str, dict]) -> None:
    sources = producer.cli.cli.commands.values()
    known = {
        "producer": {parameter.envvar for source in sources for parameter in source.params} | set(ACCOUNT),
        "backend": {parameter.envvar for parameter in tracker.server.command.serve.params},
        "frontend": set(re.findall(r'process\.env\["([A-Z_]+)"\]', text("tracker/web/vite.config.ts"))),
    }
    for name, variables in known.items():
        assert set(services[name]["environment"]) <= variables, name


def test_the_frontends_origin_and_the_name_by_which_it_asks_are_let_in(services: dict[str, dict]) -> None:
    backend = services["backend"]["environment"]
    assert {"http://localhost:3000", "http://127.0.0.1:3000"} <= set(backend["TRACKER_ALLOW_ORIGIN"].split())
    assert services["frontend"]["environment"]["BACKEND_URL"] == "http://backend:8000"
    assert "backend" in backend["TRACKER_ALLOW_HOST"].split()
    assert "*" not in backend["TRACKER_ALLOW_HOST"] + backend["TRACKER_ALLOW_ORIGIN"]


def test_the_example_has_every_variable_with_its_default_and_a_word_about_it(defaults: dict[str, str]) -> None:
    example = text(".env.example")
    assert dict(EXAMPLE.findall(example)) == defaults
    lines = example.splitlines()
    assert all(not line or line.startswith("#") for line in lines), "as it is, the example changes nothing"
    for line, before in zip(lines[1:], lines, strict=False):
        if EXAMPLE.match(line):
            assert re.match(r"# \S", before), f"{line} is not explained"


def test_no_secret_has_a_default_that_works(defaults: dict[str, str], services: dict[str, dict]) -> None:
    secret = {name for name in defaults if re.search("TOKEN|PASSWORD|SECRET|KEY", name)}
    assert secret == {"JUPYTER_TOKEN", "OPENSKY_CLIENT_SECRET"}
    assert {defaults[name] for name in secret} == {""}
    assert not any("token" in word.lower() or "password" in word.lower() for word in services["jupyter"]["command"])


def test_the_manual_names_every_service_with_its_port_and_its_variable(manual: str) -> None:
    rows = {cells[0].strip(" `"): cells for cells in table_rows(manual)}
    assert set(rows) >= ALL
    for name, (variable, port, _) in PUBLISHED.items():
        assert f"localhost:{port}" in rows[name][2]
        assert rows[name][3].strip(" `") == variable
    assert "redpanda:29092" in rows["redpanda"][1]


def test_the_variables_of_the_manual_are_those_of_the_compose_file(manual: str, defaults: dict[str, str]) -> None:
    spans = re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", manual)
    assert set(spans) <= set(defaults)
    for cells in table_rows(manual):
        names = re.findall(r"`([A-Z][A-Z0-9_]+)`", cells[0])
        if names:
            shown = [default.strip(" `").replace("(empty)", "") for default in cells[1].split(",")]
            assert shown == [defaults[name] for name in names]


def table_rows(page: str) -> list[list[str]]:
    return [line.strip("|").split("|") for line in page.splitlines() if re.match(r"\| `", line)]
