"""An event loop whose time jumps over every pause, on the kernel's own sockets: an hour of charging in a few seconds.

Where nothing is left to do the clock goes straight to the next timer. Two things take real time nevertheless, and the
clock follows it while they last: work in a thread (the ledger's disk), and whatever `hold` says is under way, such as
a message between two sockets of this process.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

HOLD_S = 0.02  # longest real wait before the loop asks again what is under way


class _Selector(selectors.DefaultSelector):
    """Waits as long as its loop lets it."""

    loop: FastLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            return super().select(None)
        if self.loop.is_held():
            began_s = time.monotonic()
            ready = super().select(min(timeout, HOLD_S))
            self.loop.pass_time(time.monotonic() - began_s)
            return ready
        self.loop.pass_time(timeout)
        return ready


class FastLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 0. Set `hold` to say what real time has to pass for."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._threads = 0
        self._began_s = time.time()
        self.hold: Callable[[], bool] = lambda: False
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self._now_s

    def wall_s(self) -> float:
        """The wall clock that goes with `time()`: seconds since 1970."""
        return self._began_s + self._now_s

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self._now_s += seconds

    def is_held(self) -> bool:
        """Whether real time has to pass now."""
        return self._threads > 0 or self.hold()

    def run_in_executor(  # type: ignore[override]  # typeshed's variadic signature adds nothing here
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        self._threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: asyncio.Future[Any]) -> None:
        self._threads -= 1
