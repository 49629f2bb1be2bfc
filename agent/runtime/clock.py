"""The station's clock: monotonic time of the event loop, and a wall time that is None until somebody can be believed.

The operating system's clock is believed if it is configured to be and does not tell a time before this software was
made, or before what the station has known already (field pain 9): a clock without battery may yet be set. Otherwise the
first time that the CSMS tells is (B01.FR.06), if any clock can be right that tells it. The operating system's clock is
never set from here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from agent.core.clock import MonoMs, Now, WallMs, credible

SMALLEST_STEP_MS = 500  # less is the delay of the message that told the time


class StationClock:
    """Gives `Now`. `boot` is the number of this boot."""

    def __init__(
        self,
        boot: int,
        *,
        trust_system: bool = True,
        floor_ms: int = 0,
        monotonic: Callable[[], float] | None = None,
        system: Callable[[], float] | None = None,
    ) -> None:
        self.boot = boot
        self._monotonic = monotonic or asyncio.get_running_loop().time
        self._offset_ms: int | None = None
        self._system = (system or time.time) if trust_system else None
        self._floor_ms = floor_ms
        self._look()

    def _look(self) -> None:
        """Believe the operating system once it can be right."""
        wall_ms = int(self._system() * 1000) if self._system is not None else 0
        if credible(wall_ms) and wall_ms >= self._floor_ms:
            self._offset_ms = wall_ms - self.mono_ms()

    def mono_ms(self) -> MonoMs:
        return MonoMs(int(self._monotonic() * 1000))

    def now(self) -> Now:
        if self._offset_ms is None:
            self._look()
        mono = self.mono_ms()
        wall = WallMs(mono + self._offset_ms) if self._offset_ms is not None else None
        return Now(mono_ms=mono, wall_ms=wall, boot=self.boot)

    def set(self, wall_ms: WallMs) -> int | None:
        """Follow a time that the CSMS told; gives the step in milliseconds (0: it was close enough), None if it cannot
        be believed."""
        if not credible(wall_ms):
            return None
        offset = wall_ms - self.mono_ms()
        step = offset - self._offset_ms if self._offset_ms is not None else 0
        if self._offset_ms is None or abs(step) >= SMALLEST_STEP_MS:
            self._offset_ms = offset
            return step
        return 0

    def step(self, milliseconds: int) -> None:
        """A step of the machine's clock (the bench's `clock.step`)."""
        if self._offset_ms is not None:
            self._offset_ms += milliseconds
