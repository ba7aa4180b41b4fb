"""producer/commands/opensky.py: where its credentials come from, and what it refuses."""

import pytest

from producer.cli import main

SECRET = "s3cr3t"


def run(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["opensky", *arguments])
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert len(err.splitlines()) == 1
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


@pytest.mark.parametrize("text", [f'{{"clientId": "me", "secret": "{SECRET}"}}', SECRET, f'["{SECRET}"]', "\xff", "{}"])
def test_a_file_that_is_no_account_is_told_without_what_it_holds(text, capsys, tmp_path):
    (tmp_path / "c.json").write_text(text, "latin-1")
    assert "clientId and clientSecret is needed" in run([f"--credentials={tmp_path / 'c.json'}"], capsys)


@pytest.mark.parametrize("name", ["OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"])
def test_half_an_account_in_the_environment_is_told(name, capsys, monkeypatch):
    monkeypatch.delenv("OPENSKY_CLIENT_ID", raising=False)
    monkeypatch.delenv("OPENSKY_CLIENT_SECRET", raising=False)
    monkeypatch.setenv(name, SECRET)
    missing = {"OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"} - {name}
    assert f"{missing.pop()} is missing" in run([], capsys)


def test_an_account_is_read_from_its_file_or_the_environment(tmp_path, monkeypatch):
    from producer.commands.opensky import _from_environment, _read

    (tmp_path / "c.json").write_text(f'{{"clientId": "me", "clientSecret": "{SECRET}", "more": 1}}')
    monkeypatch.setenv("OPENSKY_CLIENT_ID", "me")
    monkeypatch.setenv("OPENSKY_CLIENT_SECRET", SECRET)
    assert _read(tmp_path / "c.json") == _from_environment()
    assert _from_environment().client_secret == SECRET
