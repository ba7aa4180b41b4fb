"""Addresses of brokers and names of topics, as users write them. A contract of both packages.

    "localhost, [::1]:9093" ──> parse_servers ──> Address, Address ──> str ──> "localhost:9092", "[::1]:9093"

kafka-python and aiokafka both take an address in the spelling that `str` gives, whatever kind of host it has.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from producer.cluster.errors import SettingError

DEFAULT_PORT = 9092
"""The port of an address that names none."""

_MAX_PORT = 65535
_EXAMPLE = "localhost:9092 or [::1]:9092; several are separated by commas"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker, or another program, listens."""

    host: str
    """A name, an IPv4 address, or an IPv6 address without brackets."""
    port: int
    """1 to 65535."""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_servers(text: str) -> tuple[Address, ...]:
    """Parse a list of bootstrap servers.

    Args:
        text: `host:port`, several separated by commas; blanks around each are ignored. Without a port,
            `DEFAULT_PORT` is meant. An IPv6 address needs brackets only where a port follows it.

    Returns:
        At least one address, in the order of the text.

    Raises:
        SettingError: One of them is not an address; the error's `value` is that one.
    """
    return tuple(map(_parse_server, text.split(",")))


def parse_address(text: str, default_port: int, example: str) -> Address:
    """Parse one address, of whatever listens there.

    Args:
        text: `host:port`; blanks around it are ignored. An IPv6 address needs brackets only where a port follows it.
        default_port: The port of an address that names none.
        example: What the error says is needed, such as `localhost:9092`.

    Raises:
        ValueError: It is not an address; the message says what is needed.
    """
    text = text.strip()
    if _is_ipv6(text):
        return Address(text, default_port)
    match = re.fullmatch(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<name>[\w.-]+))(?::(?P<port>[0-9]{1,5}))?", text)
    if not match or not (_is_ipv6(match["ipv6"]) if match["ipv6"] else _is_name(match["name"])):
        raise ValueError(f"host:port is needed, such as {example}")
    port = int(match["port"] or default_port)
    if not 0 < port <= _MAX_PORT:
        raise ValueError(f"a port from 1 to {_MAX_PORT} is needed")
    return Address(match["ipv6"] or match["name"], port)


def check_topic(name: str) -> str:
    """Return the name of a topic, if Kafka allows it.

    Raises:
        SettingError: It does not.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", name):
        raise SettingError("topic", name, "1 to 249 letters, digits, '.', '_' and '-' are needed")
    if name in (".", ".."):
        raise SettingError("topic", name, "a name other than '.' and '..' is needed")
    return name


def _parse_server(server: str) -> Address:
    try:
        return parse_address(server, DEFAULT_PORT, _EXAMPLE)
    except ValueError as error:
        raise SettingError("bootstrap_servers", server.strip(), str(error)) from None


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _is_name(host: str) -> bool:
    """Return whether a resolver can be asked for it: Python's says `UnicodeError`, not `OSError`, to `a..b`."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True
