"""Kafka's classic protocol of consumer groups: a state machine that knows neither a clock nor a network.

              join                  all joined, or time is up         the leader syncs
    EMPTY ──────────> PREPARING ───────────────────────────> COMPLETING ──────────> STABLE
      ^                   ^                                       │ join, leave, silence │
      └── the last leaves └───────────────────────────────────────┴──────────────────────┘

Time comes in as `now`, in seconds of any clock that never runs back. `join` and `sync` may have to wait for other
members: each takes a function that is called with the answer, at once or later.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.members import Joined, Joining, Member, Synced

MAX_MEMBERS = 1_000
"""Members of a group, counting those that were given an id and have not joined yet."""

MIN_SESSION, MAX_SESSION = 6.0, 1800.0
"""Limits of a session timeout in seconds, as in Kafka."""


class State(StrEnum):
    """The states of a group, as clients are told."""

    EMPTY = "Empty"
    PREPARING = "PreparingRebalance"
    COMPLETING = "CompletingRebalance"
    STABLE = "Stable"


@dataclass(frozen=True, slots=True)
class Committed:
    """An offset that a group committed."""

    offset: int
    leader_epoch: int
    metadata: str


@dataclass(slots=True)
class Group:
    """Consumers that share the partitions of their topics."""

    name: str
    delay: float = 0.0
    """Seconds that an empty group waits for more members before the first rebalance ends."""
    state: State = State.EMPTY
    generation: int = 0
    protocol_type: str = ""
    protocol: str = ""
    """The assignor that was chosen for all members."""
    leader: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    pending: dict[str, float] = field(default_factory=dict)
    """Ids given to consumers that have not joined with them yet, and when they expire."""
    offsets: dict[tuple[str, int], Committed] = field(default_factory=dict)
    """Committed offsets by topic and partition."""
    _deadline: float | None = None  # when the joining, or the wait for syncs, ends
    _gathering: bool = False  # whether the first rebalance of an empty group waits for `delay`

    # ---- what members do

    def join(
        self, member: str, joining: Joining, now: float, reply: Callable[[Joined], None], *, needs_id: bool = True
    ) -> None:
        """Let a consumer join, or join again.

        Args:
            member: Its id; "" for a new consumer.
            joining: Its request.
            now: The time in seconds.
            reply: Called once with the answer.
            needs_id: Whether a new consumer is given an id first, with which it must join again; so that a consumer
                whose answer was lost does not stay as a ghost.
        """
        try:
            self._check_joining(joining)
            if not member:
                self._join_new(joining, now, reply, needs_id=needs_id)
            elif member in self.pending:
                self._admit(member, joining, now, reply)
            else:
                self._rejoin(self._find(member, joining.instance), joining, now, reply)
        except RefusedError as refused:
            reply(Joined(refused.code, member))

    def _check_joining(self, joining: Joining) -> None:
        if not MIN_SESSION <= joining.session_timeout <= MAX_SESSION:
            raise RefusedError(ErrorCode.INVALID_SESSION_TIMEOUT)
        if not joining.protocol_type or not joining.protocols:
            raise RefusedError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        if self.members and joining.protocol_type != self.protocol_type:
            raise RefusedError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)

    def _join_new(self, joining: Joining, now: float, reply: Callable[[Joined], None], *, needs_id: bool) -> None:
        member = f"{joining.instance or joining.client_id or 'member'}-{uuid.uuid4()}"
        old = self._static(joining.instance)
        if old is not None:
            self._check_common(joining, without=old.id)
            self._replace(old, member, joining, now, reply)
            return
        self._check_common(joining)
        if len(self.members) + len(self.pending) >= MAX_MEMBERS:
            raise RefusedError(ErrorCode.GROUP_MAX_SIZE_REACHED)
        if needs_id and joining.instance is None:
            self.pending[member] = now + joining.session_timeout
            reply(Joined(ErrorCode.MEMBER_ID_REQUIRED, member))
        else:
            self._admit(member, joining, now, reply)

    def _check_common(self, joining: Joining, without: str = "") -> None:
        """Refuse a consumer that would leave the group without a common assignor."""
        common = self._common(without)
        if common is not None and not common & joining.protocols.keys():
            raise RefusedError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)

    def _common(self, without: str = "") -> set[str] | None:
        known = [set(one.joining.protocols) for one in self.members.values() if one.id != without]
        return set.intersection(*known) if known else None

    def _admit(self, member: str, joining: Joining, now: float, reply: Callable[[Joined], None]) -> None:
        self._check_common(joining)
        self.pending.pop(member, None)
        self.members[member] = Member(member, joining, now, on_joined=reply)
        self.protocol_type = joining.protocol_type
        self._rebalance(now)

    def _rejoin(self, member: Member, joining: Joining, now: float, reply: Callable[[Joined], None]) -> None:
        self._check_common(joining, without=member.id)
        same = dict(member.joining.protocols) == dict(joining.protocols)
        member.joining, member.heard = joining, now
        leads = member.id == self.leader
        if same and (self.state is State.COMPLETING or (self.state is State.STABLE and not leads)):
            # Its last answer was lost; the leader of a stable group, however, joins again for a new assignment.
            reply(self._joined(member))
            return
        member.answer_join(Joined(ErrorCode.REBALANCE_IN_PROGRESS, member.id))
        member.on_joined = reply
        self._rebalance(now)

    def _static(self, instance: str | None) -> Member | None:
        if instance is None:
            return None
        return next((one for one in self.members.values() if one.joining.instance == instance), None)

    def _replace(self, old: Member, member: str, joining: Joining, now: float, reply: Callable[[Joined], None]) -> None:
        """Replace a static member that is back under a new id; in a stable group it keeps its partitions."""
        old.answer_join(Joined(ErrorCode.FENCED_INSTANCE_ID, old.id))
        old.answer_sync(Synced(ErrorCode.FENCED_INSTANCE_ID))
        same = old.joining.protocols.get(self.protocol) == joining.protocols.get(self.protocol)
        new = Member(member, joining, now, old.assignment)
        self.members = {(member if key == old.id else key): one for key, one in self.members.items()} | {member: new}
        leader = self.leader
        if leader == old.id:
            self.leader = member
        if self.state is State.STABLE and same:
            # As it is told that its former self leads, it asks for its assignment instead of making a new one.
            reply(self._joined(new, leader))
            return
        new.on_joined = reply
        self._rebalance(now)

    def sync(
        self,
        member: str,
        generation: int,
        now: float,
        reply: Callable[[Synced], None],
        *,
        assignments: Mapping[str, bytes],
        instance: str | None = None,
        protocol: str | None = None,
    ) -> None:
        """Tell a member its partitions, as soon as the leader has assigned them.

        Args:
            member: Its id.
            generation: The generation that it joined.
            now: The time in seconds.
            reply: Called once with the answer.
            assignments: Each member's partitions by id; the leader sends them.
            instance: The name of a static member.
            protocol: The assignor that it uses, if it says so.
        """
        try:
            one = self._check(member, generation, instance, now)
            if self.state is State.PREPARING:
                raise RefusedError(ErrorCode.REBALANCE_IN_PROGRESS)
            if protocol is not None and protocol != self.protocol:
                raise RefusedError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        except RefusedError as refused:
            reply(Synced(refused.code))
            return
        if self.state is State.STABLE:
            reply(Synced(ErrorCode.NONE, one.assignment))
            return
        one.answer_sync(Synced(ErrorCode.REBALANCE_IN_PROGRESS))
        one.on_synced = reply
        if member == self.leader:
            self._assign(assignments, now)

    def _assign(self, assignments: Mapping[str, bytes], now: float) -> None:
        self.state, self._deadline = State.STABLE, None
        for one in self.members.values():
            one.assignment = assignments.get(one.id, b"")
            if one.on_synced is not None:
                one.heard = now
            one.answer_sync(Synced(ErrorCode.NONE, one.assignment))

    def heartbeat(self, member: str, generation: int, now: float, instance: str | None = None) -> None:
        """Note that a member is alive.

        Raises:
            RefusedError: It is unknown, of an earlier generation, or has to join again.
        """
        self._check(member, generation, instance, now)
        if self.state is State.PREPARING:
            raise RefusedError(ErrorCode.REBALANCE_IN_PROGRESS)

    def leave(self, member: str, now: float, instance: str | None = None) -> None:
        """Remove a member.

        Raises:
            RefusedError: It is unknown.
        """
        if self.pending.pop(member, None) is not None:
            self._maybe_complete(now)
            return
        static = self._static(instance)
        self._remove(static if static is not None and not member else self._find(member, instance), now)

    def check_commit(self, member: str, generation: int, now: float, instance: str | None = None) -> None:
        """Check that offsets may be committed: by a member of this generation, or by anyone while there are no members.

        Raises:
            RefusedError: They may not.
        """
        if generation < 0 and not member and self.state is State.EMPTY:
            return
        self._check(member, generation, instance, now)
        if self.state is State.COMPLETING:
            raise RefusedError(ErrorCode.REBALANCE_IN_PROGRESS)

    def _find(self, member: str, instance: str | None) -> Member:
        static = self._static(instance)
        if static is not None and static.id != member:
            raise RefusedError(ErrorCode.FENCED_INSTANCE_ID)
        if member not in self.members:
            raise RefusedError(ErrorCode.UNKNOWN_MEMBER_ID)
        return self.members[member]

    def _check(self, member: str, generation: int, instance: str | None, now: float) -> Member:
        one = self._find(member, instance)
        if generation != self.generation:
            raise RefusedError(ErrorCode.ILLEGAL_GENERATION)
        one.heard = now
        return one

    # ---- what time does

    @property
    def due(self) -> float | None:
        """When `expire` will have something to do, in seconds, unless requests come before."""
        times = [one.expires for one in self.members.values() if not one.waits]
        times += self.pending.values()
        if self._deadline is not None:
            times.append(self._deadline)
        return min(times, default=None)

    def expire(self, now: float) -> None:
        """Remove members that were silent too long, and end a rebalance whose time is up."""
        self.pending = {member: until for member, until in self.pending.items() if until > now}
        for one in list(self.members.values()):
            if not one.waits and one.expires <= now:
                self._remove(one, now)
        if self._deadline is None or self._deadline > now:
            self._maybe_complete(now)
        elif self.state is State.PREPARING:
            self._complete(now)
        else:
            # These send heartbeats, but never asked for their partitions: the others cannot wait for ever.
            for one in [one for one in self.members.values() if one.on_synced is None]:
                self._remove(one, now)

    # ---- rebalances

    def _rebalance(self, now: float) -> None:
        """Make every member join again."""
        if self.state is not State.PREPARING:
            self._gathering = self.state is State.EMPTY
            self.state = State.PREPARING
            for one in self.members.values():
                one.answer_sync(Synced(ErrorCode.REBALANCE_IN_PROGRESS))
            self._deadline = now + (self.delay if self._gathering else self._patience())
        self._maybe_complete(now)

    def _patience(self) -> float:
        return max(one.joining.rebalance_timeout for one in self.members.values())

    def _maybe_complete(self, now: float) -> None:
        if self.state is not State.PREPARING or self.pending:
            return
        if self._gathering and self._deadline is not None and now < self._deadline:
            return
        if all(one.on_joined is not None for one in self.members.values()):
            self._complete(now)

    def _complete(self, now: float) -> None:
        """End the joining, and remove members that have not joined again."""
        self._gathering = False
        self.members = {key: one for key, one in self.members.items() if one.on_joined is not None}
        self.generation += 1
        if not self.members:
            self._become_empty()
            return
        self.state, self._deadline = State.COMPLETING, now + self._patience()
        if self.leader not in self.members:
            self.leader = next(iter(self.members))
        self.protocol = self._vote()
        for one in list(self.members.values()):
            one.heard, one.assignment = now, b""
            one.answer_join(self._joined(one))

    def _vote(self) -> str:
        """Return the assignor that most members prefer, of those that all know."""
        common = self._common() or set()
        votes = Counter(next(name for name in one.joining.protocols if name in common) for one in self.members.values())
        return votes.most_common(1)[0][0]

    def _joined(self, member: Member, leader: str | None = None) -> Joined:
        leads = leader is None and member.id == self.leader
        everyone: Iterable[Member] = self.members.values() if leads else ()
        return Joined(
            ErrorCode.NONE,
            member.id,
            self.generation,
            self.protocol_type,
            self.protocol,
            self.leader if leader is None else leader,
            tuple((one.id, one.joining.instance, one.joining.protocols[self.protocol]) for one in everyone),
        )

    def _remove(self, member: Member, now: float) -> None:
        del self.members[member.id]
        member.answer_join(Joined(ErrorCode.UNKNOWN_MEMBER_ID, member.id))
        member.answer_sync(Synced(ErrorCode.UNKNOWN_MEMBER_ID))
        if not self.members:
            self.generation += 1
            self._become_empty()
        elif self.state is State.PREPARING:
            self._maybe_complete(now)
        else:
            self._rebalance(now)

    def _become_empty(self) -> None:
        self.state, self.leader, self.protocol = State.EMPTY, "", ""
        self._deadline, self._gathering = None, False
