"""producer/sources/recording.py: files of reports, good and bad."""

import gzip
import json
import logging
import os
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from traffic_rows import NEEDED, ROW, STATE

from producer.errors import SourceError
from producer.sources.recording import BUNDLED, Recording
from producer.wire import encode


def csv_text(*rows, header=tuple(NEEDED)):
    return "\n".join([",".join(header), *(",".join(row) for row in rows)]) + "\n"


def write(path, content):
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def test_the_bundled_half_hour_is_what_its_attribution_says():
    states = list(Recording(BUNDLED))
    readme = (BUNDLED.parent / "README.md").read_text()
    assert f"{len(states):,} reports of {len({state.key for state in states})} aircraft" in readme
    assert (len(states), len({state.key for state in states})) == (43_191, 67)
    times = [state.time for state in states]
    assert times == sorted(times)
    assert times[0] == datetime(2021, 10, 7, 13, 0, 1, tzinfo=UTC).timestamp()
    assert times[-1] - times[0] <= 1800
    assert sum(state.altitude is None for state in states) == 8144
    assert sum(state.velocity is None for state in states) == 6570
    assert all(len(state.squawk) == 4 for state in states if state.squawk)
    for name in ("traffic", "Xavier Olive", "MIT", "OpenSky Network"):
        assert name in readme


def test_the_bundled_file_stands_alone():
    code = "import sys; from producer.sources.recording import *; next(iter(Recording(BUNDLED)))\n"
    code += "assert not {'pyarrow', 'pandas', 'numpy', 'kafka', 'tracker'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz", "R.CSV"])
def test_csv_with_every_line_end_and_a_byte_order_mark(tmp_path, name):
    text = "\ufeff" + csv_text(ROW.values(), [], ROW.values(), header=ROW)
    assert list(Recording(write(tmp_path / name, text.replace("\n", "\r\n")))) == [STATE, STATE]


@pytest.mark.parametrize("name", ["r.jsonl", "r.ndjson", "r.jsonl.gz"])
def test_json_lines(tmp_path, name):
    lines = b"\n".join([b"\xef\xbb\xbf" + json.dumps(ROW).encode(), b"", encode(STATE)])
    assert list(Recording(write(tmp_path / name, lines))) == [STATE, STATE]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_table_may_have_other_delimiters_and_then_decimal_commas(tmp_path, delimiter):
    values = [value.replace(".", ",") for value in ROW.values()]
    text = "\n".join([delimiter.join(ROW), delimiter.join(values), delimiter.join(ROW.values())])
    assert list(Recording(write(tmp_path / "r.csv", text))) == [STATE, STATE]


def test_a_comma_in_a_field_of_a_table_with_commas_is_none_of_a_number(tmp_path):
    recording = Recording(write(tmp_path / "r.csv", csv_text(NEEDED.values(), ["1", "392ae7", '"48,5"', "2"])))
    assert len(list(recording)) == 1
    assert recording.refused == 1


@pytest.mark.parametrize("name", ["r", "r.txt", "r.csv", "-"])
def test_what_a_file_is_its_content_tells(tmp_path, name):
    for content in (csv_text(ROW.values(), header=ROW), json.dumps(ROW), json.dumps([ROW], indent=1)):
        for data in (content.encode(), gzip.compress(content.encode())):
            (tmp_path / name).write_bytes(data)
            assert list(Recording(tmp_path / name)) == [STATE]


def test_a_format_that_is_given_overrules_the_content(tmp_path):
    path = write(tmp_path / "r", '{"icao24",timestamp,latitude,longitude\n392ae7,1,49,2')
    with pytest.raises(SourceError, match="holds no reports"):
        list(Recording(path))
    with pytest.raises(SourceError, match="no column icao24"):
        list(Recording(path, format_="csv"))


@pytest.mark.parametrize("content", [csv_text(ROW.values(), header=ROW), json.dumps(ROW)])
def test_standard_input_is_a_recording(content):
    code = "from producer.sources.recording import *; from producer.sources.opening import STDIN\n"
    code += "recording = Recording(STDIN); print(recording.name, len(list(recording)), recording.is_repeatable)"
    run = subprocess.run([sys.executable, "-c", code], input=content, capture_output=True, text=True, check=True)
    assert run.stdout == "standard input 1 False\n"


