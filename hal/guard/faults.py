"""The safety faults of one EVSE, as a table: cause, how long it must last, what ends it, what it does.

A fault is active while its cause is *present* (seen without a break for `hold_ms`), and after that while it is
*latched*. Each active fault forbids energy. TRIP opens at once; STOP first asks the car to stop drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from hal.guard import lock
from hal.guard.derating import too_hot
from hal.guard.limits import in_force_ma
from hal.guard.settings import InterlockSettings, Release
from hal.guard.state import COMMANDED, PLUGGED, Phase, Scene, State
from hal.types import ContactorState, Fault, FaultCode, LockState, PilotState

MAX_INFO = 200


class Reaction(Enum):
    """What a fault does to a closed power path."""

    TRIP = "trip"
    STOP = "stop"


class Rule(NamedTuple):
    """One line of the table. `release` None: the fault ends with its cause."""

    cause: Callable[[Scene], bool]
    info: str
    hold_ms: Callable[[Scene], int] = lambda scene: 0
    release: Callable[[InterlockSettings], Release | None] = lambda settings: None
    reaction: Reaction = Reaction.TRIP


def _silent(scene: Scene) -> bool:
    return scene.inputs.power is None


def _diode(scene: Scene) -> bool:
    return scene.inputs.power is not None and scene.inputs.power.pilot.diode_fault


def _short(scene: Scene) -> bool:
    return scene.inputs.power is not None and scene.inputs.power.pilot.short


def _unventilated(scene: Scene) -> bool:
    return scene.pilot is PilotState.D and not scene.wants_energy


def _residual(scene: Scene) -> bool:
    return scene.inputs.power is not None and scene.inputs.power.residual_current


def _emergency(scene: Scene) -> bool:
    return scene.inputs.power is not None and scene.inputs.power.emergency_stop


def _hot(scene: Scene) -> bool:
    return too_hot(scene.state.heat, scene.setup.settings)


def _over_current(scene: Scene) -> bool:
    power, settings = scene.inputs.power, scene.setup.settings
    if power is None or scene.state.phase not in (Phase.CLOSED, Phase.RAMPING):
        return False
    threshold = (in_force_ma(scene) + settings.over_current_margin_ma) * settings.over_current_permille
    return any(phase_ma * 1_000 > threshold for phase_ma in power.current_ma)


def _welded(scene: Scene) -> bool:
    if scene.inputs.power is None or scene.state.phase in COMMANDED:
        return False
    return scene.contactor is not ContactorState.OPEN


def _stuck_open(scene: Scene) -> bool:
    if scene.inputs.power is None or scene.state.phase not in COMMANDED:
        return False
    return scene.contactor is not ContactorState.CLOSED


def _stuck_open_ms(scene: Scene) -> int:
    settings = scene.setup.settings
    was_closed = scene.state.phase in (Phase.CLOSED, Phase.RAMPING)  # these are entered by the feedback alone
    return settings.dropout_debounce_ms if was_closed else settings.close_timeout_ms


def _cable(scene: Scene) -> bool:
    power = scene.inputs.power
    if power is None or power.proximity is None:
        return False
    return power.proximity.fault or (power.proximity.cable_ma is None and power.pilot.state in PLUGGED)


def _lock(scene: Scene) -> bool:
    power, drive = scene.inputs.power, scene.state.lock
    if power is None or drive is None or not scene.setup.capabilities.has_lock:
        return False
    if drive.phase is lock.LockPhase.FAILED:
        return True
    return scene.state.phase in COMMANDED and power.lock is not LockState.LOCKED


RULES: dict[FaultCode, Rule] = {
    FaultCode.INTERNAL: Rule(_silent, "the power path does not answer"),
    FaultCode.DIODE: Rule(
        _diode,
        "the negative half wave of the pilot is missing: diode of the vehicle",
        release=lambda settings: Release.UNPLUGGED,
    ),
    FaultCode.PILOT_SHORT: Rule(_short, "the pilot is short to earth"),
    FaultCode.VENTILATION: Rule(_unventilated, "the vehicle needs ventilation and there is none"),
    FaultCode.RESIDUAL_CURRENT: Rule(
        _residual, "the residual current device tripped", release=lambda settings: Release.RESET
    ),
    FaultCode.EMERGENCY_STOP: Rule(
        _emergency, "emergency stop", release=lambda settings: settings.emergency_stop_release
    ),
    FaultCode.OVER_TEMPERATURE: Rule(_hot, "too hot", reaction=Reaction.STOP),
    FaultCode.OVER_CURRENT: Rule(
        _over_current,
        "the vehicle draws more than it is offered",
        hold_ms=lambda scene: scene.setup.settings.over_current_ms,
        release=lambda settings: settings.over_current_release,
    ),
    FaultCode.CONTACTOR_WELDED: Rule(
        _welded,
        "the contactor's feedback is not open although open is commanded",
        hold_ms=lambda scene: scene.setup.settings.weld_debounce_ms,
        release=lambda settings: Release.RESET,
    ),
    FaultCode.CONTACTOR_STUCK_OPEN: Rule(
        _stuck_open,
        "the contactor's feedback is not closed although closed is commanded",
        hold_ms=_stuck_open_ms,
        release=lambda settings: settings.stuck_open_release,
    ),
    FaultCode.CABLE: Rule(
        _cable,
        "the cable's proximity resistor is missing or outside every window",
        hold_ms=lambda scene: scene.setup.settings.cable_debounce_ms,
    ),
    FaultCode.LOCK: Rule(_lock, "the connector lock does not follow", release=lambda settings: Release.UNPLUGGED),
}


def update(scene: Scene) -> None:
    """Bring `present`, `latched` and the running hold times of the scene's state up to this instant."""
    state, settings = scene.state, scene.setup.settings
    present = set()
    latched = set(state.latched)
    for code, rule in RULES.items():
        if not rule.cause(scene):
            state.held.pop(code, None)
            continue
        since_ms = state.held.setdefault(code, scene.now_ms)
        if scene.now_ms < since_ms + rule.hold_ms(scene):
            continue
        present.add(code)
        if rule.release(settings) is not None and code not in latched:
            latched.add(code)
            if code is FaultCode.RESIDUAL_CURRENT:
                state.residual_since_ms = scene.now_ms
    state.present = frozenset(present)
    state.latched = frozenset(latched)
    _release(scene)


