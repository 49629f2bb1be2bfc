"""How a dead connection is noticed: when to ping and when to give up, and what the kernel is told to watch."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass

# The kernel's own probes of an idle connection, for the case that pings of ours are turned off.
_KEEPALIVE_IDLE_S = 60
_KEEPALIVE_INTERVAL_S = 15
_KEEPALIVE_COUNT = 4


@dataclass(slots=True)
class Pings:
    """When the next ping is due and until when a sign of life is awaited. Times of the loop, in seconds.

    A ping goes out each `interval`, whatever the traffic (0: never). After it anything that arrives is a sign of life,
    counted by the connection and given here as `heard`; none within `timeout` means that the other end is gone.
    """

    interval: float
    timeout: float
    next_at: float
    silent_since: float = 0.0  # when the first ping went out that nothing followed
    heard_before: int = -1  # how much had been heard by then

    def unanswered(self, heard: int) -> bool:
        """Whether nothing was heard since a ping."""
        return heard == self.heard_before

    def dead(self, now: float, heard: int) -> bool:
        """Whether the other end has been silent for too long."""
        return self.unanswered(heard) and now >= self.silent_since + self.timeout

    def deadline(self, heard: int) -> float | None:
        """When to look again; None: never."""
        if not self.interval:
            return None
        return min(self.next_at, self.silent_since + self.timeout) if self.unanswered(heard) else self.next_at

    def sent(self, now: float, heard: int) -> None:
        """A ping goes out now."""
        if not self.unanswered(heard):
            self.silent_since = now
            self.heard_before = heard
        self.next_at = now + self.interval

    def restart(self, interval: float, now: float) -> None:
        """Change the interval and begin it anew."""
        self.interval = interval
        self.next_at = now + interval
        self.heard_before = -1


def watch_tcp(transport: asyncio.Transport, unacknowledged_ms: int) -> None:
    """Let the kernel watch the connection: data unacknowledged for that long, or an idle peer that is gone, end it."""
    raw = transport.get_extra_info("socket")
    if raw is None:  # a simulated network
        return
    with suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (
            ("TCP_KEEPIDLE", _KEEPALIVE_IDLE_S),
            ("TCP_KEEPINTVL", _KEEPALIVE_INTERVAL_S),
            ("TCP_KEEPCNT", _KEEPALIVE_COUNT),
            ("TCP_USER_TIMEOUT", unacknowledged_ms),
        ):
            if hasattr(socket, option):
                raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
