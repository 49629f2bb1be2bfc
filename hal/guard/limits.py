"""Bounds: what a permit may ask, and how much current is left of it."""

from __future__ import annotations

from hal.guard.derating import limit_ma
from hal.guard.duty import MIN_CURRENT_MA
from hal.guard.state import Scene
from hal.types import Direction, EvseCapabilities, Permit, PilotSignal

MAX_LEASE_MS = 60_000


def refusal(permit: Permit, capabilities: EvseCapabilities, last_number: int) -> str | None:
    """Why this permit cannot be taken over; None if it can. `last_number` is the newest of the same connection.

    Refusing instead of clipping: an agent that asks for more than the hardware has is wrong about the hardware.
    """
    name = f"permit {permit.number} of EVSE {permit.evse}"
    if permit.number <= last_number:
        return f"{name}: the number does not grow, the last one was {last_number}"
    if not 0 < permit.lease_ms <= MAX_LEASE_MS:
        return f"{name}: a lease of {permit.lease_ms} ms is outside 1..{MAX_LEASE_MS}"
    if permit.current_ma > capabilities.max_current_ma:
        return f"{name}: {permit.current_ma} mA, the hardware has {capabilities.max_current_ma}"
    if not 1 <= permit.phases <= capabilities.phases:
        return f"{name}: {permit.phases} phases, the hardware has {capabilities.phases}"
    if permit.signal is PilotSignal.PWM and permit.current_ma < MIN_CURRENT_MA:
        return f"{name}: PWM cannot offer {permit.current_ma} mA, the signal off offers nothing"
    if permit.direction is not Direction.IMPORT:
        return f"{name}: direction {permit.direction} is reserved for a later version"
    if permit.dc is not None:
        return f"{name}: DC limits are reserved for a later version"
    return None


def effective_ma(scene: Scene) -> int:
    """The least of permit, cable and (derated) hardware; 0 if that is less than can be offered."""
    permit, power = scene.permit, scene.inputs.power
    if permit is None or power is None:
        return 0
    hardware_ma = scene.setup.capabilities.max_current_ma
    least = min(permit.current_ma, limit_ma(scene.state.heat, hardware_ma, scene.setup.settings, scene.now_ms))
    if power.proximity is not None:
        least = min(least, power.proximity.cable_ma or 0)
    return least if least >= MIN_CURRENT_MA else 0


def in_force_ma(scene: Scene) -> int:
    """What the car has been told it may draw: by the duty cycle, or (digital) by communication."""
    return effective_ma(scene) if scene.state.signal is PilotSignal.DIGITAL else scene.state.offered_ma
