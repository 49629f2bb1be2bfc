"""What can go wrong at one outlet: what it does, what is reported, what ends it."""

from __future__ import annotations

import pytest

from hal.guard.faults import RULES
from hal.guard.settings import DEFAULT_DERATING, DeratingStep, Release
from hal.guard.state import Phase
from hal.types import ContactorState, FaultCode, LockState
from tests.unit.hal.guard.rig import CLOSED, DIGITAL, LOCKED, OFF, OPEN, PWM, UNKNOWN, UNLOCKED, Rig


def test_every_fault_of_the_table_has_an_explanation() -> None:
    assert all(rule.info for rule in RULES.values())


def test_a_diode_fault_opens_and_stays_until_the_car_is_gone() -> None:
    rig = Rig().charge()
    rig.set("C", diode=True).look(1)
    assert (rig.closed, rig.signal, rig.faults) == (False, OFF, {FaultCode.DIODE})
    rig.set("C").follow(1)
    rig.look(60_000)
    assert rig.faults == {FaultCode.DIODE}
    rig.set("B").look(1)
    assert rig.faults == {FaultCode.DIODE}
    rig.set("A").look(1)
    assert rig.faults == set()


def test_a_pilot_short_opens_and_ends_with_itself() -> None:
    rig = Rig().charge()
    rig.set("E", short=True).look(1)
    assert (rig.closed, rig.faults) == (False, {FaultCode.PILOT_SHORT})
    rig.set("C").follow(1)
    assert rig.faults == set()


def test_ventilation_that_is_missing_is_reported_while_d_lasts() -> None:
    rig = Rig().set("D").grant()
    rig.look(1)
    assert (rig.faults, rig.signal) == ({FaultCode.VENTILATION}, OFF)
    rig.set("C").look(1)
    assert rig.faults == set()


def test_residual_current_stays_until_reset() -> None:
    rig = Rig().charge()
    rig.set(residual_current=True).look(1)
    assert (rig.closed, rig.faults) == (False, {FaultCode.RESIDUAL_CURRENT})
    rig.look(1, reset=True)
    assert rig.faults == {FaultCode.RESIDUAL_CURRENT}  # the cause is still there
    rig.follow(1)
    rig.look(2_000)
    rig.set("A", residual_current=False).look(1)
    rig.look(3_600_000)
    assert rig.faults == {FaultCode.RESIDUAL_CURRENT}
    assert rig.answer.wake_at_ms is None
    rig.look(1, reset=True)
    assert rig.faults == set()


def test_residual_current_is_retried_as_often_as_configured() -> None:
    rig = Rig(residual_retries=2, residual_retry_ms=60_000).set("B")
    rig.set(residual_current=True).look(1)
    for _ in range(2):
        assert rig.answer.wake_at_ms == rig.now_ms + 60_000
        assert not rig.look(59_999).reset_path
        assert rig.look(1).reset_path
        rig.set(residual_current=False).look()
        assert rig.faults == set()
        rig.set(residual_current=True).look(1_000)
        assert rig.faults == {FaultCode.RESIDUAL_CURRENT}
    assert rig.answer.wake_at_ms is None
    assert not rig.look(3_600_000).reset_path
    assert rig.set("A").look(1).reset_path  # another car: tries count anew, and the first is overdue
    rig.look(1)
    assert rig.answer.wake_at_ms == rig.now_ms - 1 + 60_000
    assert rig.look(60_000).reset_path
    rig.look(1)
    assert not rig.look(3_600_000).reset_path  # an empty outlet is not a new car each time


def test_a_reset_waits_for_a_slow_device() -> None:
    rig = Rig().set("B", residual_current=True)
    rig.look(1)
    rig.look(1, reset=True)
    rig.set(residual_current=False).look(1_999)
    assert rig.faults == set()
    rig.set(residual_current=True).look(0)
    rig.set(residual_current=False).look(0)
    assert rig.faults == {FaultCode.RESIDUAL_CURRENT}  # a new trip is none of that reset's


def test_a_retry_waits_for_a_slow_device() -> None:
    rig = Rig(residual_retries=1, residual_retry_ms=60_000).set("B", residual_current=True)
    rig.look(1)
    assert rig.look(60_000).reset_path
    rig.look(0)
    rig.set(residual_current=False).look(500)
    assert rig.faults == set()


def test_a_residual_current_device_that_does_not_reset_is_retried_later() -> None:
    rig = Rig(residual_retries=1, residual_retry_ms=60_000).set("B", residual_current=True)
    rig.look(1)
    assert rig.look(60_000).reset_path
    rig.look(1)
    assert rig.faults == {FaultCode.RESIDUAL_CURRENT}
    assert rig.answer.wake_at_ms is None


