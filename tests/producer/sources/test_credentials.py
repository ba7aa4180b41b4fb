"""producer/sources/credentials.py: an account's file and the environment, and what is wrong with them."""

import pytest

from producer.errors import ProducerError, SourceError
from producer.sources.credentials import Credentials, find_credentials, read_credentials

SECRET = "s3cr3t"
ACCOUNT = Credentials("me", SECRET)


def test_an_account_is_read_from_its_file(tmp_path):
    (tmp_path / "c.json").write_text(f'{{"clientId": "me", "clientSecret": "{SECRET}", "more": 1}}')
    assert read_credentials(tmp_path / "c.json") == ACCOUNT


@pytest.mark.parametrize("text", [f'{{"clientId": "me", "secret": "{SECRET}"}}', SECRET, f'["{SECRET}"]', "\xff", "{}"])
def test_another_file_is_told_without_what_it_holds(text, tmp_path):
    (tmp_path / "c.json").write_text(text, "latin-1")
    with pytest.raises(SourceError, match="clientId and clientSecret is needed") as caught:
        read_credentials(tmp_path / "c.json")
    assert SECRET not in str(caught.value)


def test_no_file_is_told(tmp_path):
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        read_credentials(tmp_path / "c.json")


def test_an_account_is_found_in_the_environment():
    environment = {"OPENSKY_CLIENT_ID": " me\n", "OPENSKY_CLIENT_SECRET": f"{SECRET}\n"}
    assert find_credentials(environment) == ACCOUNT
    assert find_credentials({"OPENSKY_CLIENT_ID": ""}) is None


@pytest.mark.parametrize("name", ["OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"])
def test_half_an_account_is_told(name):
    (missing,) = {"OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"} - {name}
    with pytest.raises(ProducerError, match=f"{missing} is missing") as caught:
        find_credentials({name: SECRET})
    assert SECRET not in str(caught.value)
