"""The power path of the mock: what the guard holds in its hands instead of a board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hal.interfaces import DeviceError, PowerInputs, PowerOutputs
from hal.mock.outlet import Outlet
from hal.types import PilotSignal

FAIL_SAFE_MS = 1_000  # the path opens by itself when the guard's heartbeat is away for so long


class PathHost(Protocol):
    """What a path needs of the bench."""

    def catch_up(self) -> int: ...
    def settle_soon(self) -> None: ...
    def has_power(self) -> bool: ...
    def watch_path(self, path: MockPowerPath) -> None: ...
    def forget_path(self, path: MockPowerPath) -> None: ...


class MockPowerPath:
    """One EVSE's power path. It calls back on each change, so nobody needs to poll it.

    The fail-safe is the mock's own: `orphan` says that the guard died, and the path opens by itself after
    `FAIL_SAFE_MS`. No heartbeat is asked for, so that a quiet station needs no timer; who gives one all the same is
    held to it. A path without power, or of an earlier boot, is dead: it raises DeviceError.
    """

    poll_ms: int | None = None
    heartbeat_ms: int | None = None

    def __init__(self, outlet: Outlet, host: PathHost) -> None:
        self.outlet = outlet
        self._host = host
        self._changed: Callable[[], None] | None = None
        self._alive = True
        host.watch_path(self)

    def read(self) -> PowerInputs:
        """Everything that the guard samples, now."""
        self._need()
        self._host.catch_up()
        inputs = self.outlet.inputs()
        self._host.settle_soon()
        return inputs

    def apply(self, outputs: PowerOutputs) -> None:
        """The guard's commands."""
        self._need()
        self._host.catch_up()
        self.outlet.apply(outputs)
        self._host.settle_soon()

    def heartbeat(self) -> None:
        """The guard lives."""
        self._need()
        self._host.catch_up()
        self.outlet.after(FAIL_SAFE_MS, "fail safe", self._fail_safe)
        self._host.settle_soon()

    def subscribe(self, changed: Callable[[], None]) -> None:
        """Call `changed` after each change of the inputs."""
        self._changed = changed

    def reset_faults(self) -> None:
        """Reset what holds a trip of its own: the residual current device."""
        self._need()
        self._host.catch_up()
        outlet = self.outlet

        def reset() -> None:
            outlet.residual_current = False

        outlet.change(reset)
        self._host.settle_soon()

    def close(self) -> None:
        """Drive the safe state and release the hardware."""
        if self._alive:
            self._host.catch_up()
            self.outlet.open_now(PilotSignal.OFF)
            self.abandon()
            self._host.settle_soon()

    def notify(self) -> None:
        """The bench says that inputs changed."""
        if self._changed is not None:
            self._changed()

    def abandon(self) -> None:
        """The guard is gone: nobody may use this path any more."""
        self._alive = False
        self._changed = None
        self._host.forget_path(self)

    def orphan(self) -> None:
        """The guard died without a word: the fail-safe opens the path once its heartbeat is missed."""
        if self._alive:
            self._host.catch_up()
            self.abandon()
            self.outlet.after(FAIL_SAFE_MS, "fail safe", self._fail_safe)
            self._host.settle_soon()

    def _fail_safe(self) -> None:
        self.outlet.open_now(PilotSignal.OFF)

    def _need(self) -> None:
        if not self._host.has_power():
            raise DeviceError(f"the power path of EVSE {self.outlet.number} has no power")
        if not self._alive:
            raise DeviceError(f"the power path of EVSE {self.outlet.number} belongs to a guard that is gone")
