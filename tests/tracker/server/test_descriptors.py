"""How many connections the files are enough for; what the command makes of it."""

import resource
import subprocess
import sys

import pytest
from served import served

from tracker.server.descriptors import MOST_OTHERS, OTHERS, SPARE, Budget, TooFewFiles, plan


def test_where_there_are_files_for_all_that_are_wanted_so_many_may_come():
    assert plan(2_000, 20_000) == Budget(clients=2_000, connections=2_000 + MOST_OTHERS, files=20_000)


def test_with_fewer_files_there_are_fewer_clients_and_always_some_for_others_and_the_feed():
    budget = plan(2_000, 1_024)
    assert budget.clients == 1_024 - SPARE - OTHERS
    assert budget.connections - budget.clients == OTHERS
    assert budget.files - budget.connections == SPARE
    assert plan(2_000, SPARE + OTHERS + 1).clients == 1


def test_with_too_few_nobody_is_served_and_the_error_says_how_many_are_needed():
    with pytest.raises(TooFewFiles, match=r"^256 files may be open: at least 257 are needed"):
        plan(2_000, 256)


def test_the_soft_limit_is_raised_as_far_as_needed_and_nothing_is_said():
    with served("--max-clients", "1000", files=(256, 4_096)) as server:
        assert resource.prlimit(server.pid, resource.RLIMIT_NOFILE) == (1_000 + SPARE + MOST_OTHERS, 4_096)
        assert server.log() == ""


def test_a_soft_limit_that_is_enough_stays():
    with served("--max-clients", "100", files=(3_000, 4_096)) as server:
        assert resource.prlimit(server.pid, resource.RLIMIT_NOFILE) == (3_000, 4_096)


def test_where_the_hard_limit_is_too_low_the_command_says_how_many_clients_there_can_be():
    with served(files=(256, 400)) as server:
        assert resource.prlimit(server.pid, resource.RLIMIT_NOFILE) == (400, 400)
        assert "--max-clients 2000 is lowered to 144: only 400 files may be open (ulimit -n)" in server.log()


def test_where_it_serves_nobody_the_command_ends_with_a_sentence():
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "serve", "--port", "0", "--bootstrap-servers", "127.0.0.1:1"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)),
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("200 files may be open: at least 257 are needed (ulimit -n)\n")
