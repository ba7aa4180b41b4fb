"""File descriptors of the process: a socket takes one each."""

from __future__ import annotations

import resource

WANTED = 8_192
"""Descriptors that the broker asks the system for."""

SPARE = 64
"""Descriptors that clients do not get, as the process needs some itself; half of them all where there are few."""


def raise_limit(wanted: int = WANTED) -> None:
    """Raise the process's soft limit of open descriptors as far as its hard limit allows.

    The usual soft limit of 1,024 is meant for programs that call select().

    Args:
        wanted: Descriptors that are enough; a higher limit stays as it is.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def count_for_clients(most: int) -> int:
    """Return how many clients may be connected at once.

    Args:
        most: The answer where descriptors are no limit.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most if soft == resource.RLIM_INFINITY else min(most, max(soft - SPARE, soft // 2))