def test_parquet_on_standard_input_is_refused_in_a_sentence():
    code = "from producer.sources.recording import *; from producer.sources.opening import STDIN\n"
    code += "list(Recording(STDIN))"
    run = subprocess.run([sys.executable, "-c", code], input=b"PAR1", capture_output=True, check=False)
    assert b"standard input: is a Parquet file, which is read from its end: give its name" in run.stderr


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl"])
def test_times_are_told_without_a_look_at_the_rest(tmp_path, name):
    rows = [ROW, ROW | {"latitude": "junk"}, ROW | {"timestamp": "junk"}, ROW | {"timestamp": ""}]
    text = csv_text(*(row.values() for row in rows), header=ROW)
    if name == "r.jsonl":
        text = "\n".join([*map(json.dumps, rows), encode(STATE).decode(), "junk"])
    recording = Recording(write(tmp_path / name, text))
    assert (
        list(recording.times())
        == {
            "r.csv": [(2, STATE.time), (3, STATE.time)],
            "r.jsonl": [(1, STATE.time), (2, STATE.time), (5, STATE.time)],
        }[name]
    )
    assert recording.refused == 0


def test_a_bad_row_is_counted_logged_and_skipped(tmp_path, caplog):
    good = NEEDED.values()
    text = csv_text(good, ("1633611602", "392ae7", "91", "2"), ("1633611602", "392ae7", "49"), good)
    recording = Recording(write(tmp_path / "r.csv", text), "r.csv")
    with caplog.at_level(logging.WARNING):
        assert len(list(recording)) == 2
    assert recording.refused == 2
    assert "r.csv, line 3: lat = 91.0" in caplog.messages[0]
    assert "r.csv, line 4: row = 3 values" in caplog.messages[1]


def test_dropped_values_are_counted_by_field_and_the_first_of_each_is_logged(tmp_path, caplog):
    rows = [ROW | {"squawk": "9999"}, ROW, ROW | {"squawk": "8", "altitude": "high"}]
    recording = Recording(write(tmp_path / "r.csv", csv_text(*(row.values() for row in rows), header=ROW)), "r.csv")
    with caplog.at_level(logging.WARNING):
        assert len(list(recording)) == 3
    assert recording.refused == 0
    assert recording.repaired == {"squawk": 2, "altitude": 1}
    assert [message[:30] for message in caplog.messages] == [
        "r.csv, line 2: squawk = '9999'", "r.csv, line 4: altitude = 'hig"
    ]  # fmt: skip


def test_what_was_dropped_of_a_refused_row_is_not_counted(tmp_path):
    row = ROW | {"altitude": "high", "timestamp": ""}
    recording = Recording(write(tmp_path / "r.csv", csv_text(row.values(), ROW.values(), header=ROW)))
    assert len(list(recording)) == 1
    assert recording.repaired == {}


def test_many_bad_rows_do_not_fill_the_log(tmp_path, caplog):
    text = csv_text(NEEDED.values(), *[("x", "392ae7", "49", "2")] * 2500)
    recording = Recording(write(tmp_path / "r.csv", text))
    with caplog.at_level(logging.WARNING):
        list(recording)
    assert recording.refused == 2500
    assert len(caplog.messages) == 12


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("r.csv", "", "empty"),
        ("r.csv.gz", "", "empty"),
        ("r.jsonl", "", "empty"),
        ("r.csv", csv_text(), "empty"),
        ("r.csv", csv_text(("x", "y", "z", "0")), "rows refused: 1"),
        ("r.csv", "timestamp,latitude\n1,2\n", "no column longitude, icao24 (or callsign)"),
        ("r.csv", b"\x00\x01\xff\xfe" * 1000, "no column timestamp"),
        ("r.csv", b'"' + b"x" * 300_000, "holds no reports; line 1: row = unreadable"),
        ("r.csv", b"x," * (1 << 20), "line 1: no line end in 1,048,576 characters"),
        ("r.jsonl", b"x" * (3 << 20), "line 1: no line end in 1,048,576 characters"),
        ("r.jsonl.gz", b"x" * (3 << 20), "line 1: no line end in 1,048,576 characters"),
        ("r.jsonl", b"\x00\x01\xff\xfe" * 1000, "rows refused: 1"),
        ("r.jsonl", b"junk\n" * 2000, "in its first 1000 rows"),
        ("r.jsonl", b'{"timestamp": 1, "latitude": 2}\n' * 1000, "lon = absent"),
        ("r.parquet", b"junk", "cannot be read as Parquet"),
        ("r.parquet", b"", "cannot be read as Parquet"),
        ("r.txt", "", "empty"),
        ("r.txt", "Lorem ipsum, dolor sit amet\n", "no column timestamp"),
    ],
)
def test_a_file_that_is_not_a_recording_is_refused_in_one_line(tmp_path, name, content, says):
    path = write(tmp_path / name, content)
    with pytest.raises(SourceError) as caught:
        list(Recording(path, "given/name"))
    message = str(caught.value)
    assert says in message
    assert message.startswith("given/name: ")
    assert "\n" not in message
    assert message.isprintable()


