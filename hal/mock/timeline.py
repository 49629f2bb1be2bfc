"""Virtual time of the bench: what is due when. Pure: the host says what time it is.

Every change in the bench has a time, so nothing is polled. Actions that are due at the same millisecond run in the
order in which they were set; that keeps a run reproducible.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from itertools import count

Action = Callable[[], None]


class Timeline:
    """Actions by key; a key has at most one action, and setting it again replaces the former one."""

    def __init__(self, now_ms: int = 0) -> None:
        self.now_ms = now_ms
        self._order = count()
        self._heap: list[tuple[int, int, Hashable]] = []
        self._live: dict[Hashable, tuple[int, int, Action]] = {}

    def set(self, key: Hashable, at_ms: int, action: Action) -> None:
        """Run `action` at `at_ms` (at once, in order, if that has passed)."""
        order = next(self._order)
        at_ms = max(at_ms, self.now_ms)
        self._live[key] = (at_ms, order, action)
        heapq.heappush(self._heap, (at_ms, order, key))

    def cancel(self, key: Hashable) -> None:
        """Forget the action of `key`, if any."""
        self._live.pop(key, None)

    def due_ms(self, key: Hashable) -> int | None:
        """When the action of `key` runs, or None."""
        entry = self._live.get(key)
        return None if entry is None else entry[0]

    def next_ms(self) -> int | None:
        """Time of the next action, or None if nothing is set."""
        heap, live = self._heap, self._live
        while heap:
            at_ms, order, key = heap[0]
            entry = live.get(key)
            if entry is not None and entry[1] == order:
                return at_ms
            heapq.heappop(heap)  # replaced or cancelled
        return None

    def run_to(self, now_ms: int) -> None:
        """Run everything due up to `now_ms`, each at its own time. Time never runs backwards."""
        while (at_ms := self.next_ms()) is not None and at_ms <= now_ms:
            _, _, key = heapq.heappop(self._heap)
            _, _, action = self._live.pop(key)
            self.now_ms = max(self.now_ms, at_ms)
            action()
        self.now_ms = max(self.now_ms, now_ms)
