"""producer/sources/exchange.py: URLs, and what an answer asks for."""

import pytest

from producer.sources.exchange import Answer, check_url, retry_after, shown


@pytest.mark.parametrize(
    ("url", "as_shown"),
    [
        ("http://pi.local/data/aircraft.json", "http://pi.local/data/aircraft.json"),
        ("https://me:pw@pi.local:8443/a?key=k#f", "https://pi.local:8443/a"),
        ("http://me@[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url, as_shown):
    assert check_url(url) is None
    assert shown(url) == as_shown


@pytest.mark.parametrize("url", ["ftp://pi.local/", "http://", "http:///a", "http://pi.local:99999/", "http://[::1/"])
def test_what_cannot_be_asked_is_told(url):
    assert "required" in check_url(url)


@pytest.mark.parametrize(
    ("text", "seconds"), [("17", 17.0), (" 0 ", 0.0), ("999999999", 86_400.0), ("soon", None), ("-1", None), ("", None)]
)
def test_a_time_to_wait_is_read_where_it_is_one(text, seconds):
    assert retry_after(Answer(429, {"retry-after": text})) == seconds
