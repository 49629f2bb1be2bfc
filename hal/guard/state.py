"""What the interlock knows of one EVSE, what it is told and what it answers. Plain values; the rules are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from hal.guard.derating import Heat
from hal.guard.lock import LockDrive
from hal.guard.settings import InterlockSettings
from hal.interfaces import PowerInputs, PowerOutputs
from hal.types import ContactorState, EvseCapabilities, FaultCode, Permit, PilotSignal, PilotState, PowerReport
from hal.value import frozen


class Phase(Enum):
    """Where the power path of an EVSE is on its way from open to closed and back."""

    OPEN = "open"
    LOCKING = "locking"  # the car asks for energy, the lock is not yet confirmed
    CLOSING = "closing"  # close is commanded, the feedback is not yet closed
    CLOSED = "closed"
    RAMPING = "ramping"  # the lease ended: the smallest current is offered
    STOPPING = "stopping"  # the signal is off, the car has time to leave C
    OPENING = "opening"  # open is commanded, the feedback is not yet open


COMMANDED = frozenset({Phase.CLOSING, Phase.CLOSED, Phase.RAMPING, Phase.STOPPING})
ENERGY_SIGNALS = frozenset({PilotSignal.PWM, PilotSignal.DIGITAL})
PLUGGED = frozenset({PilotState.B, PilotState.C, PilotState.D})


@frozen
class Setup:
    """What never changes while the guard runs."""

    capabilities: EvseCapabilities
    settings: InterlockSettings = field(default_factory=InterlockSettings)


@frozen
class GuardInputs:
    """Everything one step may look at besides the clock.

    `power` is None when the power path does not answer; `error` says why. `permit` is the last one taken over and
    `lease_until_ms` the end of its lease. `lock_request` and `reset` are set in the one step that serves them.
    """

    power: PowerInputs | None
    error: str = ""
    permit: Permit | None = None
    lease_until_ms: int = 0
    lock_request: bool | None = None
    reset: bool = False


@dataclass(slots=True)
class State:
    """The interlock's memory. A step works on a copy and never touches the one it was given."""

    phase: Phase = Phase.OPEN
    phase_since_ms: int = 0
    signal: PilotSignal = PilotSignal.OFF
    offered_ma: int = 0
    duty_since_ms: int = 0  # last change of the duty cycle while PWM is on
    off_since_ms: int = 0  # last time an energy signal went off
    last_kind: PilotSignal | None = None  # last energy signal
    last_phases: int | None = None  # phases of the last closing
    phases: int = 1
    ready_since_ms: int | None = None  # the car asks for energy and the signal is on
    heat: Heat = field(default_factory=Heat)
    lock: LockDrive | None = None  # None: not yet looked at
    plugged: bool = False  # a car is there, or was when the pilot last made sense
    left: bool = False  # it was unplugged in this very step
    spent: int | None = None  # number of the permit that was in force when no car was there
    lock_wish: bool | None = None  # what the agent asked last; None: leave the bolt where it is
    held: dict[FaultCode, int] = field(default_factory=dict)  # since when the cause of a fault is there
    present: frozenset[FaultCode] = frozenset()  # causes that are there, and long enough
    latched: frozenset[FaultCode] = frozenset()
    resetting: frozenset[FaultCode] = frozenset()  # latched, and ends with its cause until `reset_until_ms`
    reset_until_ms: int = 0
    residual_since_ms: int = 0
    residual_tries: int = 0


class Step(NamedTuple):
    """Answer of one step. `wake_at_ms` is when to step again if nothing changes before; None: no need.

    `reset_path` asks the owner to reset the power path's own latches (residual current), and to step again at once.
    """

    state: State
    outputs: PowerOutputs
    report: PowerReport
    wake_at_ms: int | None
    reset_path: bool


class Scene(NamedTuple):
    """One look: the memory that is being worked on, and everything that is known at this instant."""

    setup: Setup
    state: State
    inputs: GuardInputs
    now_ms: int

    @property
    def pilot(self) -> PilotState:
        """The sensed pilot state; INVALID while the path does not answer."""
        return self.inputs.power.pilot.state if self.inputs.power else PilotState.INVALID

    @property
    def wants_energy(self) -> bool:
        """Whether the car asks for energy in a way that this EVSE may answer."""
        power = self.inputs.power
        if power is None:
            return False
        state = power.pilot.state
        return state is PilotState.C or (state is PilotState.D and power.ventilated)

    @property
    def contactor(self) -> ContactorState:
        """The feedback; on boards without a feedback contact what was commanded is believed."""
        if self.inputs.power is None:
            return ContactorState.UNKNOWN
        if self.setup.settings.contactor_feedback:
            return self.inputs.power.contactor
        return ContactorState.CLOSED if self.state.phase in COMMANDED else ContactorState.OPEN

    @property
    def permit(self) -> Permit | None:
        """The permit that counts. One to energise is for the car that is there: without one it is spent."""
        permit = self.inputs.permit
        return None if permit is None or (permit.energise and permit.number == self.state.spent) else permit

    @property
    def permit_live(self) -> bool:
        """Whether there is a permit and its lease still runs."""
        return self.inputs.permit is not None and self.now_ms < self.inputs.lease_until_ms

    @property
    def faults(self) -> frozenset[FaultCode]:
        """Every active fault."""
        return self.state.present | self.state.latched
