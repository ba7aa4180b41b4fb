import contextlib

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tracker.devbroker import groups
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.groups import Group, State
from tracker.devbroker.members import Joining

SESSION, REBALANCE = 10.0, 60.0


def joining(*protocols, instance=None, session=SESSION, kind="consumer", metadata=b"topics"):
    return Joining(
        kind, dict.fromkeys(protocols or ("range",), metadata), session, REBALANCE, "client", "host", instance
    )


class Answers(list):
    """The answers to one request: one at most."""

    def __call__(self, answer):
        self.append(answer)

    @property
    def only(self):
        (answer,) = self
        return answer


def join(group, member="", now=0.0, what=None, *, needs_id=False):
    answers = Answers()
    group.join(member, what or joining(), now, answers, needs_id=needs_id)
    return answers


def sync(group, member, now=0.0, generation=None, shares=None):
    answers = Answers()
    group.sync(
        member,
        group.generation if generation is None else generation,
        now,
        answers,
        assignments=shares or {},
    )
    return answers


def refusal(act, *args):
    with pytest.raises(RefusedError) as refused:
        act(*args)
    return refused.value.code


def stable(count=2, now=0.0):
    """A group of several members, all in sync."""
    group = Group("g", delay=1.0)
    waiting = [join(group, now=now) for _ in range(count)]
    group.expire(now + 1)
    ids = [answers.only.member for answers in waiting]
    shares = {member: member.encode() for member in ids}
    synced = [sync(group, member, now + 1, shares=shares) for member in ids[1:]]
    synced.append(sync(group, ids[0], now + 1, shares=shares))
    assert all(answers.only.code is ErrorCode.NONE for answers in synced)
    return group, ids


def test_an_empty_group_waits_a_moment_for_more_members():
    group = Group("g", delay=1.0)
    first, second = join(group, now=0.0), join(group, now=0.5)
    assert group.due == 1.0
    assert not first
    group.expire(1.0)
    assert first.only.generation == second.only.generation == 1
    assert first.only.leader == second.only.leader == first.only.member
    assert [member for member, _, _ in first.only.members] == [first.only.member, second.only.member]
    assert second.only.members == ()


def test_followers_are_told_their_share_once_the_leader_has_made_it():
    group, (leader, follower) = stable()
    assert group.state is State.STABLE
    assert sync(group, follower).only.assignment == follower.encode()
    assert sync(group, leader).only.assignment == leader.encode()


def test_a_new_member_is_given_an_id_first():
    group = Group("g")
    refused = join(group, needs_id=True).only
    assert refused.code is ErrorCode.MEMBER_ID_REQUIRED
    assert join(group, refused.member).only.code is ErrorCode.NONE


def test_an_id_that_is_not_used_is_taken_back():
    group = Group("g")
    member = join(group, needs_id=True).only.member
    assert group.due == SESSION
    group.expire(SESSION)
    assert group.due is None
    assert join(group, member, SESSION).only.code is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_rebalance_waits_for_those_that_were_given_an_id():
    group, (leader, follower) = stable()
    newcomer = join(group, needs_id=True, now=2.0).only.member
    group.leave(follower, 2.0)
    again = join(group, leader, 2.0)
    assert not again
    assert join(group, newcomer, 2.0).only.generation == again.only.generation == 2


def test_who_waited_long_for_a_rebalance_is_not_out_right_after():
    group, (leader, follower) = stable()
    newcomer = join(group, now=2.0)
    for now in range(3, 30):
        assert refusal(group.heartbeat, leader, 1, float(now)) is ErrorCode.REBALANCE_IN_PROGRESS
        assert refusal(group.heartbeat, follower, 1, float(now)) is ErrorCode.REBALANCE_IN_PROGRESS
    join(group, leader, 30.0)
    join(group, follower, 30.0)
    group.expire(30.0 + SESSION - 1)
    assert newcomer.only.member in group.members


def test_a_newcomer_makes_all_join_again():
    group, (leader, follower) = stable()
    newcomer = join(group, now=2.0)
    assert refusal(group.heartbeat, leader, 1, 2.0) is ErrorCode.REBALANCE_IN_PROGRESS
    assert sync(group, leader, 2.0).only.code is ErrorCode.REBALANCE_IN_PROGRESS
    again = [join(group, leader, 2.0), join(group, follower, 2.0)]
    assert {answers.only.generation for answers in [newcomer, *again]} == {2}
    assert again[0].only.leader == leader


