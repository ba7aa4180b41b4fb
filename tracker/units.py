"""Factors from the wire's SI units to the analyst's feet, knots and feet a minute; all exact by definition."""

from __future__ import annotations

FEET_PER_METRE = 1 / 0.3048
KNOTS_PER_MPS = 3600 / 1852
FPM_PER_MPS = 60 / 0.3048
