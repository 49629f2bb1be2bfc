"""systemd's readiness and watchdog protocol, sd_notify(3), as far as a service needs it. Without systemd: nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

MIN_INTERVAL_MS = 10


class Notifier:
    """Sends states to the service manager named in the environment.

    `interval_ms` is how often `alive` must be called, None if no watchdog is set: a third of its time, so that one
    round that comes late is not yet a death.
    """

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.interval_ms: int | None = None
        usec = environ.get("WATCHDOG_USEC", "")
        if usec.isdecimal() and environ.get("WATCHDOG_PID", str(pid)) == str(pid):
            self.interval_ms = max(int(usec) // 3_000, MIN_INTERVAL_MS)
        self._next_ms = 0

    def send(self, state: str) -> None:
        """Send a state, such as `READY=1`. What the manager does not take is lost: the service goes on."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.sendto(state.encode(), self._address)

    def alive(self, now_ms: int) -> int | None:
        """Feed the watchdog when its time has come. Answers when that is next."""
        if self.interval_ms is None:
            return None
        if now_ms >= self._next_ms:
            self.send("WATCHDOG=1")
            self._next_ms = now_ms + self.interval_ms
        return self._next_ms


def from_environment() -> Notifier:
    """The notifier of this process."""
    return Notifier(os.environ, os.getpid())