def test_who_does_not_join_again_in_time_is_out():
    group, (leader, follower) = stable()
    newcomer = join(group, now=2.0)
    again = join(group, leader, 2.0)
    for now in range(3, int(2 + REBALANCE)):
        assert refusal(group.heartbeat, follower, 1, float(now)) is ErrorCode.REBALANCE_IN_PROGRESS
        group.expire(float(now))
    assert not newcomer
    group.expire(2 + REBALANCE)
    assert newcomer.only.code is again.only.code is ErrorCode.NONE
    assert follower not in group.members


def test_a_member_that_is_silent_is_out_after_its_session():
    group, (leader, _) = stable()
    group.heartbeat(leader, 1, 9.0)
    assert group.due == 1 + SESSION
    group.expire(1 + SESSION)
    assert list(group.members) == [leader]
    assert refusal(group.heartbeat, leader, 1, 12.0) is ErrorCode.REBALANCE_IN_PROGRESS
    assert join(group, leader, 12.0).only.generation == 2


def test_a_member_that_leaves_makes_the_others_join_again():
    group, (leader, follower) = stable()
    group.leave(leader, 2.0)
    assert refusal(group.heartbeat, follower, 1, 2.0) is ErrorCode.REBALANCE_IN_PROGRESS
    assert join(group, follower, 2.0).only.leader == follower


def test_the_last_one_that_leaves_empties_the_group():
    group, members = stable()
    for member in members:
        group.leave(member, 2.0)
    assert group.state is State.EMPTY
    assert group.due is None


def test_followers_do_not_wait_for_ever_for_a_leader_that_never_syncs():
    group = Group("g", delay=1.0)
    first, second = join(group), join(group)
    group.expire(1.0)
    waiting = sync(group, second.only.member, 1.0)
    for now in range(2, int(1 + REBALANCE)):
        group.heartbeat(first.only.member, 1, float(now))
    group.expire(1 + REBALANCE)
    assert waiting.only.code is ErrorCode.REBALANCE_IN_PROGRESS
    assert list(group.members) == [second.only.member]


def test_the_assignor_is_one_that_all_know_and_most_like_best():
    group = Group("g", delay=1.0)
    for names in (("a", "b", "c"), ("c", "b"), ("b", "c"), ("c", "b", "a"), ("c", "b")):
        join(group, what=joining(*names))
    group.expire(1.0)
    assert group.protocol == "c"


def test_a_consumer_without_a_common_assignor_is_refused():
    group, _ = stable()
    assert join(group, what=joining("sticky")).only.code is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert join(group, what=joining(kind="connect")).only.code is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert group.state is State.STABLE


@pytest.mark.parametrize("session", [5.9, 1801.0])
def test_a_session_timeout_out_of_range_is_refused(session):
    assert join(Group("g"), what=joining(session=session)).only.code is ErrorCode.INVALID_SESSION_TIMEOUT


def test_an_old_generation_is_refused():
    group, (leader, _) = stable()
    assert refusal(group.heartbeat, leader, 0, 2.0) is ErrorCode.ILLEGAL_GENERATION
    assert sync(group, leader, generation=0).only.code is ErrorCode.ILLEGAL_GENERATION
    assert refusal(group.check_commit, leader, 0, 2.0) is ErrorCode.ILLEGAL_GENERATION


def test_offsets_are_committed_by_members_or_while_there_are_none():
    group, (leader, _) = stable()
    group.check_commit(leader, 1, 2.0)
    assert refusal(group.check_commit, "", -1, 2.0) is ErrorCode.UNKNOWN_MEMBER_ID
    Group("other").check_commit("", -1, 2.0)


def test_a_follower_whose_answer_was_lost_is_answered_again():
    group, (leader, follower) = stable()
    again = join(group, follower, 2.0).only
    assert (again.code, again.generation, again.leader) == (ErrorCode.NONE, 1, leader)
    assert group.state is State.STABLE


