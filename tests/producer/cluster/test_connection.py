"""producer/connection.py: settings of a connection, joined, validated, and never shown."""

import logging
import pickle
import ssl
import subprocess

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from producer.cluster.connection import MECHANISMS, PROTOCOLS, HideSecrets, Secret, Security, variable, without
from producer.cluster.errors import SettingError

SIGNED = {"sasl_mechanism": "PLAIN", "sasl_username": "alice", "sasl_password": "s3cret-pass"}


def refused(**settings) -> SettingError:
    with pytest.raises(SettingError) as raised:
        Security.choose(settings, {})
    assert isinstance(raised.value, ValueError)
    assert "\n" not in str(raised.value)
    assert "s3cret" not in str(raised.value) + repr(raised.value)
    return raised.value


def test_without_any_setting_it_is_in_the_clear_and_without_a_user():
    security = Security.from_environment({"KAFKA_SASL_USERNAME": "", "KAFKA_SECURITY_PROTOCOL": ""})
    assert security == Security()
    assert (security.encrypts, security.signs_in, security.ssl_context()) == (False, False, None)
    assert security.client_options() == {"security_protocol": "PLAINTEXT"}


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_environment_names_every_setting(mechanism, tmp_path):
    environment = {
        "KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
        "KAFKA_SASL_MECHANISM": mechanism.lower(),
        "KAFKA_SASL_USERNAME": "alice",
        "KAFKA_SASL_PASSWORD": " s3cret=\u00e4 ",
        "KAFKA_SSL_CAFILE": "ca.pem",
        "KAFKA_SSL_CERTFILE": "cert.pem",
        "KAFKA_SSL_KEYFILE": "key.pem",
        "KAFKA_SSL_PASSWORD": "s3cret of the key",
        "KAFKA_SSL_CHECK_HOSTNAME": "False",
        "KAFKA_BOOTSTRAP_SERVERS": "host:1",
        "HOME": "/",
    }
    security = Security.from_environment(environment)
    assert security == Security(
        *("SASL_SSL", mechanism, "alice", " s3cret=\u00e4 ", "ca.pem", "cert.pem", "key.pem", "s3cret of the key"),
        ssl_check_hostname=False,
    )
    assert without(environment) == {"KAFKA_BOOTSTRAP_SERVERS": "host:1", "HOME": "/"}


def test_clients_are_given_what_they_ask_for():
    options = Security("SASL_PLAINTEXT", "SCRAM-SHA-256", "alice", "s3cret-pass").client_options()
    assert options == {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "alice",
        "sasl_plain_password": "s3cret-pass",
    }
    assert "s3cret" not in repr(options)


@given(st.text(min_size=4).filter(lambda text: text not in "Security(...sasl_password=None)'***'SCRAM-SHA-256"))
def test_no_repr_shows_a_password(password):
    security = Security("SASL_SSL", "PLAIN", "u", password, ssl_certfile="c", ssl_password=password)
    plain = Security("SASL_SSL", "PLAIN", "u", "x", ssl_certfile="c", ssl_password="x")
    assert repr(security) == repr(plain)
    assert repr(vars(security)) == repr(vars(plain))
    assert f"{Secret(password)!r}" == "'***'"
    assert Secret(password) == password
    assert (security == plain) == (password == "x")


