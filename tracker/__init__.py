"""Live aircraft in a notebook: a Kafka topic as a map, a table and rolling pandas frames.

    from tracker import Tracker
    t = Tracker("localhost:9092").start()
    t.map()

Names are imported when they are first used, so that `import tracker` loads neither pandas nor a widget.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.columns.names import COLUMNS as COLUMNS
    from tracker.errors import BadFrame as BadFrame
    from tracker.errors import BadOption as BadOption
    from tracker.errors import BrokerUnreachable as BrokerUnreachable
    from tracker.errors import BrokerWarning as BrokerWarning
    from tracker.errors import FeedFailed as FeedFailed
    from tracker.errors import HandshakeFailed as HandshakeFailed
    from tracker.errors import MissingColumn as MissingColumn
    from tracker.errors import NotRunning as NotRunning
    from tracker.errors import NotSettled as NotSettled
    from tracker.errors import ServerRefused as ServerRefused
    from tracker.errors import ServerUnreachable as ServerUnreachable
    from tracker.errors import TrackerError as TrackerError
    from tracker.errors import UnknownAircraft as UnknownAircraft
    from tracker.errors import UnknownColumn as UnknownColumn
    from tracker.jupyter.tracker import Tracker as Tracker
    from tracker.state.stats import Stats as Stats
    from tracker.workbench.demo import demo as demo

_HOMES = {
    "errors": [
        "BadFrame", "BadOption", "BrokerUnreachable", "BrokerWarning", "FeedFailed", "HandshakeFailed", "MissingColumn",
        "NotRunning", "NotSettled", "ServerRefused", "ServerUnreachable", "TrackerError", "UnknownAircraft",
        "UnknownColumn",
    ],
    "columns.names": ["COLUMNS"],
    "jupyter.tracker": ["Tracker"],
    "state.stats": ["Stats"],
    "workbench.demo": ["demo"],
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # one list of names, held to account by a test


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