@pytest.mark.parametrize("release", list(Release))
def test_emergency_stop_opens_and_releasing_it_starts_nothing(release: Release) -> None:
    rig = Rig(emergency_stop_release=release).charge(lease_ms=60_000)
    rig.set(emergency_stop=True).look(1)
    assert (rig.closed, rig.faults) == (False, {FaultCode.EMERGENCY_STOP})
    rig.follow(100)
    rig.set(emergency_stop=False).follow(1_000)
    rig.follow(5_000)
    assert (rig.closed, rig.faults) == (False, {FaultCode.EMERGENCY_STOP})
    rig.set("A").look(1)
    assert rig.faults == (set() if release is Release.UNPLUGGED else {FaultCode.EMERGENCY_STOP})
    rig.look(1, reset=True)
    assert rig.faults == set()


def test_heat_takes_current_away_and_gives_it_back_with_hysteresis() -> None:
    rig = Rig(max_current_ma=32_000).charge(current_ma=32_000, lease_ms=60_000)
    for temperature_dc, allowed_ma in [(649, 32_000), (650, 16_000), (680, 8_000), (660, 8_000)]:
        rig.set(temperature_dc=temperature_dc).look(10)
        assert rig.offered_ma == allowed_ma, temperature_dc
    rig.set(temperature_dc=650).look(10)
    assert rig.answer.wake_at_ms == rig.now_ms + 4_980  # 16 A again, five seconds after the last lowering
    rig.look(4_980)
    assert rig.offered_ma == 16_000
    rig.set(temperature_dc=621).look(5_000)
    assert rig.offered_ma == 16_000
    rig.set(temperature_dc=620).look(5_000)
    assert rig.offered_ma == 32_000


def test_too_hot_stops_the_car_first_and_ends_when_cool() -> None:
    rig = Rig().charge(lease_ms=60_000)
    rig.set(temperature_dc=710).look(1)
    assert (rig.signal, rig.phase, rig.faults) == (OFF, Phase.STOPPING, {FaultCode.OVER_TEMPERATURE})
    rig.set("B").follow(200)
    rig.set(temperature_dc=681).look(1_000)
    assert rig.faults == {FaultCode.OVER_TEMPERATURE}
    rig.set(temperature_dc=680).look(1_000)
    assert (rig.faults, rig.signal) == (set(), PWM)


def test_a_sharper_fault_overrules_a_soft_stop() -> None:
    rig = Rig().charge()
    rig.set(temperature_dc=710).look(1)
    rig.set(emergency_stop=True).look(1)
    assert not rig.closed


def test_a_step_of_a_quarter_leaves_at_least_six_ampere() -> None:
    rig = Rig(max_current_ma=16_000).charge(lease_ms=60_000)
    rig.set(temperature_dc=680).look(1)
    assert rig.offered_ma == 6_000


def test_a_silent_sensor_falls_back() -> None:
    rig = Rig(max_current_ma=32_000).charge(current_ma=32_000, lease_ms=60_000)
    rig.set(temperature_dc=300).look(1)
    rig.set(temperature_dc=None).look(1)
    assert rig.answer.wake_at_ms == rig.now_ms + 30_000
    rig.grant(number=2, current_ma=32_000, lease_ms=60_000).look(29_999)
    assert rig.offered_ma == 32_000
    rig.look(1)
    assert rig.offered_ma == 16_000
    rig.look(1_000)
    rig.set(temperature_dc=300).look(5_000)
    assert rig.offered_ma == 32_000


def test_a_sensor_that_was_never_heard_counts_only_where_it_is_expected() -> None:
    for expected, allowed_ma in ((False, 32_000), (True, 16_000)):
        rig = Rig(temperature_expected=expected, temperature_stale_ms=1_000).set("B")
        rig.look(2_000)
        rig.grant(current_ma=32_000).look()
        assert rig.offered_ma == allowed_ma


def test_derating_may_be_left_out_or_differ() -> None:
    rig = Rig(derating=()).charge()
    rig.set(temperature_dc=1_400).look(1)
    assert rig.faults == set()
    rig = Rig(derating=(DeratingStep(500, 900), *DEFAULT_DERATING)).charge(current_ma=32_000)
    rig.set(temperature_dc=500).look(1)
    assert rig.offered_ma == 28_800


def test_over_current_opens_after_seven_seconds_on_any_phase() -> None:
    rig = Rig().charge(lease_ms=60_000)
    rig.set(current_ma=(0, 18_150, 0)).look(1)  # (16 A + 0.5 A) * 1.1
    assert rig.answer.wake_at_ms == rig.until_ms
    rig.set(current_ma=(0, 18_151, 0)).look(1)
    assert rig.answer.wake_at_ms == rig.now_ms + 7_000
    rig.look(6_999)
    assert rig.closed
    rig.look(1)
    assert (rig.closed, rig.faults) == (False, {FaultCode.OVER_CURRENT})
    rig.set("B", current_ma=(0, 0, 0)).follow(100)
    assert rig.faults == {FaultCode.OVER_CURRENT}
    rig.set("A").follow(100)
    assert rig.faults == set()


