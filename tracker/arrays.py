"""Names for the types of NumPy arrays, for annotations; the shape stands where an array is described."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
"""Positions in another array."""
Codes = npt.NDArray[np.int32]
"""Numbers that stand for texts; see `tracker.state.interning`."""
ABSENT = -1
"""The code of a text that is not known, as in pandas."""
Ticks = npt.NDArray[np.int64]
"""Times, microseconds since 1970, UTC."""
