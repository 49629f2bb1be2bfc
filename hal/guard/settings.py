"""Timings and thresholds of the interlock, one set per EVSE; table `[evse.interlock]` of the board file.

Every value has a default from IEC 61851-1 (annex A, table A.6) or from what proven controllers do. The metadata gives
the range that the board file may choose from; a wider range would let a typing error undo a protection.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from hal.value import frozen


class Release(StrEnum):
    """What ends a latched fault, besides `reset_faults`, which ends each of them."""

    UNPLUGGED = "unplugged"  # state A once its cause is gone
    RESET = "reset"  # nothing else


@frozen
class DeratingStep:
    """From `temperature_dc` (tenths of a degree) on, at most `permille` of the hardware's current; 0 stops."""

    temperature_dc: int = field(metadata={"min": 300, "max": 1500})
    permille: int = field(metadata={"min": 0, "max": 1000})


DEFAULT_DERATING = (DeratingStep(650, 500), DeratingStep(680, 250), DeratingStep(710, 0))


@frozen
class InterlockSettings:
    """See the comments; `*_ms` are milliseconds, `*_ma` milliampere, `*_dc` tenths of a degree Celsius."""

    # Closing: C must have been steady for so long, with the signal on. Opening is never debounced.
    close_debounce_ms: int = field(default=250, metadata={"min": 20, "max": 2_500})  # table A.6 seq. 4: <= 3 s
    # Feedback that stays away after a close command means a contactor that is stuck open.
    close_timeout_ms: int = field(default=1_000, metadata={"min": 100, "max": 3_000})
    # Feedback that is not open for so long while open is commanded means a welded contactor.
    weld_debounce_ms: int = field(default=1_000, metadata={"min": 50, "max": 3_000})
    # Feedback that goes away for so long while closed is commanded: dropped out.
    dropout_debounce_ms: int = field(default=100, metadata={"min": 20, "max": 1_000})
    # Stop by the supply: after the PWM goes off the car has so long to leave C, then it is opened under load.
    stop_wait_ms: int = field(default=6_000, metadata={"min": 3_000, "max": 10_000})  # table A.6 seq. 10.2
    # A lease that ended: the smallest current is offered for so long before the stop begins.
    ramp_ms: int = field(default=5_000, metadata={"min": 0, "max": 30_000})
    # The duty cycle is raised no more often than this; it is lowered at once.
    pwm_raise_ms: int = field(default=5_000, metadata={"min": 1_000, "max": 60_000})  # table A.6: 5 s
    # Between nominal and digital signal, and between phase counts, the pilot rests at X1 for so long.
    x1_rest_ms: int = field(default=3_000, metadata={"min": 1_000, "max": 30_000})
    # Soft over-current: more than (limit + margin) * permille / 1000 for so long, on any phase.
    over_current_margin_ma: int = field(default=500, metadata={"min": 0, "max": 5_000})
    over_current_permille: int = field(default=1_100, metadata={"min": 1_000, "max": 1_500})
    over_current_ms: int = field(default=7_000, metadata={"min": 6_000, "max": 20_000})
    over_current_release: Release = Release.UNPLUGGED
    stuck_open_release: Release = Release.UNPLUGGED
    emergency_stop_release: Release = Release.UNPLUGGED
    # Residual current: 0 retries keep the fault until it is reset.
    residual_retries: int = field(default=0, metadata={"min": 0, "max": 6})
    residual_retry_ms: int = field(default=300_000, metadata={"min": 60_000, "max": 3_600_000})
    # A residual current device may take so long to switch on again after a reset.
    reset_wait_ms: int = field(default=2_000, metadata={"min": 100, "max": 10_000})
    # Temperature: steps upward; a step is left again `derating_hysteresis_dc` below its threshold.
    derating: tuple[DeratingStep, ...] = field(default=DEFAULT_DERATING, metadata={"max_items": 8})
    derating_hysteresis_dc: int = field(default=30, metadata={"min": 5, "max": 200})
    # A board with a temperature sensor: once silent for so long, at most `stale_permille` of the hardware's current.
    temperature_expected: bool = False
    temperature_stale_ms: int = field(default=30_000, metadata={"min": 1_000, "max": 600_000})
    temperature_stale_permille: int = field(default=500, metadata={"min": 100, "max": 1_000})
    # A socket in which a car is sensed must show a cable within so long.
    cable_debounce_ms: int = field(default=1_000, metadata={"min": 100, "max": 5_000})
    # Lock: one motion may take so long, and is tried so often; between tries the motor moves back.
    lock_motion_ms: int = field(default=1_500, metadata={"min": 200, "max": 10_000})
    lock_back_off_ms: int = field(default=700, metadata={"min": 100, "max": 5_000})
    lock_tries: int = field(default=3, metadata={"min": 1, "max": 10})
    # Boards without a feedback contact of the contactor: the commanded state is believed.
    contactor_feedback: bool = True
    # A station whose agent is gone for so long lets go of the cable once the path is open; 0 never does.
    abandoned_release_ms: int = field(default=120_000, metadata={"min": 0, "max": 3_600_000})
