"""Imports what needs an optional library when a command comes to it, so that the command can say what to install."""

from __future__ import annotations

import importlib
from typing import Any

from producer.errors import ProducerError


def load(module: str, extra: str) -> Any:  # noqa: ANN401 - a module; its types are those of a library that may be absent
    """Import a module.

    Args:
        module: Its full name.
        extra: The extra of the distribution that brings what it needs.

    Raises:
        ProducerError: A library is missing.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ProducerError(f"{error.name} is missing: pip install 'flight-tracker[{extra}]'") from error
