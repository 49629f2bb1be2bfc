"""Duty cycle and current (IEC 61851-1 tables A.7, A.8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.guard.duty import current_ma, duty_permille
from hal.types import PilotSignal


@pytest.mark.parametrize(
    ("offered_ma", "permille"),
    [
        (6_000, 100),
        (10_000, 166),
        (13_000, 216),
        (16_000, 266),
        (20_000, 333),
        (32_000, 533),
        (48_000, 800),
        (51_000, 850),
        (52_000, 850),  # no duty cycle says 52 A
        (52_500, 850),
        (63_000, 892),
        (70_000, 920),
        (80_000, 960),
        (125_000, 960),
        (5_999, 1_000),
        (0, 1_000),
    ],
)
def test_pwm_says_the_current(offered_ma: int, permille: int) -> None:
    assert duty_permille(PilotSignal.PWM, offered_ma) == permille


def test_the_other_signals_say_nothing_about_current() -> None:
    assert duty_permille(PilotSignal.DIGITAL, 16_000) == 50
    assert duty_permille(PilotSignal.OFF, 16_000) == 1_000
    assert duty_permille(PilotSignal.ERROR, 16_000) == 0


@pytest.mark.parametrize(
    ("permille", "drawn_ma"),
    [
        (0, 0),
        (29, 0),
        (30, None),
        (50, None),
        (69, None),
        (70, 0),
        (79, 0),
        (80, 6_000),
        (99, 6_000),
        (100, 6_000),
        (266, 15_960),
        (850, 51_000),
        (851, 52_750),
        (960, 80_000),
        (961, 80_000),
        (970, 80_000),
        (971, 0),
        (1_000, 0),
    ],
)
def test_a_car_reads_the_same_tables(permille: int, drawn_ma: int | None) -> None:
    assert current_ma(permille) == drawn_ma


@given(st.integers(6_000, 200_000))
def test_a_car_never_reads_more_than_was_offered(offered_ma: int) -> None:
    read_ma = current_ma(duty_permille(PilotSignal.PWM, offered_ma))
    assert read_ma is not None
    assert read_ma <= offered_ma
    assert read_ma > min(offered_ma, 80_000) - 1_750  # 85 % says 51 A, the next step 52.75 A
