"""`Credentials`: of an account's API client at OpenSky, from its file or the environment, and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from producer.errors import ProducerError, SourceError

NAMES = ("OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET")
"""The variables of the environment: of the ID, and of its secret."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An ID and a secret; the `repr` has neither."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)


class _Account(msgspec.Struct):
    """The file that an account's page gives for an API client."""

    clientId: str  # noqa: N815 - as OpenSky spells it
    clientSecret: str  # noqa: N815


def read_credentials(path: Path) -> Credentials:
    """Read the file of an account.

    Raises:
        SourceError: It cannot be read, or is another file.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Account)
    except OSError as error:
        raise SourceError(str(path), f"cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):  # whose message may hold what was found
        needed = "an object with clientId and clientSecret is needed, as the account's page gives"
        raise SourceError(str(path), needed) from None
    return Credentials(found.clientId, found.clientSecret)


def find_credentials(environment: Mapping[str, str]) -> Credentials | None:
    """Return the credentials of the environment; None where it has none.

    A command line, which everybody on the machine can read, has no place for them.

    Raises:
        ProducerError: It has the ID alone, or the secret, or one of them is no text.
    """
    client_id, client_secret = (environment.get(name, "").strip() for name in NAMES)
    for name, value in zip(NAMES, (client_id, client_secret), strict=True):
        if not value.isprintable():  # bytes that are not UTF-8 are not
            raise ProducerError(
                f"{name} holds what cannot be printed: text in UTF-8 is needed, as the account's page gives"
            )
    if client_id and client_secret:
        return Credentials(client_id, client_secret)
    if client_id or client_secret:
        raise ProducerError(f"{NAMES[bool(client_id)]} is missing: an API client has an ID and a secret")
    return None
