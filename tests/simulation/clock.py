"""Where a loop would wait for the world: here the virtual clock steps instead."""

from __future__ import annotations

from typing import Any, Protocol

INSTANT_LIMIT = 200_000
"""Rounds of the loop without a step of the clock after which the simulation counts as livelocked."""


class Clock(Protocol):
    """What the selector needs of its loop."""

    def time(self) -> float: ...
    def step_clock(self, seconds: float) -> None: ...
    def waiting(self) -> str: ...


class Deadlock(RuntimeError):
    """Nothing is scheduled and nothing can ever happen again. The text names who waits where."""


class Livelock(RuntimeError):
    """The loop goes round without a step of the clock. The text names who is at work."""


class VirtualSelector:
    """Stands where the loop would wait for sockets: instead of waiting, the clock steps."""

    def __init__(self, loop: Clock) -> None:
        self._loop = loop
        self._rounds = 0

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Deadlock(f"nothing can happen any more at {self._loop.time():.6f} s\n{self._loop.waiting()}")
        if timeout > 0:
            self._rounds = 0
            self._loop.step_clock(timeout)
            return []
        self._rounds += 1
        if self._rounds > INSTANT_LIMIT:
            self._rounds = 0
            at = f"{self._loop.time():.6f} s"
            raise Livelock(f"{INSTANT_LIMIT} rounds without time passing at {at}\n{self._loop.waiting()}")
        return []

    def close(self) -> None: ...
