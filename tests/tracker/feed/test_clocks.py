"""Clocks that lie: the producers', and our own."""

import json
from dataclasses import dataclass

import pytest

from tracker.feed.clocks import MOST_KEYS, Ahead, Clocks
from tracker.feed.records import read

NOW = 1_700_000_000.0
YEARS = 70 * 365 * 86_400.0
CREATE, APPEND = 0, 1


@dataclass
class Record:
    value: bytes
    timestamp: int
    timestamp_type: int = CREATE
    partition: int = 0
    offset: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()


def report(key: str = "aaaaaa", time: float | None = 0.0, stamped: float | None = None, kind: int = CREATE) -> Record:
    """A report, and when its record says that it was published; both s after `NOW`."""
    fields = {"icao24": key, "lat": 48.0, "lon": 2.0} | ({} if time is None else {"time": NOW + time})
    stamped = (time or 0.0) if stamped is None else stamped
    return Record(json.dumps(fields).encode(), round((NOW + stamped) * 1000), kind)


def times(clocks: Clocks, *records: Record, now: float = 0.0, live: bool = True) -> list[float | str]:
    """What becomes of each: its event time, s after `NOW`, or why it was refused."""
    became: list[float | str] = []
    for record in records:
        reading = read([record], NOW + now, clocks, live=live)
        became += [reject.reason for reject in reading.rejects]
        became += [] if reading.batch is None else (reading.batch.time - NOW).round(3).tolist()
    return became


class TestAProducersClock:
    @pytest.mark.parametrize("live", [True, False])
    @pytest.mark.parametrize("kind", [CREATE, APPEND])
    @pytest.mark.parametrize(
        ("ahead", "becomes"),
        [(0, 0.0), (5, 5.0), (5.1, 0.0), (55, 0.0), (60, 0.0), (60.1, "future"), (YEARS, "future")],
    )
    def test_an_event_time_ahead_is_taken_mended_or_refused(self, ahead, becomes, kind, live):
        assert times(Clocks(), report(time=ahead, stamped=0, kind=kind), live=live) == [becomes]

    @pytest.mark.parametrize("live", [True, False])
    def test_a_producers_own_stamp_of_2096_does_not_vouch_for_its_event_time(self, live):
        assert times(Clocks(), report(time=YEARS, stamped=YEARS), live=live) == ["future"]

    def test_a_stamp_of_the_brokers_counts_whatever_our_clock_says(self):
        assert times(Clocks(), report(time=YEARS, stamped=YEARS, kind=APPEND)) == [YEARS]

    def test_a_report_without_an_event_time_is_of_its_publishing_and_needs_no_mending(self):
        reading = read([report(time=None, stamped=YEARS)], NOW, Clocks())
        assert (reading.batch.time.tolist(), reading.repaired) == ([NOW], {})

    def test_what_was_mended_is_counted_and_keeps_what_it_claimed(self):
        reading = read([report(time=0), report("bbbbbb", time=30, stamped=0)], NOW, Clocks())
        assert reading.repaired == {"time": 1}
        assert (reading.batch.time - NOW).tolist() == [0, 0]
        assert (reading.batch.claimed - NOW).tolist() == [0, 30]

    def test_in_a_batch_the_others_stay_where_they_were(self):
        records = [report("aaaaaa", time=0), report("bbbbbb", time=90, stamped=0), report("cccccc", time=1)]
        reading = read(records, NOW, Clocks())
        assert reading.batch.key == ["aaaaaa", "cccccc"]
        assert reading.records == [records[0], records[2]]
        (reject,) = reading.rejects
        assert (reject.reason, reject.field) == ("future", "time")
        assert "90 s after its record was published; 60 s is allowed" in reject.error

    def test_a_replay_of_another_year_is_taken_as_it_is(self):
        assert (
            times(Clocks(), report(time=-YEARS / 10, stamped=0), report("bbbbbb", time=-YEARS / 10))
            == [-YEARS / 10] * 2
        )


