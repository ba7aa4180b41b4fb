"""Hatchling's hook: builds the page before a wheel or an editable installation is made.

Node.js comes from the Python package index where the machine has none. FLIGHT_TRACKER_NO_WEB=1 leaves the page out: for
the producer alone, or for a machine without a network.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))


class PageHook(BuildHookInterface[Any]):
    """Of the wheel, and so of editable installations too."""

    def dependencies(self) -> list[str]:
        """What the build needs; asked before it."""
        if not _has_sources():
            return []
        from tracker.web.build import requirements

        return requirements()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page, or end with one sentence."""
        if not _has_sources():
            return
        from tracker.web.build import WebError, build

        try:
            build()
        except WebError as error:
            sys.exit(str(error))


def _has_sources() -> bool:
    """Not where someone copied the producer alone."""
    return (ROOT / "tracker" / "web" / "build.py").exists()
