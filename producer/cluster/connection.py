"""`Security`: how a Kafka cluster is spoken to. A contract of both packages, like the wire; no Kafka client is here.

    options of a command, arguments of `Tracker` ──┐
    KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_*, KAFKA_SSL_* ──┴─> Security ──> client_options() ──> kafka-python, aiokafka

A setting has one name: `sasl_username`, KAFKA_SASL_USERNAME, --sasl-username. No secret is shown by a repr or an error.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from producer.cluster.errors import SettingError

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
SECRETS = ("sasl_password", "ssl_password")
"""The settings that are no argument of a command, where others could read them; they may be the contents of a file."""
_TRUTHS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
_MAX_SECRET_FILE = 1 << 16  # bytes; a file that is larger is not a password


class Secret(str):
    """Text that a client can use, and that no repr shows: clients log their settings when they debug."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class HideSecrets(logging.Filter):
    """Keeps out of a Kafka client's debug log the requests that sign in, and raw bytes: PLAIN sends the password."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record may be logged."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        return not any(
            isinstance(argument, bytes | bytearray | memoryview) or type(argument).__name__.startswith("Sasl")
            for argument in arguments
        )


@dataclass(frozen=True)
class Security:
    """The settings of a connection; what contradicts itself is refused.

    Raises:
        SettingError: A setting is missing, unknown, or of no effect under this protocol.
    """

    security_protocol: str = "PLAINTEXT"
    """One of `PROTOCOLS`: SSL encrypts, SASL signs in."""
    sasl_mechanism: str | None = None
    """One of `MECHANISMS`."""
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_cafile: str | None = None
    """PEM file of the authorities that sign the brokers' certificates; None: those that the machine trusts."""
    ssl_certfile: str | None = None
    """PEM file of our own certificate, for a cluster that asks for one."""
    ssl_keyfile: str | None = None
    """PEM file of its key; None: it is in `ssl_certfile`."""
    ssl_password: str | None = field(default=None, repr=False)
    """Of the key."""
    ssl_check_hostname: bool = True
    """Whether a broker's certificate must be for the name under which it is reached."""

    def __post_init__(self) -> None:
        for name in SECRETS:
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, Secret(value))
        if self.security_protocol not in PROTOCOLS:
            raise SettingError("security_protocol", self.security_protocol, f"{_one_of(PROTOCOLS)} is needed")
        if self.signs_in:
            for name in ("sasl_mechanism", "sasl_username", "sasl_password"):
                if not getattr(self, name):
                    raise SettingError(name, None, f"{self.security_protocol} needs it")
            if self.sasl_mechanism not in MECHANISMS:
                raise SettingError("sasl_mechanism", self.sasl_mechanism, f"{_one_of(MECHANISMS)} is needed")
        idle = self.idle()
        if idle:
            raise SettingError(
                idle[0],
                _shown(idle[0], getattr(self, idle[0])),
                f"has no effect with KAFKA_SECURITY_PROTOCOL={self.security_protocol}; set that to "
                + _one_of([name for name in PROTOCOLS if ("SASL" if idle[0].startswith("sasl") else "SSL") in name]),
            )
        if self.ssl_certfile is None and (self.ssl_keyfile or self.ssl_password):
            raise SettingError("ssl_certfile", None, "a key is of use only with its certificate")

    @classmethod
    def choose(cls, explicit: Mapping[str, object], environment: Mapping[str, str]) -> Self:
        """Join what was given explicitly with the environment, which is the default of each setting.

        Where the protocol is explicit, what the environment holds for another protocol is left out.

        Args:
            explicit: Settings by name, None where they were not given; also `sasl_password_file`, `ssl_password_file`.
            environment: Variables by name; an empty one is none.

        Raises:
            SettingError: As `Security`; also where a file of a password cannot be read.
        """
        given = _parse({name: value for name, value in explicit.items() if value is not None})
        default = cls._read(environment)
        if "security_protocol" in given:
            protocol = str(given["security_protocol"])
            default = {name: value for name, value in default.items() if _applies(name, protocol)}
        return cls(**(default | given))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Take all from the environment.

        Raises:
            SettingError: As `choose`.
        """
        return cls.choose({}, environment)

    @classmethod
    def _read(cls, environment: Mapping[str, str]) -> dict[str, Any]:
        names = [f.name for f in fields(cls)] + [f"{name}_file" for name in SECRETS]
        found = {name: environment.get(variable(name)) or None for name in names}
        return _parse({name: value for name, value in found.items() if value is not None})

    @property
    def encrypts(self) -> bool:
        """Whether the connection is TLS."""
        return self.security_protocol.endswith("SSL")

    @property
    def signs_in(self) -> bool:
        """Whether a user signs in."""
        return self.security_protocol.startswith("SASL_")

    def idle(self) -> list[str]:
        """Return the settings that are given, but of no effect under this protocol."""
        given = [f.name for f in fields(self) if getattr(self, f.name) not in (None, "", True, False)]
        return [name for name in given if not _applies(name, self.security_protocol)]

    def ssl_context(self) -> ssl.SSLContext | None:
        """Read the files and make the context of TLS connections; None where there is no TLS.

        Raises:
            SettingError: A file is missing, or not what it should be.
        """
        if not self.encrypts:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ssl_cafile)
        except OSError as error:
            raise SettingError("ssl_cafile", self.ssl_cafile, _unreadable(error, "certificates")) from error
        context.check_hostname = self.ssl_check_hostname
        if self.ssl_certfile is not None:
            self._load_own_certificate(context, self.ssl_certfile)
        return context

    def client_options(self) -> dict[str, Any]:
        """Return the arguments by which kafka-python's and aiokafka's clients take these settings.

        Raises:
            SettingError: As `ssl_context`.
        """
        options: dict[str, Any] = {"security_protocol": self.security_protocol}
        if self.encrypts:
            options["ssl_context"] = self.ssl_context()
        if self.signs_in:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        return options

    def _load_own_certificate(self, context: ssl.SSLContext, certificate: str) -> None:
        key = self.ssl_keyfile or certificate
        for name, path in (("ssl_certfile", certificate), ("ssl_keyfile", key)):
            try:
                text = Path(path).read_bytes()
            except OSError as error:
                raise SettingError(name, path, _unreadable(error, name)) from error
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(certificate)
        except ssl.SSLError as error:
            raise SettingError("ssl_certfile", certificate, _unreadable(error, "a certificate")) from error
        try:
            # An empty password, where none is given: OpenSSL would ask the terminal for it.
            context.load_cert_chain(certificate, self.ssl_keyfile, self.ssl_password or "")
        except ssl.SSLError as error:  # it does not say why
            if b"ENCRYPTED" in text:
                given = None if self.ssl_password is None else "***"
                raise SettingError("ssl_password", given, f"the key in {key} needs another") from error
            raise SettingError("ssl_keyfile", self.ssl_keyfile, f"the key of {certificate} is needed") from error


def variable(name: str) -> str:
    """Return the environment's name of a setting."""
    return f"KAFKA_{name.upper()}"


