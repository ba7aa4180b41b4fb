"""producer/sources/stream.py: readsb's --net-json-port, from a real socket."""

import json
import socket
import threading

from aircraft_json import NOW, aircraft
from patience import PATIENCE

from producer.cluster.address import Address
from producer.sources.stream import Stream
from producer.sources.tcp import Peer
from producer.stop import Stop


def test_each_line_is_a_report_once_and_what_is_none_is_counted(caplog):
    lines = [
        json.dumps(aircraft(now=NOW)),
        json.dumps(aircraft(now=NOW + 1, seen_pos=1.5)),  # the same position again
        json.dumps(aircraft("000001", now=NOW, lat=None)),
        "no json",
        json.dumps(aircraft("000002", now=NOW + 2)),
    ]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)

        def serve():
            with listening.accept()[0] as accepted:
                accepted.sendall("\n".join([*lines, ""]).encode())
                ended.wait(PATIENCE)

        ended, stop = threading.Event(), Stop()
        thread = threading.Thread(target=serve)
        thread.start()
        found = []
        with Stream(Peer(Address("127.0.0.1", listening.getsockname()[1]))) as stream:
            for batch in stream.batches(stop):
                found += batch.states
                if len(found) == 2:
                    stop.set()
        ended.set()
        thread.join()
    assert [(state.key, state.time) for state in found] == [("3c1234", NOW - 0.5), ("000002", NOW + 1.5)]
    assert stream.refused == 1
    assert "'no json': refused (json)" in caplog.text
