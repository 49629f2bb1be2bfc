"""The bounds of a permit."""

from __future__ import annotations

from typing import Any

import pytest

from hal.guard.limits import effective_ma, refusal
from hal.guard.state import GuardInputs, Scene, Setup, State
from hal.types import DcLimits, Direction, EvseCapabilities, PilotSignal
from tests.unit.hal.guard.rig import permit

HARDWARE = EvseCapabilities(1, 1, 3, 32_000)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"current_ma": 32_000},
        {"current_ma": 6_000},
        {"lease_ms": 60_000},
        {"lease_ms": 1},
        {"phases": 1},
        {"signal": PilotSignal.OFF, "current_ma": 0},
        {"signal": PilotSignal.DIGITAL, "current_ma": 0},
        {"signal": PilotSignal.ERROR, "current_ma": 0, "energise": False},
        {"number": 7},
    ],
)
def test_a_permit_within_bounds_is_taken(change: dict[str, Any]) -> None:
    assert refusal(permit(**{"number": 5, **change}), HARDWARE, 4) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"number": 4}, "does not grow"),
        ({"number": 0}, "does not grow"),
        ({"lease_ms": 60_001}, "lease"),
        ({"lease_ms": 0}, "lease"),
        ({"current_ma": 32_001}, "32001 mA"),
        ({"current_ma": 5_999}, "PWM cannot offer"),
        ({"current_ma": 0}, "PWM cannot offer"),
        ({"phases": 0}, "phases"),
        ({"direction": Direction.EXPORT}, "export is reserved"),
        ({"dc": DcLimits(1, 1, 1)}, "DC limits are reserved"),
    ],
)
def test_a_permit_out_of_bounds_is_refused_with_the_reason(change: dict[str, Any], why: str) -> None:
    answer = refusal(permit(**{"number": 5, **change}), HARDWARE, 4)
    assert answer is not None
    assert why in answer


def test_more_phases_than_the_hardware_has() -> None:
    assert refusal(permit(phases=3), EvseCapabilities(1, 1, 1, 32_000), 0) == (
        "permit 1 of EVSE 1: 3 phases, the hardware has 1"
    )


def test_without_permit_or_path_nothing_is_left() -> None:
    assert effective_ma(Scene(Setup(HARDWARE), State(), GuardInputs(None, permit=permit()), 0)) == 0
