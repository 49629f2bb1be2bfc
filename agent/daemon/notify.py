"""What the daemon tells the service manager: ready, alive, what it is doing, stopping (sd_notify(3)).

Without a service manager in the environment nothing happens. A message that the manager does not take is lost, and the
service goes on.
"""

from __future__ import annotations

import os

from hal.guard.notify import Notifier

_MAX_STATUS = 200


def ready(status: str = "") -> None:
    """The station is up: whoever waits for the service may go on."""
    _send("READY=1" + (f"\nSTATUS={_line(status)}" if status else ""))


def watchdog() -> None:
    """The pump is alive. Call it only with a proof of that, at least once per `watchdog_interval_ms`."""
    _send("WATCHDOG=1")


def watchdog_interval_ms() -> int | None:
    """How often `watchdog` is due, with room for one that comes late; None if nobody watches."""
    return Notifier(os.environ, os.getpid()).interval_ms


def status(text: str) -> None:
    """One line for `systemctl status`."""
    _send(f"STATUS={_line(text)}")


def stopping() -> None:
    """The service goes down on purpose."""
    _send("STOPPING=1")


def _send(state: str) -> None:
    Notifier(os.environ, os.getpid()).send(state)


def _line(text: str) -> str:
    """A second line would be an assignment of its own."""
    return " ".join(text.split())[:_MAX_STATUS]
