"""A small event loop over `selectors`: files, timers, signals, calls from other threads. No asyncio: it costs 6 MiB.

Its clock is `time.monotonic_ns` in whole milliseconds, nothing else; the wall clock may jump as it likes.
"""

from __future__ import annotations

import heapq
import os
import selectors
import signal
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from types import FrameType
from typing import Protocol

NS_PER_MS = 1_000_000


class Readable(Protocol):
    """Whatever has a file descriptor."""

    def fileno(self) -> int: ...


class Timer:
    """A call that has been asked for."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Do not call."""
        self.callback = None


class Loop:
    """Single-threaded; only `call_threadsafe` may be used from elsewhere."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._order = count()
        self._timers: list[tuple[int, int, Timer]] = []
        self._foreign: deque[Callable[[], None]] = deque()
        self._stop = False
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._drain)

    # time

    def now_ms(self) -> int:
        """Monotonic milliseconds."""
        return time.monotonic_ns() // NS_PER_MS

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Timer:
        """Call `callback` at a time, or as soon as possible after it."""
        timer = Timer(callback)
        heapq.heappush(self._timers, (at_ms, next(self._order), timer))
        return timer

    def call_soon(self, callback: Callable[[], None]) -> Timer:
        """Call once the present call is over."""
        return self.call_at(self.now_ms(), callback)

    def call_threadsafe(self, callback: Callable[[], None]) -> None:
        """Call soon in the loop's thread; from any thread."""
        self._foreign.append(callback)
        self._wake()

    # files

    def watch(self, file: Readable, readable: Callable[[], None], writable: Callable[[], None] | None = None) -> None:
        """Call `readable` when there is something to read, and `writable`, if given, when there is room to write."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writable is not None else 0)
        served = (readable, writable)

        def serve(mask: int) -> None:
            if mask & selectors.EVENT_WRITE and served[1] is not None:
                served[1]()
            if mask & selectors.EVENT_READ:
                served[0]()

        if file.fileno() in self._selector.get_map():
            self._selector.modify(file, events, serve)
        else:
            self._selector.register(file, events, serve)

    def forget(self, file: Readable) -> None:
        """Watch it no longer."""
        if file.fileno() in self._selector.get_map():
            self._selector.unregister(file)

    # running

    def stop_on_signals(self, *numbers: signal.Signals) -> None:
        """End `run` when one of these signals arrives. Main thread only."""

        def stop(number: int, frame: FrameType | None) -> None:
            self.stop()

        for number in numbers:
            signal.signal(number, stop)

    def stop(self) -> None:
        """End `run` after the present round, or the next one at once; safe in a signal handler."""
        self._stop = True
        self._wake()

    def run(self, each_round: Callable[[], int | None]) -> None:
        """Serve until `stop`. `each_round` is called after every wait; it answers when it must be called next."""
        next_ms = each_round()
        while not self._stop:
            for key, mask in self._selector.select(self._timeout_s(next_ms)):
                # One before it may have forgotten and closed it; its number may be another's by now.
                watched = self._selector.get_map().get(key.fd)
                if watched is not None and watched.fileobj is key.fileobj:
                    watched.data(mask)
            self._run_due()
            next_ms = each_round()
        self._stop = False

    def close(self) -> None:
        """Let go of the loop's own files."""
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _timeout_s(self, next_ms: int | None) -> float | None:
        times = [at_ms for at_ms in (next_ms, self._next_timer_ms()) if at_ms is not None]
        if self._foreign:
            return 0.0
        if not times:
            return None
        return max(0.0, (min(times) * NS_PER_MS - time.monotonic_ns()) / 1e9)

    def _next_timer_ms(self) -> int | None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def _run_due(self) -> None:
        for _ in range(len(self._foreign)):
            self._foreign.popleft()()
        now_ms = self.now_ms()
        due = []
        while self._timers and self._timers[0][0] <= now_ms:
            due.append(heapq.heappop(self._timers)[2])
        for timer in due:
            if timer.callback is not None:
                timer.callback()

    def _wake(self) -> None:
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            return  # full of wakes already

    def _drain(self, mask: int) -> None:
        try:
            os.read(self._wake_read, 4_096)
        except BlockingIOError:
            return
