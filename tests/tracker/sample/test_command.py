"""`tracker sample`, in front of a broker: what it prints, writes and refuses."""

import json
from contextlib import closing

import pytest
from brokers import Topic, free_port
from click.testing import CliRunner
from kafka import KafkaProducer
from patience import PATIENCE

from producer.wire import load_mapping
from tracker.sample.command import sample

OWN = {"id": "T-1", "position": {"lat": 48.0, "lon": 2.0}, "ts": "2026-01-01T00:00:00Z", "speed_kt": 12}
NATIVE = {"icao24": "3c1234", "lat": 48.0, "lon": 2.0}
READSB = {"hex": "3c1234", "lat": 48.0, "lon": 2.0, "alt_baro": 35_000, "gs": 450.0}


@pytest.fixture
def trucks(broker) -> Topic:
    topic = Topic(broker.address, "trucks")
    topic.create()
    return topic


def run(topic, *options):
    arguments = ["--bootstrap-servers", topic.address, "--topic", topic.name, *map(str, options)]
    return CliRunner().invoke(sample, arguments)


def test_a_topic_of_the_wire_needs_no_mapping(topic):
    topic.create()
    topic.write(NATIVE, NATIVE)
    done = run(topic)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "2 of 2 records, the newest." in done.output
    assert "     2  JSON: a state vector of this wire" in done.output
    assert "No mapping is needed, and 2 of 2 reports can be read." in done.output
    assert "--mapping" not in done.output
    assert "Nobody reads" not in done.output
    assert "--propose" not in done.output


def test_the_mapping_that_fits_is_named_with_its_units(trucks):
    trucks.write(READSB, READSB, b"\xff")
    done = run(trucks)
    assert "The mapping readsb reads 2 of 3 reports; it takes numbers to be in feet, knots and ft/min." in done.output
    assert f"tracker serve --bootstrap-servers {trucks.address} --topic trucks --mapping readsb" in done.output
    assert f"Tracker('{trucks.address}', topic='trucks', mapping='readsb').start().map()" in done.output


def test_a_topic_that_nothing_reads_is_proposed_a_mapping(trucks):
    trucks.write(OWN)
    done = run(trucks)
    assert "None of these reads the topic. A mapping to start from:" in done.output
    assert '    velocity = { from = "speed_kt", unit = "kt" }' in done.output
    assert "It reads 1 of 1 report." in done.output
    assert f"tracker sample --bootstrap-servers {trucks.address} --topic trucks --propose trucks.toml" in done.output


def test_the_wire_that_leaves_fields_unread_says_that_more_can_be_read(trucks):
    trucks.write(NATIVE | {"speed_kt": 12, "\x1bcargo": "tea"})
    done = run(trucks)
    assert "No mapping is needed" in done.output
    assert "Nobody reads: speed_kt, \\x1bcargo." in done.output
    assert "A mapping of your own could read more of their fields." in done.output


def test_a_proposal_is_written_to_a_file_once(trucks, tmp_path):
    trucks.write(OWN)
    file = tmp_path / "my trucks.toml"
    done = run(trucks, "--propose", file)
    assert done.exit_code == 0
    assert load_mapping(file).build(OWN).id == "T-1"
    assert f"--mapping '{file}'" in done.output
    file.write_text("corrected")
    done = run(trucks, "--propose", file)
    assert (done.exit_code, file.read_text()) == (2, "corrected")
    assert f"Error: {file} exists, and is left as it is" in done.stderr
    done = run(trucks, "--propose", tmp_path / "nowhere" / "x.toml")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "cannot be written: No such file or directory" in done.stderr


def test_a_proposal_on_standard_output_is_all_that_is_there(trucks, tmp_path):
    trucks.write(OWN)
    done = run(trucks, "--propose", "-")
    (tmp_path / "trucks.toml").write_text(done.stdout)
    assert load_mapping(tmp_path / "trucks.toml").build(OWN).id == "T-1"
    assert "It reads 1 of 1 report." in done.stderr


def test_records_older_than_the_other_commands_reach_back_are_read_from_the_beginning(broker):
    topic = Topic(broker.address, "trucks")
    topic.create(message_timestamp_type="CreateTime")
    with closing(KafkaProducer(bootstrap_servers=broker.address)) as producer:
        producer.send("trucks", json.dumps(READSB).encode(), timestamp_ms=1_633_611_600_000).get(PATIENCE)
    done = run(topic)
    assert "2021-10-07 13:00:00" in done.output
    assert "--since earliest --mapping readsb" in done.output
    assert "since=\"earliest\", mapping='readsb'" in done.output


def test_what_strangers_wrote_steers_no_terminal(trucks):
    trucks.write(
        json.dumps(OWN | {"\x1b[2J\x9b": "\x1b]0;x\x07\u202e"}, ensure_ascii=False).encode(), b"\x1b[31m", None
    )
    done = run(trucks)
    assert done.exit_code == 0
    assert all(line.isprintable() for line in done.output.splitlines())
    assert "     1  no value (a tombstone)" in done.output


def test_so_many_records_as_wanted_are_shown(trucks):
    trucks.write(*(NATIVE for _ in range(30)))
    assert run(trucks).output.count("\n0:") == 20
    assert run(trucks, "--count", 3).output.count("\n0:") == 3
    assert run(trucks, "--count", 0).exit_code == 2


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b'{"a": 1}', "no position was found among a:"),
        (b"junk", "no position was found:"),
        (None, "no record has a value"),
    ],
)
def test_nothing_to_propose_ends_with_a_sentence(trucks, value, words):
    trucks.write(value)
    done = run(trucks)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"Error: {words}")


def test_an_empty_topic_a_missing_one_and_no_broker_end_with_a_sentence(trucks):
    for topic, words in [
        (trucks, "the topic 'trucks' at "),
        (Topic(trucks.address, "truck"), "the topic 'truck' does not exist at "),
        (Topic(f"127.0.0.1:{free_port()}", "trucks"), "no Kafka broker answers at "),
    ]:
        done = run(topic)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith(f"Error: {words}")
