"""producer/cluster/errors.py: what a setting's error says, and under which names."""

import pytest

from producer.cluster.errors import SettingError


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("sasl_username", None, "KAFKA_SASL_USERNAME is missing: it is needed (option --sasl-username)"),
        ("ssl_cafile", "ca.pem", "KAFKA_SSL_CAFILE='ca.pem': it is needed (option --ssl-cafile)"),
        ("sasl_password", "***", "KAFKA_SASL_PASSWORD='***': it is needed (option --sasl-password-file)"),
    ],
)
def test_an_error_names_variable_value_limit_and_option(name, value, says):
    error = SettingError(name, value, "it is needed")
    assert str(error) == says
    assert (error.name, error.value, error.limit) == (name, value, "it is needed")
