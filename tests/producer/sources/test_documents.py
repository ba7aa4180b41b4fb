"""producer/sources/documents.py: reports in JSON, a line each or many lines together."""

import json

import pytest

from producer.sources import documents
from producer.sources.opening import opened
from producer.wire import SchemaError

REPORTS = [{"timestamp": number, "callsign": f"A {number}"} for number in range(3)]


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "r.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with opened(path, "r") as (file, whole):
            return list(documents.rows(file, whole, **options))

    return read


def values(rows):
    return [row if isinstance(row, SchemaError) else json.loads(row) for _, row in rows]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(REPORTS),
        json.dumps(REPORTS, indent=2),
        "\ufeff\n" + json.dumps(REPORTS, indent=2) + "\n\n",
        "\n".join(map(json.dumps, REPORTS)),
        "\n\n".join(map(json.dumps, REPORTS)) + "\r\n",
        json.dumps(REPORTS[:1]) + "\n" + json.dumps(REPORTS[1:]),
    ],
)
def test_lines_arrays_and_documents_hold_the_same_reports(read, text):
    assert values(read(text)) == REPORTS


def test_one_report_over_many_lines_is_one(read):
    assert values(read(json.dumps(REPORTS[0], indent=1))) == REPORTS[:1]


def test_reports_have_the_number_of_the_line_in_which_they_begin(read):
    lines = "\n".join(["", json.dumps(REPORTS[0]), "", json.dumps(REPORTS[1:])])
    assert [number for number, _ in read(lines)] == [2, 4, 4]


def test_a_first_line_that_was_cut_spoils_no_other(read):
    lines = ['{"timestamp": 1, "lat', *map(json.dumps, REPORTS)]
    (_, first), *others = read("\n".join(lines))
    assert first == lines[0].encode()
    assert values(others) == REPORTS


def test_an_array_that_is_never_closed_is_told_line_by_line(read):
    rows = read("[\n" + ",\n".join(map(json.dumps, REPORTS)))
    assert [number for number, _ in rows] == [1, 2, 3, 4]


def test_a_document_is_not_gathered_without_end(read):
    rows = read(json.dumps(REPORTS * 1_000, indent=0), longest=1 << 16)
    number, error = rows[0]
    assert (number, error.reason, error.value) == (1, "too-large", "a document of over 65,536 bytes")
    assert len(rows) == 1 + 3_000 * 4 + 1


def test_a_line_of_an_answer_may_be_long(read):
    many = REPORTS * 20_000
    assert len(json.dumps(many)) > 2 << 20
    assert values(read(json.dumps(many))) == many


def test_junk_without_a_line_end_is_one_row(read):
    ((number, error),) = read(b"x" * (3 << 20))
    assert number == 1
    assert isinstance(error, SchemaError)


def test_an_empty_file_has_none(read):
    assert read("") == read("\n \n") == []
