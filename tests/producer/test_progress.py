"""producer/progress.py: how publishing goes, on a terminal, in the log and by the heartbeat."""

import contextlib
import os
import pty
import signal

import pytest
from patience import PATIENCE
from reading import count
from running import finish, run, start, wait_for

from producer.progress import Progress
from producer.sources.recording import BUNDLED, Recording
from producer.sources.replay import Replay

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


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
        assert process.wait(PATIENCE) == 0
    os.close(ours)
    text = seen.decode()
    for word in ("/s", "lag", "in flight"):
        assert word in text
    assert "delivered" in text.split("\n")[-2], "the summary stands alone, on the last line but the cleared one"
    assert text.endswith("\r\x1b[K")


class Counts:
    """What a publisher counts, as a test wants it."""

    sent = delivered = failed = in_flight = 0
    silent_for = 0.0


@pytest.fixture
def counts():
    return Counts()


@pytest.fixture
def recording():
    return Recording(BUNDLED)


@pytest.fixture
def source(recording):
    return Replay(recording)


def test_without_a_terminal_a_line_is_logged_every_ten_seconds(counts, source, caplog):
    now = [0.0]
    progress = Progress(counts, source, terminal=False, clock=lambda: now[0])
    with caplog.at_level("INFO"):
        for second in range(40):
            now[0] = float(second)
            counts.sent += 5
            progress.show(0.25)
    assert len(caplog.messages) == 3
    assert caplog.messages[1] == "sent 105  5/s  lag 0.2 s  in flight 0"


def test_a_line_tells_what_is_wrong(counts, recording, source, caplog):
    now = [0.0]
    progress = Progress(counts, source, terminal=False, clock=lambda: now[0])
    now[0] = 10.0
    counts.sent, counts.delivered, counts.failed, counts.in_flight, counts.silent_for = 2000, 700, 300, 1000, 4.0
    recording.refused = 7
    recording.repaired.update(squawk=1_200, altitude=1)
    with caplog.at_level("INFO"):
        progress.show(1.0)
    assert caplog.messages == [
        "sent 2,000  200/s  lag 1.0 s  in flight 1,000  not delivered 300  rows refused 7  "
        "NO ANSWER from the broker for 4 s, waiting"
    ]
    assert progress.summary() == (
        "sent 2,000 reports in 10.0 s (200/s), delivered 700, NOT delivered 300, 7 rows refused, "
        "values dropped: squawk 1,200, altitude 1"
    )


def test_the_heart_beats_while_the_broker_takes_what_it_is_given(broker, tmp_path):
    heartbeat = tmp_path / "heartbeat"
    arguments = ("synthetic", "--bootstrap-servers", broker.address, "--flights", "5", "--heartbeat", str(heartbeat))
    with start(*arguments) as process:
        first = wait_for(lambda: heartbeat.exists() and heartbeat.stat().st_mtime_ns, process)
        wait_for(lambda: heartbeat.stat().st_mtime_ns > first, process)
        assert count(broker.address, "shipments")
        process.send_signal(signal.SIGTERM)
        assert finish(process)[0] == 0


def test_the_heart_stands_still_while_the_broker_is_away(counts, source, tmp_path):
    progress = Progress(counts, source, terminal=False, heartbeat=tmp_path / "heartbeat")
    counts.silent_for = 4.0
    progress.show(0.0)
    assert not (tmp_path / "heartbeat").exists()
    counts.silent_for = 0.0
    progress.show(0.0)
    assert (tmp_path / "heartbeat").exists()


def test_a_heartbeat_that_cannot_be_written_is_one_line_and_status_2(broker, tmp_path):
    place = tmp_path / "nowhere" / "heartbeat"
    status, out, err = run("replay", "--bootstrap-servers", broker.address, "--heartbeat", str(place))
    assert (status, out) == (2, "")
    assert f"producer: --heartbeat {place} cannot be written (no such file or directory)" in err.splitlines()
