"""producer/synthetic/reports.py: reports as they are published."""

import re

from hypothesis import given, settings
from synthetic_fleets import at, moments, seeds, some_airports

from producer.sources.synthetic import launch
from producer.sources.synthetic.identity import AIRLINES
from producer.wire import decode, encode, validate


@settings(max_examples=30)
@given(seeds, some_airports, moments)
def test_every_report_is_canonical_on_the_wire(seed, airports, when):
    _, reports = at(launch(seed, 100, airports), when)
    for state in reports.states(1.7e9):
        assert decode(encode(state)) == state
        assert validate({name: getattr(state, name) for name in state.__struct_fields__}) == state
        assert re.fullmatch("[0-7]{4}", state.squawk)
        assert state.squawk not in {"7500", "7600", "7700", "0000", "1200", "7000"}
        assert re.fullmatch("[A-Z]{3}[1-9][0-9]{0,3}", state.callsign)
        assert not re.search(r"-0\.0[,}]", encode(state).decode())
        assert 0 <= int(state.icao24, 16) - AIRLINES[state.callsign[:3]] < 1 << 18
