"""How a flight goes: its speed and height from one stand to the other, in segments of constant acceleration.

    standing, roll, climb (vertical rate builds up, stays, ends), cruise, descent (likewise), roll-out, standing

So speed and vertical rate never jump.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from producer.sources.synthetic.chance import Chance, Draw

MAX_ACCELERATION = 2.0
"""The most that ground speed changes, m/s2: the take-off roll."""

MAX_VERTICAL_ACCELERATION = 1.6
"""The most that vertical rate changes, m/s2: a sixth of gravity."""

_RAMP = 15.0  # s, in which the vertical rate builds up, and ends
_LIFT_OFF = 75.0  # m/s, 145 kt; a loaded A320's
_TOUCH_DOWN = 68.0  # m/s, 132 kt
_BRAKING = 1.6  # m/s2, of the landing roll
_HASTE = 1.0  # m/s2, the most in the air
_ROLL = _LIFT_OFF**2 / 2 / MAX_ACCELERATION  # m
_ROLL_OUT = _TOUCH_DOWN**2 / 2 / _BRAKING  # m
_CLEARANCE = 600.0  # m, that the lowest cruise is above both airports
_LAST_BEFORE_FLIGHT, _FIRST_AFTER_FLIGHT = 1, 9  # segments

_Floats = NDArray[np.float64]


def cut_segments(route: _Floats, low: _Floats, high: _Floats, begin: _Floats, chance: Chance) -> dict[str, _Floats]:
    """Cut flights into segments of constant acceleration.

    Args:
        route: Length of the flights, m, (m,).
        low: Elevation of the origins, m, (m,).
        high: Elevation of the destinations, m, (m,).
        begin: When the flights begin, s, (m,).
        chance: Of the flights.

    Returns:
        Columns of a `Fleet`, by name.
    """
    # A short flight does not climb to where a long one cruises, and is slower there; all within what airliners do.
    cruise = np.maximum(np.minimum(chance(Draw.CRUISE, 9_000, 12_200), route / 40), np.maximum(low, high) + _CLEARANCE)
    fast = 130 + 0.01 * cruise + chance(Draw.SPEED, -12, 12)
    up, down = chance(Draw.CLIMB, 8, 13), chance(Draw.DESCENT, 6, 9)
    mean_up, mean_down = (_LIFT_OFF + fast) / 2, (fast + _TOUCH_DOWN) / 2
    flown = route - _ROLL - _ROLL_OUT
    sloped = mean_up * (cruise - low) / up + mean_down * (cruise - high) / down
    # Steeper where climb and descent would leave less than a tenth of the way.
    steeper = np.maximum(1.0, sloped / (0.9 * flown - (mean_up + mean_down) * _RAMP))
    up, down = up * steeper, down * steeper
    time_up, time_down = (cruise - low) / up + _RAMP, (cruise - high) / down + _RAMP
    # A short climb leaves no time to become fast; what is slower has only more of the way left.
    fast = np.minimum(fast, np.minimum(_LIFT_OFF + _HASTE * time_up, _TOUCH_DOWN + _HASTE * time_down))
    mean_up, mean_down = (_LIFT_OFF + fast) / 2, (fast + _TOUCH_DOWN) / 2
    level = flown - mean_up * time_up - mean_down * time_down

    nil, ramp = np.zeros_like(route), np.full_like(route, _RAMP)
    quicker, slower = (fast - _LIFT_OFF) / time_up, (_TOUCH_DOWN - fast) / time_down
    lasts, acceleration, vertical = (
        np.stack(columns, axis=1)
        for columns in zip(
            (chance(Draw.STAND_BEFORE, 120, 600), nil, nil),
            (nil + _LIFT_OFF / MAX_ACCELERATION, nil + MAX_ACCELERATION, nil),
            (ramp, quicker, up / _RAMP),
            (time_up - 2 * _RAMP, quicker, nil),
            (ramp, quicker, -up / _RAMP),
            (level / fast, nil, nil),
            (ramp, slower, -down / _RAMP),
            (time_down - 2 * _RAMP, slower, nil),
            (ramp, slower, down / _RAMP),
            (nil + _TOUCH_DOWN / _BRAKING, nil - _BRAKING, nil),
            (chance(Draw.STAND_AFTER, 180, 900), nil, nil),
            strict=True,
        )
    )
    velocity = _sums(acceleration * lasts, nil)
    rate = _sums(vertical * lasts, nil)
    # Sums leave crumbs: what stands stands, and what is level is level.
    velocity[:, (0, 1, 10)] = 0.0
    rate[:, (0, 1, 2, 5, 6, 9, 10)] = 0.0
    begins = _sums(lasts, begin)
    return {
        "begins": begins,
        "ends": begins[:, -1] + lasts[:, -1],
        "distance": _sums((velocity + acceleration * lasts / 2) * lasts, nil),
        "velocity": velocity,
        "acceleration": acceleration,
        "altitude": _sums((rate + vertical * lasts / 2) * lasts, low),
        "vertical_rate": rate,
        "vertical_acceleration": vertical,
    }


def is_on_ground(segment: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether an aircraft in a segment, counted from 0, has not lifted off yet or has touched down."""
    return (segment <= _LAST_BEFORE_FLIGHT) | (segment >= _FIRST_AFTER_FLIGHT)


def _sums(changes: _Floats, begin: _Floats) -> _Floats:
    """Give what there is before each of the changes, (m, k), from what there was at the begin, (m,)."""
    return np.concatenate([begin[:, None], begin[:, None] + np.cumsum(changes[:, :-1], axis=1)], axis=1)
