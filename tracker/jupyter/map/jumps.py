"""Steps of a path that no aircraft flies; pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tracker.arrays import Flags, Floats
from tracker.geo.sphere import distance

MAX_SPEED = 1_500.0 * 1852 / 3600
"""m/s. 1,500 kt; no airliner has flown as fast (Concorde cruised at some 1,150): what seems faster is an error."""

_SHORTEST = 1.0
"""s. Of reports closer than this, the rounding of their times alone makes any speed."""


def is_jump(
    seconds: Floats, start: tuple[npt.ArrayLike, npt.ArrayLike], end: tuple[npt.ArrayLike, npt.ArrayLike]
) -> Flags:
    """Tell which steps are longer than any aircraft flies in that time.

    Args:
        seconds: How long each step took, shape (n,); less than one second counts as one.
        start: Latitude and longitude where each begins, deg, of shape (n,) or one for all.
        end: The same where it ends.

    Returns:
        Shape (n,).
    """
    return np.asarray(distance(*start, *end) > MAX_SPEED * np.maximum(seconds, _SHORTEST))
