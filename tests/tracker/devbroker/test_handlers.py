from tracker.devbroker.codec import APIS
from tracker.devbroker.handlers import HANDLERS


def test_every_request_that_is_served_has_a_handler():
    assert HANDLERS.keys() == APIS.keys()
