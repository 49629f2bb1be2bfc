"""Duty cycle and current: the tables of IEC 61851-1 (annex A, tables A.7 and A.8), as data.

The duty cycle goes out in tenths of a percent. Towards the car the value is rounded *down*, so that what is offered is
never above the limit; `offered_ma` of a report stays the limit that was encoded. The way back (`current_ma`) is the
car's reading of the same tables; the bench's cars use it.
"""

from __future__ import annotations

from typing import NamedTuple

from hal.types import PilotSignal

MIN_CURRENT_MA = 6_000
MAX_CURRENT_MA = 80_000
DIGITAL_PERMILLE = 50  # 5 %: digital communication required (ISO 15118)
CONSTANT_HIGH_PERMILLE = 1_000  # X1: no energy on offer
CONSTANT_LOW_PERMILLE = 0  # state F


class Band(NamedTuple):
    """One straight line of the table: from `first_permille`, `ma_per_permille` above `base_ma`."""

    first_permille: int
    last_permille: int
    base_permille: int
    ma_per_permille: int


# 10 % to 85 %: 0.6 A a percent; 85 % to 96 %: (duty - 64 %) * 2.5 A.
LOW_BAND = Band(100, 850, 0, 60)
HIGH_BAND = Band(850, 960, 640, 250)

# What a car reads: (below this duty, in permille; it may draw). None: digital communication is required.
CAR_TABLE: tuple[tuple[int, int | None], ...] = (
    (30, 0),
    (70, None),
    (80, 0),
    (100, MIN_CURRENT_MA),
)


def duty_permille(signal: PilotSignal, current_ma: int) -> int:
    """Duty cycle that puts `signal` on the pilot, offering `current_ma` per phase where the signal is PWM.

    Currents that no duty cycle says (51 A to 52.5 A, above 80 A) become the next lower one; below 6 A nothing can be
    offered and the answer is the constant high level.
    """
    if signal is PilotSignal.DIGITAL:
        return DIGITAL_PERMILLE
    if signal is PilotSignal.ERROR:
        return CONSTANT_LOW_PERMILLE
    if signal is PilotSignal.OFF or current_ma < MIN_CURRENT_MA:
        return CONSTANT_HIGH_PERMILLE
    capped = min(current_ma, MAX_CURRENT_MA)
    band = HIGH_BAND if capped >= current_ma_of(HIGH_BAND.first_permille, HIGH_BAND) else LOW_BAND
    return min(band.base_permille + capped // band.ma_per_permille, band.last_permille)


def current_ma_of(permille: int, band: Band) -> int:
    """Current that `permille` says within `band`."""
    return (permille - band.base_permille) * band.ma_per_permille


def current_ma(permille: int) -> int | None:
    """Most a car may draw per phase at this duty cycle; 0 for none, None where it must ask by digital communication."""
    for below, allowed in CAR_TABLE:
        if permille < below:
            return allowed
    if permille <= LOW_BAND.last_permille:
        return current_ma_of(permille, LOW_BAND)
    if permille <= HIGH_BAND.last_permille:
        return current_ma_of(permille, HIGH_BAND)
    return MAX_CURRENT_MA if permille <= 970 else 0
