"""The papers beside what they speak of: paths, links, rooms, and the commands that they tell users to run."""

import re
import shlex
from itertools import takewhile
from pathlib import Path

import click
import pytest

import producer.cli
import tracker.cli

CHECKOUT = Path(__file__).parents[1]
PAPERS = sorted(
    [
        CHECKOUT / "README.md",
        CHECKOUT / "CONTRIBUTING.md",
        *CHECKOUT.glob("docs/**/*.md"),
        *CHECKOUT.glob("*/data/**/*.md"),
    ]
)
"""All but the changelog, which speaks of the past."""

NO_PATHS = {"image/png", "package/countries-110m.json"}
"""A media type, and what is in another package's archive."""

SPAN = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
PROGRAMS = {"producer": producer.cli.cli, "tracker": tracker.cli.main}


def name_of(paper: Path) -> str:
    return paper.relative_to(CHECKOUT).as_posix()


def prose(paper: Path) -> str:
    return BLOCK.sub("", paper.read_text())


def paths(paper: Path) -> set[str]:
    words = {word for span in SPAN.findall(prose(paper)) for word in span.split()}
    return {word for word in words if re.fullmatch(r"\.?\w[\w.-]*/[\w./-]*", word)} - NO_PATHS


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(paper: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", prose(paper), re.MULTILINE)}


def command_lines() -> list[tuple[str, list[str]]]:
    """The lines of shell in all papers, each with the paper's name; without variables and comments."""
    texts = [
        (name_of(paper), line)
        for paper in PAPERS
        for language, block in BLOCK.findall(paper.read_text())
        if language == "sh"
        for line in block.splitlines()
    ]
    texts += [(name_of(paper), span) for paper in PAPERS for span in SPAN.findall(prose(paper))]
    found = []
    for name, text in texts:
        if not re.match(r"([A-Z_]+=\S+ )*(make|producer|tracker) ", text):
            continue
        words = shlex.split(text, comments=True)
        while "=" in words[0]:
            words.pop(0)
        found.append((name, words))
    return found


def test_every_path_in_backticks_is_there() -> None:
    """Each is given from the top of the checkout."""
    named = {(name_of(paper), path) for paper in PAPERS for path in paths(paper)}
    assert {("docs/architecture.md", "tracker/feed/records.py"), ("CONTRIBUTING.md", "tests/parts/")} <= named
    assert {(paper, path) for paper, path in named if not (CHECKOUT / path).exists()} == set()


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_relative_link_resolves(paper: Path) -> None:
    for target in LINK.findall(prose(paper)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        aim = (paper.parent / path).resolve() if path else paper
        assert aim.exists(), target
        assert not anchor or anchor in anchors(aim), target


def test_every_room_has_a_row_in_the_architecture() -> None:
    cells = {
        line.split("|")[1] for line in (CHECKOUT / "docs/architecture.md").read_text().splitlines() if line[:1] == "|"
    }
    rows = {path for cell in cells for path in SPAN.findall(cell)}
    for package in ("producer", "tracker"):
        modules = {f"{package}/{path.name}" for path in (CHECKOUT / package).glob("*.py") if path.name[0] != "_"}
        inner = [*(CHECKOUT / package).glob("*/*.py"), *(CHECKOUT / package).glob("*/*/__init__.py")]
        packages = {f"{name_of(path.parent)}/" for path in inner}
        assert (modules | packages) - rows == set()


def test_the_readme_is_no_longer_than_a_newcomer_reads() -> None:
    assert len((CHECKOUT / "README.md").read_text().splitlines()) <= 170


def test_every_command_of_the_papers_has_the_options_that_it_is_given() -> None:
    seen = set()
    for paper, (program, *words) in command_lines():
        if program == "make":
            continue
        command: click.Command = PROGRAMS[program]
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            assert words[0] in command.commands, (paper, program, words)
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= known | {"--help"}, (paper, program, words)
        seen.add(command.name)
    assert {"broker", "replay", "serve", "synthetic", "tail", "up"} <= seen


def test_every_target_of_make_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for _, (program, *words) in command_lines()
        if program == "make"
        for target in takewhile(str.islower, (word for word in words if "=" not in word))
    }
    assert {"up", "test", "check", "bench"} <= named
    assert named <= targets
