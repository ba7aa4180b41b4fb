"""producer/commands/opensky.py: what it refuses, without anything secret."""

import pytest
from mistakes import refused

SECRET = "s3cr3t"


def run(arguments, capsys):
    err = refused(capsys, "opensky", *arguments)
    assert SECRET not in err
    return err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--region=40,170,50,-170"], "OpenSky takes no box across the antimeridian"),
        (["--region=50,0,40,10"], "lat_min comes first"),
        (["--interval=4"], "--interval"),
        (["--credentials=absent.json"], "absent.json: cannot be read: No such file"),
        (["--client-secret=x"], "No such option"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, says, capsys):
    assert says in run(arguments, capsys)


@pytest.mark.parametrize("name", ["OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"])
def test_half_an_account_in_the_environment_is_told(name, capsys, monkeypatch):
    monkeypatch.delenv("OPENSKY_CLIENT_ID", raising=False)
    monkeypatch.delenv("OPENSKY_CLIENT_SECRET", raising=False)
    monkeypatch.setenv(name, SECRET)
    missing = {"OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"} - {name}
    assert f"{missing.pop()} is missing" in run([], capsys)


@pytest.mark.parametrize("name", ["OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"])
@pytest.mark.parametrize("junk", ["\udcff", "\n"])  # a byte that is not UTF-8, as the environment gives it
def test_an_account_that_is_no_text_is_told(name, junk, capsys, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("OPENSKY_CLIENT_ID", SECRET)
    monkeypatch.setenv("OPENSKY_CLIENT_SECRET", SECRET)
    monkeypatch.setenv(name, f"{SECRET}{junk}{SECRET}")
    assert f"{name} holds what cannot be printed" in run([], capsys)