def test_a_short_peak_is_no_over_current() -> None:
    rig = Rig().charge(lease_ms=60_000)
    rig.set(current_ma=(25_000,)).look(1)
    rig.look(6_999)
    rig.set(current_ma=(15_000,)).look(0)
    rig.set(current_ma=(25_000,)).look(1)
    rig.look(6_999)
    assert rig.closed


def test_over_current_of_a_digital_car_is_measured_against_the_permit() -> None:
    rig = Rig().charge(signal=DIGITAL, lease_ms=60_000)
    rig.set(current_ma=(18_000,)).look(1)
    rig.look(7_000)
    assert rig.closed
    rig.set(current_ma=(18_200,)).look(1)
    rig.look(7_000)
    assert rig.faults == {FaultCode.OVER_CURRENT}


def test_over_current_may_need_a_reset() -> None:
    rig = Rig(over_current_release=Release.RESET).charge(lease_ms=60_000)
    rig.set(current_ma=(30_000,)).look(1)
    rig.look(7_000)
    rig.set("A", current_ma=(0,)).follow(1)
    assert rig.faults == {FaultCode.OVER_CURRENT}
    rig.look(1, reset=True)
    assert rig.faults == set()


def test_a_welded_contactor_is_latched_and_never_unlocked() -> None:
    rig = Rig(lock=True, socket=True).charge()
    rig.set("B").look(1)
    assert not rig.closed
    assert rig.answer.wake_at_ms is not None
    rig.look(999)
    assert rig.faults == set()
    rig.look(1)
    assert rig.faults == {FaultCode.CONTACTOR_WELDED}
    rig.set("A").cable(None).look(1, lock_request=False)
    rig.look(60_000, reset=True)
    assert (rig.faults, rig.answer.outputs.locked) == ({FaultCode.CONTACTOR_WELDED}, True)
    rig.set(contactor=OPEN).look(1)
    assert rig.faults == {FaultCode.CONTACTOR_WELDED}
    assert rig.answer.outputs.locked  # open again for now, but not to be trusted
    rig.look(1, reset=True)
    assert (rig.faults, rig.answer.outputs.locked) == (set(), False)


def test_a_contactor_found_closed_at_power_up_is_welded() -> None:
    rig = Rig().set(contactor=CLOSED)
    rig.look(1)
    rig.look(1_000)
    assert rig.faults == {FaultCode.CONTACTOR_WELDED}
    rig.set("C").grant(lease_ms=60_000).look(1)
    rig.look(1_000)
    assert (rig.closed, rig.signal) == (False, OFF)


@pytest.mark.parametrize("found", [CLOSED, UNKNOWN])
def test_a_contactor_that_is_not_seen_open_is_not_closed(found: ContactorState) -> None:
    """A weld takes its time to be believed; a car that is ready must not hide it meanwhile."""
    r = Rig().set("C", contactor=found)
    r.grant()
    for _ in range(20):
        r.look(100)
        assert not r.closed
    assert r.faults == {FaultCode.CONTACTOR_WELDED}


@pytest.mark.parametrize("release", list(Release))
def test_a_contactor_that_is_stuck_open_is_latched(release: Release) -> None:
    rig = Rig(stuck_open_release=release).set("B").grant(lease_ms=60_000)
    rig.look()
    rig.set("C").look(1)
    rig.look(250)
    rig.look(999)
    assert rig.closed
    rig.look(1)
    assert (rig.closed, rig.faults) == (False, {FaultCode.CONTACTOR_STUCK_OPEN})
    rig.look(10_000)
    assert rig.faults == {FaultCode.CONTACTOR_STUCK_OPEN}
    rig.set("A").look(1)
    assert rig.faults == (set() if release is Release.UNPLUGGED else {FaultCode.CONTACTOR_STUCK_OPEN})


def test_a_contactor_that_drops_out_is_opened_soon() -> None:
    rig = Rig().charge()
    rig.set(contactor=OPEN).look(1)
    assert rig.closed
    rig.look(99)
    rig.set(contactor=CLOSED).look(0)
    rig.set(contactor=UNKNOWN).look(1)
    rig.look(100)
    assert (rig.closed, rig.faults) == (False, {FaultCode.CONTACTOR_STUCK_OPEN})


def test_a_revocation_while_closing_is_no_fault_of_the_contactor() -> None:
    rig = Rig().set("B").grant()
    rig.look()
    rig.set("C").look(1)
    rig.look(250)
    rig.grant(number=2, signal=OFF).look(900)
    assert (rig.phase, rig.faults) == (Phase.STOPPING, set())


