"""Where the bench gets its time: an asyncio loop (virtual ones too), or a test's own hand."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextvars import copy_context
from itertools import count
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio  # the guard's process has none of it


class Handle(Protocol):
    """A call that has been asked for."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Monotonic milliseconds and calls at a time."""

    def now_ms(self) -> int: ...
    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Handle: ...
    def call_soon(self, callback: Callable[[], None]) -> Handle: ...


class LoopClock:
    """Time of an asyncio loop, in whole milliseconds since the clock was made.

    Calls run in the context in which the clock was made, whoever asked for them: in a simulation the bench outlives the
    station that drives it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._origin_s = loop.time()
        self._context = copy_context()

    def now_ms(self) -> int:
        """Rounded, so that a call at a time finds that time."""
        return round((self._loop.time() - self._origin_s) * 1000)

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Handle:
        """Call at a time of this clock."""
        return self._loop.call_at(self._origin_s + at_ms / 1000, callback, context=self._context)

    def call_soon(self, callback: Callable[[], None]) -> Handle:
        """Call once the present call is over."""
        return self._loop.call_soon(callback, context=self._context)


class _Entry:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualClock:
    """Time that only `advance` moves."""

    def __init__(self, now_ms: int = 0) -> None:
        self._now_ms = now_ms
        self._order = count()
        self._heap: list[tuple[int, int, _Entry]] = []

    def now_ms(self) -> int:
        """The present."""
        return self._now_ms

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Handle:
        """Call when `advance` comes to `at_ms`."""
        entry = _Entry(callback)
        heapq.heappush(self._heap, (max(at_ms, self._now_ms), next(self._order), entry))
        return entry

    def call_soon(self, callback: Callable[[], None]) -> Handle:
        """Call with the next `advance`, even by 0."""
        return self.call_at(self._now_ms, callback)

    def advance(self, duration_ms: int = 0) -> None:
        """Let time pass, calling what is due at its time."""
        end_ms = self._now_ms + duration_ms
        while self._heap and self._heap[0][0] <= end_ms:
            at_ms, _, entry = heapq.heappop(self._heap)
            self._now_ms = max(self._now_ms, at_ms)
            if entry.callback is not None:
                entry.callback()
        self._now_ms = end_ms
