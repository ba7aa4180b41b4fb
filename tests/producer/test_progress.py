"""producer/progress.py: what is said on a terminal, in the log and by the heartbeat."""

import contextlib
import os
import pty
import signal
import time

import pytest
from patience import PATIENCE
from reading import count
from running import finish, run, start, wait_for

from producer.progress import Progress
from producer.publish.publisher import Publisher
from producer.sources.recording import BUNDLED, Recording
from producer.sources.replay import Replay
from producer.stop import Stop

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


def test_where_nobody_watches_a_line_is_logged_now_and_then(caplog):
    now = [0.0]
    publisher = Publisher("localhost:9092", "t", stop=Stop())
    progress = Progress(publisher, Replay(Recording(BUNDLED)), terminal=False, clock=lambda: now[0])
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
    progress = Progress(publisher, Replay(Recording(BUNDLED)), terminal=False, heartbeat=tmp_path / "heartbeat")
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
