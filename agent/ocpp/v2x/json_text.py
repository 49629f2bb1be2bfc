"""Data of a vendor: any JSON on the wire, its text in the domain."""

from __future__ import annotations

from typing import Any

import msgspec


def written(data: Any) -> str:
    """The text of a JSON value that was decoded."""
    return msgspec.json.encode(data).decode()


def read(text: str) -> Any:
    """The value that a text is; a text that is no JSON (1.6 knows only texts) is itself the value."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text
