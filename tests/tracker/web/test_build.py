"""The built page: when it is built anew and what it weighs."""

import gzip
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.web.build import SCRIPT_LIMIT, SKIP, compress, is_fresh, is_wanted, measure, report
from tracker.web.npm import REQUIREMENT, WebError

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def tree(tmp_path: Path) -> tuple[Path, Path]:
    """Sources that were written at 1000 s, and a page that was built at 2000 s."""
    sources, page = tmp_path / "web", tmp_path / "page"
    (sources / "src" / "page").mkdir(parents=True)
    (sources / "node_modules").mkdir()
    (page / "assets").mkdir(parents=True)
    (sources / "package.json").write_text("{}")
    (sources / "src" / "main.tsx").write_text("")
    (sources / "src" / "page" / "table.ts").write_text("")
    for path in [sources, *sources.rglob("*")]:
        os.utime(path, (1000, 1000))
    (page / "index.html").write_text("")
    os.utime(page / "index.html", (2000, 2000))
    return sources, page


def test_a_page_that_is_newer_than_all_of_its_sources_is_fresh(tree):
    assert is_fresh(*tree)


def test_a_page_that_was_never_built_is_not_fresh(tree):
    (tree[1] / "index.html").unlink()
    assert not is_fresh(*tree)


@pytest.mark.parametrize("name", ["package.json", "src/main.tsx", "src/page/table.ts"])
def test_a_change_of_any_source_makes_it_old(tree, name):
    os.utime(tree[0] / name, (3000, 3000))
    assert not is_fresh(*tree)


def test_a_source_that_was_taken_away_makes_it_old(tree):
    (tree[0] / "src" / "page" / "table.ts").unlink()
    assert not is_fresh(*tree)


def test_what_npm_installs_does_not_make_it_old(tree):
    (tree[0] / "node_modules" / "leaflet").mkdir()
    assert is_fresh(*tree)


@pytest.mark.parametrize(("value", "wanted"), [("1", False), ("", True), ("0", True)])
def test_the_environment_leaves_the_page_out(monkeypatch, value, wanted):
    monkeypatch.setenv(SKIP, value)
    assert is_wanted() == wanted


def test_copies_that_get_smaller_are_laid_beside_what_is_large(tree):
    assets = tree[1] / "assets"
    (assets / "large.js").write_text("let aircraft;" * 500)
    (assets / "small.js").write_text("let aircraft;")
    (assets / "picture.png").write_bytes(bytes(5000))
    compress(tree[1])
    assert sorted(path.name for path in assets.glob("*.gz")) == ["large.js.gz"]
    assert gzip.decompress((assets / "large.js.gz").read_bytes()) == (assets / "large.js").read_bytes()


def noise(size: int) -> bytes:
    """What no compression makes smaller."""
    return random.Random(1).randbytes(size)


def test_each_file_and_the_sum_of_the_scripts_are_told(tree):
    (tree[1] / "assets" / "one.js").write_bytes(noise(1000))
    (tree[1] / "assets" / "two.js").write_bytes(noise(2000))
    (tree[1] / "assets" / "land.json").write_bytes(noise(SCRIPT_LIMIT + 1))
    compress(tree[1])
    lines = report(measure(tree[1])).splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [
        "assets/land.json",
        "assets/one.js",
        "assets/two.js",
        "index.html",
    ]
    assert lines[-1].startswith("all scripts")
    assert "3,000 bytes" in lines[-1]


def test_scripts_that_are_too_large_are_refused_with_their_size_and_the_limit(tree):
    (tree[1] / "assets" / "one.js").write_bytes(noise(SCRIPT_LIMIT - 1000))
    report(measure(tree[1]))
    (tree[1] / "assets" / "two.js").write_bytes(noise(1000))
    with pytest.raises(WebError, match=r"150,0\d\d bytes gzipped: 150,000 are allowed"):
        report(measure(tree[1]))


def test_a_build_without_any_node_says_so_in_one_sentence_with_the_way_on(tmp_path):
    for name in ("tracker/__init__.py", "tracker/web/build.py", "tracker/web/npm.py", "tracker/web/package.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    program = "import sys; sys.path.insert(0, '.'); from tracker.web.build import main; main()"
    bare = [sys.executable, "-I", "-S", "-c", program]  # the standard library alone
    done = subprocess.run(bare, cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "The page was not built: there is no Node.js" in done.stderr
    assert REQUIREMENT in done.stderr
    assert f"set {SKIP}=1" in done.stderr
