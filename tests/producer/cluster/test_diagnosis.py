"""producer/cluster/diagnosis.py: no cause is told where none is proved. The causes: tests/test_security.py."""

import contextlib
import socket
import struct
import threading

import pytest
from patience import PATIENCE

from producer.cluster.address import parse_servers
from producer.cluster.connection import Security
from producer.cluster.diagnosis import diagnose

CLEAR = Security()
SIGNED = Security("SASL_PLAINTEXT", "PLAIN", "alice", "s3cret")
SCRAM = Security("SASL_PLAINTEXT", "SCRAM-SHA-256", "alice", "s3cret")
TLS = Security("SSL")


def answer(correlation: int, body: bytes) -> bytes:
    return struct.pack(">ii", len(body) + 4, correlation) + body


@contextlib.contextmanager
def server(*answers: bytes | None, silent=False):
    """Says the same on every connection: after each request the next answer; closes in the end, or is silent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard: list[bytes] = []
        open_ones = []

        def serve(connection: socket.socket) -> None:
            with contextlib.suppress(OSError):
                for one in answers:
                    heard.append(connection.recv(4096))
                    connection.sendall(one)
                if not silent:
                    connection.close()

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    open_ones.append(connection)
                    serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)
        for connection in open_ones:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        thread.join(5)


VERSIONS = answer(7, struct.pack(">hi", 0, 2) + struct.pack(">hhhhhh", 17, 0, 1, 36, 0, 2))
HANDSHAKE = answer(7, struct.pack(">hih", 0, 1, 5) + b"PLAIN")


@pytest.mark.parametrize("security", [CLEAR, SIGNED, SCRAM, TLS])
@pytest.mark.parametrize(
    "answers",
    [
        [],
        [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
        [b"\xff" * 100],
        [struct.pack(">i", 1 << 30)],
        [answer(8, b"")],
        [answer(7, b"")],
        [answer(7, b"\0\0\x7f\xff\xff\xff")],
        [VERSIONS],
        [VERSIONS, answer(7, b"\0\0\0\0\0\1\x7f\xff\xff")],
        [VERSIONS, HANDSHAKE, answer(7, b"")],
        [VERSIONS, HANDSHAKE, answer(7, struct.pack(">hhi", 0, -1, 9) + b"r=1,s=1,i")],
        [VERSIONS, HANDSHAKE, answer(7, struct.pack(">hhi", 0, -1, 20) + b"r=1,s=AA==,i=9999999")],
    ],
)
def test_an_answer_that_is_none_of_kafkas_is_no_cause(security, answers):
    with server(*answers) as (address, _):
        told = diagnose(parse_servers(address), security, timeout=PATIENCE) is not None
    assert told == (security is TLS and VERSIONS in answers)  # an answer in the clear is a cause


@pytest.mark.parametrize("security", [CLEAR, SIGNED, TLS])
def test_a_server_that_says_nothing_is_left_in_time(security):
    with server(silent=True) as (address, _):
        assert diagnose(parse_servers(f"{address},{address}"), security, timeout=0.5) is None


def test_no_server_at_all_is_no_cause():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert diagnose(parse_servers(f"127.0.0.1:{port}"), SIGNED) is None


def test_a_password_is_sent_to_nobody_who_was_to_speak_tls_and_does_not():
    encrypted = Security("SASL_SSL", "PLAIN", "alice", "s3cret")
    with server(VERSIONS, HANDSHAKE, HANDSHAKE) as (address, heard):
        assert "does not speak TLS" in (diagnose(parse_servers(address), encrypted) or "")
        assert heard
        assert not [request for request in heard if b"s3cret" in request]


def test_the_embedded_broker_is_in_the_clear_and_has_no_users(broker):
    assert diagnose(parse_servers(broker.address), CLEAR, failed=True) is None
    assert "has no users: set KAFKA_SECURITY_PROTOCOL=PLAINTEXT" in (
        diagnose(parse_servers(broker.address), SIGNED) or ""
    )
    assert "does not speak TLS" in (diagnose(parse_servers(broker.address), TLS) or "")


def test_the_first_server_that_can_be_reached_is_asked(broker):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "has no users" in (diagnose(parse_servers(f"127.0.0.1:{port},{broker.address}"), SIGNED) or "")


@pytest.mark.parametrize(("error", "told"), [(58, True), (0, False), (7, False)])
def test_scram_tells_a_wrong_password_by_the_brokers_error_and_sends_none(error, told):
    challenge = b"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    first = answer(7, struct.pack(">hhi", 0, -1, len(challenge)) + challenge)
    handshake = answer(7, struct.pack(">hih", 0, 1, 13) + b"SCRAM-SHA-256")
    with server(VERSIONS, handshake, first, answer(7, struct.pack(">hhi", error, -1, 0))) as (address, heard):
        assert (diagnose(parse_servers(address), SCRAM) is not None) == told
        assert len(heard) == 4
        assert b"s3cret" not in b"".join(heard)
