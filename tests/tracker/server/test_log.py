"""The server's log: how many lines come of many events."""

import io
import logging

import pytest

from tracker.server.log import EVERY, RareHandler, rare_log


class Log:
    """A logger through the handler, with a clock that the test turns."""

    def __init__(self) -> None:
        self.now = 100.0
        self.stream = io.StringIO()
        self.handler = RareHandler(self.stream, lambda: self.now)
        self.handler.setFormatter(logging.Formatter("%(message)s"))
        self.logger = logging.Logger("tracker.server.test")
        self.logger.addHandler(self.handler)

    def written(self) -> str:
        """What was written since the last call."""
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return text


@pytest.fixture
def log() -> Log:
    return Log()


def test_the_first_event_of_a_kind_is_written_and_the_others_are_counted(log):
    for number in range(1_000):
        log.logger.warning("refused: %s", number)
    log.logger.warning("full: %s", 1)
    assert log.written() == "refused: 0\nfull: 1\n"
    log.now += EVERY
    log.logger.warning("refused: %s", 1_000)
    log.logger.warning("refused: %s", 1_001)
    assert log.written() == "refused: 1000 (the last of 1,000 since the line before)\n"


def test_counts_are_written_though_nothing_more_happens(log):
    for number in range(3):
        log.logger.warning("refused: %s", number)
    log.written()
    log.handler.sum_up()
    assert log.written() == ""
    log.now += EVERY
    log.handler.sum_up()
    assert log.written() == "refused: 2 (the last of 2 since the line before)\n"
    log.now += EVERY
    log.handler.sum_up()
    assert log.written() == ""


def test_the_end_tells_what_was_only_counted(log):
    for number in range(3):
        log.logger.warning("refused: %s", number)
    log.written()
    log.handler.close()
    assert log.written() == "refused: 2 (the last of 2 since the line before)\n"


def test_messages_that_are_not_constant_are_a_kind_at_last(log):
    for number in range(5_000):
        log.logger.warning(f"refused: {number}")
    assert len(log.written().splitlines()) < 250


def test_a_traceback_is_written_with_the_first_event_alone(log):
    for _ in range(10):
        try:
            raise RuntimeError("of ours")
        except RuntimeError:
            log.logger.exception("failed")
    assert log.written().count("Traceback") == 1


def test_each_reason_of_refused_reports_is_written(capsys):
    with rare_log():
        for reason in ("lat", "dialect"):
            logging.getLogger("tracker.state.store").warning("refused (%s, %d so far): %s", reason, 1, "")
        lines = capsys.readouterr().err.splitlines()  # before the end, which tells what was only counted
    assert [line.split()[4] for line in lines] == ["(lat,", "(dialect,"]


@pytest.mark.parametrize("name", ["uvicorn.error", "websockets.server", "asyncio", "tracker.server.admission"])
def test_the_libraries_below_log_through_it_too(name, capsys):
    with rare_log():
        for _ in range(10):
            logging.getLogger(name).warning("of what a client did")
            logging.getLogger(name).info("of no interest")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" WARNING ")[1] for line in lines] == [
        "of what a client did",
        "of what a client did (the last of 9 since the line before)",
    ]
    with rare_log():
        pass
    assert not any(isinstance(one, RareHandler) for one in logging.getLogger(name.split(".")[0]).handlers)
