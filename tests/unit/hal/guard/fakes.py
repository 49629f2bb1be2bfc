"""Hands on the other side of the guard: a power path, a connection, a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hal.guard import messages as m
from hal.guard.line import PowerLine
from hal.guard.server import Guard
from hal.guard.settings import InterlockSettings
from hal.guard.wire import decode_from_guard, encode
from hal.interfaces import DeviceError, PilotReading, PowerInputs, PowerOutputs
from hal.types import ContactorState, EvseCapabilities, LockState, PilotState, PowerReport


class FakePath:
    """A power path that notes what it is told, follows at once, and fails where it is told to."""

    def __init__(self, *, poll_ms: int | None = None, heartbeat_ms: int | None = None, lock: bool = False) -> None:
        self.poll_ms = poll_ms
        self.heartbeat_ms = heartbeat_ms
        self.inputs = PowerInputs(
            PilotReading(PilotState.A),
            ContactorState.OPEN,
            lock=LockState.UNLOCKED if lock else LockState.ABSENT,
        )
        self.outputs: list[PowerOutputs] = []
        self.reads = self.beats = self.resets = self.closes = 0
        self.broken: set[str] = set()
        self.calls_back = True
        self.changed: Callable[[], None] = lambda: None

    def _use(self, what: str) -> None:
        if what in self.broken:
            raise DeviceError(f"no {what}")

    def read(self) -> PowerInputs:
        self.reads += 1
        self._use("read")
        return self.inputs

    def apply(self, outputs: PowerOutputs) -> None:
        self._use("apply")
        self.outputs.append(outputs)
        bolt = self.inputs.lock
        if bolt is not LockState.ABSENT:
            bolt = LockState.LOCKED if outputs.locked else LockState.UNLOCKED
        contactor = ContactorState.CLOSED if outputs.closed else ContactorState.OPEN
        followed = replace(self.inputs, contactor=contactor, lock=bolt)
        if followed != self.inputs:
            self.inputs = followed
            if self.calls_back:
                self.changed()

    def heartbeat(self) -> None:
        self._use("heartbeat")
        self.beats += 1

    def subscribe(self, changed: Callable[[], None]) -> None:
        self.changed = changed

    def reset_faults(self) -> None:
        self._use("reset_faults")
        self.resets += 1
        self.inputs = replace(self.inputs, residual_current=False)

    def close(self) -> None:
        self.closes += 1
        self._use("close")

    def pilot(self, state: str) -> None:
        self.inputs = replace(self.inputs, pilot=PilotReading(PilotState(state)))

    @property
    def closed(self) -> bool:
        return bool(self.outputs) and self.outputs[-1].closed


class FakeAgent:
    """A connection that keeps what the guard said."""

    def __init__(self) -> None:
        self.heard: list[m.FromGuard] = []
        self.closed = False

    def send(self, line: bytes) -> None:
        self.heard.append(decode_from_guard(line))

    def close(self) -> None:
        self.closed = True

    def of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.heard if isinstance(message, kind)]

    @property
    def report(self) -> PowerReport:
        report = self.of(PowerReport)[-1]
        assert isinstance(report, PowerReport)
        return report

    @property
    def refusals(self) -> list[str]:
        return [message.why for message in self.of(m.Refused)]


class Site:
    """A guard with its paths on a clock that is set by hand."""

    def __init__(self, *paths: FakePath, has_lock: bool = False, greet: bool = True, **options: Any) -> None:
        self.paths = paths or (FakePath(),)
        self.now_ms = 50_000
        self.wakes = 0
        settings = options.pop("settings", InterlockSettings())
        lines = [
            PowerLine(EvseCapabilities(number, 1, 3, 32_000, has_lock=has_lock), path, settings)
            for number, path in enumerate(self.paths, 1)
        ]
        self.guard = Guard("desk", lines, lambda: self.now_ms, on_wake=self._woken, **options)
        self.guard.start()
        self.agent = FakeAgent()
        if greet:
            self.greet(self.agent)

    def _woken(self) -> None:
        self.wakes += 1

    @property
    def path(self) -> FakePath:
        return self.paths[0]

    def greet(self, agent: FakeAgent) -> None:
        self.guard.attach(agent)
        self.say(m.Hello(1), agent)

    def say(self, message: m.FromAgent, agent: FakeAgent | None = None) -> None:
        self.guard.receive(agent or self.agent, encode(message))

    def pass_time(self, duration_ms: int) -> None:
        """Tick whenever the guard asks for it."""
        end_ms = self.now_ms + duration_ms
        while True:
            wake_ms = self.guard.next_wake_ms
            if wake_ms is None or wake_ms > end_ms:
                break
            self.now_ms = max(self.now_ms, wake_ms)
            self.guard.tick()
        self.now_ms = end_ms

    def pilot(self, state: str, evse: int = 1) -> None:
        self.paths[evse - 1].pilot(state)
        self.paths[evse - 1].changed()