def without(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without any of these settings: for a program whose broker is an embedded one."""
    prefixes = ("KAFKA_SECURITY_", "KAFKA_SASL_", "KAFKA_SSL_")
    return {name: value for name, value in environment.items() if not name.startswith(prefixes)}


def _applies(name: str, protocol: str) -> bool:
    return (
        (not name.startswith("sasl_") or protocol.startswith("SASL_"))
        and (not name.startswith("ssl_") or protocol.endswith("SSL"))
    )  # fmt: skip


def _parse(settings: Mapping[str, object]) -> dict[str, Any]:
    """Return the settings by name, in their types, with the passwords that stand in files."""
    parsed: dict[str, Any] = dict(settings)
    if isinstance(parsed.get("ssl_check_hostname"), str):
        text = parsed["ssl_check_hostname"]
        if text.strip().lower() not in _TRUTHS:
            raise SettingError("ssl_check_hostname", text, "true or false is needed")
        parsed["ssl_check_hostname"] = _TRUTHS[text.strip().lower()]
    for name in ("security_protocol", "sasl_mechanism"):
        if name in parsed:
            parsed[name] = str(parsed[name]).strip().upper()
    for name in SECRETS:
        path = parsed.pop(f"{name}_file", None)
        if path is None:
            continue
        if name in parsed:
            raise SettingError(f"{name}_file", str(path), f"{variable(name)} is set as well; one of them is needed")
        parsed[name] = _contents(f"{name}_file", path)
    return parsed


def _contents(name: str, path: object) -> Secret:
    """Return the secret that a file holds, less the end of its line."""
    try:
        with Path(str(path)).open("rb") as file:
            text = file.read(_MAX_SECRET_FILE + 1).decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:  # not `from` it: the exception holds what the file holds
        raise SettingError(name, str(path), "is not text in UTF-8") from None
    except OSError as error:
        raise SettingError(name, str(path), _unreadable(error, "a password")) from error
    if not text or "\n" in text or len(text) > _MAX_SECRET_FILE:
        raise SettingError(name, str(path), "one line is needed, the password")
    return Secret(text)


def _shown(name: str, value: object) -> object:
    return "***" if name in SECRETS else value


def _one_of(names: tuple[str, ...] | list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _unreadable(error: OSError, what: str) -> str:
    if isinstance(error, ssl.SSLError):
        return f"is not a PEM file of {what}"
    return f"cannot be read ({(error.strerror or str(error)).lower()})"
