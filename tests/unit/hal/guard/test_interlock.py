"""The interlock, told as what happens at one outlet."""

from __future__ import annotations

import pytest

from hal.guard import pilot
from hal.guard.phases import NEXT, PROGRESS, Demand
from hal.guard.state import Phase, Scene, State
from hal.types import ContactorState, LockState, PilotState
from tests.unit.hal.guard.rig import CLOSED, DIGITAL, ERROR, LOCKED, OFF, OPEN, PWM, UNKNOWN, UNLOCKED, Rig


def test_every_pair_of_phase_and_demand_is_in_the_table() -> None:
    assert set(NEXT) == set(Phase)
    for phase, row in NEXT.items():
        assert set(row) == set(Demand), phase
    assert set(PROGRESS) <= set(Phase)


def test_at_power_up_everything_is_open_and_x1() -> None:
    rig = Rig(lock=True)
    assert not rig.closed
    assert (rig.signal, rig.answer.outputs.duty_permille) == (OFF, 1_000)
    assert not rig.answer.outputs.locked
    assert rig.answer.wake_at_ms is None
    rig.set("B").look(100)
    assert rig.answer.report.pilot is PilotState.B
    assert rig.signal is OFF


def test_a_car_with_a_permit_charges() -> None:
    rig = Rig().charge()
    report = rig.answer.report
    assert report.commanded
    assert report.contactor is CLOSED
    assert (report.offered_ma, report.duty_permille) == (16_000, 266)
    assert (report.permit_number, report.permit_live, report.phases) == (1, True, 3)


@pytest.mark.parametrize("change", [{"energise": False}, {"signal": OFF}, {"signal": ERROR}, {"signal": DIGITAL}])
def test_what_a_permit_says_goes_on_the_pilot(change: dict[str, object]) -> None:
    rig = Rig().set("B").grant(**change)
    rig.follow()
    assert rig.signal is change.get("signal", PWM)
    assert rig.answer.outputs.duty_permille == {OFF: 1_000, ERROR: 0, DIGITAL: 50, PWM: 266}[rig.signal]
    rig.set("C").follow(100)
    rig.follow(5_000)
    assert rig.closed is (change.get("signal") is DIGITAL)


def test_nothing_closes_without_a_permit_or_after_its_lease() -> None:
    rig = Rig().set("C")
    rig.follow(10_000)
    assert not rig.closed
    rig.grant(lease_ms=200).follow()
    rig.follow(200)
    rig.follow(10_000)
    assert not rig.closed
    assert rig.signal is OFF
    assert not rig.answer.report.permit_live


def test_closing_is_debounced() -> None:
    rig = Rig().set("B").grant()
    rig.look()
    rig.set("C").look(50)
    assert rig.answer.wake_at_ms == rig.now_ms + 250
    rig.look(249)
    assert not rig.closed
    rig.set("B").look()
    rig.set("C").look()
    rig.look(249)
    assert not rig.closed
    rig.look(1)
    assert rig.closed


def test_the_debounce_counts_from_the_signal() -> None:
    """A car that was in C before the PWM came on proves its diode first."""
    rig = Rig().set("C")
    rig.look(60_000)
    rig.grant().look()
    assert not rig.closed
    rig.look(250)
    assert rig.closed


@pytest.mark.parametrize("pilot", ["A", "B", "E", "F", "invalid", "D"])
def test_a_pilot_that_leaves_c_opens_in_the_same_step(pilot: str) -> None:
    rig = Rig().charge()
    rig.set(pilot).look(1)
    assert (rig.closed, rig.phase) == (False, Phase.OPENING)
    rig.set(contactor=OPEN).look(20)
    assert rig.phase is Phase.OPEN
    if pilot == "B":
        assert rig.signal is PWM  # the permit lives: a car that pauses may go on
        rig.set("C").follow(1_000)
        rig.follow(250)
        assert rig.closed


def test_a_permit_does_not_outlive_the_car_it_was_given_for() -> None:
    """The agent may be dead: whoever plugs in next within the lease has no authorization."""
    rig = Rig().charge()
    rig.set("A").follow(500)
    assert rig.answer.report.permit_live
    rig.set("B").follow(500)
    assert rig.signal is OFF
    rig.set("C").follow(500)
    rig.follow(1_000)
    assert not rig.closed
    rig.grant(number=2).follow()  # the agent knows of this car
    rig.follow(250)
    assert rig.closed


