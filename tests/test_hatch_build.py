"""The build hook: what a build asks for, what it makes, and how it ends where it cannot."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tracker.web.build import PAGE, SKIP, is_fresh, is_wanted
from tracker.web.npm import REQUIREMENT

REPOSITORY = Path(__file__).parents[1]
NEEDED = [
    "LICENSE", "README.md", "hatch_build.py", "notebooks", "producer/__init__.py", "pyproject.toml",
    "tracker/__init__.py", "tracker/web/build.py", "tracker/web/index.html", "tracker/web/npm.py",
    "tracker/web/package.json", "tracker/web/package-lock.json",
]  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A tree in which no page was built."""
    for name in NEEDED:
        source, target = REPOSITORY / name, tmp_path / "checkout" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return tmp_path / "checkout"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for PATH, with a Node.js that will do and an npm that never does."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, text in {"node": "echo v22.12.0", "npm": "echo no network >&2; exit 1"}.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return folder


def ask(checkout: Path, question: str, path: Path, **environment: str) -> subprocess.CompletedProcess:
    """Call the build's interface, as pip does."""
    return subprocess.run(
        [sys.executable, "-c", f"import hatchling.build as build; print(build.{question})"],
        cwd=checkout,
        env={"PATH": str(path)} | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_node_is_asked_for_where_the_machine_has_none(checkout, programs, kind):
    question = f"get_requires_for_build_{kind}()"
    assert REQUIREMENT in ask(checkout, question, checkout).stdout
    assert REQUIREMENT not in ask(checkout, question, programs).stdout
    assert REQUIREMENT not in ask(checkout, question, checkout, **{SKIP: "1"}).stdout


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_a_page_that_cannot_be_built_ends_the_installation_with_one_sentence(checkout, programs, kind):
    done = ask(checkout, f"build_{kind}('.')", programs)
    assert done.returncode == 1
    said, sentence = done.stderr.splitlines()
    assert said == "no network"
    assert sentence.startswith("The page was not built: `npm ci` in ")
    assert sentence.endswith(f"failed with status 1. To go on without it, set {SKIP}=1.")
    assert not list(checkout.glob("*.whl"))


def test_a_page_of_before_outlives_a_build_that_fails(checkout, programs):
    page = checkout / "tracker" / "page" / "index.html"
    page.parent.mkdir()
    page.write_text("of before")
    os.utime(page, (1000, 1000))
    assert ask(checkout, "build_editable('.')", programs).returncode == 1
    assert page.read_text() == "of before"


def test_half_a_page_is_taken_away(checkout, programs):
    (programs / "npm").write_text(
        "#!/bin/sh\ntest $1 = ci || { /bin/mkdir ../page; echo half > ../page/index.html; exit 1; }\n"
    )
    done = ask(checkout, "build_editable('.')", programs)
    assert done.stderr.startswith("The page was not built: `npm run build` in ")
    assert not (checkout / "tracker" / "page").exists()


def test_without_the_page_a_wheel_is_made_all_the_same(checkout, programs):
    done = ask(checkout, "build_wheel('.')", programs, **{SKIP: "1"})
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(checkout.glob("*.whl"))) as archive:
        assert not [name for name in archive.namelist() if name.startswith("tracker/page/")]


def test_a_tree_that_holds_the_producer_alone_is_built_without_the_page(checkout, programs):
    shutil.rmtree(checkout / "tracker" / "web")
    assert ask(checkout, "build_wheel('.')", programs).returncode == 0


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source distribution and a wheel, made without a network: the page is there already, or is left out."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    environment = os.environ if is_fresh() else os.environ | {SKIP: "1"}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.skipif(not is_wanted(), reason=f"{SKIP} is set: there is no page")
def test_the_wheel_carries_the_page_and_not_its_sources(archives):
    (wheel,) = archives.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    built = {f"tracker/page/{path.relative_to(PAGE).as_posix()}" for path in PAGE.rglob("*") if path.is_file()}
    assert "tracker/page/index.html" in built
    assert built <= names
    assert not [name for name in names if name.startswith("tracker/web/") or "node_modules" in name]
    assert not [name for name in names if "Dockerfile" in name]


def test_a_wheel_is_made_from_the_source_distribution(archives, tmp_path):
    (archive,) = archives.glob("*.tar.gz")
    done = subprocess.run(["tar", "-xzf", archive, "-C", tmp_path, "--strip-components=1"], check=False)
    assert done.returncode == 0
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert {"hatch_build.py", "tracker/web/package-lock.json", "tracker/web/.npmrc", "tracker/web/src"} <= names
    assert "tracker/page" not in names
    assert "tracker/web/node_modules" not in names
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {SKIP: "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "dist").glob("*.whl"))
