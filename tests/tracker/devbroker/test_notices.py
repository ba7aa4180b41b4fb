import logging

from tracker.devbroker.notices import INTERVAL, Notices


class Clock:
    now = 5.0

    def __call__(self):
        return self.now


def test_what_repeats_is_said_once_a_minute_with_how_often_it_was_not(caplog):
    clock = Clock()
    notices = Notices(logging.getLogger("test"), clock)
    for i in range(1000):
        notices.warn("flood", f"refused {i}")
    notices.warn("other", "100% something else")
    clock.now += INTERVAL
    notices.warn("flood", "refused again")
    clock.now += INTERVAL
    notices.warn("flood", "refused once more")
    assert caplog.messages == [
        "refused 0",
        "100% something else",
        "refused again (999 more like this since the last message)",
        "refused once more",
    ]


def test_an_error_has_its_traceback(caplog):
    try:
        raise ValueError("the reason")
    except ValueError as error:
        Notices(logging.getLogger("test")).warn("failed", "it failed", error)
    assert "ValueError: the reason" in caplog.text
