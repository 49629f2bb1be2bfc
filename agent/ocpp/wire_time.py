"""Times on the wire: RFC 3339 in UTC, with milliseconds (field pain 10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.core.clock import WallMs

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_text(wall_ms: WallMs) -> str:
    """`2026-11-23T20:15:01.250Z`; a time that no calendar has is cut to the nearest that one does."""
    try:
        at = _EPOCH + timedelta(milliseconds=wall_ms)
    except OverflowError:
        at = datetime.max.replace(tzinfo=UTC) if wall_ms > 0 else _EPOCH
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def to_wall(text: str) -> WallMs | None:
    """Any RFC 3339 time as wall milliseconds; None if it is not one. Without an offset it is taken for UTC."""
    try:
        at = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    try:
        return WallMs((at - _EPOCH) // timedelta(milliseconds=1))
    except OverflowError:
        return None
