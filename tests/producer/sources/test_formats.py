"""producer/sources/formats.py: what a file is, by how it begins."""

import pytest

from producer.sources.formats import delimiter_of, detect, is_recording


@pytest.mark.parametrize(
    ("head", "name", "format_"),
    [
        (b"PAR1\x15\x04", "a.csv", "parquet"),
        (b'{"timestamp": 1}', "a.csv", "json"),
        (b'\xef\xbb\xbf \n [{"timestamp": 1}]', "a", "json"),
        (b"timestamp,icao24", "a.txt", "csv"),
        (b"timestamp,icao24", "-", "csv"),
        (b"half a line of\n", "a.jsonl.gz", "json"),
        (b"junk", "A.PARQUET", "parquet"),
        (b"", "a", "csv"),
    ],
)
def test_a_format_is_told_by_content_and_by_name_where_that_says_nothing(head, name, format_):
    assert detect(head, name) == format_


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_what_the_header_has_most(delimiter):
    assert delimiter_of(delimiter.join(["timestamp", "icao24, hex", "latitude", "longitude"])) == delimiter


def test_a_header_of_one_column_has_commas():
    assert delimiter_of("timestamp\n") == ","


@pytest.mark.parametrize("name", ["a.csv", "A.CSV.GZ", "b.json", "b.jsonl", "b.ndjson.gz", "c.parquet", "c.pq"])
def test_recordings_have_names_of_their_own(name):
    assert is_recording(name)


@pytest.mark.parametrize("name", ["README.md", "a.csv.part", "csv", ".csv", "a.zip"])
def test_other_files_of_a_folder_are_none(name):
    assert not is_recording(name)
