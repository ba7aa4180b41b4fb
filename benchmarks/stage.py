"""What every benchmark of the live server needs: where broker and server listen, and the topic between them."""

from kafka.admin import KafkaAdminClient, NewTopic

from benchmarks.processes import Child, wait_ready
from benchmarks.publisher import TOPIC


def find_broker(broker: Child) -> str:
    """Wait until the embedded broker listens, and return where."""
    return broker.hear(" at ").split(" at ")[1].split(",")[0]


def find_server(server: Child) -> str:
    """Wait until the server has read the log, and return where it listens, as HOST:PORT."""
    where = server.hear("Serving http").split("http://")[1].split()[0].rstrip("/")
    wait_ready(where)
    return where


def create_topic(address: str) -> None:
    """Make the topic, of one partition."""
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.create_topics([NewTopic(TOPIC, 1, 1, topic_configs={"message.timestamp.type": "LogAppendTime"})])
    admin.close()


def server_options(address: str, clients: int) -> tuple[object, ...]:
    """Return the command line of the live server, for so many WebSockets at most."""
    return ("serve", "--host", "127.0.0.1", "--port", 0, "--bootstrap-servers", address, "--topic", TOPIC,
            "--max-clients", clients, "--stop-on-eof")  # fmt: skip