def test_a_cable_that_says_nothing_sensible_is_a_fault() -> None:
    rig = Rig(socket=True).set("B").cable(None, fault=True).grant(lease_ms=60_000)
    rig.look(1)
    assert rig.faults == set()
    rig.look(1_000)
    assert rig.faults == {FaultCode.CABLE}
    rig.cable(20_000).look(1)
    assert (rig.faults, rig.offered_ma) == (set(), 16_000)


def test_a_car_without_a_cable_is_a_fault_too_but_not_at_once() -> None:
    rig = Rig(socket=True).set("B").grant(lease_ms=60_000)
    rig.look(1)
    rig.look(999)
    assert rig.faults == set()
    rig.look(1)
    assert rig.faults == {FaultCode.CABLE}
    rig.set("A").look(1)
    assert rig.faults == set()


def test_a_cable_that_vanishes_under_load_opens_at_once() -> None:
    rig = Rig(socket=True).charge()
    rig.cable(None).look(1)
    assert not rig.closed
    rig = Rig(socket=True).charge()
    rig.cable(32_000, fault=True).look(1)
    assert not rig.closed


def test_a_bolt_that_gives_way_under_load_opens_at_once() -> None:
    rig = Rig(lock=True, socket=True).charge()
    rig.set(lock=LockState.UNKNOWN).look(1)
    assert (rig.closed, rig.faults) == (False, {FaultCode.LOCK})
    rig.set(lock=LOCKED, contactor=OPEN).look(1)
    assert rig.faults == {FaultCode.LOCK}
    rig.set("A").cable(None).look(1)
    assert rig.faults == set()


def test_a_bolt_that_does_not_lock_is_tried_three_times_then_the_car_gets_nothing() -> None:
    rig = Rig(lock=True, socket=True).set("B").cable(32_000).grant(lease_ms=60_000)
    rig.look()
    rig.set("C").look(1)
    rig.look(250)
    driven = []
    for _ in range(10):
        driven.append(rig.answer.outputs.locked)
        if rig.faults:
            break
        assert rig.answer.wake_at_ms is not None
        rig.look(rig.answer.wake_at_ms - rig.now_ms)
    assert driven == [True, False, True, False, True, True]
    assert (rig.faults, rig.phase, rig.closed) == ({FaultCode.LOCK}, Phase.OPEN, False)
    rig.set("A").cable(None).look(1)  # nothing to hold any more: lets go, and is well again
    rig.look(1)
    assert (rig.faults, rig.answer.outputs.locked) == (set(), False)


def test_a_bolt_that_does_not_unlock_is_a_fault_until_it_does() -> None:
    rig = Rig(lock=True, socket=True).charge()
    rig.set("B").follow(1)
    rig.look(1, lock_request=False)
    for _ in range(6):
        rig.set(lock=LOCKED)
        rig.look((rig.answer.wake_at_ms or rig.now_ms) - rig.now_ms)
    assert rig.faults == {FaultCode.LOCK}
    assert not rig.answer.outputs.locked
    rig.set("A").cable(None).look(1)
    assert rig.faults == {FaultCode.LOCK}
    rig.look(1, reset=True)
    rig.set(lock=UNLOCKED).look(1)
    assert rig.faults == set()


def test_a_bolt_that_gives_way_on_a_welded_contactor_is_never_driven_back() -> None:
    rig = Rig(lock=True, socket=True).charge()
    rig.set("B", lock=UNLOCKED).look(1)
    outputs = set()
    for _ in range(60):
        outputs.add(rig.look(100).outputs.locked)
    assert outputs == {True}
    assert rig.faults == {FaultCode.LOCK, FaultCode.CONTACTOR_WELDED}


def test_an_agent_that_asks_again_makes_the_motor_try_again() -> None:
    rig = Rig(lock=True, socket=True, lock_tries=1)
    rig.look(1, lock_request=True)
    rig.look(1_500)
    assert rig.faults == {FaultCode.LOCK}
    rig.look(1, lock_request=True)
    assert rig.faults == set()  # in state A the latch ends with its cause
    rig.set(lock=LOCKED).look(100)
    assert rig.faults == set()


def test_a_path_that_does_not_answer_opens_and_says_why() -> None:
    rig = Rig().charge()
    power = rig.power
    rig.power, rig.error = None, "/dev/ttyAMA0: no answer for 500 ms"
    rig.look(1)
    assert not rig.closed
    assert [fault.info for fault in rig.answer.report.faults] == ["/dev/ttyAMA0: no answer for 500 ms"]
    assert rig.faults == {FaultCode.INTERNAL}
    rig.error = ""
    rig.look(1)
    assert [fault.info for fault in rig.answer.report.faults] == [RULES[FaultCode.INTERNAL].info]
    rig.power = power
    rig.set("B", contactor=OPEN).look(60_000)
    assert (rig.faults, rig.phase) == (set(), Phase.OPEN)
