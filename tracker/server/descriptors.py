"""How many connections the files that this process may open are enough for.

Every connection is an open file to the system. Where these run out, accepting fails, and so does the feed that wants to
connect to its broker again; so there are fewer connections than files.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass

SPARE = 128
"""Files that are kept for the feed (a connection for each broker), the page's files and the log."""
OTHERS, MOST_OTHERS = 128, 1_000
"""Connections that are not WebSockets (the page, the API, probes, newcomers): so many at least, and at most."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the limit of open files allows."""

    clients: int
    """WebSockets."""
    connections: int
    """Connections, WebSockets included."""
    files: int
    """The limit itself."""


class TooFewFiles(ValueError):
    """The limit of open files is too low to serve anybody."""


def plan(clients: int, files: int) -> Budget:
    """Divide up the files that may be open; pure.

    Args:
        clients: WebSockets that are wanted.
        files: The limit of open files.

    Raises:
        TooFewFiles: They are not enough for one client.
    """
    needed = SPARE + OTHERS + 1
    if files < needed:
        raise TooFewFiles(f"{files} files may be open: at least {needed} are needed (ulimit -n)")
    clients = min(clients, files - SPARE - OTHERS)
    return Budget(clients, min(clients + MOST_OTHERS, files - SPARE), files)


def reserve(clients: int) -> Budget:
    """Raise this process's soft limit of open files as far as so many clients need it, and say what it allows then.

    Raises:
        TooFewFiles: The hard limit is not enough for one client.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = min(_number(hard), max(_number(soft), clients + SPARE + MOST_OTHERS))
    if files > _number(soft):
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return plan(clients, files)


def _number(limit: int) -> int:
    """Return a limit as a number that can be compared."""
    return 1 << 30 if limit == resource.RLIM_INFINITY else limit
