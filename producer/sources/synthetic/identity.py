"""What made-up aircraft are called: addresses of the states and callsigns of the airlines that there are, and squawks.

One number of 18 bits tells a callsign and an address; each slot of a fleet has some of them for itself, so no two
aircraft of a moment are called alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from producer.sources.synthetic.chance import Chance, Draw

MAX_FLIGHTS = 100_000
"""The most flights at once: two addresses and callsigns for each, of the 2^18 there are."""

AIRLINES: Mapping[str, int] = {
    **dict.fromkeys(("AFR", "TVF", "CCM"), 0x380000),  # France
    **dict.fromkeys(("DLH", "EWG", "CFG"), 0x3C0000),  # Germany
    **dict.fromkeys(("BAW", "EZY", "EXS"), 0x400000),  # United Kingdom
    **dict.fromkeys(("ITY", "NOS"), 0x300000),  # Italy
    **dict.fromkeys(("IBE", "VLG", "AEA"), 0x340000),  # Spain
    **dict.fromkeys(("UAL", "AAL", "DAL", "SWA", "JBU"), 0xA00000),  # United States
    **dict.fromkeys(("ACA", "WJA"), 0xC00000),  # Canada
    **dict.fromkeys(("QFA", "VOZ"), 0x7C0000),  # Australia
    **dict.fromkeys(("JAL", "ANA"), 0x840000),  # Japan
    **dict.fromkeys(("AIC", "IGO"), 0x800000),  # India
    **dict.fromkeys(("CCA", "CES"), 0x780000),  # China
    **dict.fromkeys(("TAM", "GLO"), 0xE40000),  # Brazil
    "ARG": 0xE00000,  # Argentina
}
"""ICAO designators of 32 airlines, each with the first 24-bit address of its state (ICAO Annex 10 vol. III, table 9-1).

Only states that have 2^18 addresses or more, so that one number of 18 bits tells a callsign and an address.
"""

SQUAWKS: NDArray[np.int64] = np.setdiff1d(
    np.arange(0o10000), (0o0000, 0o1200, 0o2000, 0o7000, 0o7500, 0o7600, 0o7700, 0o7777)
)
"""Codes that are given to a flight: all but emergencies, and those that mean something to everybody."""

_PREFIXES = tuple(AIRLINES)
_BLOCKS = np.array(tuple(AIRLINES.values()))
_CODES = 1 << 18  # numbers that tell a callsign and an address: 32 airlines x 8192 flight numbers

_Ints = NDArray[np.int64]
_Objects = NDArray[np.object_]


def name_aircraft(chance: Chance, size: int) -> tuple[_Objects, _Objects]:
    """Give addresses and callsigns of flights; a slot has them all before it has one again.

    Args:
        chance: Of the flights, in some slots of a fleet.
        size: Slots of that fleet.

    Returns:
        `icao24` and `callsign`, each (m,) str objects.
    """
    each = _CODES // size
    codes = _scramble(chance.seed, chance.slots * each + chance.generations % each)
    airlines, numbers = codes % len(_PREFIXES), codes // len(_PREFIXES)
    icao24 = _objects(f"{address:06x}" for address in (_BLOCKS[airlines] + codes).tolist())
    callsign = _objects(
        f"{_PREFIXES[airline]}{number + 1}" for airline, number in zip(airlines.tolist(), numbers.tolist(), strict=True)
    )
    return icao24, callsign


def give_squawks(chance: Chance) -> _Objects:
    """Give each flight one of `SQUAWKS`, (m,) str objects."""
    squawks = SQUAWKS[(chance(Draw.SQUAWK, 0, 1) * len(SQUAWKS)).astype(np.int64)]
    return _objects(f"{squawk:04o}" for squawk in squawks.tolist())


def _scramble(seed: int, codes: _Ints) -> _Ints:
    """Scatter numbers below 2^18, no two to the same: products with odd numbers and xor-shifts can be undone."""
    mask = _CODES - 1
    codes = (codes + seed % _CODES) * 0x2545F & mask
    codes = (codes ^ (codes >> 9)) * 0x1B873 & mask
    return codes ^ (codes >> 9)


def _objects(texts: Iterable[str]) -> NDArray[np.object_]:
    return np.array(list(texts), dtype=object)
