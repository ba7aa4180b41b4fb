"""Which Node.js works on the page, and that it does."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tracker.web.npm import HERE, REQUIREMENT, WebError, find_npm, own_npm, packaged_npm, will_do


def put_node(folder: Path, version: str) -> None:
    """Programs that pass for Node.js and npm."""
    for name, text in {"node": f"echo {version}", "npm": "exit 7"}.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2", "v22.12.0", "v23.0.0", "v24.19.0\n"])
def test_vite_runs_on_these(version):
    assert will_do(version)


@pytest.mark.parametrize("version", ["v18.20.8", "v20.18.3", "v21.7.3", "v22.11.0", "", "segmentation fault"])
def test_vite_does_not_run_on_these(version):
    assert not will_do(version)


def test_the_machine_s_own_is_taken_where_it_is_new_enough(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert own_npm() is None
    put_node(tmp_path, "v22.12.0")
    npm = own_npm()
    assert npm is not None
    assert npm.command == (str(tmp_path / "npm"),)
    put_node(tmp_path, "v20.18.0")
    assert own_npm() is None
    assert find_npm() == packaged_npm()


def test_one_without_npm_does_not_do(tmp_path, monkeypatch):
    put_node(tmp_path, "v22.12.0")
    (tmp_path / "npm").unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert own_npm() is None


def test_an_npm_that_fails_is_named_with_what_it_was_to_do(tmp_path, monkeypatch):
    put_node(tmp_path, "v22.12.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WebError, match=r"`npm ci`.*status 7"):
        find_npm().run("ci")


def test_the_package_s_own_npm_runs_and_finds_its_node_first():
    npm = packaged_npm()
    assert npm is not None, f"the extra dev brings {REQUIREMENT}"
    said = subprocess.run(
        [*npm.command, "--version"], env=npm.environment(), capture_output=True, text=True, timeout=60
    )
    assert said.stdout.split(".")[0].isdecimal(), said.stderr
    assert shutil.which("node", path=npm.environment()["PATH"]) == str(npm.folder / "node")


def test_the_package_is_in_the_extra_dev_as_it_is_in_the_build():
    project = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text())["project"]
    assert REQUIREMENT in project["optional-dependencies"]["dev"]


def run_script(name: str) -> str:
    """What npm says of a script that must not fail."""
    command = [sys.executable, "-m", "tracker.web.npm", "run", name]
    environment = os.environ | {"NO_COLOR": "1", "CI": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, f"{done.stdout[-8000:]}\n{done.stderr[-8000:]}"
    return done.stdout


@pytest.mark.timeout(300)
def test_the_tests_of_the_pure_modules_pass():
    assert "passed" in run_script("test")


def test_the_lock_file_pins_by_hash_and_records_no_address():
    packages = json.loads((HERE / "package-lock.json").read_text())["packages"]
    del packages[""]  # ours
    assert packages
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
        assert "://" not in entry["version"], name


def test_no_dependency_runs_a_script_when_it_is_installed():
    assert "ignore-scripts=true" in (HERE / ".npmrc").read_text().splitlines()
