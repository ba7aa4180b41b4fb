"""A member of a consumer group: what it asks for, what it is answered, and when it counts as dead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tracker.devbroker.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class Joining:
    """A consumer's request to join."""

    protocol_type: str
    protocols: Mapping[str, bytes]
    """Metadata by name of the assignors that it knows, the preferred one first."""
    session_timeout: float
    """Seconds of silence after which it counts as dead."""
    rebalance_timeout: float
    """Seconds that it may take to join again."""
    client_id: str = ""
    host: str = ""
    instance: str | None = None
    """The name that a static member keeps when it restarts."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The answer to a consumer that joins."""

    code: ErrorCode
    member: str
    generation: int = -1
    protocol_type: str | None = None
    protocol: str | None = None
    leader: str = ""
    members: tuple[tuple[str, str | None, bytes], ...] = ()
    """For the leader: id, instance and metadata of every member."""


@dataclass(frozen=True, slots=True)
class Synced:
    """The answer to a member that asks for its partitions."""

    code: ErrorCode
    assignment: bytes = b""


@dataclass(slots=True)
class Member:
    """One consumer in a group."""

    id: str
    joining: Joining
    heard: float
    """When its last request came, seconds."""
    assignment: bytes = b""
    on_joined: Callable[[Joined], None] | None = None
    on_synced: Callable[[Synced], None] | None = None

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer, and so cannot send heartbeats."""
        return self.on_joined is not None or self.on_synced is not None

    @property
    def expires(self) -> float:
        """When it counts as dead unless it sends a request, seconds."""
        return self.heard + self.joining.session_timeout

    def answer_join(self, answer: Joined) -> None:
        """Answer its request to join, if one waits."""
        waiting, self.on_joined = self.on_joined, None
        if waiting is not None:
            waiting(answer)

    def answer_sync(self, answer: Synced) -> None:
        """Answer its request for partitions, if one waits."""
        waiting, self.on_synced = self.on_synced, None
        if waiting is not None:
            waiting(answer)
