"""Hosts and ports as people and clients write them."""

from __future__ import annotations

import ipaddress


def format_address(host: str, port: int) -> str:
    """Join a host and a port as clients write them in `bootstrap_servers`, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if _version(host) == 6 else f"{host}:{port}"


def is_unspecified(host: str) -> bool:
    """Tell whether a host stands for every interface: 0.0.0.0 or ::."""
    return _version(host) is not None and ipaddress.ip_address(host).is_unspecified


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address; a name other than localhost counts as reached by others."""
    return host == "localhost" if _version(host) is None else ipaddress.ip_address(host).is_loopback


def reached(sockname: tuple[str, int]) -> tuple[str, int]:
    """Return the host and port at which a client reached a socket, given the socket's own name."""
    return str(sockname[0]).removeprefix("::ffff:"), int(sockname[1])


def _version(host: str) -> int | None:
    """4, 6, or None for a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return None