def test_a_file_that_is_not_there_or_is_a_directory_is_refused(tmp_path):
    (tmp_path / "d.csv").mkdir()
    for name in ("d.csv", "absent.csv", "absent.csv.gz", "absent.parquet", "d.jsonl.gz"):
        with pytest.raises(SourceError, match="cannot be read"):
            list(Recording(tmp_path / name))


def test_a_damaged_archive_is_refused(tmp_path):
    (tmp_path / "junk.csv.gz").write_bytes(b"\x1f\x8bjunk")
    with pytest.raises(SourceError, match="cannot be read"):
        list(Recording(tmp_path / "junk.csv.gz"))
    whole = gzip.compress(csv_text(*[NEEDED.values()] * 10_000).encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    states = iter(Recording(tmp_path / "cut.csv.gz"))
    assert next(states).key == "392ae7"
    with pytest.raises(SourceError, match="cannot be read"):
        list(states)


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz", "r.jsonl", "r.jsonl.gz"])
@pytest.mark.parametrize("left", [0, 200_000])
def test_a_file_that_is_truncated_while_it_is_read_is_refused(tmp_path, name, left):
    plain = name.removesuffix(".gz")
    moments = range(1_600_000_000, 1_600_060_000)
    if plain == "r.csv":
        content = csv_text(*[(NEEDED | {"timestamp": str(moment)}).values() for moment in moments])
    else:
        content = "".join(json.dumps(NEEDED | {"timestamp": moment}) + "\n" for moment in moments)
    path = write(tmp_path / name, content)
    size = path.stat().st_size
    states = iter(Recording(path, name))
    next(states)
    with path.open("r+b") as file:
        file.truncate(left if left < size else size // 2)
    with pytest.raises(SourceError, match=f"^{name}: was truncated while it was read: it ends at byte .* of {size:,}$"):
        list(states)


def test_the_half_of_a_line_that_a_truncation_left_is_no_report(tmp_path):
    rows = csv_text(*[[*NEEDED.values(), "7000"]] * 30_000, header=[*NEEDED, "squawk"])
    path = write(tmp_path / "r.csv", rows)
    states = iter(Recording(path))
    read = [next(states)]
    with path.open("r+b") as file:
        file.truncate(rows.index("\n", len(rows) // 2) - 2)  # a row that ends with 70 would be one of squawk 0070
    with pytest.raises(SourceError, match="truncated"):
        read.extend(states)
    assert {state.squawk for state in read} == {"7000"}


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(tmp_path):
    path = write(tmp_path / "r.csv", csv_text(*[NEEDED.values()] * 30_000))
    states = iter(Recording(path))
    next(states)
    with path.open("a") as file:
        file.write(",".join(NEEDED.values()))
    assert len(list(states)) == 30_000


def test_a_pipe_is_read_like_a_file(tmp_path):
    os.mkfifo(tmp_path / "r.csv")
    writer = subprocess.Popen(["sh", "-c", 'printf "%s" "$1" > "$0"', tmp_path / "r.csv", csv_text(NEEDED.values())])
    assert len(list(Recording(tmp_path / "r.csv"))) == 1
    assert writer.wait() == 0


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl"])
def test_a_line_that_is_too_long_is_one_refused_row_and_those_after_it_are_read(tmp_path, name):
    row = json.dumps(NEEDED) if name == "r.jsonl" else ",".join(NEEDED.values())
    head = [] if name == "r.jsonl" else [",".join(NEEDED)]
    recording = Recording(write(tmp_path / name, "\n".join([*head, row, "x" * (3 << 20), row, "y", row])))
    assert len(list(recording)) == 3
    assert recording.refused == 2


def test_a_file_without_a_line_end_is_not_held_in_memory(tmp_path):
    with gzip.open(tmp_path / "r.csv.gz", "wb") as file:
        for _ in range(300):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(SourceError, match="no line end"):
        list(Recording(tmp_path / "r.csv.gz"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 32 << 20


def test_the_data_is_part_of_the_package():
    assert Path(str(BUNDLED)).is_file()
    assert BUNDLED.stat().st_size < 1 << 20
    assert BUNDLED.read_bytes()[4:8] == bytes(4), (
        "the archive holds no time, so that it is the same wherever it is made"
    )
