"""Brokers that tests can start, kill and start again: the embedded one, and Apache Kafka; one face for both."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from patience import PATIENCE

from producer.wire import StateVector, encode

HERE = Path(__file__).parents[1]
JARS = HERE.parent / ".kafka"
"""Where Apache Kafka's server is kept between runs; git ignores it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """A broker in a process of its own, on a port that stays the same."""

    name: str
    keeps_log: bool
    """Whether a restart finds the records of before."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        raise NotImplementedError

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def freeze(self) -> None:
        """Have it answer no more, though it listens."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def discard(self) -> None:
        self.kill()


class Embedded(Broker):
    name, keeps_log = "embedded", False

    def start(self) -> None:
        command = [sys.executable, "-m", "tracker.devbroker", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert self.address in line, line


class Kafka(Broker):
    """One KRaft node of Apache Kafka in a temporary folder."""

    name, keeps_log = "kafka", True

    def __init__(self, folder: Path, users: Mapping[str, str] = MappingProxyType({}), **properties: str) -> None:
        """`users` sign in by SCRAM: their passwords by name."""
        super().__init__()
        self.folder = folder
        self._properties = folder / "server.properties"
        text = (HERE / "kafka" / "server.properties").read_text()
        listeners = properties.pop("listeners", "")
        self._properties.write_text(
            text.format(port=self.port, controller=free_port(), folder=folder, listeners=listeners)
            + "".join(f"{name}={_escaped(value)}\n" for name, value in properties.items())
        )
        self._java = ["java", "-Xmx512m", f"-Dlog4j2.configurationFile={HERE / 'kafka' / 'log4j2.properties'}",
                      "-cp", f"{JARS}/*"]  # fmt: skip
        self._format(
            *(
                f"--add-scram={mechanism}=[name={name},password={password}]"
                for name, password in users.items()
                for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            )
        )

    def _format(self, *options: str) -> None:
        cluster = "MkU3OEVBNTcwNTJENDM2Qk"  # any 16 bytes in base64
        command = [
            *self._java,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            cluster,
            "-c",
            str(self._properties),
            *options,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    def start(self) -> None:
        log = (self.folder / "out").open("ab")
        self.process = subprocess.Popen(
            [*self._java, "kafka.Kafka", str(self._properties)], stdout=log, stderr=subprocess.STDOUT, text=True
        )
        log.close()
        until(self._answers, PATIENCE, "Apache Kafka to answer")

    def discard(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "out").read_text()[-2000:]
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            return bool(admin.describe_cluster()["brokers"])
        finally:
            admin.close()


def _escaped(value: str) -> str:
    return value.replace("\n", "\\n")  # certificates have many lines


def until(holds, seconds: float, what: str) -> None:
    """Ask another process again and again: nothing tells when it is ready."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def fetch_kafka() -> str | None:
    """Bring Apache Kafka's server once; why that cannot be, or None."""
    pom = HERE / "kafka" / "pom.xml"
    stamp = JARS / hashlib.sha256(pom.read_bytes()).hexdigest()
    if stamp.exists():
        return None
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if missing:
        return f"Apache Kafka is not tested: {' and '.join(missing)} missing (Java 17 and Maven are needed)"
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={JARS}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        return "Apache Kafka is not tested: Maven did not bring it within ten minutes"
    if done.returncode:
        return f"Apache Kafka is not tested: Maven could not bring it ({done.stdout.strip().splitlines()[-1:]})"
    stamp.touch()
    return None


class Topic:
    """A topic that tests make, write to, and take away."""

    def __init__(self, address: str, name: str = "shipments", **client: object) -> None:
        self.address, self.name, self._client = address, name, {"bootstrap_servers": address} | client

    def create(self, partitions: int = 1, **configs: str) -> None:
        wanted = _settings(configs)
        self._ask(lambda admin: admin.create_topics([NewTopic(self.name, partitions, 1, topic_configs=wanted)]))
        until(lambda: self._partitions() == partitions, PATIENCE, "the new topic")

    def delete(self) -> None:
        self._ask(lambda admin: admin.delete_topics([self.name]))
        until(lambda: self._partitions() == 0, PATIENCE, "the topic's end")

    def grow(self, partitions: int) -> None:
        self._ask(lambda admin: admin.create_partitions({self.name: partitions}))
        until(lambda: self._partitions() == partitions, PATIENCE, "the new partitions")

    def configure(self, **configs: str) -> None:
        """Change its settings; those that are not named become the broker's own again."""
        wanted = _settings(configs)
        self._ask(lambda admin: admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, self.name, wanted)]))

    def begin(self, partition: int = 0) -> int:
        """The first offset that is still held."""
        consumer = KafkaConsumer(**self._client)
        place = TopicPartition(self.name, partition)
        try:
            return consumer.beginning_offsets([place])[place]
        finally:
            consumer.close()

    def write(self, *values: StateVector | dict | bytes | None, partition: int | None = None, **options) -> None:
        """Publish values in this order; returns when the broker has them all."""
        producer = KafkaProducer(**self._client, linger_ms=5, max_request_size=4 << 20, **options)
        sent = [producer.send(self.name, _encode(value), key=_key(value), partition=partition) for value in values]
        producer.flush()
        for future in sent:
            future.get(timeout=PATIENCE)
        producer.close()

    def _partitions(self) -> int:
        return self._ask(
            lambda admin: sum(len(t["partitions"]) for t in admin.describe_topics() if t["name"] == self.name)
        )

    def _ask(self, question):
        admin = KafkaAdminClient(**self._client)
        try:
            return question(admin)
        finally:
            admin.close()


def _settings(configs: dict[str, str]) -> dict[str, str]:
    return {"message.timestamp.type": "LogAppendTime"} | {
        name.replace("_", "."): value for name, value in configs.items()
    }


def _key(value: object) -> bytes:
    return value.key.encode() if isinstance(value, StateVector) else b"key"


def _encode(value: StateVector | dict | bytes | None) -> bytes | None:

    if isinstance(value, StateVector):
        return encode(value)
    return json.dumps(value).encode() if isinstance(value, dict) else value
