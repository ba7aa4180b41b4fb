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
_NEEDED = "host:port is needed, such as localhost:9092 or [::1]:9092; several are separated by commas"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker listens."""

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
    return tuple(_parse(server.strip()) for server in text.split(","))


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


def _parse(server: str) -> Address:
    if _is_ipv6(server):
        return Address(server, DEFAULT_PORT)
    match = re.fullmatch(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<name>[\w.-]+))(?::(?P<port>[0-9]{1,5}))?", server)
    if not match or not (_is_ipv6(match["ipv6"]) if match["ipv6"] else _is_name(match["name"])):
        raise SettingError("bootstrap_servers", server, _NEEDED)
    port = int(match["port"] or DEFAULT_PORT)
    if not 0 < port <= _MAX_PORT:
        raise SettingError("bootstrap_servers", server, f"a port from 1 to {_MAX_PORT} is needed")
    return Address(match["ipv6"] or match["name"], port)


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