def test_a_permit_that_comes_when_the_car_has_gone_is_for_nobody() -> None:
    rig = Rig()
    rig.grant().follow()
    rig.set("B").follow(200)
    rig.set("C").follow(1_000)
    rig.follow(1_000)
    assert not rig.closed


def test_d_charges_only_with_ventilation() -> None:
    rig = Rig().set("D").grant()
    rig.follow()
    rig.follow(300)
    assert not rig.closed
    rig = Rig().set("D", ventilated=True).grant()
    rig.follow()
    rig.follow(300)
    assert rig.closed
    rig.set(ventilated=False).look(1)
    assert not rig.closed


def test_stop_by_the_supply_takes_the_signal_first_and_waits_for_the_car() -> None:
    rig = Rig().charge()
    rig.grant(number=2, signal=OFF).look(1_000)
    assert (rig.signal, rig.closed, rig.phase) == (OFF, True, Phase.STOPPING)
    rig.set("B").look(200)
    assert not rig.closed


def test_stop_by_the_supply_opens_under_load_after_six_seconds() -> None:
    rig = Rig().charge()
    rig.grant(number=2, energise=False, lease_ms=60_000).look()
    assert (rig.signal, rig.closed) == (OFF, True)
    assert rig.answer.wake_at_ms == rig.now_ms + 6_000
    rig.look(5_999)
    assert rig.closed
    rig.look(1)
    assert not rig.closed
    rig.set(contactor=OPEN).look(20)
    assert rig.signal is PWM  # offered, without energy, as the permit says
    rig.look(10_000)
    assert not rig.closed


def test_a_stop_under_way_is_finished_before_the_next_start() -> None:
    rig = Rig().charge()
    rig.grant(number=2, signal=OFF).look()
    rig.grant(number=3).look(100)
    assert (rig.signal, rig.phase) == (OFF, Phase.STOPPING)
    rig.set("B").follow(200)
    assert (rig.signal, rig.phase) == (PWM, Phase.OPEN)


def test_a_lease_that_ends_ramps_down_then_stops() -> None:
    rig = Rig().charge()
    assert rig.answer.wake_at_ms == rig.until_ms
    rig.look(rig.until_ms - rig.now_ms)
    assert (rig.phase, rig.offered_ma, rig.closed) == (Phase.RAMPING, 6_000, True)
    assert not rig.answer.report.permit_live
    assert rig.answer.wake_at_ms == rig.now_ms + 5_000
    rig.look(5_000)
    assert (rig.phase, rig.signal, rig.closed) == (Phase.STOPPING, OFF, True)
    rig.look(6_000)
    assert not rig.closed


def test_a_permit_during_the_ramp_resumes() -> None:
    rig = Rig().charge()
    rig.look(rig.until_ms - rig.now_ms)
    rig.grant(number=2).look(3_000)
    assert (rig.phase, rig.offered_ma) == (Phase.CLOSED, 6_000)
    assert rig.answer.wake_at_ms == rig.now_ms + 2_000  # the raise keeps its distance from the lowering
    rig.look(2_000)
    assert rig.offered_ma == 16_000


def test_a_permit_after_the_ramp_closes_anew_once_open() -> None:
    rig = Rig().charge()
    rig.look(rig.until_ms - rig.now_ms)
    rig.look(5_000)
    rig.grant(number=2, lease_ms=60_000).look(1_000)
    assert (rig.phase,) == (Phase.STOPPING,)
    rig.set("B").follow(100)
    rig.set("C").follow(1_000)
    rig.follow(250)
    assert rig.phase is Phase.CLOSED


def test_digital_communication_has_no_ramp() -> None:
    rig = Rig().charge(signal=DIGITAL)
    assert rig.offered_ma == 0
    rig.look(rig.until_ms - rig.now_ms)
    assert (rig.phase, rig.signal) == (Phase.STOPPING, OFF)


@pytest.mark.parametrize("ramp_ms", [0, 30_000])
def test_the_ramp_is_as_long_as_configured(ramp_ms: int) -> None:
    rig = Rig(ramp_ms=ramp_ms).charge()
    rig.look(rig.until_ms - rig.now_ms)
    assert rig.phase is (Phase.RAMPING if ramp_ms else Phase.STOPPING)
    rig.look(ramp_ms)
    assert rig.phase is Phase.STOPPING


