"""All attacks by their names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from benchmarks.hostile import on_broker, on_server
from benchmarks.hostile.ground import Ground

Attack: TypeAlias = Callable[[Ground], Awaitable[None]]

_SPUN_AT_ONCE = 20_000  # additions, a fraction of a millisecond


async def spin(ground: Ground) -> None:
    """Use the share of a core, and harm nobody: what an attack is compared with."""
    while True:
        sum(range(_SPUN_AT_ONCE))
        await ground.rest()


ATTACKS: Mapping[str, Attack] = MappingProxyType(
    {
        "pings": on_server.flood_pings,
        "fragments": on_server.send_empty_fragments,
        "mute": on_server.never_read,
        "half-requests": on_server.send_half_requests,
        "idle": on_server.stay_idle,
        "long-headers": on_server.send_long_headers,
        "api": on_server.hammer_flights,
        "utf8": on_server.send_invalid_utf8,
        "origins": on_server.claim_foreign_origins,
        "bombs": on_broker.send_bombs,
        "two-billion": on_broker.claim_two_billion,
        "half-batches": on_broker.send_half_requests,
        "deaf": on_broker.fetch_and_never_read,
        "bad-records": on_broker.send_bad_records,
    }
)
"""Each goes on until it is cancelled."""
HARMLESS = "spin"
"""The name of `spin`."""
