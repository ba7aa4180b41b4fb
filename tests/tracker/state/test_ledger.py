from dataclasses import replace

from tracker.feed.records import Reject
from tracker.state.ledger import KEPT, SAID_EVERY, SPAN, Ledger, Refusal


def reject(reason: str = "range", error: str = "lat = 91: refused (range): -90 to 90 is allowed", offset: int = 0):
    return Reject(0.0, 0, offset, reason, "lat", error, b"{}")


def mended(offset: int):
    return replace(reject(offset=offset), outcome="mended")


def test_reasons_are_counted_with_their_newest_example_the_most_frequent_first():
    ledger = Ledger()
    ledger.note(0, [reject("json", "broken"), reject("range", "lat = 91"), reject("range", "lat = 92")], {}, now=0.0)
    assert ledger.refused() == (Refusal("range", 2, "lat = 92"), Refusal("json", 1, "broken"))


def test_mended_values_are_counted_by_field():
    ledger = Ledger()
    ledger.note(5, [], {"time": 2, "squawk": 1}, now=0.0)
    ledger.note(5, [], {"time": 1}, now=0.0)
    assert ledger.repaired == {"time": 3, "squawk": 1}


def test_of_very_many_refused_records_the_newest_are_kept_and_all_are_counted():
    ledger = Ledger()
    ledger.note(0, [reject(offset=offset) for offset in range(KEPT + 5)], {}, now=0.0)
    assert [ledger.records()[0].offset, ledger.records()[-1].offset] == [5, KEPT + 4]
    assert ledger.refused()[0].count == KEPT + 5


def test_mended_records_stand_among_the_refused_ones_and_displace_none():
    ledger = Ledger()
    ledger.note(1, [reject(offset=1)], {}, now=0.0)
    for offset in range(KEPT + 5):
        ledger.note(1, [], {"lat": 1}, now=0.0, examples=[replace(mended(offset), published=float(offset))])
    assert (ledger.records()[0].outcome, ledger.records()[0].offset) == ("refused", 1)
    assert [record.offset for record in ledger.records()[1:]] == list(range(5, KEPT + 5))
    assert ledger.refused()[0].count == 1


def test_unused_fields_are_counted_by_name_however_many_are_made_up():
    ledger = Ledger()
    ledger.note(1, [], {}, now=0.0, unused=["colour", "x" * 1000])
    ledger.note(1, [], {}, now=0.0, unused=["colour", *(f"made-up-{n}" for n in range(1_000))])
    assert (ledger.unused["colour"], len(ledger.unused)) == (2, 100)
    assert max(map(len, ledger.unused)) == 60


class TestTrouble:
    def test_a_few_refused_among_many_are_none(self):
        ledger = Ledger()
        ledger.note(10, [reject()] * 10, {}, now=0.0)
        assert ledger.trouble(0.0) is None

    def test_when_most_are_refused_it_says_how_many_and_why(self):
        ledger = Ledger()
        ledger.note(1_000, [], {}, now=0.0)
        ledger.note(3, [reject()] * 4, {}, now=SPAN + 1)
        said = ledger.trouble(SPAN + 1)
        assert said.startswith("4 of the last 7 reports were refused")
        assert "lat = 91" in said

    def test_it_is_over_once_enough_good_ones_came_or_the_bad_ones_are_long_ago(self):
        ledger = Ledger()
        ledger.note(1, [reject()] * 4, {}, now=0.0)
        assert ledger.trouble(SPAN)
        assert ledger.trouble(SPAN + 0.1) is None
        ledger.note(0, [reject()], {}, now=100.0)
        ledger.note(1, [], {}, now=100.5)
        assert ledger.trouble(100.5) is None

    def test_where_nothing_was_ever_good_it_stays(self):
        ledger = Ledger()
        ledger.note(0, [reject()], {}, now=0.0)
        assert ledger.trouble(1e6).startswith("all reports so far were refused (1)")

    def test_memory_does_not_grow_with_readings(self):
        ledger = Ledger()
        for reading in range(10_000):
            ledger.note(1, [], {}, now=reading / 100)
        assert len(ledger._lately) <= SPAN + 2


def test_each_reason_is_said_once_and_then_rarely():
    ledger = Ledger()
    assert ledger.note(0, [reject(), reject("json", "broken"), reject()], {}, now=0.0) == [
        Refusal("range", 2, reject().error),
        Refusal("json", 1, "broken"),
    ]
    assert ledger.note(0, [reject()] * 5, {}, now=SAID_EVERY - 1) == []
    assert ledger.note(0, [reject()], {}, now=SAID_EVERY) == [Refusal("range", 8, reject().error)]
