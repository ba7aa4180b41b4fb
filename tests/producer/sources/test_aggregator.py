"""producer/sources/aggregator.py: what is asked of each service, and how often; no socket."""

import itertools

import pytest
from aircraft_json import NOW, aircraft, document

from producer.sources.aggregator import INTERVAL, KNOWN, Aggregator, custom
from producer.sources.exchange import Answer


@pytest.fixture
def service():
    return Aggregator(KNOWN["adsb.lol"], 48.86, 2.35, 60.0)


def take(service, answer):
    return service.take(answer, NOW, 0.0)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("adsb.lol", "https://api.adsb.lol/v2/point/48.86000/-2.35000/61"),
        ("airplanes.live", "https://api.airplanes.live/v2/point/48.86000/-2.35000/61"),
        ("adsb.fi", "https://opendata.adsb.fi/api/v3/lat/48.86000/lon/-2.35000/dist/61"),
    ],
)
def test_each_service_is_asked_at_its_own_place_and_named(name, url):
    service = Aggregator(KNOWN[name], 48.86, -2.35, 60.2)
    assert service.request(NOW).url == url
    assert service.label == name
    assert f"https://{name}" in service.attribution
    assert service.terms


def test_a_service_of_ones_own_is_named_by_its_host():
    service = Aggregator(custom("https://me:pw@own.example/{lat},{lon}?r={radius}&key=k"), 1.0, 2.0, 3.0)
    assert service.request(NOW).url == "https://me:pw@own.example/1.00000,2.00000?r=3&key=k"
    assert (service.name, service.attribution, service.terms) == ("own.example", None, None)


def test_the_time_of_an_answer_is_in_milliseconds(service):
    outcome = take(service, Answer(200, {}, document(aircraft(), now=NOW * 1000, name="ac")))
    (state,) = outcome.states
    assert (state.key, state.time) == ("3c1234", NOW - 0.5)
    assert (outcome.wait, outcome.trouble) == (INTERVAL, None)


def test_it_is_asked_no_more_than_once_a_second():
    assert INTERVAL > 1.0


def test_a_refusal_with_a_time_is_obeyed(service):
    outcome = take(service, Answer(429, {"retry-after": "17"}))
    assert (outcome.wait, outcome.trouble) == (17.0, "refuses (status 429): it is asked less often")


def test_after_a_refusal_it_is_asked_less_often_and_again_more_often_in_time(service):
    waits = [take(service, Answer(429)).wait for _ in range(3)]
    assert 1.5 <= waits[0] < waits[1] < waits[2]
    good = [take(service, Answer(200, {}, document(now=NOW + turn, name="ac"))).wait for turn in range(60)]
    assert good[0] > 8 * 0.9 * INTERVAL
    assert good == sorted(good, reverse=True)
    assert good[-1] == INTERVAL


@pytest.mark.parametrize("answer", [Answer(500), Answer(404), Answer(200, {}, b"{}"), Answer(200, {}, b"<html>")])
def test_trouble_is_backed_off_from(service, answer):
    waits = [take(service, answer).wait for _ in range(5)]
    assert waits[0] >= 1.5
    assert all(earlier < later for earlier, later in itertools.pairwise(waits))
    assert "answers with" in take(service, answer).trouble
