"""Time as the core sees it: monotonic and wall time are different types, and the wall may be unknown.

A station boots before it knows what day it is. Every fact therefore carries a `Stamp` (boot number, monotonic
milliseconds of that boot, wall time if it was trusted then); `WallClock` turns a stamp into a wall time once the offset
of its boot is known, so that what happened before the clock was set gets its right time when it is sent.
"""

from __future__ import annotations

from typing import NewType

from msgspec import Struct

MonoMs = NewType("MonoMs", int)
WallMs = NewType("WallMs", int)

SOFTWARE_MADE_MS = 1_767_225_600_000  # 2026-01-01: nothing of ours has happened before


def following(now: MonoMs, interval_ms: int, present: MonoMs | None = None) -> MonoMs | None:
    """The next moment of a series, none missed twice; None when the interval is 0 (switched off)."""
    if interval_ms <= 0:
        return None
    moment = now + interval_ms
    if present is not None and moment <= present:
        moment = present + interval_ms
    return MonoMs(moment)


class Now(Struct, frozen=True):
    """The present: monotonic time of this boot, wall time (None until the clock is trusted), boot number."""

    mono_ms: MonoMs
    wall_ms: WallMs | None
    boot: int

    def stamp(self) -> Stamp:
        return Stamp(boot=self.boot, mono_ms=self.mono_ms, wall_ms=self.wall_ms)


class Stamp(Struct, frozen=True):
    """When something happened. `wall_ms` is None if the clock was not trusted then."""

    boot: int
    mono_ms: MonoMs
    wall_ms: WallMs | None


class WallClock:
    """Offsets of wall over monotonic time, by boot, and a floor below which no time is ever told.

    The floor is the latest wall time that the station has ever known: a boot whose clock was never trusted is placed
    after it, in order (field pain 9).
    """

    def __init__(self, offsets: dict[int, int], floor_ms: int) -> None:
        self._offsets = offsets
        self.floor_ms = max(floor_ms, SOFTWARE_MADE_MS)
        self._held: tuple[int, int] | None = None  # boot, and the offset that holds while time must not step back

    def steady(self, now: Now, *, hold: bool) -> Now:
        """The present, but that it does not step back while `hold` lasts; a step forward is followed at once."""
        if now.wall_ms is None:
            return now
        offset = now.wall_ms - now.mono_ms
        if hold and self._held is not None and self._held[0] == now.boot and offset < self._held[1]:
            return Now(mono_ms=now.mono_ms, wall_ms=WallMs(now.mono_ms + self._held[1]), boot=now.boot)
        self._held = (now.boot, offset)
        return now

    def learn(self, now: Now) -> bool:
        """Remember the offset of this boot; True if it is new or moved by more than a second."""
        if now.wall_ms is None:
            return False
        offset = now.wall_ms - now.mono_ms
        known = self._offsets.get(now.boot)
        self.floor_ms = max(self.floor_ms, now.wall_ms)
        if known is not None and abs(known - offset) <= 1000:
            return False
        self._offsets[now.boot] = offset
        return True

    def offset(self, boot: int) -> int | None:
        return self._offsets.get(boot)

    def wall(self, stamp: Stamp) -> WallMs:
        """Best wall time of a stamp: as stamped, by its boot's offset, else the floor plus time since that boot."""
        if stamp.wall_ms is not None:
            return stamp.wall_ms
        offset = self._offsets.get(stamp.boot)
        if offset is not None:
            return WallMs(stamp.mono_ms + offset)
        return WallMs(self.floor_ms + stamp.mono_ms)

    def knows(self, stamp: Stamp) -> bool:
        """True if the wall time of this stamp is more than an estimate."""
        return stamp.wall_ms is not None or stamp.boot in self._offsets
