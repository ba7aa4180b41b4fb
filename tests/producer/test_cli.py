"""producer/cli.py: the command, in processes of its own."""

import importlib.metadata
import socket
import time

import pytest
from click.testing import CliRunner
from reading import count, records
from running import run

from producer.cli import cli, main
from producer.sources.recording import BUNDLED, Recording
from producer.wire import decode

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def only_line(status, out, err):
    """What ends with status 2 says why in one line on stderr; gives that line."""
    assert (status, out) == (2, ""), err
    (line,) = err.splitlines()
    assert line.startswith("producer: ")
    return line


@pytest.fixture(scope="module")
def nobody():
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def test_a_recording_is_published_with_its_own_times(broker):
    status, out, err = run(
        "replay", "--bootstrap-servers", broker.address, "--speed", "max", "--partitions", "1", "--limit", "3000"
    )
    assert (status, out) == (0, ""), err
    assert "sent 3,000 reports" in err.splitlines()[-1]
    assert "delivered 3,000" in err.splitlines()[-1]
    expected = [state for state, _ in zip(Recording(BUNDLED), range(3000), strict=False)]
    assert [decode(record.value) for record in records(broker.address, "shipments")] == expected


def test_several_recordings_are_published_together_in_the_order_of_time(broker, tmp_path):
    header = "timestamp;icao24;latitude;longitude"
    (tmp_path / "hours").mkdir()
    (tmp_path / "hours" / "b.csv").write_text(f"{header}\n1002;00000b;48,5;2\n1004;00000b;48,5;2\n")
    (tmp_path / "hours" / "a.csv").write_text(f"{header}\n1001;00000a;48,5;2\n1003;00000a;48,5;2\n1004;junk;1;1\n")
    (tmp_path / "c").write_text('[{"timestamp": 1005, "icao24": "00000c", "latitude": 48, "longitude": 2}]')
    arguments = ("--bootstrap-servers", broker.address, "--speed", "max", "--partitions", "1", "--topic", "several")
    status, _, err = run("replay", "c", "hours", *arguments, cwd=tmp_path)
    assert status == 0, err
    assert "delivered 5, 1 rows refused" in err
    published = [decode(record.value) for record in records(broker.address, "several")]
    assert [(state.time, state.key) for state in published] == [
        (1001.0, "00000a"), (1002.0, "00000b"), (1003.0, "00000a"), (1004.0, "00000b"), (1005.0, "00000c")
    ]  # fmt: skip


def test_standard_input_is_published(broker, tmp_path):
    (tmp_path / "r").write_text('{"timestamp": 1005, "icao24": "00000c", "latitude": 48, "longitude": 2}\n')
    with (tmp_path / "r").open() as piped:
        arguments = ("--bootstrap-servers", broker.address, "--speed", "max", "--topic", "piped")
        status, _, err = run("replay", "-", *arguments, stdin=piped)
    assert status == 0, err
    assert count(broker.address, "piped") == 1


def test_every_option_may_come_from_the_environment(broker):
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": broker.address,
        "KAFKA_TOPIC": "elsewhere",
        "PRODUCER_SPEED": "max",
        "PRODUCER_LIMIT": "7",
        "PRODUCER_TIME": "recorded",
        "PRODUCER_COMPRESSION": "gzip",
    }
    status, _, err = run("replay", env=environment)
    assert status == 0, err
    assert count(broker.address, "elsewhere") == 7


@pytest.mark.parametrize("command", cli.commands)
def test_every_option_of_every_source_has_its_variable(command):
    for option in cli.commands[command].params:
        assert option.envvar or option.nargs == -1, option.name  # recordings are files of this machine


def test_at_speed_1_the_first_report_is_now(broker):
    before = time.time()
    status, _, err = run("replay", "--bootstrap-servers", broker.address, "--limit", "5")
    assert status == 0, err
    times = [decode(record.value).time for record in records(broker.address, "shipments")]
    assert len(times) == 5
    assert all(before - 1 <= when <= time.time() + 1 for when in times)


def test_no_broker_is_one_line_and_status_2(nobody):
    line = only_line(*run("replay", "--bootstrap-servers", nobody, "--connect-timeout", "0.5"))
    assert nobody in line
    assert "--bootstrap-servers" in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay", "absent.csv"], "absent.csv"),
        (["replay", "producer/wire"], "producer/wire: holds no recordings (.csv"),
        (["replay", "-", "absent.csv"], "standard input: can be read once"),
        (["replay", "-", "--loop"], "standard input can be read once"),
        (["replay", "-", "--stop-on-eof"], "--stop-on-eof"),
        (["replay", "--format", "xml"], "--format"),
        (["replay", "--speed", "0"], "neither a positive number nor 'max'"),
        (["replay", "--speed", "fast"], "neither a positive number nor 'max'"),
        (["replay", "--speed", "nan"], "neither a positive number nor 'max'"),
        (["replay", "--time", "now", "--speed", "10"], "--topic"),
        (["replay", "--time", "now", "--speed", "max"], "contradict"),
        (["replay", "--limit", "0"], "--limit"),
        (["replay", "--compression", "rar"], "--compression"),
        (["replay", "--partitions", "0"], "--partitions"),
        (["replay", "--topic", "a/b"], "'a/b': 1 to 249 letters, digits, '.', '_' and '-' are needed"),
        (["replay", "--topic", ""], "1 to 249 letters"),
        (["replay", "--topic", ".."], "other than '.' and '..'"),
        (["replay", "--bootstrap-servers", ","], "'': host:port is needed"),
        (["replay", "--bootstrap-servers", "here,here:there"], "'here:there': host:port is needed"),
        (["replay", "--bootstrap-servers", "here:99999"], "'here:99999': a port from 1 to 65535 is needed"),
        (["replay", "--nonsense"], "--nonsense"),
        (["fly"], "fly"),
        ([], "a command is required: aggregator"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, says, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert says in only_line(caught.value.code, *capsys.readouterr())


def test_a_file_without_its_columns_is_one_line_and_status_2(tmp_path):
    (tmp_path / "r.csv").write_text("timestamp,icao24\n1,abcdef\n")
    line = only_line(*run("replay", "r.csv", cwd=tmp_path))
    assert line.startswith("producer: r.csv: has no column latitude, longitude")


def test_a_setting_of_the_connection_that_is_wrong_is_one_line_and_status_2(nobody, tmp_path):
    environment = {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CAFILE": str(tmp_path / "absent.pem")}
    line = only_line(*run("replay", "--bootstrap-servers", nobody, env=environment))
    assert line.startswith("producer: KAFKA_SSL_CAFILE=")
    assert "absent.pem" in line


def test_version_and_help():
    runner = CliRunner()
    installed = importlib.metadata.version("flight-tracker")
    assert runner.invoke(cli, ["--version"]).output == f"producer, version {installed}\n"
    assert "--speed" in runner.invoke(cli, ["replay", "--help"]).output
