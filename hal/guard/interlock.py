"""The interlock: what is energised, from what is sensed and what is permitted. Pure; one EVSE; one step at a time.

The agent asks, this decides. Energy flows only while *all* of it holds: a live permit to energise, given to the car
that is there, that car in state C (or D where there is ventilation), a signal on the pilot that invites it, no active
fault, a cable whose rating is known, a bolt that is home where there is one, and at least 6 A left by permit, cable and
(derated) hardware.

Before the first permit, and whenever nothing else is said, everything is open and the pilot is at X1: constant 12 V,
so that a car that is plugged in is still seen. Faults and how they end are a table in `faults`, the phases of the power
path a table in `phases`.

A step repeats itself until nothing moves any more at this instant, and says when to look again. Given the same inputs,
stepping more often than that changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from hal.guard import faults, lock, pilot
from hal.guard.derating import felt, stale_at_ms
from hal.guard.duty import duty_permille
from hal.guard.lock import LockDrive, LockPhase
from hal.guard.phases import next_phase, ramp_end_ms, ready_at_ms
from hal.guard.state import COMMANDED, ENERGY_SIGNALS, PLUGGED, GuardInputs, Phase, Scene, Setup, State, Step
from hal.interfaces import PowerOutputs
from hal.types import ContactorState, FaultCode, LockState, PilotState, PowerReport

MAX_ROUNDS = 8  # a step settles in at most five; more would be an endless loop between phases


def step(setup: Setup, state: State, inputs: GuardInputs, now_ms: int) -> Step:
    """The next state, what to command now, and when to look again. `state` is left as it was."""
    scene = Scene(setup, replace(state, held=dict(state.held)), inputs, now_ms)
    draft = scene.state
    draft.left = draft.plugged and scene.pilot is PilotState.A
    draft.plugged = scene.pilot in PLUGGED or (draft.plugged and not draft.left)
    if scene.pilot is PilotState.A and inputs.permit is not None:
        draft.spent = inputs.permit.number
    _take_request(scene)
    if inputs.power is not None:
        draft.heat = felt(draft.heat, inputs.power.temperature_dc, setup.settings, now_ms)
    for _ in range(MAX_ROUNDS):
        before = (draft.phase, draft.signal, draft.lock, draft.present, draft.latched)
        _round(scene)
        if before == (draft.phase, draft.signal, draft.lock, draft.present, draft.latched):
            break
    else:
        raise AssertionError(f"the interlock does not settle: {draft}")
    reset_path = faults.retry_residual(scene)
    return Step(draft, _outputs(scene), _report(scene), _wake_at_ms(scene), reset_path)


def _round(scene: Scene) -> None:
    _watch_car(scene)
    faults.update(scene)
    _move(scene)
    _drive_lock(scene)
    pilot.drive(scene)


def _take_request(scene: Scene) -> None:
    """What the agent asked in this step: a lock request, a reset."""
    draft, inputs = scene.state, scene.inputs
    if inputs.lock_request is not None:
        draft.lock_wish = inputs.lock_request
    if draft.lock is not None and (inputs.reset or inputs.lock_request is not None):
        draft.lock = lock.retried(draft.lock, scene.now_ms)


def _watch_car(scene: Scene) -> None:
    """Since when the car asks for energy while the signal invites it."""
    draft = scene.state
    if not (scene.wants_energy and draft.signal in ENERGY_SIGNALS):
        draft.ready_since_ms = None
    elif draft.ready_since_ms is None:
        draft.ready_since_ms = scene.now_ms


def _move(scene: Scene) -> None:
    """Take the phase on."""
    draft = scene.state
    following = next_phase(scene)
    if following is draft.phase:
        return
    draft.phase = following
    draft.phase_since_ms = scene.now_ms
    if following is Phase.LOCKING:
        draft.lock_wish = True  # overrules an unlock that was asked while nothing was connected
    elif following is Phase.CLOSING and scene.permit is not None:
        draft.phases = draft.last_phases = scene.permit.phases


def _drive_lock(scene: Scene) -> None:
    """Lock before closing; unlock only when the feedback says open and nothing is welded."""
    draft, power = scene.state, scene.inputs.power
    if power is None or not scene.setup.capabilities.has_lock:
        return
    may_unlock = (
        draft.phase in (Phase.OPEN, Phase.LOCKING)
        and scene.contactor is ContactorState.OPEN
        and FaultCode.CONTACTOR_WELDED not in scene.faults
    )
    if draft.lock is None:
        found = power.lock is LockState.LOCKED or (power.lock is LockState.UNKNOWN and not may_unlock)
        draft.lock = LockDrive(found, found, since_ms=scene.now_ms)
    drive = draft.lock
    if draft.left and drive.phase is LockPhase.FAILED and drive.target:
        draft.lock_wish = False  # nothing to hold any more
    target = drive.target if draft.lock_wish is None else draft.lock_wish
    if draft.phase is not Phase.OPEN:
        target = True
    elif not may_unlock:
        target = target or drive.out
    draft.lock = lock.advance(drive, target, power.lock, scene.setup.settings, scene.now_ms, may_unlock=may_unlock)


def _outputs(scene: Scene) -> PowerOutputs:
    draft = scene.state
    # A bolt that was never seen is kept, not released: what it holds may be energised.
    locked = scene.setup.capabilities.has_lock and (draft.lock is None or draft.lock.out)
    return PowerOutputs(
        signal=draft.signal,
        duty_permille=duty_permille(draft.signal, draft.offered_ma),
        closed=draft.phase in COMMANDED,
        phases=draft.phases,
        locked=locked,
    )


def _report(scene: Scene) -> PowerReport:
    draft, inputs, power = scene.state, scene.inputs, scene.inputs.power
    absent = LockState.UNKNOWN if scene.setup.capabilities.has_lock else LockState.ABSENT
    return PowerReport(
        evse=scene.setup.capabilities.evse,
        pilot=scene.pilot,
        signal=draft.signal,
        duty_permille=duty_permille(draft.signal, draft.offered_ma),
        offered_ma=draft.offered_ma,
        commanded=draft.phase in COMMANDED,
        contactor=scene.contactor,
        lock=absent if power is None else power.lock,
        permit_number=inputs.permit.number if inputs.permit else 0,
        permit_live=scene.permit_live,
        connector=power.connector if power else 1,
        cable_ma=power.proximity.cable_ma if power and power.proximity else None,
        phases=draft.phases,
        faults=faults.report(scene),
    )


def _wake_at_ms(scene: Scene) -> int | None:
    """The next instant at which a step with the same inputs would answer something else."""
    draft, inputs, settings = scene.state, scene.inputs, scene.setup.settings
    times: list[int | None] = [*faults.wakes(scene), faults.retry_at_ms(draft, settings)]
    if scene.permit_live:
        times.append(inputs.lease_until_ms)
    if draft.phase is Phase.RAMPING:
        times.append(ramp_end_ms(scene))
    elif draft.phase is Phase.STOPPING:
        times.append(draft.phase_since_ms + settings.stop_wait_ms)
    elif draft.phase is Phase.OPEN:
        times.append(ready_at_ms(scene))
    if draft.lock is not None:
        times.append(lock.wake_at_ms(draft.lock, settings))
    times.append(stale_at_ms(draft.heat, settings))
    times.append(pilot.wake_at_ms(scene))
    return min((at_ms for at_ms in times if at_ms is not None and at_ms > scene.now_ms), default=None)
