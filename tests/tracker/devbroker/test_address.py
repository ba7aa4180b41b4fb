import pytest

from tracker.devbroker.address import format_address, is_loopback, is_unspecified, reached


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("127.0.0.1", "127.0.0.1:1"),
        ("::1", "[::1]:1"),
        ("::", "[::]:1"),
        ("fe80::1%eth0", "[fe80::1%eth0]:1"),
        ("localhost", "localhost:1"),
    ],
)
def test_an_ipv6_address_stands_in_brackets(host, text):
    assert format_address(host, 1) == text


def test_every_interface_and_this_machine_are_told_apart():
    assert [is_unspecified(host) for host in ("0.0.0.0", "::", "127.0.0.1", "some.host")] == [True, True, False, False]
    loopback = ("127.0.0.1", "127.9.9.9", "::1", "localhost")
    assert all(map(is_loopback, loopback))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "some.host")))


def test_ipv4_that_comes_in_over_ipv6_is_ipv4():
    assert reached(("::ffff:10.0.0.1", 9, 0, 0)) == ("10.0.0.1", 9)
    assert reached(("::1", 9, 0, 0)) == ("::1", 9)
