"""producer/sources/opensky.py: what is asked, with which token, and what the answers mean; no socket."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from aircraft_json import COLUMNS, JUNK, NOW, vector
from hypothesis import given
from hypothesis import strategies as st

from producer.errors import ProducerError
from producer.sources.credentials import Credentials
from producer.sources.exchange import Answer
from producer.sources.opensky import API, TOKENS, OpenSky

SECRET = "s3cr3t"
MIDNIGHT = NOW - NOW % 86_400


def states(*listed, time=NOW, left=3999):
    headers = {} if left is None else {"x-rate-limit-remaining": str(left)}
    return Answer(200, headers, json.dumps({"time": int(time), "states": list(listed) if listed else None}).encode())


def token(text="t1", lasting=1800):
    return Answer(200, {}, json.dumps({"access_token": text, "expires_in": lasting}).encode())


@pytest.fixture
def account():
    return OpenSky(Credentials("me", SECRET))


@pytest.fixture
def anonymous():
    return OpenSky()


def test_the_world_is_asked_for_with_categories(anonymous):
    assert anonymous.request(NOW).url == f"{API}/states/all?extended=1"
    assert anonymous.request(NOW).headers == {}


def test_a_box_is_asked_for_by_its_edges():
    query = parse_qs(urlsplit(OpenSky(region=(42.0, -5.0, 51.0, 8.5)).request(NOW).url).query)
    assert query == {"lamin": ["42.0"], "lomin": ["-5.0"], "lamax": ["51.0"], "lomax": ["8.5"], "extended": ["1"]}


def test_state_vectors_are_read_and_those_without_a_position_counted(anonymous):
    outcome = anonymous.take(states(vector(), vector("000001", latitude=None, longitude=None)), NOW, 0.0)
    (state,) = outcome.states
    assert (state.key, state.time, state.category, state.position_source) == ("3c1234", NOW, "A3", "adsb")
    assert (anonymous.without_position, anonymous.refused) == (1, 0)


def test_the_same_report_is_handed_on_once(anonymous):
    assert anonymous.take(states(vector()), NOW, 0.0).states
    assert not anonymous.take(states(vector(last_contact=NOW + 10), time=NOW + 10), NOW, 10.0).states
    assert anonymous.take(states(vector(time=NOW + 20)), NOW, 20.0).states


@pytest.mark.parametrize("body", [b'{"time": 1, "states": null}', b'{"time": 1, "states": []}'])
def test_an_empty_sky_is_no_trouble(anonymous, body):
    outcome = anonymous.take(Answer(200, {"x-rate-limit-remaining": "396"}, body), MIDNIGHT, 0.0)
    assert (list(outcome.states), outcome.trouble) == ([], None)
    assert outcome.wait == pytest.approx(86_400 / 99)
    assert (anonymous.without_position, anonymous.refused) == (0, 0)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"time": 1}', b'{"states": {}}', b'{"states": [[', b"<html>"])
def test_another_document_is_trouble(anonymous, body):
    outcome = anonymous.take(Answer(200, {}, body), NOW, 0.0)
    assert outcome.trouble == "answers with something that has no state vectors"
    assert outcome.wait > 0


def test_a_token_is_asked_for_first_used_and_renewed_before_it_ends(account):
    asked = account.request(NOW)
    assert asked.url == TOKENS
    assert asked.form == {"grant_type": "client_credentials", "client_id": "me", "client_secret": SECRET}
    assert account.take(token(), NOW, 0.0).wait == 0
    for later in (0, 1769):
        assert account.request(NOW + later).headers == {"Authorization": "Bearer t1"}
        account.take(states(vector()), NOW + later, 0.0)
    assert account.request(NOW + 1770).url == TOKENS
    account.take(token("t2"), NOW + 1770, 0.0)
    assert account.request(NOW + 1771).headers == {"Authorization": "Bearer t2"}


@pytest.mark.parametrize("lasting", [0, 1, 30, -5, 1e300, "soon", None])
def test_a_token_that_tells_an_odd_lifetime_is_used_before_it_is_renewed(account, lasting):
    account.request(NOW)
    account.take(token(lasting=lasting), NOW, 0.0)
    assert account.request(NOW).headers == {"Authorization": "Bearer t1"}


@pytest.mark.parametrize("left", ["", "-1", "9" * 5000, "many", "\u0663"])
def test_credits_that_are_no_number_are_not_said(anonymous, left):
    outcome = anonymous.take(Answer(200, {"x-rate-limit-remaining": left}, b'{"states": null}'), NOW, 0.0)
    assert outcome.wait == 864.0


@given(st.dictionaries(st.sampled_from(COLUMNS), JUNK))
def test_junk_is_no_more_than_refused(fields):
    service = OpenSky()
    document = {"time": NOW, "states": [vector(**fields)]}
    outcome = service.take(Answer(200, {}, json.dumps(document).encode()), NOW, 0.0)
    assert outcome.trouble is None
    assert len(outcome.states) + service.refused + service.without_position == 1


def test_a_token_that_is_refused_is_renewed_once_and_then_less_and_less_often(account):
    account.request(NOW)
    account.take(token(), NOW, 0.0)
    account.request(NOW)
    renewed = account.take(Answer(401), NOW, 0.0)
    assert (renewed.wait, renewed.trouble) == (0, None)
    waits = []
    for text in ("t2", "t3", "t4"):
        assert account.request(NOW).url == TOKENS
        account.take(token(text), NOW, 0.0)
        assert account.request(NOW).headers == {"Authorization": f"Bearer {text}"}
        refused = account.take(Answer(401), NOW, 0.0)
        assert refused.trouble == "refuses its own token (status 401)"
        waits.append(refused.wait)
    assert 7 < waits[0] < waits[1] < waits[2]
    account.request(NOW)
    account.take(token("t5"), NOW, 0.0)
    account.request(NOW)
    account.take(states(vector()), NOW, 0.0)
    account.request(NOW)
    assert account.take(Answer(401), NOW, 0.0).wait == 0  # after all was well it is renewed at once again


@pytest.mark.parametrize("status", [400, 401])
def test_credentials_that_are_refused_end_it_in_a_sentence(account, status):
    account.request(NOW)
    with pytest.raises(ProducerError, match="OPENSKY_CLIENT_SECRET") as caught:
        account.take(Answer(status, {}, b'{"error": "invalid_client"}'), NOW, 0.0)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "answer", [Answer(200, {}, b"{}"), Answer(200, {}, b'{"access_token": "a\\nb"}'), Answer(500), Answer(403)]
)
def test_no_token_is_trouble(account, answer):
    account.request(NOW)
    outcome = account.take(answer, NOW, 0.0)
    assert outcome.trouble == f"gives no token (status {answer.status})"
    assert account.request(NOW).url == TOKENS


def test_a_refusal_with_a_time_is_obeyed(anonymous):
    outcome = anonymous.take(Answer(429, {"x-rate-limit-retry-after-seconds": "22688"}), NOW, 0.0)
    assert (outcome.wait, outcome.trouble) == (22688, "refuses (status 429) for 378 min")


def test_a_refusal_without_a_time_is_backed_off_from(anonymous):
    waits = [anonymous.take(Answer(429), NOW, 0.0).wait for _ in range(4)]
    assert all(10 * 2**turn * 0.75 <= wait <= 10 * 2**turn for turn, wait in enumerate(waits))


def test_the_interval_follows_from_the_credits_and_is_said_once(caplog):
    caplog.set_level("INFO")
    service = OpenSky(region=(48.0, 2.0, 49.0, 3.0))
    waits = [
        service.take(states(vector(), left=left), MIDNIGHT + later, 0.0).wait for left, later in ((399, 0), (398, 216))
    ]
    assert waits == pytest.approx([216.5, 216.5], abs=0.3)
    (line,) = caplog.messages
    assert line.startswith("OpenSky (anonymous): 399 credits are left until 00:00 UTC")


def test_nothing_secret_is_shown(account):
    shown = [repr(Credentials("me", SECRET)), repr(account.request(NOW)), account.name, repr(account)]
    assert not [text for text in shown if SECRET in text]
