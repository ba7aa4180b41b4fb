"""Why a broker and these settings do not come together, in a sentence: for what does not heal by itself.

    connect ──> TLS ──> which requests? ──> sign in ──> None: nothing is wrong here
       └ None     └──────────┴────────────────┴──> the sentence

Kafka's clients try a wrong password as patiently as a broker that is away, and tell neither. So this asks the broker
itself, by the few requests that come before all others, whose oldest versions every broker knows. A cause is told only
where the broker has proved it: that it speaks TLS by a handshake, that it does not by an answer in the clear.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import secrets
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterable

from producer.cluster.address import Address
from producer.cluster.connection import Security

_API_VERSIONS, _SASL_HANDSHAKE, _SASL_AUTHENTICATE = 18, 17, 36
_UNSUPPORTED_MECHANISM, _ILLEGAL_STATE, _AUTHENTICATION_FAILED = 33, 34, 58
_HOST_MISMATCH = (62, 64)  # OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_EXPIRED, _NOT_YET_VALID = 10, 9
_MAX_ANSWER = 1 << 20  # bytes; the list of requests takes under 1 kB
_MAX_ITERATIONS = 1_000_000  # of SCRAM: half a second; Kafka's default is 4,096


class _Refusal(Exception):
    """The cause, in a sentence."""


class _Conversation:
    """Requests and answers on one connection, until a moment of the monotonic clock."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def ask(self, request: int, version: int, body: bytes = b"") -> io.BytesIO:
        """Send a request; its answer's body.

        Raises:
            OSError: No answer, or none of Kafka's.
        """
        message = struct.pack(">hhih", request, version, 7, -1) + body
        self._connection.sendall(struct.pack(">i", len(message)) + message)
        (size,) = struct.unpack(">i", self._read(4))
        if not 4 <= size <= _MAX_ANSWER:
            raise ConnectionError("not an answer of Kafka's")
        answer = io.BytesIO(self._read(size))
        if answer.read(4) != struct.pack(">i", 7):
            raise ConnectionError("not an answer to this request")
        return answer

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            self._connection.settimeout(_left(self._deadline))
            more = self._connection.recv(size - len(data))
            if not more:
                raise ConnectionResetError("closed by the other side")
            data += more
        return data


def diagnose(
    servers: Iterable[Address], security: Security, *, timeout: float = 3.0, failed: bool = False
) -> str | None:
    """Say why the first of these servers that can be reached refuses us, or we it.

    Args:
        servers: Where brokers may listen.
        security: How to speak to them.
        timeout: For all of it, s.
        failed: Whether a client has failed already: then a server that lets us in without a user is suspected, and
            asked whether it wants one.

    Returns:
        One sentence that says what to do; None where nothing is wrong, or it may heal by itself.

    Raises:
        SettingError: A file of the settings cannot be read.
    """
    context = security.ssl_context()
    deadline = time.monotonic() + timeout
    for address in servers:
        try:
            _converse(address, security, context, deadline, failed=failed)
        except _Refusal as refusal:
            return str(refusal)
        except OSError:
            continue
        except (struct.error, ValueError, KeyError):  # an answer that is none of Kafka's
            continue
        return None
    return None


def _converse(
    address: Address, security: Security, context: ssl.SSLContext | None, deadline: float, *, failed: bool
) -> None:
    with _connect(address, deadline) as plain:
        if context is None:
            conversation = _Conversation(plain, deadline)
            _talk(conversation, address, security, failed=failed, otherwise=lambda: _refuse_if_tls(address, deadline))
            return
        try:
            encrypted = context.wrap_socket(plain, server_hostname=address.host)
        except ssl.SSLCertVerificationError as error:
            raise _Refusal(_untrusted(address, security, error)) from error
        except OSError as error:
            _refuse_if_clear(address, deadline)
            if isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or ""):
                raise _Refusal(_alerted(address, security, error)) from error
            raise
        with encrypted:
            _talk(_Conversation(encrypted, deadline), address, security, failed=failed, otherwise=lambda: None)


def _talk(
    conversation: _Conversation, address: Address, security: Security, *, failed: bool, otherwise: Callable[[], None]
) -> None:
    """Ask what comes before all else, and sign in; `otherwise` may tell why there is no answer."""
    try:
        known = _requests(conversation)
    except ssl.SSLError as error:  # with TLS 1.3 the broker judges our certificate after the handshake
        raise _Refusal(_alerted(address, security, error)) from error
    except OSError:
        otherwise()
        raise
    if security.signs_in:
        if _SASL_HANDSHAKE not in known:
            raise _Refusal(_without_users(address, security))
        _sign_in(conversation, address, security)
    elif failed and _SASL_HANDSHAKE in known:
        answer, mechanisms = _handshake(conversation, "PLAIN")
        if answer in (0, _UNSUPPORTED_MECHANISM) and mechanisms:
            protocol = "SASL_SSL" if security.encrypts else "SASL_PLAINTEXT"
            raise _Refusal(
                f"{address} lets nobody in without a user: set KAFKA_SECURITY_PROTOCOL={protocol}, "
                f"KAFKA_SASL_MECHANISM (it offers {', '.join(mechanisms)}), KAFKA_SASL_USERNAME and "
                "KAFKA_SASL_PASSWORD"
            )


