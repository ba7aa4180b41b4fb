"""All clients of a broker: how many there may be, and how much memory they may hold together.

What a client holds are requests of which only a part is here, requests that wait for their answers, and answers that
it does not read. Each may be long, so the sum is bounded: beyond it the client is dropped whose bytes have lain
longest. A client that makes progress, however large its requests, is not among the first.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tracker.devbroker.notices import Notices

MAX_CLIENTS = 4_096
"""Connections at once, where the process may have so many descriptors."""

MAX_HELD = 64 << 20
"""Bytes that all clients together may hold."""

PATIENCE = 30.0
"""Seconds after which a client is dropped that neither sends the rest of a request nor reads its answers."""

_MOMENT = 0.01  # seconds added to every age: of two clients that came just now, the one that holds more goes


class Client(Protocol):
    """A connection, as far as it matters here."""

    @property
    def held(self) -> int:
        """Bytes of memory that it holds."""

    @property
    def waits(self) -> bool:
        """Whether it waits for the broker, and the broker not for it."""

    def drop(self) -> None:
        """Close the connection at once, and hold nothing."""


@dataclass(slots=True)
class _Account:
    since: float
    """When `held` changed last, seconds."""
    held: int = 0


class Clients:
    """The clients that are connected, the one whose last request is the oldest first.

    Args:
        notices: Where it is told that clients were dropped.
        now: A clock in seconds that never runs back.
        most: Clients at once.
        limit: Bytes that they may hold together.
        patience: Seconds without progress after which a client is dropped.
    """

    def __init__(
        self,
        notices: Notices,
        now: Callable[[], float] = time.monotonic,
        *,
        most: int = MAX_CLIENTS,
        limit: int = MAX_HELD,
        patience: float = PATIENCE,
    ) -> None:
        self.most = most
        self.limit = limit
        self.patience = patience
        self.held = 0
        """Bytes that all clients hold, as last told."""
        self._most_held = 0
        self._notices = notices
        self._now = now
        self._accounts: OrderedDict[Client, _Account] = OrderedDict()

    def __len__(self) -> int:
        return len(self._accounts)

    @property
    def free(self) -> int:
        """Bytes that may be held besides."""
        return max(0, self.limit - self.held)

    def add(self, client: Client) -> None:
        """Count a client that has connected; where there are too many, the one that was silent longest goes."""
        while len(self._accounts) >= self.most:
            self.drop_idlest()
        self._accounts[client] = _Account(self._now())

    def discard(self, client: Client) -> None:
        """Forget a client, if it is known."""
        account = self._accounts.pop(client, None)
        if account is not None:
            self.held -= account.held

    def hear(self, client: Client) -> None:
        """Note that a client has sent a request."""
        if client in self._accounts:
            self._accounts.move_to_end(client)

    def drop_idlest(self) -> None:
        """Drop the client that has sent no request for longest, if there is any."""
        client = next(iter(self._accounts), None)
        if client is not None:
            self._drop(client, "connections", f"{len(self._accounts)} clients are as many as can be connected")

    def weigh(self, client: Client) -> None:
        """Note that the bytes have changed that a client holds, and drop others where they are too many."""
        account = self._accounts.get(client)
        if account is None:
            return
        self._update(client, account)
        if self.held > self.limit:
            self._relieve()

    def _update(self, client: Client, account: _Account) -> None:
        held = client.held
        if held != account.held:
            self.held += held - account.held
            self._most_held = max(self._most_held, self.held)
            account.held, account.since = held, self._now()

    def _relieve(self) -> None:
        for client, account in self._accounts.items():
            self._update(client, account)
        while self.held > self.limit:
            now = self._now()
            worst = max(self._accounts, key=lambda one: self._burden(self._accounts[one], now))
            self._drop(worst, "memory", f"all clients together may hold {self.limit >> 20} MiB")

    @staticmethod
    def _burden(account: _Account, now: float) -> float:
        return account.held * (now - account.since + _MOMENT)

    def sweep(self) -> None:
        """Drop clients that have made no progress for too long; to be called about once a second."""
        now = self._now()
        for client, account in list(self._accounts.items()):
            self._update(client, account)
            if account.held and not client.waits and now - account.since > self.patience:
                self._drop(client, "patience", f"it neither sent nor read for {self.patience:g} s")

    def take_most_held(self) -> int:
        """Return the most bytes that all clients held together since the last call."""
        most, self._most_held = self._most_held, self.held
        return most

    def _drop(self, client: Client, kind: str, why: str) -> None:
        self._notices.warn(kind, f"dropped {client}: {why}")
        self.discard(client)
        client.drop()
