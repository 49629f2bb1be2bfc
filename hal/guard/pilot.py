"""What the guard puts on the control pilot, and how often it may change (IEC 61851-1 table A.6)."""

from __future__ import annotations

from hal.guard.duty import MIN_CURRENT_MA
from hal.guard.limits import effective_ma
from hal.guard.state import ENERGY_SIGNALS, Phase, Scene
from hal.types import PilotSignal


def drive(scene: Scene) -> None:
    """Put the wanted signal on the pilot: X1 between two kinds, lower currents at once, higher ones seldom."""
    draft, now_ms = scene.state, scene.now_ms
    wanted = _wanted(scene)
    energy = wanted in ENERGY_SIGNALS
    changes = wanted is not draft.signal
    if energy and changes and (draft.signal in ENERGY_SIGNALS or now_ms < _rest_until_ms(scene, wanted)):
        wanted, energy, changes = PilotSignal.OFF, False, draft.signal is not PilotSignal.OFF
    if changes and draft.signal in ENERGY_SIGNALS:
        draft.off_since_ms = now_ms
    if changes and energy and scene.permit is not None:
        draft.last_kind = wanted
        draft.last_phases = draft.phases = scene.permit.phases
    draft.signal = wanted
    if wanted is not PilotSignal.PWM:
        draft.offered_ma = 0
        return
    allowed_ma = _allowed_ma(scene)
    if changes or allowed_ma < draft.offered_ma or (allowed_ma > draft.offered_ma and now_ms >= _raise_at_ms(scene)):
        draft.offered_ma = allowed_ma
        draft.duty_since_ms = now_ms


def wake_at_ms(scene: Scene) -> int | None:
    """When the pilot changes although nothing else does: a rest is over, or the duty cycle may rise."""
    draft = scene.state
    if draft.signal is PilotSignal.PWM:
        return _raise_at_ms(scene) if _allowed_ma(scene) > draft.offered_ma else None
    wanted = _wanted(scene)
    return _rest_until_ms(scene, wanted) if wanted in ENERGY_SIGNALS else None


def _allowed_ma(scene: Scene) -> int:
    return MIN_CURRENT_MA if scene.state.phase is Phase.RAMPING else effective_ma(scene)


def _raise_at_ms(scene: Scene) -> int:
    return scene.state.duty_since_ms + scene.setup.settings.pwm_raise_ms


def _rest_until_ms(scene: Scene, wanted: PilotSignal) -> int:
    """Until when the pilot stays at X1 before `wanted` may come on."""
    draft, permit = scene.state, scene.permit
    same_phases = permit is None or draft.last_phases in (None, permit.phases)
    if draft.last_kind in (None, wanted) and same_phases:
        return draft.off_since_ms
    return draft.off_since_ms + scene.setup.settings.x1_rest_ms


def _wanted(scene: Scene) -> PilotSignal:
    """What the pilot should show, before rests and rates."""
    draft, permit = scene.state, scene.permit
    if scene.faults or permit is None or draft.phase in (Phase.STOPPING, Phase.OPENING):
        return PilotSignal.OFF
    if draft.phase is Phase.RAMPING:
        return PilotSignal.PWM
    if not scene.permit_live:
        return PilotSignal.OFF
    if permit.signal is PilotSignal.PWM and effective_ma(scene) < MIN_CURRENT_MA:
        return PilotSignal.OFF
    return permit.signal
