"""The version of this program, as it is installed."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def version() -> str:
    """The distribution's version; 0 where it runs without being installed."""
    try:
        return metadata.version("evse-agent")
    except metadata.PackageNotFoundError:
        return "0"
