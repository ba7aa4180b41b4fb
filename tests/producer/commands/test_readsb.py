"""producer/commands/readsb.py: from a receiver's answers to records of the topic, by the command as a process."""

import signal
import time

import pytest
from aircraft_json import aircraft, document
from loopback_http import Reply, stage
from mistakes import refused
from reading import count, records
from running import finish, start, wait_for

from producer.wire import decode

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_what_a_receiver_hears_is_in_the_topic(broker):
    with stage() as receiver:
        now = time.time()
        pages = [
            Reply(document(aircraft(), aircraft("000001", lat=None), now=now)),
            Reply(status=500),
            Reply(document(aircraft(seen_pos=1.5), aircraft("000002", alt_baro="ground"), now=now + 1)),
        ]
        receiver.answer = lambda asked: pages[min(len(receiver.asked), len(pages)) - 1]
        url = f"{receiver.url.replace('//', '//me:s3cr3t@')}/data/aircraft.json?key=s3cr3t"
        arguments = ("--bootstrap-servers", broker.address, "--partitions", "1")
        with start("readsb", *arguments, env={"PRODUCER_READSB": url}) as process:
            wait_for(lambda: count(broker.address, "shipments") == 2, process)
            receiver.wait_for(len(receiver.asked) + 2)
            process.send_signal(signal.SIGTERM)
            status, out, err = finish(process)
    assert (status, out) == (0, ""), err
    published = [decode(record.value) for record in records(broker.address, "shipments")]
    assert [(state.key, state.on_ground, state.time) for state in published] == [
        ("3c1234", False, pytest.approx(now - 0.5, abs=1e-3)),
        ("000002", True, pytest.approx(now + 0.5, abs=1e-3)),
    ]
    assert f"publishing {receiver.url}/data/aircraft.json to shipments" in err
    assert err.count("answers with status 500") == 1
    assert "records without a position" in err
    assert "s3cr3t" not in err


def test_a_request_under_way_does_not_delay_the_end(broker):
    with stage() as receiver:
        receiver.answer = lambda asked: Reply(silent=True)
        with start("readsb", receiver.url, "--bootstrap-servers", broker.address) as process:
            receiver.wait_for(1)
            process.send_signal(signal.SIGTERM)
            status, _, err = finish(process, 25)  # below the 30 s that an answer may take
    assert status == 0, err


def test_the_file_of_a_receiver_is_read(broker, tmp_path):
    (tmp_path / "aircraft.json").write_bytes(document(aircraft(), now=time.time()))
    with start("readsb", "aircraft.json", "--bootstrap-servers", broker.address, cwd=tmp_path) as process:
        wait_for(lambda: count(broker.address, "shipments") == 1, process)
        process.send_signal(signal.SIGTERM)
        status, _, err = finish(process)
    assert status == 0, err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "URL|FILE|HOST:PORT"),
        (["ftp://pi.local/"], "the URL of a receiver's aircraft.json: http:// or https://"),
        (["http://me:s3cr3t@/"], "the URL of a receiver's aircraft.json: http:// or https://"),
        (["producer/wire"], "'producer/wire' is no file: the path of an aircraft.json is needed"),
        (["pi.local:99999"], "'pi.local:99999' is no URL and no file: a port from 1 to 65535 is needed"),
        (["pi local"], "'pi local' is no URL and no file: host:port is needed, such as pi.local:30047"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, says, capsys):
    err = refused(capsys, "readsb", *arguments)
    assert says in err
    assert "s3cr3t" not in err
