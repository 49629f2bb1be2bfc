"""Time as the core sees it: monotonic and wall time are different types, and the wall may be unknown.

A station boots before it knows what day it is. Every fact therefore carries a `Stamp` (boot number, monotonic
milliseconds of that boot, wall time if it was trusted then); `WallClock` turns a stamp into a wall time once the offset
of its boot is known, so that what happened before the clock was set gets its right time when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NewType

from msgspec import Struct

from agent.core.bounds import KEPT_AT_LEAST_MS

MonoMs = NewType("MonoMs", int)
WallMs = NewType("WallMs", int)

SOFTWARE_MADE_MS = 1_767_225_600_000  # 2026-01-01: nothing of ours has happened before
SAME_TIME_MS = 1000  # clocks that differ by no more tell the same time
SOFTWARE_GONE_MS = 4_102_444_800_000  # 2100-01-01: nor will anything after


def credible(wall_ms: int) -> bool:
    """Whether a clock that tells this time can be right; 1970 and the end of all calendars cannot (field pain 9)."""
    return SOFTWARE_MADE_MS <= wall_ms < SOFTWARE_GONE_MS


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
    """Offsets of wall over monotonic time, by boot, and floors: the latest wall time that was known in each boot.

    A boot whose clock was never trusted is placed after the floors of the boots before it, and before the next boot
    whose clock was (field pain 9).
    """

    def __init__(self, offsets: Mapping[int, int], floors: Mapping[int, int]) -> None:
        self._offsets = dict(offsets)  # the first that each boot learned: what it stamped without a clock was before
        self._newest: tuple[int, int] | None = None  # boot, and its offset after all steps
        self._floors = dict(floors)
        self._kept_ms = 0  # the floor of this boot that was kept last
        self._held: tuple[int, int] | None = None  # boot, and the offset that holds while time must not step back
        self._told_ms: int | None = None  # the latest time in what an earlier boot left unfinished
        self._least: tuple[int, int] | None = None  # the same as an offset of this boot

    @property
    def floor_ms(self) -> int:
        """No time before this one has ever to be told again."""
        return max([SOFTWARE_MADE_MS, *self._floors.values()])

    def resume(self, told: Stamp) -> None:
        """Something goes on that an earlier boot had told the time of: no earlier time is told while it lasts."""
        told_ms = self.wall(told)
        self._told_ms = max(self._told_ms or 0, told_ms)
        self._floors[told.boot] = max(self._floors.get(told.boot, 0), told_ms)

    def steady(self, now: Now, *, hold: bool) -> Now:
        """The present, but that it does not step back while `hold` lasts; a step forward is followed at once."""
        if self._told_ms is not None:  # the first look of this boot: what it begins with is later than what was told
            self._held = self._least = (now.boot, self._told_ms - now.mono_ms)
            self._told_ms = None
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
        known = self.offset(now.boot)
        self._floors[now.boot] = max(self._floors.get(now.boot, 0), now.wall_ms)
        if known is not None and abs(known - offset) <= SAME_TIME_MS:
            return False
        self._newest, self._kept_ms = (now.boot, offset), now.wall_ms
        # What was unfinished may have ended without a clock: that was after what had been told of it.
        least = self._least[1] if self._least is not None and self._least[0] == now.boot else offset
        self._offsets.setdefault(now.boot, max(offset, least))
        return True

    def keeps_floor(self, now: Now) -> bool:
        """Whether the floor has risen by so much that it is to be kept anew."""
        if now.wall_ms is None or now.wall_ms - self._kept_ms < KEPT_AT_LEAST_MS:
            return False
        self._kept_ms = now.wall_ms
        return True

    def offset(self, boot: int) -> int | None:
        """Wall over monotonic time of a boot, after all steps."""
        return self._newest[1] if self._newest is not None and self._newest[0] == boot else self._offsets.get(boot)

    def first_offset(self, boot: int) -> int | None:
        """The offset by which the boot's stamps without a wall time are told, the same in each attempt to tell them."""
        return self._offsets.get(boot)

    def wall(self, stamp: Stamp) -> WallMs:
        """Best wall time of a stamp: as stamped, by the offset of its boot, else an estimate."""
        if stamp.wall_ms is not None:
            return stamp.wall_ms
        offset = self._offsets.get(stamp.boot)
        return WallMs(stamp.mono_ms + offset) if offset is not None else self._estimate(stamp)

    def _estimate(self, stamp: Stamp) -> WallMs:
        """Time since the boot after all that was known before it.

        That cannot be later than when the next boot began, unless that one was of the agent alone: then both count on
        the monotonic clock of one machine, and the offset is the same.
        """
        floor = max([SOFTWARE_MADE_MS, *(ms for boot, ms in self._floors.items() if boot < stamp.boot)])
        found = floor + stamp.mono_ms
        next_boot = min((boot for boot in self._offsets if boot > stamp.boot), default=None)
        if next_boot is None or found <= self._offsets[next_boot]:
            return WallMs(found)
        return WallMs(min(stamp.mono_ms + self._offsets[next_boot], self.floor_ms))

    def knows(self, stamp: Stamp) -> bool:
        """True if the wall time of this stamp is more than an estimate."""
        return stamp.wall_ms is not None or stamp.boot in self._offsets
