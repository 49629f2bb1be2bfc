"""Less current when the board is hot: steps with hysteresis, and a fall-back when the sensor is silent."""

from __future__ import annotations

from typing import NamedTuple

from hal.guard.duty import MIN_CURRENT_MA
from hal.guard.settings import InterlockSettings


class Heat(NamedTuple):
    """How far up the derating steps a board is. `silent_since_ms` is set while an expected reading is absent."""

    level: int = 0
    seen: bool = False
    silent_since_ms: int | None = None


def felt(heat: Heat, temperature_dc: int | None, settings: InterlockSettings, now_ms: int) -> Heat:
    """`heat` after a reading (None: no reading). A board that has read once is expected to go on."""
    if temperature_dc is None:
        expected = heat.seen or settings.temperature_expected
        if not expected or heat.silent_since_ms is not None:
            return heat
        return heat._replace(silent_since_ms=now_ms)
    thresholds = [step.temperature_dc for step in settings.derating]
    reached = sum(temperature_dc >= threshold for threshold in thresholds)
    kept = sum(temperature_dc > threshold - settings.derating_hysteresis_dc for threshold in thresholds)
    return Heat(max(reached, min(heat.level, kept)), seen=True)


def stale_at_ms(heat: Heat, settings: InterlockSettings) -> int | None:
    """When the silence of the sensor makes the fall-back apply; None while it speaks."""
    return None if heat.silent_since_ms is None else heat.silent_since_ms + settings.temperature_stale_ms


def limit_ma(heat: Heat, hardware_ma: int, settings: InterlockSettings, now_ms: int) -> int:
    """What the temperature leaves of the hardware's current: 0, or at least the smallest that can be offered."""
    permille = settings.derating[heat.level - 1].permille if heat.level else 1_000
    stale_ms = stale_at_ms(heat, settings)
    if stale_ms is not None and now_ms >= stale_ms:
        permille = min(permille, settings.temperature_stale_permille)
    return max(hardware_ma * permille // 1_000, MIN_CURRENT_MA) if permille else 0


def too_hot(heat: Heat, settings: InterlockSettings) -> bool:
    """Whether the highest step in force allows no current at all."""
    return heat.level > 0 and settings.derating[heat.level - 1].permille == 0
