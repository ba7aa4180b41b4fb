"""docs/mapping.md: its examples, run, and its tables beside the code."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from producer.sources.recording import Recording
from producer.wire import BUILT_IN, StateVector, encode, load_mapping
from producer.wire.mapping import UNITS
from tracker.sample.proposal import propose

PAPER = (Path(__file__).parents[1] / "docs" / "mapping.md").read_text()
SECTION = re.compile(r"^### (.+?)\n(.*?)(?=^##|\Z)", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXAMPLES = {title: BLOCK.findall(body) for title, body in SECTION.findall(PAPER)}
TOPICS = {title: blocks for title, blocks in EXAMPLES.items() if blocks[1][0] == "json"}


def lines(block: tuple[str, str]) -> list[bytes]:
    return block[1].encode().splitlines()


def same(vectors: list[StateVector], expected: list[bytes]) -> bool:
    """Whether they are those of the page, whose numbers are rounded."""
    found = [json.loads(encode(vector)) for vector in vectors]
    return found == [pytest.approx(json.loads(line)) for line in expected]


def test_there_are_three_examples_each_with_a_mapping_records_and_results() -> None:
    assert [[language for language, _ in blocks[:3]] for blocks in EXAMPLES.values()] == [
        ["toml", "json", "json"],
        ["toml", "json", "json"],
        ["toml", "csv", "json"],
    ]


@pytest.mark.parametrize("title", TOPICS)
def test_the_records_of_a_topic_become_what_the_page_says(title: str) -> None:
    text, records, results, *_ = EXAMPLES[title]
    mapping = load_mapping(tomllib.loads(text[1]))
    vectors, refused = [], []
    for value in lines(records):
        try:
            good, bad = mapping.decode(value)
        except ValueError as error:
            good, bad = [], [error]
        vectors += good
        refused += [error.reason for error in bad]
    assert same(vectors, lines(results))
    assert refused == ["envelope"] * (len(lines(records)) - len(lines(results)))


@pytest.mark.parametrize("title", TOPICS)
def test_what_is_proposed_for_the_topic_reads_it_as_well(title: str) -> None:
    text, records, results, *_ = EXAMPLES[title]
    offer = propose(lines(records), tomllib.loads(text[1])["name"])
    mapping = load_mapping(tomllib.loads(offer.text))
    assert same([mapping.decode(value)[0][0] for value in lines(records)[: len(lines(results))]], lines(results))


def test_the_rows_of_the_file_become_what_the_page_says(tmp_path: Path) -> None:
    text, rows, results, *_ = EXAMPLES["A CSV file with names and units of its own"]
    file = tmp_path / "gliders.csv"
    file.write_text(rows[1])
    recording = Recording(file, mapping=load_mapping(tomllib.loads(text[1])))
    assert same([*recording], lines(results))
    assert (recording.refused, dict(recording.repaired)) == (0, {})


def test_every_mapping_and_every_unit_is_on_the_page() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAPER, re.MULTILINE))
    assert table.keys() >= {*BUILT_IN}
    units = {unit for kind in UNITS.values() for unit in kind}
    assert {*re.findall(r'[`"]([^`"]+)[`"]', table["unit"])} == units


def test_the_mapping_of_the_reference_loads() -> None:
    (reference,) = [
        text for language, text in BLOCK.findall(PAPER.partition("## Three examples")[0]) if language == "toml"
    ]
    assert load_mapping(tomllib.loads(reference)).envelope == ("payload",)