def test_a_secret_is_text_like_any_other_to_a_client():
    secret = Secret("a,b")
    assert "\0".join(["u", secret]) == "u\0a,b"
    assert (secret.encode(), secret.replace(",", "=2C")) == (b"a,b", "a=2Cb")
    assert pickle.loads(pickle.dumps(secret)) == secret


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"security_protocol": "TLS"},
            "KAFKA_SECURITY_PROTOCOL='TLS': PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL is needed "
            "(option --security-protocol)",
        ),
        (
            SIGNED | {"security_protocol": "SASL_SSL", "sasl_mechanism": "GSSAPI"},
            "KAFKA_SASL_MECHANISM='GSSAPI': PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 is needed (option --sasl-mechanism)",
        ),
        (
            {"security_protocol": "SASL_SSL", "sasl_mechanism": "PLAIN", "sasl_username": "alice"},
            "KAFKA_SASL_PASSWORD is missing: SASL_SSL needs it (option --sasl-password-file)",
        ),
        (
            {"security_protocol": "SASL_SSL", "sasl_username": "alice"},
            "KAFKA_SASL_MECHANISM is missing: SASL_SSL needs it (option --sasl-mechanism)",
        ),
        (
            {"sasl_username": "alice"},
            "KAFKA_SASL_USERNAME='alice': has no effect with KAFKA_SECURITY_PROTOCOL=PLAINTEXT; set that to "
            "SASL_PLAINTEXT or SASL_SSL (option --sasl-username)",
        ),
        (
            {"sasl_password": "s3cret-pass"},
            "KAFKA_SASL_PASSWORD='***': has no effect with KAFKA_SECURITY_PROTOCOL=PLAINTEXT; set that to "
            "SASL_PLAINTEXT or SASL_SSL (option --sasl-password-file)",
        ),
        (
            SIGNED | {"security_protocol": "SASL_PLAINTEXT", "ssl_cafile": "ca.pem"},
            "KAFKA_SSL_CAFILE='ca.pem': has no effect with KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT; set that to "
            "SSL or SASL_SSL (option --ssl-cafile)",
        ),
        (
            {"security_protocol": "SSL", "ssl_keyfile": "key.pem"},
            "KAFKA_SSL_CERTFILE is missing: a key is of use only with its certificate (option --ssl-certfile)",
        ),
        (
            {"security_protocol": "SSL", "ssl_check_hostname": "maybe"},
            "KAFKA_SSL_CHECK_HOSTNAME='maybe': true or false is needed (option --ssl-check-hostname)",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_by_name_value_and_limit(settings, sentence):
    assert str(refused(**settings)) == sentence


def test_what_is_explicit_comes_before_the_environment():
    environment = {variable(name): value for name, value in SIGNED.items()} | {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}
    security = Security.choose({"sasl_username": "bob", "sasl_mechanism": None}, environment)
    assert (security.sasl_username, security.sasl_mechanism) == ("bob", "PLAIN")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_under_an_explicit_protocol_the_environments_other_settings_are_left_out(protocol):
    environment = {variable(name): value for name, value in SIGNED.items()}
    environment |= {"KAFKA_SSL_CAFILE": "ca.pem", "KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}
    security = Security.choose({"security_protocol": protocol}, environment)
    assert (security.sasl_username is not None) == protocol.startswith("SASL")
    assert (security.ssl_cafile is not None) == protocol.endswith("SSL")


def test_a_password_may_stand_in_a_file(tmp_path):
    path = tmp_path / "password"
    for written in ("s3cret pass ", "s3cret pass \n", "s3cret pass \r\n"):
        path.write_bytes(written.encode())
        signed = SIGNED | {"security_protocol": "SASL_SSL", "sasl_password": None, "sasl_password_file": path}
        assert Security.choose(signed, {}).sasl_password == "s3cret pass "
    environment = {"KAFKA_SASL_PASSWORD_FILE": str(path), "KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}
    assert Security.choose({"sasl_mechanism": "PLAIN", "sasl_username": "a"}, environment).sasl_password
    assert "KAFKA_SASL_PASSWORD is set as well" in str(refused(**SIGNED, sasl_password_file=path))


@pytest.mark.parametrize("contents", [b"", b"\n", b"s3cret\nother\n", b"s3cret\xff", b"s3cret" * 20_000])
def test_a_file_that_holds_no_password_is_refused(tmp_path, contents):
    path = tmp_path / "password"
    path.write_bytes(contents)
    assert refused(sasl_password_file=path).name == "sasl_password_file"


def test_files_that_cannot_be_read_are_named(tmp_path):
    missing = str(tmp_path / "missing")
    assert "cannot be read (no such file or directory)" in str(refused(sasl_password_file=missing))
    other = tmp_path / "other"
    other.write_text("not a certificate")
    own = trustme.CA().issue_cert("a.example")
    certificate, key, another = (tmp_path / name for name in ("certificate", "key", "another"))
    own.cert_chain_pems[0].write_to_path(certificate)
    own.private_key_pem.write_to_path(key)
    trustme.CA().issue_cert("b.example").private_key_pem.write_to_path(another)
    sealed = tmp_path / "sealed"
    sealing = ["openssl", "pkcs8", "-topk8", "-passout", "pass:right", "-in", str(key), "-out", str(sealed)]
    subprocess.run(sealing, check=True, capture_output=True)

    def context(**settings) -> ssl.SSLContext:
        return Security("SSL", **{name: str(value) for name, value in settings.items()}).ssl_context()

    for settings, name in [
        ({"ssl_cafile": missing}, "ssl_cafile"),
        ({"ssl_cafile": other}, "ssl_cafile"),
        ({"ssl_certfile": missing}, "ssl_certfile"),
        ({"ssl_certfile": other}, "ssl_certfile"),
        ({"ssl_certfile": certificate, "ssl_keyfile": missing}, "ssl_keyfile"),
        ({"ssl_certfile": certificate, "ssl_keyfile": another}, "ssl_keyfile"),
        ({"ssl_certfile": certificate, "ssl_keyfile": sealed}, "ssl_password"),
        ({"ssl_certfile": certificate, "ssl_keyfile": sealed, "ssl_password": "s3cret"}, "ssl_password"),
    ]:
        with pytest.raises(SettingError) as raised:
            context(**settings)
        assert raised.value.name == name, settings
        assert "s3cret" not in str(raised.value)
    context(ssl_certfile=certificate, ssl_keyfile=key)
    context(ssl_certfile=certificate, ssl_keyfile=sealed, ssl_password="right")


def test_a_context_checks_certificates_and_names_unless_told_otherwise():
    context = Security("SSL").ssl_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    context = Security("SSL", ssl_check_hostname=False).ssl_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, False)


def test_a_clients_debug_log_keeps_no_request_that_signs_in():
    class SaslAuthenticateRequest:
        pass

    hide = HideSecrets()

    def kept(*arguments: object) -> bool:
        return hide.filter(logging.LogRecord("client", logging.DEBUG, "", 0, "%s", arguments, None))

    assert kept("Connected", 1)
    assert kept({"a": "mapping"})
    assert not kept("node", 1, SaslAuthenticateRequest())
    assert not kept("Send", b"\0alice\0s3cret")