class TestOurOwnClock:
    def test_where_three_aircraft_lead_it_alike_it_is_believed_to_be_behind(self):
        clocks = Clocks()
        first = times(clocks, report("aaaaaa", 300), report("bbbbbb", 301, stamped=301))
        assert (first, clocks.correction) == (["future", "future"], 0)
        assert times(clocks, report("cccccc", 302), now=1) == [302]
        assert clocks.correction == 300
        assert times(clocks, report("aaaaaa", 303), now=3) == [303]

    def test_beyond_the_correction_a_liar_is_still_refused(self):
        clocks = Clocks()
        times(clocks, *(report(key, 300) for key in ("aaaaaa", "bbbbbb", "cccccc")))
        assert times(clocks, report("dddddd", YEARS), now=1) == ["future"]

    @pytest.mark.parametrize("honest", [0.0, 60.0, -60.0])
    def test_while_one_aircraft_agrees_with_it_no_number_of_liars_moves_it(self, honest):
        clocks = Clocks()
        liars = [report(f"{number:06x}", YEARS) for number in range(20)]
        became = times(clocks, report("ffffff", honest, stamped=min(honest, 0)), *liars, now=0)
        assert became[1:] == ["future"] * 20
        assert clocks.correction == 0

    def test_one_liar_on_a_quiet_topic_never_gets_in(self):
        clocks = Clocks()
        assert {*times(clocks, *(report("aaaaaa", YEARS + second) for second in range(50)))} == {"future"}

    def test_leads_that_differ_are_no_agreement(self):
        clocks = Clocks()
        leads = {"aaaaaa": 100, "bbbbbb": 110, "cccccc": 120, "dddddd": 130}
        assert {*times(clocks, *(report(key, lead) for key, lead in leads.items()))} == {"future"}

    def test_leads_more_than_five_seconds_apart_in_time_are_no_agreement(self):
        clocks = Clocks()
        for second, key in ((0, "aaaaaa"), (3, "bbbbbb"), (6, "cccccc")):
            assert times(clocks, report(key, 300 + second), now=second) == ["future"]
        assert clocks.correction == 0

    def test_the_correction_ends_with_the_first_live_report_that_agrees_with_our_clock(self):
        clocks = Clocks()
        times(clocks, *(report(key, YEARS) for key in ("aaaaaa", "bbbbbb", "cccccc")))
        assert clocks.correction == YEARS
        assert times(clocks, report("dddddd", 10), report("aaaaaa", YEARS + 10), now=10) == [10, "future"]
        assert clocks.correction == 0

    def test_of_two_groups_that_lead_the_nearer_one_is_believed(self):
        clocks = Clocks()
        times(clocks, *(report(key, YEARS) for key in ("aaaaaa", "bbbbbb", "cccccc")))
        assert times(clocks, *(report(key, 300) for key in ("dddddd", "eeeeee", "ffffff")), now=1)[-1] == 300
        assert clocks.correction == 299
        assert times(clocks, report("aaaaaa", YEARS), now=2) == ["future"]

    @pytest.mark.parametrize("kind", [CREATE, APPEND])
    def test_neither_the_backlog_nor_stamps_of_the_broker_begin_or_end_one(self, kind):
        clocks = Clocks()
        others = [
            report(key, 300, stamped=0 if kind == APPEND else 300, kind=kind) for key in ("a0a0a0", "b0b0b0", "c0c0c0")
        ]
        times(clocks, *others, live=kind == APPEND)
        assert clocks.correction == 0
        times(clocks, *(report(key, 300) for key in ("aaaaaa", "bbbbbb", "cccccc")))
        times(clocks, report("dddddd", 0, kind=kind), live=kind == APPEND)
        assert clocks.correction == 300

    def test_reports_without_an_event_time_witness_by_their_records(self):
        clocks = Clocks()
        times(clocks, *(report(key, None, stamped=300) for key in ("aaaaaa", "bbbbbb", "cccccc")))
        assert clocks.correction == 300


class TestWhatIsSaid:
    def test_how_many_aircraft_were_ahead_and_by_how_much_until_a_minute_later(self):
        clocks = Clocks()
        times(
            clocks, report("aaaaaa", 100, stamped=0), report("bbbbbb", 200, stamped=0), report("aaaaaa", 150, stamped=0)
        )
        assert clocks.ahead(NOW + 60) == Ahead(keys=2, seconds=150.0)
        assert clocks.ahead(NOW + 61) is None

    def test_memory_is_bounded_whatever_comes(self):
        clocks = Clocks()
        times(clocks, *(report(f"{number:06x}", 1000.0 * number) for number in range(1, MOST_KEYS + 500)))
        assert clocks.ahead(NOW).keys == MOST_KEYS
