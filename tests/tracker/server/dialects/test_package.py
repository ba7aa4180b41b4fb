"""The table of dialects, and which of them a client is spoken to in."""

import pytest

from tracker.server.dialects import SPOKEN, choose


@pytest.mark.parametrize(
    ("offered", "subprotocol", "name"),
    [
        ([], None, "plain"),
        (["flights.v1.json"], "flights.v1.json", "flights.v1.json"),
        (["flights.v9", "flights.v1.json"], "flights.v1.json", "flights.v1.json"),
    ],
)
def test_the_first_subprotocol_that_is_spoken_is_chosen(offered, subprotocol, name):
    assert choose(offered) == subprotocol
    assert SPOKEN[choose(offered)].name == name


@pytest.mark.parametrize("offered", [["flights.v9"], ["plain"], ["", "flights.v9"]])
def test_a_client_that_speaks_none_of_them_is_refused(offered):
    with pytest.raises(ValueError, match=r"'.*' is spoken: flights\.v1\.json, or none, is$"):
        choose(offered)
