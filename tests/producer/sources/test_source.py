"""producer/sources/source.py: what every source tells of itself."""

from pathlib import Path

import pytest

from producer.cluster.address import Address
from producer.sources.aggregator import KNOWN, Aggregator
from producer.sources.opensky import OpenSky
from producer.sources.polling import Polled
from producer.sources.readsb import Receiver
from producer.sources.recording import BUNDLED, BUNDLED_ATTRIBUTION, Recording
from producer.sources.replay import Replay
from producer.sources.stream import Stream
from producer.sources.synthetic import Synthetic, launch, load_airports
from producer.sources.tcp import Peer
from producer.sources.watched import Watched

OPENSKY = "https://opensky-network.org"


@pytest.mark.parametrize(
    ("source", "label", "named"),
    [
        (Replay(Recording(BUNDLED)), "replay", None),
        (Replay(Recording(BUNDLED), attribution=BUNDLED_ATTRIBUTION), "replay", OPENSKY),
        (Synthetic(launch(0, 1, load_airports(None)), 1.0), "synthetic", None),
        (Polled(Receiver("http://pi.local/aircraft.json")), "readsb", None),
        (Watched(Path("aircraft.json")), "readsb", None),
        (Stream(Peer(Address("pi.local", 30047))), "readsb", None),
        (Polled(OpenSky()), "opensky", OPENSKY),
        *((Polled(Aggregator(terms, 1, 2, 3)), name, f"https://{name}") for name, terms in KNOWN.items()),
    ],
)
def test_each_source_has_a_short_name_and_says_who_is_to_be_named(source, label, named):
    assert source.label == label
    assert source.name
    assert (source.attribution is None) if named is None else named in source.attribution
    assert (source.refused, dict(source.repaired)) == (0, {})
