import pytest
from screens import Wire

from tracker import BadOption, Tracker
from tracker.jupyter.map.livemap import LiveMap
from tracker.jupyter.options import choose_ageing, choose_mapping


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("center", (91, 0)),
        ("center", (0, 181)),
        ("center", (0, float("nan"))),
        ("center", 5),
        ("center", "ab"),
        ("zoom", -1),
        ("zoom", 20),
        ("zoom", "9"),
        ("follow", ""),
        ("follow", 5),
        ("trails", "two minutes"),
        ("trails", -1),
        ("colour_by", "colour"),
        ("limit", -1),
        ("limit", 1.5),
    ],
)
def test_a_bad_option_is_refused_with_its_name_its_value_and_the_limit(wire: Wire, option: str, value: object) -> None:
    with pytest.raises(BadOption, match=f"^{option}=.*needed") as refused:
        LiveMap(**{option: value})
    assert refused.value.name == option


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"bootstrap_servers": "localhost:port"}, "bootstrap_servers='localhost:port'"),
        ({"bootstrap_servers": "localhost,localhost:0"}, "bootstrap_servers='localhost:0'"),
        ({"window": "ten"}, "window"),
        ({"since": "yesterday"}, "since"),
        ({"stale_after": 90}, "stale_after"),
        ({"topic": "no spaces"}, "topic='no spaces'"),
        ({"topic": ".."}, "topic='..'"),
    ],
)
def test_a_bad_option_is_refused_by_name(options, name):
    with pytest.raises(BadOption, match=name):
        Tracker(**options)


def test_ages_are_those_of_the_environment_where_none_are_given(monkeypatch):
    monkeypatch.setenv("TRACKER_STALE_AFTER", "5")
    monkeypatch.setenv("TRACKER_LOST_AFTER", "90.5")
    assert choose_ageing(None, None) == (5.0, 90.5)
    assert choose_ageing(20.0, None) == (20.0, 90.5)
    monkeypatch.setenv("TRACKER_LOST_AFTER", "")
    assert choose_ageing(None, None) == (5.0, 60.0)
    monkeypatch.setenv("TRACKER_STALE_AFTER", "soon")
    with pytest.raises(BadOption, match="TRACKER_STALE_AFTER='soon': a number of seconds is needed"):
        Tracker()


def test_an_empty_mapping_is_the_wire_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("TRACKER_MAPPING", "readsb")
    assert choose_mapping(None).name == "readsb"
    assert choose_mapping("") is None
    with pytest.raises(BadOption, match="mapping"):
        choose_mapping({})
