"""TLS and SASL against Apache Kafka: what fits works, and what does not is told in one sentence, without a secret."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
import trustme
from brokers import Kafka, Topic, free_port
from kafka.admin import KafkaAdminClient, ScramMechanism, UserScramCredentialUpsertion
from patience import PATIENCE

import tracker as package
from producer.cluster.connection import Security, without
from producer.publish.publisher import Publisher
from producer.stop import Stop
from producer.wire import StateVector
from tracker import FeedFailed, Tracker

pytestmark = pytest.mark.kafka

SECRET = "correct-horse-battery"
WRONG = "tr0ub4dor-and-three"
NOW = time.time()


@dataclass(frozen=True)
class Cluster:
    """A node with a listener of each kind, and the files that a client of it needs."""

    node: Kafka
    sasl_ssl: int
    ssl: int
    sasl_plaintext: int
    files: dict[str, str]

    def settings(self, **changed: str | None) -> dict[str, str]:
        """What signs in at the port `sasl_ssl`, or what is changed of that; None leaves one out."""
        settings = {
            "bootstrap_servers": f"127.0.0.1:{self.sasl_ssl}",
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": "alice",
            "sasl_password": SECRET,
            "ssl_cafile": self.files["ca"],
        } | changed
        return {name: value for name, value in settings.items() if value is not None}

    def at(self, kind: str, host: str = "127.0.0.1") -> str:
        return f"{host}:{self.node.port if kind == 'plaintext' else getattr(self, kind)}"


@pytest.fixture(scope="module")
def cluster(new_kafka, tmp_path_factory) -> Cluster:
    folder = tmp_path_factory.mktemp("certificates")
    authority, stranger = trustme.CA(), trustme.CA()
    server, client = authority.issue_cert("127.0.0.1"), authority.issue_cert("client.example")
    files = {name: str(folder / f"{name}.pem") for name in ("ca", "stranger", "client", "key")}
    authority.cert_pem.write_to_path(files["ca"])
    stranger.cert_pem.write_to_path(files["stranger"])
    client.cert_chain_pems[0].write_to_path(files["client"])
    client.private_key_pem.write_to_path(files["key"])
    ports = [free_port() for _ in range(3)]
    mechanisms = {
        f"listener.name.{listener}.{name}": value
        for listener in ("sasl_ssl", "sasl_plaintext")
        for name, value in {
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
            "plain.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required "
            f'user_alice="{SECRET}";',
            "scram-sha-256.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
            "scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        }.items()
    }
    properties = {
        "listeners": f",SASL_SSL://127.0.0.1:{ports[0]},SSL://127.0.0.1:{ports[1]},SASL_PLAINTEXT://127.0.0.1:{ports[2]}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,"
        "SASL_PLAINTEXT:SASL_PLAINTEXT",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.key": _pkcs8(server.private_key_pem.bytes()),
        "ssl.keystore.certificate.chain": b"".join(pem.bytes() for pem in server.cert_chain_pems).decode(),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": authority.cert_pem.bytes().decode(),
        "listener.name.ssl.ssl.client.auth": "required",
    }
    node = new_kafka(users={"alice": SECRET, "bob": SECRET}, **properties, **mechanisms)
    node.start()
    return Cluster(node, *ports, files)


def _pkcs8(key: bytes) -> str:
    """The one form of a key that Kafka reads."""
    command = ["openssl", "pkcs8", "-topk8", "-nocrypt"]
    return subprocess.run(command, input=key, capture_output=True, check=True).stdout.decode()


@pytest.fixture
def topic(cluster: Cluster, request) -> str:
    return f"test-{abs(hash(request.node.nodeid)):x}"


@pytest.fixture(autouse=True)
def _no_settings_of_the_environment(monkeypatch):
    for name in {*os.environ} - {*without(os.environ)}:
        monkeypatch.delenv(name)


def environment(settings: dict[str, str]) -> dict[str, str]:
    return {f"KAFKA_{name.upper()}": value for name, value in settings.items()}


def run_producer(settings: dict[str, str], topic: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "producer", "replay", "--topic", topic, "--speed", "max", "--limit", "500"]
    return subprocess.run(
        [*command, *options],
        env=without(os.environ) | environment(settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_every_mechanism_signs_in_over_tls(cluster, topic, mechanism, caplog):
    caplog.set_level(logging.DEBUG)
    settings = cluster.settings(sasl_mechanism=mechanism)
    done = await asyncio.to_thread(run_producer, settings, topic)
    assert done.returncode == 0, done.stderr
    assert "delivered 500" in done.stderr
    with Tracker(**settings, topic=topic, since="earliest", window="1h") as t:
        await t.settled(count=500)
        assert t.stats.error is None
        shown = f"{t!r} {t.security!r} {vars(t.security)!r} {t.stats!r} {t.status().value}"
    assert "alice" in shown
    assert SECRET not in shown + done.stdout + done.stderr + caplog.text


def test_the_producers_client_tells_its_debug_log_no_secret(cluster, topic, caplog):
    caplog.set_level(logging.DEBUG)
    settings = cluster.settings(sasl_mechanism="PLAIN")
    address = settings.pop("bootstrap_servers")
    with Publisher(address, topic, stop=Stop(), security=Security.choose(settings, {})) as publisher:
        publisher.publish(StateVector(icao24="000001", lat=48.0, lon=2.0, time=NOW))
    assert (publisher.delivered, publisher.failed) == (1, 0)
    assert "alice" in caplog.text
    assert "MetadataRequest" in caplog.text
    assert SECRET not in caplog.text


async def test_the_environment_is_the_default_and_options_name_the_same(cluster, topic, monkeypatch, tmp_path):
    password = tmp_path / "password"
    password.write_text(f"{SECRET}\n")
    done = await asyncio.to_thread(
        run_producer, {}, topic,
        "--bootstrap-servers", cluster.at("sasl_ssl"), "--security-protocol", "SASL_SSL", "--sasl-mechanism", "PLAIN",
        "--sasl-username", "alice", "--sasl-password-file", str(password), "--ssl-cafile", cluster.files["ca"],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name, value in environment(cluster.settings()).items():
        monkeypatch.setenv(name, value)
    with Tracker(topic=topic, since="earliest", window="1h") as t:
        await t.settled(count=500)
    with package.demo(topic=topic, since="earliest", window="1h") as t:
        await t.settled(count=500)


async def test_a_certificate_of_ours_opens_the_port_that_asks_for_one(cluster, topic):
    settings = {
        "bootstrap_servers": cluster.at("ssl"), "security_protocol": "SSL", "ssl_cafile": cluster.files["ca"],
        "ssl_certfile": cluster.files["client"], "ssl_keyfile": cluster.files["key"],
    }  # fmt: skip
    done = await asyncio.to_thread(run_producer, settings, topic)
    assert done.returncode == 0, done.stderr
    with Tracker(**settings, topic=topic, since="earliest", window="1h") as t:
        await t.settled(count=500)


async def test_a_name_that_is_not_in_the_certificate_may_be_accepted(cluster, topic):
    settings = cluster.settings(bootstrap_servers=cluster.at("sasl_ssl", "localhost"))
    done = await asyncio.to_thread(run_producer, settings, topic, "--ssl-check-hostname", "false")
    assert done.returncode == 0, done.stderr
    with Tracker(**settings, ssl_check_hostname=False, topic=topic, since="earliest", window="1h") as t:
        await t.settled(count=500)


def none(**settings: str) -> dict[str, str | None]:
    return dict.fromkeys(["sasl_mechanism", "sasl_username", "sasl_password", "ssl_cafile"]) | settings


REFUSED = {
    "a wrong password by PLAIN": (
        "sasl_ssl", {"sasl_mechanism": "PLAIN", "sasl_password": WRONG},
        "refuses the user 'alice' (PLAIN): KAFKA_SASL_USERNAME or KAFKA_SASL_PASSWORD is wrong",
    ),
    "a wrong password by SCRAM": (
        "sasl_ssl", {"sasl_mechanism": "SCRAM-SHA-256", "sasl_password": WRONG},
        "refuses the user 'alice' (SCRAM-SHA-256): KAFKA_SASL_USERNAME or KAFKA_SASL_PASSWORD is wrong",
    ),
    "an unknown user": (
        "sasl_plaintext", {"security_protocol": "SASL_PLAINTEXT", "sasl_username": "mallory", "ssl_cafile": None},
        "refuses the user 'mallory' (SCRAM-SHA-512)",
    ),
    "an unknown authority": (
        "sasl_ssl", {"ssl_cafile": "stranger"}, "name the file of its authority in KAFKA_SSL_CAFILE",
    ),
    "no authority": ("sasl_ssl", {"ssl_cafile": None}, "is not signed by one that this machine trusts"),
    "another host": ("localhost", {}, "is for another host: reach it by the name"),
    "no certificate of ours": (
        "ssl", none(security_protocol="SSL", ssl_cafile="ca"), "KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE",
    ),
    "in the clear to a port for TLS": (
        "sasl_ssl", none(security_protocol="PLAINTEXT"), "speaks TLS: set KAFKA_SECURITY_PROTOCOL to SASL_SSL",
    ),
    "a password in the clear to a port for TLS": (
        "sasl_ssl", {"security_protocol": "SASL_PLAINTEXT", "ssl_cafile": None}, "speaks TLS",
    ),
    "TLS to a port in the clear": ("plaintext", {}, "does not speak TLS: use its port for TLS"),
    "a user at a port without users": (
        "plaintext", {"security_protocol": "SASL_PLAINTEXT", "ssl_cafile": None},
        "has no users: set KAFKA_SECURITY_PROTOCOL=PLAINTEXT",
    ),
    "no user at a port for users": (
        "sasl_plaintext", none(security_protocol="PLAINTEXT"),
        "lets nobody in without a user: set KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT",
    ),
    "no user at a port for TLS and users": (
        "sasl_ssl", none(security_protocol="SSL", ssl_cafile="ca"), "set KAFKA_SECURITY_PROTOCOL=SASL_SSL",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_heal_ends_in_one_sentence_without_a_secret(cluster, topic, case, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    port, changed, sentence = REFUSED[case]
    address = cluster.at("sasl_ssl", "localhost") if port == "localhost" else cluster.at(port)
    if changed.get("ssl_cafile"):
        changed = changed | {"ssl_cafile": cluster.files[changed["ssl_cafile"]]}
    settings = cluster.settings(**{"bootstrap_servers": address} | changed)

    done = await asyncio.to_thread(run_producer, settings, topic, "--connect-timeout", "4")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("producer: ")
    assert sentence in line
    assert address in line

    t = Tracker(**settings, topic=topic)
    with pytest.raises(FeedFailed) as raised:
        await asyncio.to_thread(t.start)
    assert not t.running
    with pytest.raises(FeedFailed) as settled:
        await t.settled()
    strip = t.status().value
    for said in (str(raised.value), str(settled.value), str(t.error), t.stats.error):
        assert sentence in said
        assert address in said
    assert "failed" in strip

    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    everything = [line, strip, caplog.text, *map(repr, [raised.value, raised.value.__cause__, t, t.security, t.stats])]
    assert not [text for text in everything if SECRET in text or WRONG in text]


async def test_a_cluster_that_restarts_is_waited_for_and_one_that_then_wants_another_password_is_not(cluster, topic):
    writer = Topic(cluster.node.address, topic)
    writer.create()
    writer.write(StateVector(icao24="000001", lat=48.0, lon=2.0, time=NOW))
    options = {"topic": topic, "since": "earliest", "window": "1h"}
    with (
        Tracker(**cluster.settings(), **options) as alice,
        Tracker(**cluster.settings(sasl_username="bob"), **options, name="bob") as bob,
    ):
        await alice.settled(count=1)
        await bob.settled(count=1)
        await asyncio.to_thread(change_password, cluster.node, "bob", WRONG)
        cluster.node.kill()
        await alice.until(lambda stats: stats.state == "away", timeout=PATIENCE)
        await asyncio.to_thread(cluster.node.start)
        writer.write(StateVector(icao24="000002", lat=48.0, lon=2.0, time=NOW))
        await alice.settled(count=2)
        assert (alice.running, alice.error) == (True, None)
        with pytest.raises(FeedFailed, match="refuses the user 'bob'"):
            await bob.settled(count=2)
        assert len(bob.frame()) == 1  # what is held stays


def change_password(node: Kafka, name: str, password: str) -> None:
    mechanism = ScramMechanism.SCRAM_SHA_512
    admin = KafkaAdminClient(bootstrap_servers=node.address)
    try:
        errors = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(name, mechanism, password)])
        assert set(errors.values()) == {None}, errors
    finally:
        admin.close()


def test_a_file_that_is_missing_is_named_at_once(cluster, topic, tmp_path):
    settings = cluster.settings(ssl_cafile=str(tmp_path / "none.pem"))
    done = run_producer(settings, topic)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"producer: KAFKA_SSL_CAFILE={settings['ssl_cafile']!r}: cannot be read")
    with pytest.raises(package.BadOption, match=r"^ssl_cafile=.*cannot be read") as raised:
        Tracker(**settings)
    assert SECRET not in str(raised.value) + done.stderr


def test_a_password_is_no_option_of_a_command(cluster, topic):
    done = run_producer({}, topic, "--sasl-password", SECRET)
    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert SECRET not in done.stderr
