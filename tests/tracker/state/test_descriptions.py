"""What is known of each aircraft beside its reports."""

from hypothesis import given
from hypothesis import strategies as st

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.state.descriptions import Descriptions


def told(**fields) -> StateVector:
    return StateVector(**{"icao24": "abc123", "lat": 1.0, "lon": 2.0, "time": 10.0} | fields)


def learned(*vectors: StateVector) -> Descriptions:
    descriptions = Descriptions()
    for vector in vectors:
        descriptions.learn(collect([vector], [0.0]))
    return descriptions


def of(descriptions: Descriptions, key: str = "abc123") -> tuple:
    return tuple(values[0] for values in descriptions.of([key]))


def test_what_nobody_told_of_is_an_aircraft():
    assert of(learned()) == ("aircraft", None, None, None)
    assert of(learned(told(icao24="ffffff", typecode="C172")), "abc123") == ("aircraft", None, None, None)


def test_a_report_that_does_not_name_a_field_does_not_clear_it():
    descriptions = learned(
        told(typecode="A320", category="A3"), told(time=11.0, registration="F-GKXA"), told(time=12.0)
    )
    assert of(descriptions) == ("aircraft", "A320", "F-GKXA", "A3")


def test_the_newest_by_event_time_counts_field_by_field_whatever_came_last():
    descriptions = learned(
        told(time=20.0, typecode="A320"), told(time=15.0, typecode="B738", registration="F-OLD"),
        told(time=12.0, registration="F-OLDER"), told(time=20.0, typecode="A20N"),
    )  # fmt: skip
    assert of(descriptions) == ("aircraft", "A20N", "F-OLD", None)


def test_a_value_that_was_told_again_is_as_new_as_it_was_told_last():
    descriptions = learned(
        told(time=10.0, typecode="A320"), told(time=30.0, typecode="A320"), told(time=20.0, typecode="B738")
    )
    assert of(descriptions)[1] == "A320"


def test_the_version_changes_with_what_is_known_alone():
    descriptions = learned(told(typecode="A320"))
    before = descriptions.version
    descriptions.learn(collect([told(time=11.0, typecode="A320"), told(time=9.0, typecode="B738")], [0.0, 0.0]))
    assert descriptions.version == before
    descriptions.learn(collect([told(time=12.0, typecode="B738")], [0.0]))
    assert descriptions.version > before


def test_only_some_keys_are_kept():
    descriptions = learned(told(typecode="A320"), told(icao24="ffffff", typecode="C172"))
    descriptions.keep({"ffffff", "other"})
    assert len(descriptions) == 1
    assert of(descriptions, "abc123")[1] is None
    assert of(descriptions, "ffffff")[1] == "C172"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.sampled_from([None, "AA", "BB"])), max_size=12))
def test_codes_stand_for_the_values(reports):
    descriptions = learned(*(told(icao24=key * 6, time=float(time), typecode=code) for key, time, code in reports))
    keys = ["aaaaaa", "bbbbbb", "cccccc"]
    for values, coded in zip(descriptions.of(keys), descriptions.code(keys).values(), strict=True):
        texts = [*coded.categories.by_code, None]
        assert [texts[code] for code in coded.codes.tolist()] == values
