"""producer/sources/polling.py: services at a real server on loopback; waits pass by a clock that only they move on."""

import gzip
import itertools
import json

import pytest
from aircraft_json import NOW, Clock, aircraft, document, vector
from loopback_http import Reply, stage
from patience import PATIENCE

from producer.errors import ProducerError
from producer.sources.aggregator import Aggregator, custom
from producer.sources.backoff import Backoff
from producer.sources.credentials import Credentials
from producer.sources.opensky import OpenSky
from producer.sources.polling import Polled
from producer.sources.readsb import Receiver
from producer.sources.remote import Remote

SECRET = "s3cr3t"


@pytest.fixture
def server():
    with stage() as server:
        yield server


def polled(service, clock, **options):
    backoff = Backoff(2.0, 300.0, spread=lambda: 1.0)
    return Polled(service, Remote(**options), backoff=backoff, clock=clock, wall=lambda: NOW + clock.now)


def receive(source, clock, seconds):
    """The reports of so many seconds by the clock, and when each answer came."""
    clock.stops_at = clock.now + seconds
    with source:
        return [(clock.now, batch.states) for batch in source.batches(clock) if batch.states]


def test_a_receiver_is_asked_once_a_second(server):
    clock = Clock(0.0)
    server.answer = lambda asked: Reply(document(aircraft(lat=50 + clock.now / 100), now=NOW + clock.now))
    got = receive(polled(Receiver(f"{server.url}/data/aircraft.json"), clock), clock, 10)
    assert [round(when) for when, _ in got] == list(range(10))
    assert [asked.path for asked in server.asked] == ["/data/aircraft.json"] * 10


def test_the_time_that_an_answer_takes_is_part_of_the_second(server):
    clock = Clock(0.0)
    begun = []

    def answer(asked):
        begun.append(clock.now)
        clock.now += 0.75
        return Reply(document(aircraft(), now=NOW + clock.now))

    server.answer = answer
    receive(polled(Receiver(server.url), clock), clock, 5)
    assert begun == pytest.approx(list(range(5)))


def test_waits_begin_anew_after_an_answer_that_was_good(server):
    clock = Clock(0.0)
    begun = []

    def answer(asked):
        begun.append(clock.now)
        return Reply(document(aircraft(), now=NOW + clock.now)) if len(begun) == 4 else Reply(status=500)

    server.answer = answer
    receive(polled(Receiver(server.url), clock), clock, 21)
    assert begun == pytest.approx([0, 2, 6, 14, 15, 17])


def test_nothing_is_yielded_at_least_twice_a_second_while_it_waits(server):
    clock = Clock(0.0)
    server.answer = lambda asked: Reply(status=500)
    source = polled(Receiver(server.url), clock)
    clock.stops_at = 30
    with source:
        moments = [clock.now for _ in source.batches(clock)]
    assert max(later - earlier for earlier, later in itertools.pairwise(moments)) <= 0.5
    assert max(clock.waits) <= 0.5


def test_nothing_is_yielded_while_an_answer_is_waited_for_and_a_stop_ends_the_request(server):
    clock = Clock(0.0)
    server.answer = lambda asked: Reply(silent=True)
    source = polled(Receiver(server.url), clock)
    with source:
        batches = source.batches(clock)
        assert [next(batches).states for _ in range(3)] == [(), (), ()]
        clock.stops_at = 0
        assert list(batches) == []
        assert server.gone.wait(PATIENCE)


