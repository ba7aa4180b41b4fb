"""producer/sources/faults.py: what cannot be used is counted, and logged within bounds."""

import logging

from producer.sources.faults import Faults
from producer.wire import Repair, SchemaError

BAD = SchemaError("format", "lat", "'x'", "a number is required")


def test_refused_messages_are_counted_and_the_first_ones_logged(caplog):
    faults = Faults("somewhere:1")
    with caplog.at_level(logging.WARNING):
        for _ in range(2000):
            faults.refuse(BAD)
    assert faults.refused == 2000
    assert len(caplog.messages) == 12
    assert caplog.messages[0] == "somewhere:1: lat = 'x': refused (format): a number is required"
    assert caplog.messages[-1].endswith("(2000 refused so far)")


def test_dropped_values_are_counted_by_field_and_the_first_of_each_logged(caplog):
    faults = Faults("somewhere:1")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            faults.repair([Repair("track", BAD), Repair("squawk", BAD)])
    assert faults.repaired == {"track": 3, "squawk": 3}
    assert len(caplog.messages) == 2
