"""The phases of a power path as tables: what is demanded now, and where that leads.

        ┌──────────────── TRIP, END, WAIT ──────────────┐
        ▼                                               │
      OPEN ──GO──▶ LOCKING ──locked──▶ CLOSING ──closed──▶ CLOSED ◀──GO── RAMPING
        ▲                                 │               │  └────RAMP────▶ │
        │                                 └──────END──────┴───┬─────END─────┘
        │                                                     ▼
        └──────open────── OPENING ◀──TRIP from all these── STOPPING
                                  ◀──────── 6 s ──────────────┘

Each step settles on one *demand*, the strongest that applies, and looks the next phase up in `NEXT`. Only if the
demand leaves the phase as it is may the hardware's own progress (`PROGRESS`) move it on.

- TRIP: the car left C/D, or a fault that opens. The contactor is told to open in this very step: no debounce, no
  grace (IEC 61851-1 table A.6: 100 ms).
- END: the supply wants to stop. The signal goes off first (X1); the car has `stop_wait_ms` to open S2, which then is
  a TRIP; if it does not, the contactor opens under load (table A.6 seq. 10.2).
- RAMP: the lease ended while energy flows by PWM. The smallest current is offered for `ramp_ms`, so that a load that
  nobody steers any more is small before it is cut. A permit within that time resumes as if nothing was; a later one
  finds the stop under way, and the path closes anew once it is open.
- WAIT: all is well, but not yet long enough (debounce on closing).
- GO: everything that closing needs.
"""

from __future__ import annotations

from enum import Enum

from hal.guard import faults
from hal.guard.duty import MIN_CURRENT_MA
from hal.guard.limits import effective_ma
from hal.guard.lock import LockPhase
from hal.guard.state import COMMANDED, ENERGY_SIGNALS, Phase, Scene
from hal.types import ContactorState, LockState, PilotSignal


class Demand(Enum):
    """What is wanted of the power path now, strongest first."""

    TRIP = "trip"
    END = "end"
    RAMP = "ramp"
    WAIT = "wait"
    GO = "go"


_T, _E, _R, _W, _G = Demand.TRIP, Demand.END, Demand.RAMP, Demand.WAIT, Demand.GO

NEXT: dict[Phase, dict[Demand, Phase]] = {
    Phase.OPEN: {_T: Phase.OPEN, _E: Phase.OPEN, _R: Phase.OPEN, _W: Phase.OPEN, _G: Phase.LOCKING},
    Phase.LOCKING: {_T: Phase.OPEN, _E: Phase.OPEN, _R: Phase.OPEN, _W: Phase.OPEN, _G: Phase.LOCKING},
    Phase.CLOSING: {
        _T: Phase.OPENING,
        _E: Phase.STOPPING,
        _R: Phase.RAMPING,
        _W: Phase.STOPPING,
        _G: Phase.CLOSING,
    },
    Phase.CLOSED: {
        _T: Phase.OPENING,
        _E: Phase.STOPPING,
        _R: Phase.RAMPING,
        _W: Phase.STOPPING,
        _G: Phase.CLOSED,
    },
    Phase.RAMPING: {
        _T: Phase.OPENING,
        _E: Phase.STOPPING,
        _R: Phase.RAMPING,
        _W: Phase.STOPPING,
        _G: Phase.CLOSED,
    },
    Phase.STOPPING: {
        _T: Phase.OPENING,
        _E: Phase.STOPPING,
        _R: Phase.STOPPING,
        _W: Phase.STOPPING,
        _G: Phase.STOPPING,
    },
    Phase.OPENING: {
        _T: Phase.OPENING,
        _E: Phase.OPENING,
        _R: Phase.OPENING,
        _W: Phase.OPENING,
        _G: Phase.OPENING,
    },
}
PROGRESS: dict[Phase, Phase] = {
    Phase.LOCKING: Phase.CLOSING,  # the bolt is home, the contactor is seen open
    Phase.CLOSING: Phase.CLOSED,  # feedback
    Phase.STOPPING: Phase.OPENING,  # time is over
    Phase.OPENING: Phase.OPEN,  # feedback
}


def next_phase(scene: Scene) -> Phase:
    """Where the phase goes from here at this instant."""
    phase = scene.state.phase
    following = NEXT[phase][demand(scene)]
    if following is phase and _progressed(scene):
        return PROGRESS[phase]
    return following


def demand(scene: Scene) -> Demand:
    """The strongest demand that applies now; the order of the lines is the order of strength."""
    state = scene.state
    reaction = faults.reaction(scene)
    if not scene.wants_energy or reaction is faults.Reaction.TRIP or not _cable_known(scene):
        return Demand.TRIP
    permit = scene.permit
    if permit is None or not permit.energise or permit.signal not in ENERGY_SIGNALS:
        return Demand.END
    if reaction is faults.Reaction.STOP or effective_ma(scene) < MIN_CURRENT_MA:
        return Demand.END
    if state.phase in COMMANDED and (permit.signal is not state.last_kind or permit.phases != state.phases):
        return Demand.END  # neither the kind of signal nor the phases change under load
    if not scene.permit_live:
        ramps = permit.signal is PilotSignal.PWM and scene.now_ms < ramp_end_ms(scene)
        return Demand.RAMP if ramps else Demand.END
    ready_ms = ready_at_ms(scene)
    return Demand.GO if ready_ms is not None and scene.now_ms >= ready_ms else Demand.WAIT


def _cable_known(scene: Scene) -> bool:
    power = scene.inputs.power
    if power is None or power.proximity is None:
        return True  # tethered; a silent path trips by its own fault
    return power.proximity.cable_ma is not None and not power.proximity.fault


def ramp_end_ms(scene: Scene) -> int:
    """When the ramp after the lease is over."""
    return scene.inputs.lease_until_ms + scene.setup.settings.ramp_ms


def ready_at_ms(scene: Scene) -> int | None:
    """When the car has asked for energy long enough; None while it does not ask."""
    since_ms = scene.state.ready_since_ms
    return None if since_ms is None else since_ms + scene.setup.settings.close_debounce_ms


def _progressed(scene: Scene) -> bool:
    """Whether the hardware, or the clock, has brought the present phase to its end."""
    draft = scene.state
    match draft.phase:
        case Phase.LOCKING:  # closing what is not open would hide a weld
            return _bolt_home(scene) and scene.contactor is ContactorState.OPEN
        case Phase.CLOSING:
            return scene.contactor is ContactorState.CLOSED
        case Phase.STOPPING:
            return scene.now_ms >= draft.phase_since_ms + scene.setup.settings.stop_wait_ms
        case Phase.OPENING:
            return scene.contactor is ContactorState.OPEN
        case _:
            return False


def _bolt_home(scene: Scene) -> bool:
    power, drive = scene.inputs.power, scene.state.lock
    if not scene.setup.capabilities.has_lock:
        return True
    seen = power is not None and power.lock is LockState.LOCKED
    return seen and drive is not None and drive.target and drive.phase is LockPhase.RESTING