def test_current_is_lowered_at_once_and_raised_every_five_seconds() -> None:
    rig = Rig().charge(lease_ms=60_000)
    rig.look(20_000)
    rig.grant(number=2, current_ma=10_000, lease_ms=60_000).look()
    assert rig.offered_ma == 10_000
    rig.grant(number=3, current_ma=20_000, lease_ms=60_000).look(1_000)
    assert rig.offered_ma == 10_000
    assert rig.answer.wake_at_ms == rig.now_ms + 4_000
    rig.grant(number=4, current_ma=8_000, lease_ms=60_000).look(1_000)
    assert rig.offered_ma == 8_000
    rig.grant(number=5, current_ma=20_000, lease_ms=60_000).look(4_999)
    assert rig.offered_ma == 8_000
    rig.look(1)
    assert rig.offered_ma == 20_000


def test_a_current_that_was_steady_for_long_is_raised_at_once() -> None:
    rig = Rig().charge(lease_ms=60_000)
    for _ in range(20):
        rig.look(1_000)
    rig.grant(number=2, current_ma=20_000).look(0)
    assert rig.offered_ma == 20_000


def test_the_least_of_permit_cable_and_hardware_is_offered() -> None:
    rig = Rig(socket=True, max_current_ma=32_000).charge(current_ma=32_000, lease_ms=60_000)
    assert rig.offered_ma == 32_000
    rig.cable(13_000).look(1)
    assert rig.offered_ma == 13_000
    assert rig.answer.report.cable_ma == 13_000
    rig = Rig(max_current_ma=10_000).set("B").grant(current_ma=16_000)
    rig.look()
    assert rig.offered_ma == 10_000


def test_less_than_six_ampere_is_no_offer_and_stops() -> None:
    rig = Rig(socket=True).charge()
    rig.cable(5_000).look(1)
    assert (rig.signal, rig.phase) == (OFF, Phase.STOPPING)
    rig = Rig(socket=True).set("B").cable(5_000).grant(signal=DIGITAL)
    rig.look()
    assert rig.signal is DIGITAL  # may talk, may not draw
    rig.set("C").look(100)
    rig.look(1_000)
    assert not rig.closed


def test_nominal_and_digital_signal_have_a_rest_between_them() -> None:
    rig = Rig().set("B").grant(signal=DIGITAL)
    rig.look()
    rig.grant(number=2).look(1_000)
    assert rig.signal is OFF
    assert rig.answer.wake_at_ms == rig.now_ms + 3_000
    rig.look(2_999)
    assert rig.signal is OFF
    rig.look(1)
    assert rig.signal is PWM


def test_under_load_a_change_of_signal_or_phases_is_a_stop_first() -> None:
    for change in ({"signal": DIGITAL}, {"phases": 1}):
        rig = Rig().charge()
        rig.grant(number=2, lease_ms=60_000, **change).look()
        assert (rig.signal, rig.phase, rig.answer.outputs.phases) == (OFF, Phase.STOPPING, 3)
        rig.set("B").follow(200)
        assert rig.signal is OFF  # rests
        rig.follow(3_000)
        assert rig.signal is change.get("signal", PWM)
        rig.set("C").follow(500)
        rig.follow(250)
        assert rig.phase is Phase.CLOSED
        assert rig.answer.outputs.phases == change.get("phases", 3)


def test_error_comes_only_after_the_contactor_is_open() -> None:
    rig = Rig().charge()
    rig.grant(number=2, signal=ERROR).look()
    assert (rig.signal, rig.closed) == (OFF, True)
    rig.set("B").look(200)
    assert rig.signal is OFF
    rig.set(contactor=OPEN).look(20)
    assert rig.signal is ERROR


def test_a_revoked_permit_during_closing_stops() -> None:
    rig = Rig().set("B").grant()
    rig.look()
    rig.set("C").look(10)
    rig.look(250)
    assert (rig.phase,) == (Phase.CLOSING,)
    rig.grant(number=2, signal=OFF).look(10)
    assert rig.phase is Phase.STOPPING
    assert rig.signal is OFF


def test_the_bolt_is_home_before_the_contactor_closes() -> None:
    rig = Rig(lock=True, socket=True).set("B").cable(32_000).grant()
    rig.look()
    rig.set("C").look(10)
    rig.look(250)
    assert (rig.phase, rig.answer.outputs.locked, rig.closed) == (Phase.LOCKING, True, False)
    rig.look(500)
    assert not rig.closed
    rig.set(lock=LOCKED).look(10)
    assert rig.closed


