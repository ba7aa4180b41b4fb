"""Our frames in the library `traffic`, and our analysis beside its own.

It needs pandas < 3, so it has an environment of its own, `.venv-traffic`: made where `CI=true` or by `-m traffic`
(minutes, once), used wherever it is there.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PLACE = CHECKOUT / ".venv-traffic"
PINS = CHECKOUT / "tests" / "constraints-traffic.txt"
STAMP = PLACE / "pins-installed.txt"

pytestmark = [pytest.mark.traffic, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def python(request) -> Path:
    """The Python of that environment."""
    program = PLACE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (STAMP.exists() and STAMP.read_text() == PINS.read_text()):
        if os.environ.get("CI") != "true" and "traffic" not in request.config.getoption("markexpr"):
            pytest.skip('`make test ARGS="-m traffic"` makes the environment of the library traffic')
        make_environment(program)
    return program


def make_environment(program: Path) -> None:
    commands = [
        [sys.executable, "-m", "venv", str(PLACE)],
        [str(program), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--requirement", str(PINS)],
    ]
    for command in commands:
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=400)
        except subprocess.CalledProcessError as error:
            last = (error.stderr or error.stdout).strip().splitlines()[-1:]
            pytest.skip(f"the environment of the library traffic cannot be made: {' '.join(last) or error}")
        except subprocess.TimeoutExpired:
            pytest.skip("the environment of the library traffic was not made in 400 s")
    STAMP.write_text(PINS.read_text())


@pytest.fixture(scope="module")
def told(python, tmp_path_factory) -> dict:
    """What `traffic_check.py` found there."""
    home = str(tmp_path_factory.mktemp("home"))  # the library writes settings and caches into it
    env = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    env |= {"PYTHONPATH": str(CHECKOUT), "HOME": home, "USERPROFILE": home}
    program = Path(__file__).with_name("traffic_check.py")
    done = subprocess.run([python, program], env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_the_library_takes_our_frames_as_they_are(told):
    assert (told["flights"], told["reports"]) == (67, 43191)
    assert told["high"] == 330
    assert told["ids"] == 67


def test_flights_are_the_same(told):
    assert told["split"] == {"rows": 43191, "pairs": 67}


def test_resampled_reports_are_the_same_but_in_the_silence_of_108_s(told):
    resampled = told["resampled"]
    assert (resampled["theirs"], resampled["ours"], resampled["both"]) == (43300, 43193, 43193)
    assert max(resampled["apart"].values()) < 1e-6


def test_distances_differ_by_less_than_a_sphere_does_from_the_ellipsoid(told):
    distance = told["distance"]
    assert distance["ours"] == pytest.approx(distance["theirs"], rel=0.006)
    assert distance["apart"] < 0.6


def test_the_rules_of_the_phases_are_those_of_openap(told):
    assert told["rules"] == {"labels": ["climb", "cruise", "descent", "ground", "level"], "differ": 0}


def test_phases_in_flight_are_alike_though_medians_and_spans_differ(told):
    assert told["phases"]["rows"] == 43191
    assert told["phases"]["labels"] == ["CLIMB", "CRUISE", "DESCENT", "GROUND", "LEVEL", "NA"]
    assert told["phases"]["alike"] > 0.94
