"""What the tracker raises.

TrackerError
├── BadOption          an argument outside its limits             (also a ValueError)
├── UnknownAircraft    no row of that key or callsign is held     (also a KeyError)
├── UnknownColumn      no such column in the frames               (also a KeyError)
├── MissingColumn      a frame lacks a column that is needed      (also a KeyError)
├── NotSettled         the data did not come in time              (also a TimeoutError)
├── NotRunning         asked to wait for a tracker that was not started
├── BrokerUnreachable  no answer from the broker
├── HandshakeFailed    the broker and the settings of the connection do not fit: a wrong password, an unknown authority
├── ServerUnreachable  no answer from the live server, or the connection was torn
├── ServerRefused      the live server turns us away
├── BadFrame           what the live server sent is no frame      (also a ValueError)
└── FeedFailed         the background thread ended with an error

BrokerWarning          start() found no broker yet, and goes on trying
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


class TrackerError(Exception):
    """Anything that goes wrong in the tracker."""


class BadOption(TrackerError, ValueError):
    """An argument is outside its limits."""

    def __init__(self, name: str, value: object, limit: str) -> None:
        super().__init__(f"{name}={value!r}: {limit}")
        self.name, self.value, self.limit = name, value, limit


class _Unknown(TrackerError, KeyError):
    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        close = get_close_matches(name, known, 3)
        hint = f" (close to it: {', '.join(close)})" if close else ""
        super().__init__(f"{what} {name!r}{hint}")
        self.name = name

    def __str__(self) -> str:  # a KeyError would show the sentence in quotes
        return str(self.args[0])


class UnknownAircraft(_Unknown):
    """No row of that key, callsign or id is in the window."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__("the window holds nothing with the key, callsign or id", name, known)


class UnknownColumn(_Unknown):
    """The frames have no such column."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"the frames have the columns {', '.join(known)}, but none of the name", name, known)


class MissingColumn(_Unknown):
    """A frame that was handed over lacks a column that is needed."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"the frame has the columns {', '.join(known) or '(none)'}, but lacks", name, known)


class NotSettled(TrackerError, TimeoutError):
    """The data that was waited for did not come in time."""


class NotRunning(TrackerError):
    """The tracker was not started, or was stopped."""


class BrokerUnreachable(TrackerError):
    """The broker does not answer."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"no Kafka broker answers at {address}: {reason}")
        self.address, self.reason = address, reason


class HandshakeFailed(TrackerError):
    """The broker refuses us, or we it, which no waiting heals: the sentence says what to change."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(reason)
        self.address, self.reason = address, reason


class ServerUnreachable(TrackerError):
    """The live server does not answer, or the connection to it has ended; waiting may heal it."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"no connection to {url}: {reason}")
        self.url, self.reason = url, reason


class ServerRefused(TrackerError):
    """The live server turns us away: `code` is the HTTP status of its answer, or the code with which it closed."""

    def __init__(self, url: str, code: int, reason: str) -> None:
        super().__init__(f"{url} refuses us with {code}: {reason}")
        self.url, self.code, self.reason = url, code, reason


class BadFrame(TrackerError, ValueError):
    """What the live server sent is no frame of the dialect, or one that contradicts itself."""


class FeedFailed(TrackerError):
    """The background thread ended with an error, which is the cause of this one."""


class BrokerWarning(UserWarning):
    """No broker was found within the time that `start()` waits; it goes on trying."""
