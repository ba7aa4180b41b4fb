"""producer/cli.py: the command, in processes of its own."""

import contextlib
import importlib.metadata
import os
import pty
import signal
import socket
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from reading import count, records

import producer
from producer.cli import Progress, cli, main
from producer.publish import Publisher
from producer.recording import BUNDLED, Recording
from producer.stop import Stop
from producer.wire import decode

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@contextlib.contextmanager
def start(*arguments, env=(), **options):
    """The command as a process; killed where it does not end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KAFKA_", "PRODUCER_"))}
    command = [sys.executable, "-m", "producer", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=clean | dict(env), **pipes | options) as process:
        try:
            yield process
        finally:
            process.kill()


def finish(process, seconds=30):
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err
    return process.returncode, out, err


def run(*arguments, **options):
    with start(*arguments, **options) as process:
        return finish(process)


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
    for option in cli.commands["replay"].params:
        assert option.param_type_name == "argument" or option.envvar, option.name


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_flushes_and_ends_it_with_a_summary(broker, signum):
    with start("replay", "--bootstrap-servers", broker.address, "--loop", "--linger-ms", "50") as process:
        wait_for_records(broker.address, process)
        process.send_signal(signum)
        status, _, err = finish(process)
    assert status == 0, err
    total = count(broker.address, "shipments")
    assert f"sent {total:,} reports" in err.splitlines()[-1]
    assert f"delivered {total:,}" in err.splitlines()[-1]


def test_at_speed_1_the_first_report_is_now(broker):
    before = time.time()
    status, _, err = run("replay", "--bootstrap-servers", broker.address, "--limit", "5")
    assert status == 0, err
    times = [decode(record.value).time for record in records(broker.address, "shipments")]
    assert len(times) == 5
    assert all(before - 1 <= when <= time.time() + 1 for when in times)


def test_it_ends_with_its_parent_where_it_is_told_so(broker):
    arguments = ("replay", "--bootstrap-servers", broker.address, "--loop", "--stop-on-eof")
    with start(*arguments, stdin=subprocess.PIPE) as process:
        wait_for_records(broker.address, process)
        status, _, err = finish(process)  # closes its standard input
    assert status == 0, err


def test_a_stop_while_the_broker_is_away_says_how_many_were_not_delivered(broker):
    arguments = ("replay", "--bootstrap-servers", broker.address, "--loop", "--flush-timeout", "0.2")
    with start(*arguments) as process:
        wait_for_records(broker.address, process)
        broker.stop()
        for line in process.stderr:
            if "no answer from the broker" in line:
                break
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        status, _, err = finish(process)
    assert time.monotonic() - began < 10
    assert status == 1, err
    assert "NOT delivered" in err.splitlines()[-1]


def test_no_broker_is_one_line_and_status_2(nobody):
    line = only_line(*run("replay", "--bootstrap-servers", nobody, "--connect-timeout", "0.5"))
    assert nobody in line
    assert "--bootstrap-servers" in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay", "absent.csv"], "absent.csv"),
        (["replay", "."], "unknown format"),
        (["replay", "--speed", "0"], "neither a positive number nor 'max'"),
        (["replay", "--speed", "fast"], "neither a positive number nor 'max'"),
        (["replay", "--speed", "nan"], "neither a positive number nor 'max'"),
        (["replay", "--time", "now", "--speed", "10"], "--topic"),
        (["replay", "--time", "now", "--speed", "max"], "contradict"),
        (["replay", "--limit", "0"], "--limit"),
        (["replay", "--compression", "rar"], "--compression"),
        (["replay", "--partitions", "0"], "--partitions"),
        (["replay", "--topic", "a/b"], "no name of a topic"),
        (["replay", "--topic", ""], "no name of a topic"),
        (["replay", "--bootstrap-servers", ","], "HOST:PORT"),
        (["replay", "--bootstrap-servers", "here:there"], "HOST:PORT"),
        (["replay", "--bootstrap-servers", "here:99999"], "HOST:PORT"),
        (["replay", "--nonsense"], "--nonsense"),
        (["fly"], "fly"),
        ([], "a command is required: replay"),
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


def test_without_kafka_python_the_extra_is_named():
    code = (
        "import sys; sys.modules['kafka'] = None; sys.argv = ['producer', 'replay']; import producer.cli as c; c.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "producer: kafka is missing: pip install 'flight-tracker[producer]'\n"


def test_version_and_help():
    runner = CliRunner()
    assert runner.invoke(cli, ["--version"]).output == f"producer, version {producer.__version__}\n"
    assert producer.__version__ == importlib.metadata.version("flight-tracker")
    assert "--speed" in runner.invoke(cli, ["replay", "--help"]).output


def test_a_terminal_shows_one_line_that_is_rewritten(broker):
    ours, theirs = pty.openpty()
    arguments = ("replay", "--bootstrap-servers", broker.address, "--loop")
    with start(*arguments, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        while seen.count(b"\r\x1b[Ksent ") < 2:
            seen += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # its end is closed
            while chunk := os.read(ours, 4096):
                seen += chunk
        assert process.wait(20) == 0
    os.close(ours)
    text = seen.decode()
    for word in ("/s", "lag", "in flight"):
        assert word in text
    assert "delivered" in text.split("\n")[-2], "the summary stands alone, on the last line but the cleared one"
    assert text.endswith("\r\x1b[K")


def test_where_nobody_watches_a_line_is_logged_now_and_then(caplog):
    now = [0.0]
    publisher = Publisher("localhost:9092", "t", stop=Stop())
    progress = Progress(publisher, Recording(BUNDLED), terminal=False, clock=lambda: now[0])
    with caplog.at_level("INFO"):
        for second in range(40):
            now[0] = float(second)
            publisher.sent += 5
            progress.show(0.25)
    assert len(caplog.messages) == 3
    assert caplog.messages[1] == "sent 105  5/s  lag 0.2 s  in flight 0"


def test_the_heart_beats_while_the_broker_takes_what_it_is_given(broker, tmp_path):
    heartbeat = tmp_path / "heartbeat"
    arguments = ("synthetic", "--bootstrap-servers", broker.address, "--flights", "5", "--heartbeat", str(heartbeat))
    with start(*arguments) as process:
        first = wait_for(lambda: heartbeat.exists() and heartbeat.stat().st_mtime_ns, process)
        wait_for(lambda: heartbeat.stat().st_mtime_ns > first, process)
        assert count(broker.address, "shipments")
        process.send_signal(signal.SIGTERM)
        assert finish(process)[0] == 0


def test_the_heart_stands_still_while_the_broker_is_away(tmp_path):
    publisher = Publisher("localhost:9092", "t", stop=Stop())
    progress = Progress(publisher, None, terminal=False, heartbeat=tmp_path / "heartbeat")
    publisher._silent_since = time.monotonic() - 4.0
    progress.show(0.0)
    assert not (tmp_path / "heartbeat").exists()
    publisher._silent_since = None
    progress.show(0.0)
    assert (tmp_path / "heartbeat").exists()


def test_a_heartbeat_that_cannot_be_written_is_one_line_and_status_2(broker, tmp_path):
    place = tmp_path / "nowhere" / "heartbeat"
    status, out, err = run("replay", "--bootstrap-servers", broker.address, "--heartbeat", str(place))
    assert (status, out) == (2, "")
    assert f"producer: --heartbeat {place} cannot be written (no such file or directory)" in err.splitlines()


def wait_for_records(address, process, seconds=30):
    """Waits until the topic has some."""
    wait_for(lambda: count(address, "shipments"), process, seconds)


def wait_for(holds, process, seconds=30):
    """Waits until it holds, and gives what it then is."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)  # nothing but the other process tells
    return found