FAULTS = {
    "401": Reply(status=401),
    "429": Reply(status=429),
    "429 with a time": Reply(status=429, headers={"Retry-After": "3"}),
    "500": Reply(status=500),
    "cut": Reply(document(aircraft()), cut=20),
    "half": Reply(document(aircraft())[:20]),
    "page": Reply(b"<html>"),
    "bomb": Reply(gzip.compress(bytes(65 << 20), 1), headers={"Content-Encoding": "gzip"}),
    "elsewhere": Reply(status=302, headers={"Location": "http://127.0.0.2/"}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["readsb", "aggregator", "opensky"])
def test_trouble_is_said_once_backed_off_from_and_over_when_it_is_over(server, kind, fault, caplog):
    caplog.set_level("INFO")
    clock = Clock(0.0)
    services = {
        "readsb": lambda: Receiver(f"{server.url}/?key={SECRET}"),
        "aggregator": lambda: Aggregator(custom(f"{server.url}/{{lat}}/{{lon}}/{{radius}}?key={SECRET}"), 1, 2, 3),
        "opensky": lambda: OpenSky(api=server.url),
    }
    begun = []

    def good():
        moment = NOW + clock.now
        if kind == "opensky":
            return Reply(json.dumps({"time": moment, "states": [vector(time=moment)]}).encode())
        return Reply(document(aircraft(), now=moment))

    def answer(asked):
        begun.append(clock.now)
        return FAULTS[fault] if clock.now < 60 else good()

    server.answer = answer
    lasting = {"readsb": 90, "aggregator": 300, "opensky": 3000}  # it is asked once in a quarter of an hour
    got = receive(polled(services[kind](), clock), clock, lasting[kind])
    assert got
    assert got[0][0] >= 60
    during = [moment for moment in begun if moment < 60]
    assert 3 <= len(during) <= 21
    waits = [later - earlier for earlier, later in itertools.pairwise(during)]
    assert min(waits) >= 1.0
    if fault != "429 with a time":
        assert waits[-1] > 1.4 * waits[0]  # each is spread by a quarter
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1, warnings
    assert [message for message in caplog.messages if message.endswith("answers again")] != []
    assert SECRET not in caplog.text


def test_an_answer_that_drips_is_given_up_and_asked_for_anew(server, caplog):
    clock = Clock(0.0)
    server.answer = lambda asked: Reply(drips=True) if len(server.asked) < 2 else Reply(document(aircraft()))
    assert receive(polled(Receiver(server.url), clock, answer_timeout=0.3), clock, 5)
    assert "has given no whole answer in 0.3 s" in caplog.text


class OpenSkyStage:
    """OpenSky as documented: tokens that end, credits that are counted, and refusals with their time."""

    def __init__(self, server, clock, *, size, lasting=1800):
        self.clock, self.left, self.lasting = clock, size, lasting
        self.tokens, self.spent = 0, []
        server.answer = self.answer

    def answer(self, asked):
        if asked.method == "POST":
            assert f"client_secret={SECRET}".encode() in asked.body
            self.tokens += 1
            self.until = self.clock.now + self.lasting
            return Reply(json.dumps({"access_token": f"t{self.tokens}", "expires_in": 1800}).encode())
        if asked.headers.get("authorization") != f"Bearer t{self.tokens}" or self.clock.now >= self.until:
            return Reply(status=401)
        if self.left < 4:
            return Reply(status=429, headers={"X-Rate-Limit-Retry-After-Seconds": "3600"})
        self.left -= 4
        self.spent.append(self.clock.now)
        moment = int(NOW + self.clock.now)
        body = json.dumps({"time": moment, "states": [vector(time=moment)]}).encode()
        return Reply(body, headers={"X-Rate-Limit-Remaining": str(self.left)})


def account(server, **options):
    return OpenSky(Credentials("me", SECRET), api=server.url, tokens=f"{server.url}/token", **options)


def test_an_account_is_asked_with_tokens_that_are_renewed(server, caplog):
    caplog.set_level("INFO")
    clock = Clock(0.0)
    opensky = OpenSkyStage(server, clock, size=400)
    got = receive(polled(account(server, interval=60), clock), clock, 3 * 1800)
    assert len(got) == len(opensky.spent) == 90
    assert opensky.tokens == 3  # each is used for half an hour, but for its last 30 s
    assert SECRET not in caplog.text


def test_a_token_that_ends_early_is_renewed_and_the_request_repeated_at_once(server, caplog):
    clock = Clock(0.0)
    opensky = OpenSkyStage(server, clock, size=400, lasting=300)
    got = receive(polled(account(server, interval=60), clock), clock, 900)
    assert [round(when) for when, _ in got] == list(range(0, 900, 60))
    assert opensky.tokens == 3
    assert caplog.messages == []


def test_without_credits_it_is_not_asked_until_they_are_there(server, caplog):
    clock = Clock(0.0)
    opensky = OpenSkyStage(server, clock, size=8)
    receive(polled(account(server, interval=60), clock), clock, 3000)
    assert len(opensky.spent) == 2
    assert len(server.asked) == 4  # for a token, twice for state vectors, and once for the refusal
    assert "OpenSky refuses (status 429) for 60 min" in caplog.text


def test_credentials_that_are_refused_end_it(server):
    clock = Clock(0.0)
    server.answer = lambda asked: Reply(status=401)
    with pytest.raises(ProducerError, match="refuses the client ID"):
        receive(polled(account(server), clock), clock, 100)


def test_the_terms_of_a_service_are_said_at_the_start_and_what_had_no_position_at_the_end(server, caplog):
    caplog.set_level("INFO")
    clock = Clock(0.0)
    server.answer = lambda asked: Reply(json.dumps({"states": [vector(latitude=None)]}).encode())
    source = polled(OpenSky(api=server.url), clock)
    assert (source.label, source.attribution) == ("opensky", "The OpenSky Network, https://opensky-network.org")
    receive(source, clock, 5)
    assert caplog.messages[0].startswith("opensky: data of the OpenSky Network")
    assert caplog.messages[-1] == "OpenSky (anonymous): 1 records without a position"
