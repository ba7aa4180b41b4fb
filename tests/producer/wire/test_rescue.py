"""producer/wire/rescue.py: objects of which all but one value can be read."""

import json

import pytest
from wire_reports import HERE

from producer.wire import StateVector, decode

WHOLE = json.dumps({**HERE, "altitude": 0}).encode()


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 400, b"[1e999]"])
def test_a_number_that_no_float_holds_costs_its_field_alone(number):
    repairs = []
    assert decode(WHOLE.replace(b" 0}", number + b"}"), repairs) == StateVector(**HERE)
    assert [repair.field for repair in repairs] == ["altitude"]
    assert len(str(repairs[0])) < 200


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity"])
def test_in_a_field_that_nobody_reads_it_costs_nothing(number):
    repairs = []
    data = WHOLE.replace(b" 0}", b' 1, "other": {"deep": [' + number + b"]}}")
    assert decode(data, repairs) == StateVector(**HERE, altitude=1.0)
    assert repairs == []
