import pytest
from kafka import errors as kafka_errors

from tracker.devbroker.errors import CannotListenError, ErrorCode

OTHER_NAMES = {
    ErrorCode.MESSAGE_TOO_LARGE: "MESSAGE_SIZE_TOO_LARGE",
    ErrorCode.INVALID_TOPIC_EXCEPTION: "INVALID_TOPIC",
}
"""What kafka-python calls two of them."""


@pytest.mark.parametrize("code", [code for code in ErrorCode if code > 0])
def test_the_error_codes_are_those_of_kafka(code):
    assert kafka_errors.for_code(code).message == OTHER_NAMES.get(code, code.name)


def test_an_address_of_ipv6_stands_in_brackets():
    error = CannotListenError("::1", 9092, "it is taken")
    assert "[::1]:9092: it is taken" in str(error)
    assert (error.host, error.port, error.reason) == ("::1", 9092, "it is taken")
