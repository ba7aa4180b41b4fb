"""producer/cluster/address.py: addresses of brokers and names of topics, as users write them."""

import socket

import pytest
from aiokafka.conn import collect_hosts as collect_for_aiokafka
from hypothesis import given
from hypothesis import strategies as st
from kafka.cluster import collect_hosts as collect_for_kafka_python

from producer.cluster.address import Address, check_topic, parse_address, parse_servers
from producer.cluster.errors import SettingError

hosts = st.one_of(
    st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?(\.[a-z]{2,5})?", fullmatch=True),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
)
addresses = st.builds(Address, hosts, st.integers(1, 65535))


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("localhost:19092", "localhost", 19092),
        ("localhost", "localhost", 9092),
        ("127.0.0.1", "127.0.0.1", 9092),
        ("broker-1.kafka_net.example:9094", "broker-1.kafka_net.example", 9094),
        ("[::1]:19092", "::1", 19092),
        ("[::1]", "::1", 9092),
        ("::1", "::1", 9092),
        ("fe80::1%eth0", "fe80::1%eth0", 9092),
        ("[fe80::1%eth0]:9093", "fe80::1%eth0", 9093),
        ("::1:9092", "::1:9092", 9092),  # an IPv6 address without brackets has no port
        ("  localhost:9092\t", "localhost", 9092),
    ],
)
def test_an_address_is_a_host_and_a_port(text, host, port):
    assert parse_servers(text) == (Address(host, port),)


def test_several_are_separated_by_commas_and_keep_their_order():
    assert parse_servers("b:2, [::1]:3 ,a") == (Address("b", 2), Address("::1", 3), Address("a", 9092))


@given(st.lists(addresses, min_size=1, max_size=4))
def test_what_is_written_is_parsed_to_the_same(servers):
    assert parse_servers(",".join(map(str, servers))) == tuple(servers)


@given(st.text())
def test_any_text_is_parsed_or_refused_with_its_value_and_what_is_needed(text):
    found = refused = None
    try:
        found = parse_servers(text)
    except SettingError as error:
        refused = error
    if refused:
        assert refused.name == "bootstrap_servers"
        assert refused.value in [part.strip() for part in text.split(",")]
        assert "needed" in refused.limit
    else:
        assert parse_servers(",".join(map(str, found))) == found


@pytest.mark.parametrize(
    "text",
    [
        "", ",", "a:9092,", ":9092", "here:there", "here:", "a b:9092", "a:9092 b:9092", "http://localhost:9092",
        "PLAINTEXT://localhost:9092", "me@localhost:9092", "[localhost]:9092", "[::1", "::1]", "[]:9092", "[::1]9092",
        "localhost:٩٠٩٢", "a..b:9092", "x" * 64, "::1:19092", "localhost:000000001",
    ],
)  # fmt: skip
def test_what_is_not_an_address_is_refused(text):
    with pytest.raises(SettingError, match=r"KAFKA_BOOTSTRAP_SERVERS=.*host:port is needed, such as localhost:9092"):
        parse_servers(text)


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_port_out_of_range_is_refused_with_its_limits(port):
    with pytest.raises(SettingError, match=f"='here:{port}': a port from 1 to 65535 is needed") as refused:
        parse_servers(f"localhost,here:{port}")
    assert refused.value.value == f"here:{port}"


@given(addresses)
def test_both_kafka_clients_understand_an_address_as_it_is_written(address):
    for collect in (collect_for_kafka_python, collect_for_aiokafka):
        ((host, port, family),) = collect([str(address)])
        assert (host, port) == (address.host, address.port)
        assert (family == socket.AF_INET6) == (":" in address.host)


@pytest.mark.parametrize("name", ["shipments", "a", "_", "...", "x" * 249, "A.b-c_9"])
def test_a_name_that_kafka_allows_is_taken(name):
    assert check_topic(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "two words", "x" * 250, "ü", "a\n"])
def test_a_name_that_kafka_does_not_allow_is_refused(name):
    with pytest.raises(SettingError, match="needed") as refused:
        check_topic(name)
    assert (refused.value.name, refused.value.value) == ("topic", name)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("pi.local", Address("pi.local", 30003)),
        (" 192.168.1.20:30103 ", Address("192.168.1.20", 30103)),
        ("::1", Address("::1", 30003)),
        ("[::1]:1", Address("::1", 1)),
    ],
)
def test_what_is_no_broker_has_another_default_port(text, address):
    assert parse_address(text, 30003, "pi.local:30003") == address


@pytest.mark.parametrize("text", ["", "a,b", "http://pi.local", "pi.local:x", "[pi.local]:1", "a..b"])
def test_what_is_no_address_is_told_by_an_example(text):
    with pytest.raises(ValueError, match=r"^host:port is needed, such as pi\.local:30003$"):
        parse_address(text, 30003, "pi.local:30003")


def test_a_port_has_its_limits():
    for text in ("pi.local:0", "pi.local:65536"):
        with pytest.raises(ValueError, match=r"^a port from 1 to 65535 is needed$"):
            parse_address(text, 30003, "pi.local:30003")
