"""One EVSE for the interlock's tests: inputs that are set by name, time that is told, the last answer kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hal.guard.interlock import step
from hal.guard.settings import InterlockSettings
from hal.guard.state import GuardInputs, Phase, Setup, State, Step
from hal.interfaces import PilotReading, PowerInputs, ProximityReading
from hal.types import ContactorState, EvseCapabilities, FaultCode, LockState, Permit, PilotSignal, PilotState

OPEN, CLOSED, UNKNOWN = ContactorState.OPEN, ContactorState.CLOSED, ContactorState.UNKNOWN
LOCKED, UNLOCKED = LockState.LOCKED, LockState.UNLOCKED
OFF, PWM, DIGITAL, ERROR = PilotSignal.OFF, PilotSignal.PWM, PilotSignal.DIGITAL, PilotSignal.ERROR


def permit(**changes: Any) -> Permit:
    """16 A on three phases by PWM."""
    given = {"evse": 1, "number": 1, "signal": PWM, "current_ma": 16_000, "phases": 3, "energise": True}
    return Permit(**{**given, "lease_ms": 10_000, **changes})


Faults = set[FaultCode]


class Rig:
    """`look(ms)` lets time pass and steps once; `follow` also obeys: feedback and bolt do what they are told."""

    def __init__(self, *, lock: bool = False, socket: bool = False, max_current_ma: int = 32_000, **settings: Any):
        capabilities = EvseCapabilities(1, 1, 3, max_current_ma, has_lock=lock)
        self.setup = Setup(capabilities, InterlockSettings(**settings))
        self.state = State()
        self.now_ms = 1_000_000
        self.power: PowerInputs | None = PowerInputs(
            PilotReading(PilotState.A),
            OPEN,
            proximity=ProximityReading(None) if socket else None,
            lock=UNLOCKED if lock else LockState.ABSENT,
        )
        self.permit: Permit | None = None
        self.until_ms = 0
        self.error = ""
        self.answer: Step = self.look(0)

    def set(self, pilot: str | None = None, *, diode: bool = False, short: bool = False, **changes: Any) -> Rig:
        """Change inputs; a pilot letter sets the whole pilot reading."""
        assert self.power is not None
        if pilot is not None:
            changes["pilot"] = PilotReading(PilotState(pilot), diode, short)
        self.power = replace(self.power, **changes)
        return self

    def cable(self, cable_ma: int | None, *, fault: bool = False) -> Rig:
        return self.set(proximity=ProximityReading(cable_ma, fault))

    def grant(self, **changes: Any) -> Rig:
        self.permit = permit(**changes)
        self.until_ms = self.now_ms + self.permit.lease_ms
        return self

    def look(self, after_ms: int = 0, **event: Any) -> Step:
        self.now_ms += after_ms
        inputs = GuardInputs(self.power, self.error, self.permit, self.until_ms, **event)
        before = replace(self.state, held=dict(self.state.held))
        self.answer = step(self.setup, self.state, inputs, self.now_ms)
        assert self.state == before, "a step must not touch the state it was given"
        self.state = self.answer.state
        return self.answer

    def follow(self, after_ms: int = 0, **event: Any) -> Step:
        """Look, then let contactor and bolt go where they are told, and look again until all is quiet."""
        self.look(after_ms, **event)
        for _ in range(6):
            assert self.power is not None
            outputs = self.answer.outputs
            contactor = CLOSED if outputs.closed else OPEN
            bolt = self.power.lock
            if self.setup.capabilities.has_lock:
                bolt = LOCKED if outputs.locked else UNLOCKED
            if (contactor, bolt) == (self.power.contactor, self.power.lock):
                break
            self.set(contactor=contactor, lock=bolt)
            self.look()
        return self.answer

    def charge(self, **changes: Any) -> Rig:
        """A car is plugged, permitted and draws energy."""
        self.set("B")
        if self.power is not None and self.power.proximity is not None:
            self.cable(32_000)
        self.follow()
        self.grant(**changes)
        self.follow()
        self.set("C")
        self.follow(100)
        self.follow(self.setup.settings.close_debounce_ms)
        assert self.phase is Phase.CLOSED
        return self

    @property
    def phase(self) -> Phase:
        return self.state.phase

    @property
    def closed(self) -> bool:
        return self.answer.outputs.closed

    @property
    def signal(self) -> PilotSignal:
        return self.answer.outputs.signal

    @property
    def offered_ma(self) -> int:
        return self.answer.report.offered_ma

    @property
    def faults(self) -> Faults:
        return {fault.code for fault in self.answer.report.faults}
