"""The fleet: newest states, staleness by when we heard, slots that are used again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.state.descriptions import Descriptions
from tracker.state.fleet import Fleet


def state(key, **fields):
    return StateVector(**({"icao24": key, "lat": 1.0, "lon": 2.0, "time": 0.0} | fields))


def apply(fleet, *states, now=0.0, published=0.0, backlog=False):
    batch = collect(states, [published] * len(states) if np.isscalar(published) else published)
    fleet.apply(batch, np.arange(len(batch)), now, backlog=backlog)


def test_the_last_report_of_an_aircraft_in_a_batch_is_its_state():
    fleet = Fleet()
    apply(fleet, state("aaaaaa", lat=1.0), state("bbbbbb", lat=5.0), state("aaaaaa", lat=3.0, callsign="AFR1"))
    picture = fleet.picture(0.0)
    assert dict(zip(picture.key, picture.lat.tolist(), strict=True)) == {"aaaaaa": 3.0, "bbbbbb": 5.0}
    assert picture.callsign[picture.key.index("aaaaaa")] == "AFR1"


def test_a_state_replaces_all_that_was_known():
    fleet = Fleet()
    apply(fleet, state("aaaaaa", altitude=1000.0, squawk="7700", on_ground=True))
    apply(fleet, state("aaaaaa"))
    picture = fleet.picture(0.0)
    assert np.isnan(picture.altitude[0])
    assert picture.squawk == [None]
    assert picture.on_ground[0] == -1


def test_each_slot_carries_the_number_of_its_last_change():
    fleet = Fleet()
    apply(fleet, state("aaaaaa"), state("bbbbbb"))
    apply(fleet, state("bbbbbb"))
    picture = fleet.picture(0.0)
    assert dict(zip(picture.key, picture.seq.tolist(), strict=True)) == {"aaaaaa": 1, "bbbbbb": 2}


def test_an_aircraft_turns_stale_and_is_lost_by_when_it_was_heard_not_by_its_event_time():
    fleet = Fleet(stale_after=15, lost_after=60)
    apply(fleet, state("aaaaaa", time=0.0), now=1000.0)
    assert not fleet.picture(1015.0).stale[0]
    assert fleet.picture(1016.0).stale[0]
    assert len(fleet.picture(1060.0)) == 1
    assert len(fleet.picture(1061.0)) == 0
    assert fleet.expire(1060.0) == []
    assert fleet.expire(1061.0) == ["aaaaaa"]
    assert len(fleet) == 0


def test_the_backlog_counts_from_the_newest_record_of_the_log():
    fleet = Fleet(stale_after=15, lost_after=60)
    apply(fleet, state("aaaaaa"), state("bbbbbb"), now=500.0, published=[100.0, 130.0], backlog=True)
    apply(fleet, state("cccccc"), now=501.0, published=150.0, backlog=True)
    picture = fleet.picture(501.0)
    assert dict(zip(picture.key, picture.age.tolist(), strict=True)) == {"aaaaaa": 50.0, "bbbbbb": 20.0, "cccccc": 0.0}


def test_a_live_report_counts_from_its_arrival_whatever_the_clock_of_its_record():
    fleet = Fleet()
    apply(fleet, state("aaaaaa"), now=500.0, published=1e9, backlog=True)
    apply(fleet, state("bbbbbb"), now=510.0, published=5.0)
    apply(fleet, state("aaaaaa"), now=511.0, published=5.0)
    picture = fleet.picture(512.0)
    assert dict(zip(picture.key, picture.age.tolist(), strict=True)) == {"aaaaaa": 1.0, "bbbbbb": 2.0}


def test_while_nothing_can_be_heard_all_are_stale_nobody_ages_and_none_is_lost():
    fleet = Fleet()
    apply(fleet, state("aaaaaa"), now=0.0)
    fleet.silence(5.0)
    fleet.silence(1800.0)  # told once more, it is the same silence
    picture = fleet.picture(3600.0)
    assert (picture.key, picture.age.tolist(), picture.stale.tolist()) == (["aaaaaa"], [5.0], [True])
    assert fleet.count(3600.0) == (1, 1)
    assert fleet.expire(3600.0) == []
    fleet.resume(3600.0)
    fleet.resume(3605.0)
    picture = fleet.picture(3610.0)
    assert (picture.age.tolist(), picture.stale.tolist()) == ([15.0], [False])
    assert fleet.expire(3655.0) == []
    assert fleet.expire(3655.5) == ["aaaaaa"]


def test_one_that_was_overdue_when_the_silence_began_is_lost_only_after_it():
    fleet = Fleet()
    apply(fleet, state("aaaaaa"), now=0.0)
    fleet.silence(61.0)
    assert (fleet.expire(62.0), fleet.count(62.0)) == ([], (1, 1))
    fleet.resume(70.0)
    assert (fleet.count(70.0), fleet.expire(70.0)) == ((0, 0), ["aaaaaa"])


def test_what_is_sent_tells_when_an_aircraft_was_heard_also_in_a_silence():
    fleet = Fleet()
    apply(fleet, state("aaaaaa"), now=0.0)
    fleet.silence(5.0)
    assert fleet.changes(100.0, 0, fleet.seq).age.tolist() == [100.0]
    fleet.resume(100.0)
    assert fleet.changes(101.0, 0, fleet.seq).age.tolist() == [6.0]


def test_an_aircraft_whose_reports_come_late_is_heard_and_stays_where_it_is():
    fleet = Fleet(stale_after=15, lost_after=60)
    apply(fleet, state("aaaaaa", lat=1.0), now=0.0)
    seq = fleet.seq
    fleet.hear(["aaaaaa", "ffffff"], now=14.0)  # the other one is not held
    picture = fleet.picture(20.0)
    assert picture.key == ["aaaaaa"]
    assert (picture.age.tolist(), picture.stale.tolist(), picture.lat.tolist()) == ([6.0], [False], [1.0])
    assert fleet.changes(20.0, seq, fleet.seq).key == ["aaaaaa"]  # viewers are told


def test_infinite_limits_mean_never():
    fleet = Fleet(stale_after=np.inf, lost_after=np.inf)
    apply(fleet, state("aaaaaa"), now=0.0)
    assert fleet.expire(1e12) == []
    assert not fleet.picture(1e12).stale[0]


def test_a_picture_is_a_copy():
    fleet = Fleet()
    apply(fleet, state("aaaaaa", lat=1.0))
    before = fleet.picture(0.0)
    apply(fleet, state("aaaaaa", lat=2.0))
    assert before.lat[0] == 1.0


def test_the_key_of_an_aircraft_without_an_address_is_no_address():
    fleet = Fleet()
    apply(fleet, StateVector(callsign="TEST-1", lat=0, lon=0))
    assert fleet.picture(0.0).key == ["cs:TEST-1"]
    assert fleet.picture(0.0).icao24 == [None]


@given(st.lists(st.tuples(st.lists(st.integers(0, 200), min_size=1, max_size=80), st.integers(0, 50)), max_size=20))
def test_slots_are_used_again_and_nobody_gets_anothers_state(steps):
    fleet, plain, now = Fleet(lost_after=60), {}, 0.0
    for numbers, wait in steps:
        apply(fleet, *(state(f"{n:06x}", lat=n / 4) for n in numbers), now=now)
        plain |= {f"{n:06x}": now for n in numbers}
        now += wait
        lost = {key for key, heard in plain.items() if now - heard > 60}
        assert set(fleet.expire(now)) == lost
        plain = {key: heard for key, heard in plain.items() if key not in lost}
        picture = fleet.picture(now)
        assert sorted(picture.key) == sorted(plain)
        assert picture.lat.tolist() == [int(key, 16) / 4 for key in picture.key]
        assert len(fleet._columns["taken"]) <= 512


KEYS = st.sampled_from([f"{number:06x}" for number in range(4)])
STEPS = st.one_of(
    st.tuples(st.just("report"), st.lists(KEYS, min_size=1, max_size=4)),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.sampled_from(["silence", "resume", "expire"]), st.none()),
)


@given(st.lists(STEPS, max_size=40))
def test_ages_are_those_of_stop_watches_that_rest_while_nothing_can_be_heard(steps):
    fleet, now, silent, ages = Fleet(stale_after=15, lost_after=60), 1000.0, False, {}
    for step, argument in steps:
        match step:
            case "report":
                apply(fleet, *map(state, argument), now=now)
                ages |= dict.fromkeys(argument, 0)
            case "wait":
                now += argument
                ages = {key: age + argument * (not silent) for key, age in ages.items()}
            case "silence" | "resume":
                getattr(fleet, step)(now)
                silent = step == "silence"
            case "expire":
                lost = {key for key, age in ages.items() if age > 60 and not silent}
                assert set(fleet.expire(now)) == lost
                ages = {key: age for key, age in ages.items() if key not in lost}
        shown = {key: age for key, age in ages.items() if age <= 60 or silent}
        stale = {key for key, age in shown.items() if age > 15 or silent}
        picture = fleet.picture(now)
        assert dict(zip(picture.key, picture.age.tolist(), strict=True)) == shown
        assert {key for key, grey in zip(picture.key, picture.stale.tolist(), strict=True) if grey} == stale
        assert fleet.count(now) == (len(shown), len(stale))


def test_what_is_known_beside_the_reports_stands_with_each_aircraft():
    descriptions = Descriptions()
    fleet = Fleet(descriptions=descriptions)
    apply(fleet, state("aaaaaa", position_source="mlat"), state(None, id="T-1", kind="vehicle"), state("cccccc"))
    descriptions.learn(collect([state("aaaaaa", typecode="A320"), state(None, id="T-1", kind="vehicle")], [0.0, 0.0]))
    picture = fleet.picture(0.0)
    assert picture.key == ["aaaaaa", "id:T-1", "cccccc"]
    assert picture.icao24 == ["aaaaaa", None, "cccccc"]
    assert picture.id == [None, "T-1", None]
    assert picture.kind == ["aircraft", "vehicle", "aircraft"]
    assert picture.typecode == ["A320", None, None]
    assert picture.position_source == ["mlat", None, None]
    assert picture.find("T-1") == picture.find("id:T-1") == 1
    apply(fleet, state("aaaaaa"))
    assert fleet.picture(0.0).position_source == [None, None, None]
    assert fleet.picture(0.0).typecode == ["A320", None, None]