def _release(scene: Scene) -> None:
    """Let go of latched faults whose cause is gone and whose end has come.

    The reset of a residual current device counts for a while: it takes its time to switch on again.
    """
    state, settings = scene.state, scene.setup.settings
    unplugged = scene.pilot is PilotState.A
    if state.left or scene.inputs.reset:
        state.residual_tries = 0
    if scene.inputs.reset:
        _begin_reset(scene, state.latched)
    elif scene.now_ms >= state.reset_until_ms:
        state.resetting = frozenset()
    kept = set()
    for code in state.latched:
        ended = code in state.resetting or (unplugged and RULES[code].release(settings) is Release.UNPLUGGED)
        if code in state.present or not ended:
            kept.add(code)
    state.latched = frozenset(kept)
    state.resetting &= state.latched & {FaultCode.RESIDUAL_CURRENT}


def _begin_reset(scene: Scene, codes: frozenset[FaultCode]) -> None:
    scene.state.resetting = codes
    scene.state.reset_until_ms = scene.now_ms + scene.setup.settings.reset_wait_ms


def retry_residual(scene: Scene) -> bool:
    """Whether it is time to reset the residual current device by ourselves; counts the try."""
    state = scene.state
    due_ms = retry_at_ms(state, scene.setup.settings)
    if due_ms is None or scene.now_ms < due_ms:
        return False
    state.residual_tries += 1
    state.residual_since_ms = scene.now_ms
    _begin_reset(scene, frozenset({FaultCode.RESIDUAL_CURRENT}))
    return True


def retry_at_ms(state: State, settings: InterlockSettings) -> int | None:
    """When the residual current device is reset without being asked; None if never."""
    if FaultCode.RESIDUAL_CURRENT not in state.latched or state.residual_tries >= settings.residual_retries:
        return None
    return state.residual_since_ms + settings.residual_retry_ms


def wakes(scene: Scene) -> list[int]:
    """When causes that are held now become faults."""
    return [
        since_ms + RULES[code].hold_ms(scene)
        for code, since_ms in scene.state.held.items()
        if code not in scene.state.present
    ]


def reaction(scene: Scene) -> Reaction | None:
    """The sharpest reaction that an active fault asks for."""
    reactions = {RULES[code].reaction for code in scene.faults}
    if not reactions:
        return None
    return Reaction.TRIP if Reaction.TRIP in reactions else Reaction.STOP


def report(scene: Scene) -> tuple[Fault, ...]:
    """The active faults as values, in the table's order."""
    evse = scene.setup.capabilities.evse
    found = []
    for code, rule in RULES.items():
        if code in scene.faults:
            info = scene.inputs.error if code is FaultCode.INTERNAL and scene.inputs.error else rule.info
            found.append(Fault(code, evse, info=info[:MAX_INFO]))
    return tuple(found)