def test_a_static_member_that_comes_back_has_its_share_at_once():
    group = Group("g")
    first = join(group, what=joining(instance="i")).only
    sync(group, first.member, shares={first.member: b"share"})
    back = join(group, what=joining(instance="i"), now=2.0).only
    assert (back.code, back.generation) == (ErrorCode.NONE, 1)
    assert back.leader != back.member
    assert sync(group, back.member, 2.0).only.assignment == b"share"
    answers = Answers()
    group.join(first.member, joining(instance="i"), 2.0, answers)
    assert answers.only.code is ErrorCode.FENCED_INSTANCE_ID


def test_members_are_bounded(monkeypatch):
    group = Group("g", delay=1.0)
    for _ in range(groups.MAX_MEMBERS):
        join(group, needs_id=True)
    assert join(group, needs_id=True).only.code is ErrorCode.GROUP_MAX_SIZE_REACHED


class GroupMachine(RuleBasedStateMachine):
    """Members that join, sync, leave and fall silent in any order; what must hold in every state of their group."""

    def __init__(self):
        super().__init__()
        self.group = Group("g", delay=2.0)
        self.now = 0.0
        self.known = {}  # the generation that each member believes in
        self.joins, self.syncs = [], []

    def settle(self):
        for answers in [answers for answers in self.joins if answers]:
            self.joins.remove(answers)
            if answers.only.code in (ErrorCode.NONE, ErrorCode.MEMBER_ID_REQUIRED):
                self.known[answers.only.member] = answers.only.generation

    @rule(needs_id=st.booleans(), names=st.sampled_from([("a",), ("a", "b"), ("b", "a")]))
    def join_anew(self, needs_id, names):
        self.joins.append(join(self.group, "", self.now, joining(*names), needs_id=needs_id))

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def join_again(self, data):
        member = data.draw(st.sampled_from(list(self.known)))
        self.joins.append(join(self.group, member, self.now, joining("a")))

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def sync_one(self, data):
        member = data.draw(st.sampled_from(list(self.known)))
        shares = {one: f"{self.group.generation} {one}".encode() for one in self.group.members}
        answers = sync(self.group, member, self.now, self.known[member], shares=shares)
        self.syncs.append((member, self.known[member], answers))

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def beat(self, data):
        member = data.draw(st.sampled_from(list(self.known)))
        with contextlib.suppress(RefusedError):
            self.group.heartbeat(member, self.known[member], self.now)
            assert self.group.state in (State.STABLE, State.COMPLETING)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def leave(self, data):
        member = data.draw(st.sampled_from(list(self.known)))
        with contextlib.suppress(RefusedError):
            self.group.leave(member, self.now)
        assert member not in self.group.members

    @rule(seconds=st.sampled_from([0.5, 3.0, 11.0, 61.0]))
    def pass_time(self, seconds):
        self.now += seconds
        while self.group.due is not None and self.group.due <= self.now:
            before = self.group.due
            self.group.expire(before)
            assert self.group.due is None or self.group.due > before
        self.settle()

    @invariant()
    def answers_come_once_and_fit(self):
        self.settle()
        for member, generation, answers in self.syncs:
            assert len(answers) <= 1
            if answers and answers.only.code is ErrorCode.NONE:
                assert answers.only.assignment in (b"", f"{generation} {member}".encode())
        assert all(len(answers) <= 1 for answers in self.joins)

    @invariant()
    def the_state_fits_the_members(self):
        group = self.group
        assert (group.state is State.EMPTY) == (not group.members)
        if group.state in (State.STABLE, State.COMPLETING):
            assert group.leader in group.members
            assert all(group.protocol in one.joining.protocols for one in group.members.values())
            assert not any(one.on_joined for one in group.members.values())
        if group.state is State.STABLE:
            assert not any(one.on_synced for one in group.members.values())

    @invariant()
    def somebody_who_waits_is_waited_for(self):
        waits = any(one.waits for one in self.group.members.values())
        assert not waits or self.group.due is not None

    def teardown(self):
        """All fall silent: the group ends empty, and nobody waits any more."""
        for _ in range(100):
            if self.group.due is None:
                break
            self.now = max(self.now, self.group.due)
            self.group.expire(self.now)
        assert self.group.state is State.EMPTY
        self.settle()
        assert not self.joins
        assert all(answers for _, _, answers in self.syncs)


TestGroup = GroupMachine.TestCase
TestGroup.settings = settings(max_examples=60, stateful_step_count=30)
