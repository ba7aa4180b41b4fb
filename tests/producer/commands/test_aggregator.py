"""producer/commands/aggregator.py: the command, and what it refuses."""

import signal
import time

import pytest
from aircraft_json import aircraft, document
from loopback_http import Reply, stage
from mistakes import refused
from reading import count
from running import finish, start, wait_for

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_a_service_of_ones_own_is_asked_around_the_point(broker):
    with stage() as service:
        service.answer = lambda asked: Reply(document(aircraft(), now=time.time() * 1000, name="ac"))
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": broker.address,
            "PRODUCER_POINT": "48.86,2.35,60",
            "PRODUCER_SERVICE": f"{service.url}/{{lat}}/{{lon}}/{{radius}}",
        }
        with start("aggregator", env=environment) as process:
            wait_for(lambda: count(broker.address, "shipments") >= 2, process)
            process.send_signal(signal.SIGTERM)
            status, _, err = finish(process)
    assert status == 0, err
    assert {asked.path for asked in service.asked} == {"/48.86000/2.35000/60"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--point"),
        (["--point=48.86,2.35"], "'48.86,2.35': lat,lon,nm is needed"),
        (["--point=91,2.35,60"], "-90 <= lat <= 90"),
        (["--point=48.86,181,60"], "-180 <= lon <= 180"),
        (["--point=48.86,2.35,251"], "a radius up to 250 nautical miles is needed"),
        (["--point=48.86,2.35,0"], "a radius up to 250 nautical miles is needed"),
        (["--point=1,2,3", "--service=own"], "one of adsb.lol, airplanes.live, adsb.fi is needed"),
        (["--point=1,2,3", "--service=ftp://own/{lat}/{lon}/{radius}"], "http:// or https://"),
        (["--point=1,2,3", "--service=http://own/{lat}?key=s3cr3t"], "{lon}, {radius} is needed where the point"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, says, capsys):
    err = refused(capsys, "aggregator", *arguments)
    assert says in err
    assert "s3cr3t" not in err
