"""Options that every command has that speaks to Kafka: where the brokers are, the topic, and how they are spoken to.

A contract of both packages, like the settings themselves: the commands of either spell them alike.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from producer.cluster.address import check_topic, parse_servers
from producer.cluster.connection import MECHANISMS, PROTOCOLS, Security, variable
from producer.cluster.errors import SettingError

F = TypeVar("F", bound=Callable[..., Any])

option = functools.partial(click.option, show_default=True, show_envvar=True)
"""An option that shows its default and its environment variable."""


class _Setting(click.ParamType):  # type: ignore[type-arg] # click was not always generic
    """A setting of the connection that a function parses; the error says what is needed."""

    def __init__(self, name: str, parse: Callable[[str], str]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self._parse(value)
        except SettingError as error:
            self.fail(f"{error.value!r}: {error.limit}", param, ctx)


def _spell_servers(text: str) -> str:
    return ",".join(map(str, parse_servers(text)))


bootstrap_servers = option(
    "--bootstrap-servers",
    envvar="KAFKA_BOOTSTRAP_SERVERS",
    default="localhost:9092",
    metavar="HOST:PORT,...",
    type=_Setting("servers", _spell_servers),
    help="Kafka brokers to ask for the others.",
)
topic = option(
    "--topic",
    envvar="KAFKA_TOPIC",
    default="shipments",
    type=_Setting("topic", check_topic),
    help="Of the state vectors; the producer makes it where it does not exist.",
)

# No password is among them: a command line can be read by everybody on the machine.
_SECURITY_HELP = {
    "security_protocol": ("|".join(PROTOCOLS), "How brokers are spoken to: SSL encrypts, SASL signs in."),
    "sasl_mechanism": ("|".join(MECHANISMS), "How to sign in."),
    "sasl_username": ("NAME", "Who signs in; the password is KAFKA_SASL_PASSWORD."),
    "sasl_password_file": ("FILE", "Holds the password, instead of KAFKA_SASL_PASSWORD."),
    "ssl_cafile": ("FILE", "Authorities (PEM) that sign the brokers' certificates, instead of the machine's."),
    "ssl_certfile": ("FILE", "Our own certificate (PEM), where brokers ask for one."),
    "ssl_keyfile": ("FILE", "Its key (PEM); its password, if any, is KAFKA_SSL_PASSWORD."),
    "ssl_password_file": ("FILE", "Holds the key's password, instead of KAFKA_SSL_PASSWORD."),
    "ssl_check_hostname": ("true|false", "Whether a certificate must be for the host that is reached."),
}


def security(command: F) -> F:
    """Add the options of a connection's security; the command is called with `security`, a `Security`."""

    @functools.wraps(command)
    def wrapped(**options: Any) -> Any:  # noqa: ANN401 - click's options by name
        context = click.get_current_context()
        explicit = {}
        for name in _SECURITY_HELP:
            value = options.pop(name)
            if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
                explicit[name] = value
        try:
            chosen = Security.choose(explicit, os.environ)
        except SettingError as error:
            raise click.UsageError(str(error)) from error
        return command(**options, security=chosen)

    for name, (metavar, text) in reversed(_SECURITY_HELP.items()):
        spelled = f"--{name.replace('_', '-')}"
        wrapped = option(spelled, envvar=variable(name), metavar=metavar, help=text)(wrapped)
    return wrapped  # type: ignore[return-value] # called by click, with options only
