"""Sockets that listen."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from tracker.devbroker.errors import CannotListenError

_BACKLOG = 512
_ATTEMPTS = 16
_LAST_PORT = 65535


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen at every address of a host, all on one port.

    A name like localhost may stand for 127.0.0.1 and ::1, and a client may take either.

    Args:
        host: A name or an address; 0.0.0.0 is every IPv4 interface, :: every interface.
        port: The port; 0 takes a free one.

    Raises:
        CannotListenError: The host is unknown, or the port taken.
    """
    if not 0 <= port <= _LAST_PORT:
        raise CannotListenError(host, port, f"a port is a number from 0 to {_LAST_PORT}")
    for attempt in range(_ATTEMPTS):
        try:
            return _listen(host, port)
        except OSError as error:
            # A port that was free for one address of the host was taken for another.
            if port == 0 and error.errno == errno.EADDRINUSE and attempt < _ATTEMPTS - 1:
                continue
            raise CannotListenError(host, port, error.strerror or str(error)) from error
    raise AssertionError("the last attempt returns or raises")


def listen_at_all(host: str, ports: Iterable[int]) -> list[socket.socket]:
    """Listen at every address of a host, on several ports.

    Raises:
        CannotListenError: As for `listen`; then the broker listens on none of them.
    """
    listening: list[socket.socket] = []
    try:
        for port in ports:
            listening += listen(host, port)
    except CannotListenError:
        for one in listening:
            one.close()
        raise
    return listening


def _listen(host: str, port: int) -> list[socket.socket]:
    listening: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, address in _addresses(host):
            bound = listening[0].getsockname()[1] if listening else port
            try:
                listening.append(_bind(family, address, bound))
            except OSError as error:
                # Where IPv6 is off, localhost may still be known as ::1.
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                missing = error
        if not listening and missing is not None:
            raise missing
    except OSError:
        for one in listening:
            one.close()
        raise
    return listening


def _addresses(host: str) -> list[tuple[int, str]]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # IPv4 first: the first address is the one that is shown.
    ordered = sorted({(int(family), str(address[0])) for family, _, _, _, address in found})
    return [(family, address) for family, address in ordered if family in (socket.AF_INET, socket.AF_INET6)]


def _bind(family: int, address: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, answers wait 40 ms for an ACK.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # So that a broker can be started again at once; a port that another one listens on stays taken.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # :: takes IPv4 too, whatever the system's default is.
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind((address, port))
        bound.listen(_BACKLOG)
        bound.settimeout(0)
    except OSError:
        bound.close()
        raise
    return bound
