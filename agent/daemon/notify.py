"""What the daemon tells the service manager: ready, alive, what it is doing, stopping (sd_notify(3))."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hal.guard.notify import Notifier

_MAX_STATUS = 200


class ServiceManager(Notifier):
    """The manager that the environment names; without one every method does nothing.

    `interval_ms` and `alive` are the watchdog: call `alive` with a proof that the pump works, and nowhere else.
    """

    def ready(self, status: str) -> None:
        """The station is up: whoever waits for the service may go on."""
        self.send(f"READY=1\nSTATUS={_line(status)}")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self.send(f"STATUS={_line(text)}")

    def stopping(self) -> None:
        """The service goes down on purpose."""
        self.send("STOPPING=1")


def from_environment(environ: Mapping[str, str] | None = None) -> ServiceManager:
    """The manager of this process."""
    return ServiceManager(os.environ if environ is None else environ, os.getpid())


def _line(text: str) -> str:
    """A second line would be an assignment of its own."""
    return " ".join(text.split())[:_MAX_STATUS]
