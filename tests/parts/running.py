"""The command `producer`, as a process."""

import contextlib
import os
import subprocess
import sys
import time

from patience import PATIENCE
from reading import count


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


def finish(process, seconds=PATIENCE):
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err
    return process.returncode, out, err


def end_while_connected(process, signum):
    """Sends a signal once its source is connected, and sees that it ends well."""
    for said in process.stderr:
        if "is connected" in said:
            break
    process.send_signal(signum)
    status, _, err = finish(process)
    assert status == 0, err


def run(*arguments, **options):
    with start(*arguments, **options) as process:
        return finish(process)


def wait_for_records(address, process, seconds=PATIENCE):
    """Waits until the topic has some."""
    wait_for(lambda: count(address, "shipments"), process, seconds)


def wait_for(holds, process, seconds=PATIENCE):
    """Waits until it holds, and gives what it then is."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)  # nothing but the other process tells
    return found