def test_a_bolt_that_gives_way_at_the_last_moment_keeps_the_contactor_open() -> None:
    rig = Rig(lock=True, socket=True).set("B").cable(32_000).grant()
    rig.follow(1, lock_request=True)
    rig.set("C").follow(10)
    rig.set(lock=UNLOCKED).look(250)
    assert (rig.phase, rig.closed) == (Phase.LOCKING, False)
    rig.set(lock=LOCKED).look(10)
    assert rig.closed


def test_a_bolt_that_is_home_only_while_it_backs_off_does_not_count() -> None:
    rig = Rig(lock=True, socket=True).set("B").cable(32_000).grant(lease_ms=60_000)
    rig.look()
    rig.set("C").look(10)
    rig.look(250)
    rig.look(1_500)
    assert not rig.answer.outputs.locked
    rig.set(lock=LOCKED).look(10)
    assert not rig.closed


def test_a_car_that_goes_while_locking_stays_open() -> None:
    rig = Rig(lock=True, socket=True).set("B").cable(32_000).grant()
    rig.look()
    rig.set("C").look(10)
    rig.look(250)
    rig.set("B").look(10)
    assert (rig.phase, rig.closed) == (Phase.OPEN, False)


def test_unlocking_waits_for_the_feedback() -> None:
    rig = Rig(lock=True, socket=True).charge()
    rig.look(100, lock_request=False)
    assert rig.answer.outputs.locked
    assert rig.answer.report.lock is LOCKED
    assert rig.closed  # the lock is no reason to stop; the agent withdraws its permit for that
    rig.set("B").look(100)
    assert rig.answer.outputs.locked
    rig.set(contactor=UNKNOWN).look(10)
    assert rig.answer.outputs.locked
    rig.set(contactor=OPEN).look(10)
    assert not rig.answer.outputs.locked


def test_without_a_word_of_the_agent_the_bolt_stays_where_it_is() -> None:
    rig = Rig(lock=True, socket=True).charge()
    rig.set("A").cable(None).follow(100)
    rig.follow(60_000)
    assert rig.answer.outputs.locked
    rig.follow(1, lock_request=False)
    assert not rig.answer.outputs.locked


@pytest.mark.parametrize(
    ("bolt", "contactor", "kept"),
    [
        (LOCKED, OPEN, True),
        (UNLOCKED, OPEN, False),
        (LockState.UNKNOWN, OPEN, False),
        (LockState.UNKNOWN, CLOSED, True),
        (LOCKED, CLOSED, True),
    ],
)
def test_a_guard_that_starts_keeps_the_bolt_it_finds(bolt: LockState, contactor: ContactorState, kept: bool) -> None:
    rig = Rig(lock=True)
    rig.state = State()
    rig.set(lock=bolt, contactor=contactor).look()
    assert rig.answer.outputs.locked is kept


def test_a_path_that_never_answered_keeps_its_bolt() -> None:
    rig = Rig(lock=True)
    rig.state = State()
    rig.power = None
    rig.look()
    assert rig.answer.outputs.locked
    assert rig.answer.report.lock is LockState.UNKNOWN
    assert not rig.closed
    rig.look(10, lock_request=False)
    assert rig.answer.outputs.locked


def test_the_agent_locks_and_unlocks_an_idle_socket() -> None:
    rig = Rig(lock=True, socket=True)
    rig.follow(1, lock_request=True)
    assert rig.answer.outputs.locked
    rig.follow(1, lock_request=False)
    assert not rig.answer.outputs.locked


def test_a_board_without_feedback_believes_its_commands() -> None:
    rig = Rig(contactor_feedback=False).set(contactor=UNKNOWN)
    rig.set("B").grant()
    rig.look()
    rig.set("C").look(1)
    rig.look(250)
    assert (rig.phase, rig.answer.report.contactor) == (Phase.CLOSED, CLOSED)
    rig.set("B").look(1)
    assert (rig.phase, rig.answer.report.contactor) == (Phase.OPEN, OPEN)
    assert rig.faults == set()


def test_a_state_that_never_settles_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    flips = iter([DIGITAL, PWM] * 20)

    def drive(scene: Scene) -> None:
        scene.state.signal = next(flips)

    monkeypatch.setattr(pilot, "drive", drive)
    with pytest.raises(AssertionError, match="does not settle"):
        Rig()
