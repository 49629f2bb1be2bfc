"""How long to wait before the next connection attempt: exponential, with jitter, different on each device."""

from __future__ import annotations

from typing import Protocol

from hal.value import frozen

# An hour bounds what a CSMS can configure (RetryBackOffRepeatTimes is the count of doublings) and what a server can
# ask for with Retry-After: a station must come back by itself, whatever was said to it.
MAX_WAIT_MS = 3_600_000
# With everything configured to 0 the station would knock in a tight loop.
MIN_WAIT_MS = 1_000


class RandomSource(Protocol):
    """Source of jitter; `random.Random` is one. Seed it with the station's identity, so that no two devices that lost
    the same CSMS come back in step."""

    def randrange(self, stop: int, /) -> int: ...


@frozen
class BackOffSettings:
    """The variables RetryBackOffWaitMinimum, RetryBackOffRandomRange and RetryBackOffRepeatTimes of OCPPCommCtrlr.

    OCPP 1.6 has no such keys; the same values serve it.
    """

    wait_minimum_ms: int = 3_000
    random_range_ms: int = 10_000
    repeat_times: int = 5


class BackOff:
    """The series of waits between attempts (OCPP-J part 4, 5.3).

    The first is the minimum plus a random part. Each further one is twice the one before, random part included, plus a
    new random part, until it was doubled `repeat_times`; then it stays as it is. `reset` begins anew.
    """

    def __init__(self, settings: BackOffSettings, random: RandomSource) -> None:
        self.settings = settings
        self._random = random
        self._wait_ms: int | None = None
        self._doublings = 0

    def reset(self) -> None:
        """Begin the series anew: a connection was made."""
        self._wait_ms = None
        self._doublings = 0

    def next_ms(self, at_least_ms: int | None = None) -> int:
        """Take the next wait. `at_least_ms` is what the server asked for; jitter comes on top, since it told every
        station the same."""
        wait_ms = self._advance()
        if at_least_ms is not None:
            wait_ms = max(wait_ms, min(at_least_ms, MAX_WAIT_MS) + self._jitter())
        return wait_ms

    def _advance(self) -> int:
        if self._wait_ms is None:
            wait_ms = self.settings.wait_minimum_ms + self._jitter()
        elif self._doublings < self.settings.repeat_times:
            self._doublings += 1
            wait_ms = 2 * self._wait_ms + self._jitter()
        else:
            wait_ms = self._wait_ms
        ceiling_ms = max(MAX_WAIT_MS, self.settings.wait_minimum_ms + self.settings.random_range_ms)
        self._wait_ms = max(MIN_WAIT_MS, min(wait_ms, ceiling_ms))
        return self._wait_ms

    def _jitter(self) -> int:
        return self._random.randrange(self.settings.random_range_ms + 1)