def _sign_in(conversation: _Conversation, address: Address, security: Security) -> None:
    mechanism = security.sasl_mechanism or ""
    error, offered = _handshake(conversation, mechanism)
    if error == _ILLEGAL_STATE:
        raise _Refusal(_without_users(address, security))
    if error == _UNSUPPORTED_MECHANISM:
        raise _Refusal(
            f"{address} does not know KAFKA_SASL_MECHANISM={mechanism}: it offers {', '.join(offered) or 'none'}"
        )
    wrong = _Refusal(
        f"{address} refuses the user {security.sasl_username!r} ({mechanism}): KAFKA_SASL_USERNAME or "
        "KAFKA_SASL_PASSWORD is wrong"
    )
    user, password = security.sasl_username or "", security.sasl_password or ""
    if mechanism == "PLAIN":
        error, _ = _authenticate(conversation, f"{user}\0{user}\0{password}".encode())
    else:
        error = _scram(conversation, mechanism.removeprefix("SCRAM-").replace("-", ""), user, password)
    if error == _AUTHENTICATION_FAILED:
        raise wrong


def _requests(conversation: _Conversation) -> set[int]:
    """Return the numbers of the requests that the broker knows."""
    answer = conversation.ask(_API_VERSIONS, 0)
    _, count = struct.unpack(">hi", answer.read(6))
    return {struct.unpack(">hhh", answer.read(6))[0] for _ in range(max(0, min(count, 1000)))}


def _handshake(conversation: _Conversation, mechanism: str) -> tuple[int, list[str]]:
    """Name a mechanism; return the error's number, and the mechanisms that the broker offers."""
    answer = conversation.ask(_SASL_HANDSHAKE, 1, struct.pack(">h", len(mechanism)) + mechanism.encode())
    error, count = struct.unpack(">hi", answer.read(6))
    return error, [answer.read(*struct.unpack(">h", answer.read(2))).decode() for _ in range(max(0, min(count, 20)))]


def _authenticate(conversation: _Conversation, token: bytes) -> tuple[int, bytes]:
    """Send a token; the error's number, and the broker's token."""
    answer = conversation.ask(_SASL_AUTHENTICATE, 0, struct.pack(">i", len(token)) + token)
    error, length = struct.unpack(">hh", answer.read(4))
    answer.read(max(0, length))  # its message, which we do not repeat
    (length,) = struct.unpack(">i", answer.read(4))
    return error, answer.read(max(0, length))


def _scram(conversation: _Conversation, digest: str, user: str, password: str) -> int:
    """Sign in by RFC 5802, and return the error's number."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    bare = f"n={name},r={secrets.token_hex(16)}"
    error, challenge = _authenticate(conversation, f"n,,{bare}".encode())
    if error:
        return error
    parts = dict(part.split("=", 1) for part in challenge.decode().split(",") if "=" in part)
    iterations = int(parts.get("i", "0"))
    if not 0 < iterations <= _MAX_ITERATIONS:
        raise ConnectionError("not a challenge of SCRAM")
    salted = hashlib.pbkdf2_hmac(digest, password.encode(), base64.b64decode(parts["s"]), iterations)
    key = hmac.digest(salted, b"Client Key", digest)
    last = f"c=biws,r={parts['r']}"
    signed = f"{bare},{challenge.decode()},{last}".encode()
    signature = hmac.digest(hashlib.new(digest, key).digest(), signed, digest)
    proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
    error, _ = _authenticate(conversation, f"{last},p={base64.b64encode(proof).decode()}".encode())
    return error


def _refuse_if_tls(address: Address, deadline: float) -> None:
    """Tell of a port that speaks TLS, whoever it says that it is: nothing is sent to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with _connect(address, deadline) as plain:
            context.wrap_socket(plain, server_hostname=address.host).close()
    except ssl.SSLError as error:
        if "ALERT" not in (error.reason or ""):
            return
    except OSError:
        return
    raise _Refusal(f"{address} speaks TLS: set KAFKA_SECURITY_PROTOCOL to SASL_SSL, or SSL where it has no users")


def _refuse_if_clear(address: Address, deadline: float) -> None:
    """Tell of a port that answers in the clear; no secret is sent to it."""
    try:
        with _connect(address, deadline) as plain:
            _requests(_Conversation(plain, deadline))
    except (OSError, struct.error):
        return
    raise _Refusal(
        f"{address} does not speak TLS: use its port for TLS, or set KAFKA_SECURITY_PROTOCOL to PLAINTEXT or "
        "SASL_PLAINTEXT where nobody else can listen"
    )


def _without_users(address: Address, security: Security) -> str:
    protocol = security.security_protocol.removeprefix("SASL_")
    return f"{address} has no users: set KAFKA_SECURITY_PROTOCOL={protocol}, or use its port for SASL"


def _untrusted(address: Address, security: Security, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _HOST_MISMATCH:
        return (
            f"the certificate of {address} is for another host: reach it by the name that its certificate has, or set "
            "KAFKA_SSL_CHECK_HOSTNAME=false where you know that it is the right one"
        )
    if error.verify_code in (_EXPIRED, _NOT_YET_VALID):
        return f"{error.verify_message} at {address}: renew it there, or correct this machine's clock"
    source = f"an authority of {security.ssl_cafile}" if security.ssl_cafile else "one that this machine trusts"
    return (
        f"the certificate of {address} is not signed by {source} ({error.verify_message}): name the file of its "
        "authority in KAFKA_SSL_CAFILE"
    )


def _alerted(address: Address, security: Security, error: ssl.SSLError) -> str:
    reason = (error.reason or "no reason").replace("_", " ").lower()
    if security.ssl_certfile is None:
        return (
            f"{address} refuses the TLS connection ({reason}): it may want a certificate of ours, "
            "KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE"
        )
    return f"{address} refuses the TLS connection ({reason}): is KAFKA_SSL_CERTFILE the one that it knows?"


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connect(address: Address, deadline: float) -> socket.socket:
    return socket.create_connection((address.host, address.port), _left(deadline))
