"""The physics of the bench: what the car shows and draws, what flows, what the meter counts."""

from __future__ import annotations

import pytest

from hal.interfaces import ProximityReading
from hal.mock.topology import MockEvse
from hal.types import ContactorState, LockState, PilotSignal, PilotState
from tests.unit.hal.mock.hand import Hand

VOLT = 230


def test_plug_in_shows_b_at_once_and_c_only_after_an_offer() -> None:
    h = Hand()
    assert h.pilot() is PilotState.A
    h.do("ev.plug_in", charge_delay_s=2)
    assert h.pilot() is PilotState.B
    h.advance(hours=1)
    assert h.pilot() is PilotState.B
    h.drive(closed=False)
    h.advance(1_999)
    assert h.pilot() is PilotState.B
    h.advance(1)
    assert h.pilot() is PilotState.C


@pytest.mark.parametrize(
    ("offered_ma", "own_a", "phases", "drawn_ma"),
    [(16_020, 32, 1, 16_020), (16_020, 10, 1, 10_000), (6_000, 32, 3, 6_000), (32_000, 32, 3, 31_980)],
)
def test_the_car_draws_the_least_of_duty_and_own_limit(offered_ma: int, own_a: int, phases: int, drawn_ma: int) -> None:
    h = Hand()
    h.do("ev.plug_in", current_a=own_a, phases=phases, charge_delay_s=0)
    h.drive(current_ma=offered_ma)
    h.advance(20)  # the contactor's travel
    assert h.read().current_ma == tuple(drawn_ma if phase < phases else 0 for phase in range(3))
    h.advance(hours=1)
    assert h.energy_wh() == drawn_ma * VOLT * phases // 1000


def test_the_energy_is_right_to_the_wh_however_often_it_is_looked_at() -> None:
    looked, alone = Hand(), Hand()
    for h in (looked, alone):
        h.do("ev.plug_in", current_a=7.3, phases=3, charge_delay_s=0)
        h.drive()
        h.advance(20)
    for _ in range(999):
        looked.advance(3_607)
        looked.energy_wh()
    alone.advance(999 * 3_607)
    assert looked.energy_wh() == alone.energy_wh() == 7_300 * VOLT * 3 * 999 * 3_607 // (1000 * 3_600_000)


def test_no_energy_with_the_contactor_open() -> None:
    h = Hand()
    h.do("ev.plug_in")
    h.drive(closed=False)
    h.advance(hours=1)
    assert h.pilot() is PilotState.C
    assert h.energy_wh() == 0


def test_a_closed_contactor_without_pwm_gets_no_load() -> None:
    h = Hand()
    h.do("ev.plug_in")
    h.do("ev.set_state", state="C")
    h.drive(signal=PilotSignal.OFF)
    h.advance(hours=1)
    assert h.read().contactor is ContactorState.CLOSED
    assert h.energy_wh() == 0


def test_the_car_stops_at_once_when_the_offer_ends_and_shows_b_soon_after() -> None:
    h = Hand()
    h.charge()
    h.advance(minutes=30)
    before = h.energy_wh()
    assert before > 0
    h.drive(signal=PilotSignal.OFF)
    assert h.read().current_ma == (0, 0, 0)
    assert h.pilot() is PilotState.C
    h.advance(200)
    assert h.pilot() is PilotState.B
    h.advance(hours=1)
    assert h.energy_wh() == before
    assert h.do("status")["evses"][0]["plugged"]


def test_a_lower_duty_lowers_the_current_in_mid_charge() -> None:
    h = Hand()
    h.do("ev.plug_in", charge_delay_s=0)
    h.drive(current_ma=16_020)
    h.advance(20)
    h.advance(hours=1)
    h.drive(current_ma=6_000)
    h.advance(hours=1)
    assert h.energy_wh() == (16_020 + 6_000) * VOLT // 1000


@pytest.mark.parametrize("permit_phases", [1, 3])
def test_the_contactor_switches_the_phases(permit_phases: int) -> None:
    h = Hand()
    h.do("ev.plug_in", phases=3, charge_delay_s=0)
    h.drive(phases=permit_phases)
    h.advance(20)
    assert sum(1 for current in h.read().current_ma if current) == permit_phases


def test_pause_and_resume() -> None:
    h = Hand()
    h.charge()
    assert h.pilot() is PilotState.C
    h.do("ev.pause", reason="driver")
    assert h.pilot() is PilotState.B
    h.advance(hours=1)
    assert h.pilot() is PilotState.B
    assert h.bench.status()["evses"][0]["car"]["pause_reason"] == "driver"
    h.do("ev.resume")
    assert h.pilot() is PilotState.C


def test_a_car_without_auto_charge_waits_for_resume() -> None:
    h = Hand()
    h.do("ev.plug_in", auto_charge=False)
    h.drive()
    h.advance(hours=1)
    assert h.pilot() is PilotState.B
    h.do("ev.resume")
    assert h.pilot() is PilotState.C


def test_resume_before_the_offer_shows_c_once_it_comes() -> None:
    h = Hand()
    h.do("ev.plug_in", auto_charge=False)
    h.do("ev.resume")
    assert h.pilot() is PilotState.B
    h.drive()
    h.advance(s=1)
    assert h.pilot() is PilotState.C


@pytest.mark.parametrize("state", list("ABCDEF"))
def test_a_forced_state_holds_against_every_offer(state: str) -> None:
    h = Hand()
    h.do("ev.plug_in")
    h.do("ev.set_state", state=state)
    h.advance(s=10)
    h.drive()
    h.advance(s=10)
    assert h.pilot() is PilotState(state)
    h.do("ev.resume")
    assert h.pilot() is PilotState.C


def test_constant_minus_twelve_volts_reads_f_and_stops_the_car() -> None:
    h = Hand()
    h.charge()
    h.drive(signal=PilotSignal.ERROR, closed=False)
    assert h.pilot() is PilotState.F
    h.advance(s=1)
    h.off()
    assert h.pilot() is PilotState.B


def test_an_iso_car_charges_by_pilot_once_a_duty_cycle_comes() -> None:
    h = Hand()
    h.do("ev.plug_in", mode="iso2_ac", evccid="02AB", payment="contract", emaid="DEABCC12345678")
    h.drive(signal=PilotSignal.DIGITAL, closed=False)
    h.advance(minutes=5)
    assert h.pilot() is PilotState.B
    h.drive()
    h.advance(s=1)
    assert h.pilot() is PilotState.C
    car = h.bench.status()["evses"][0]["car"]
    assert (car["mode"], car["evccid"], car["emaid"]) == ("iso2_ac", "02AB", "DEABCC12345678")


def test_a_car_with_a_minimum_stays_in_b_below_it() -> None:
    h = Hand()
    h.do("ev.plug_in", limits={"min_current_a": 10})
    h.drive(current_ma=8_040)
    h.advance(s=5)
    assert h.pilot() is PilotState.B
    h.drive(current_ma=10_020)
    h.advance(s=5)
    assert h.pilot() is PilotState.C


def test_limits_bound_current_and_power() -> None:
    h = Hand()
    h.do("ev.plug_in", charge_delay_s=0, phases=3, limits={"max_current_a": 12, "max_power_w": 6_900})
    h.drive()
    h.advance(20)
    assert h.read().current_ma == (10_000, 10_000, 10_000)
    h.do("ev.renegotiate", limits={"max_current_a": 9})
    assert h.read().current_ma == (9_000, 9_000, 9_000)


def test_the_battery_tapers_fills_and_goes_back_to_b() -> None:
    h = Hand()
    h.do("ev.plug_in", soc=79, battery_wh=10_000, charge_delay_s=0)
    h.drive()
    h.advance(20)
    full = h.read().current_ma[0]
    assert full == 16_020
    h.do("ev.set_current", current_a=16)
    h.advance(minutes=4)
    tapered = h.read().current_ma[0]
    assert 0 < tapered < full
    h.advance(hours=5)
    assert h.pilot() is PilotState.B
    assert h.energy_wh() == 2_100
    assert h.bench.status()["evses"][0]["car"]["soc"] == 100


def test_a_requested_energy_is_met_to_the_wh_and_renegotiated() -> None:
    h = Hand()
    h.charge(energy_request_wh=1_500)
    h.advance(hours=3)
    assert h.pilot() is PilotState.B
    assert h.energy_wh() == 1_500
    h.do("ev.renegotiate", energy_request_wh=500)
    h.advance(hours=3)
    assert h.energy_wh() == 2_000
    h.do("ev.renegotiate", energy_request_wh=None)
    h.advance(hours=1)
    assert h.energy_wh() > 5_000


def test_set_soc_in_mid_charge() -> None:
    h = Hand()
    h.charge()
    h.do("ev.set_soc", soc=100)
    h.advance(s=1)
    assert h.pilot() is PilotState.B


def test_a_car_that_does_not_obey_draws_more_than_is_offered() -> None:
    h = Hand()
    h.charge()
    h.do("ev.set_current", current_a=25, obey=False)
    assert h.read().current_ma == (25_000, 0, 0)


def test_plug_out_with_the_contactor_closed_opens_the_circuit_at_once() -> None:
    h = Hand()
    h.charge()
    h.do("ev.plug_out")
    inputs = h.read()
    assert inputs.pilot.state is PilotState.A
    assert inputs.contactor is ContactorState.CLOSED  # the guard has not yet spoken
    assert inputs.current_ma == (0, 0, 0)
    assert inputs.proximity == ProximityReading(None)


def test_a_graceful_plug_out_pauses_first() -> None:
    h = Hand()
    h.charge()
    h.do("ev.plug_out", graceful=True)
    assert h.pilot() is PilotState.B
    h.advance(999)
    assert h.pilot() is PilotState.B
    h.advance(1)
    assert h.pilot() is PilotState.A


@pytest.mark.parametrize(
    ("current_a", "cable_ma"), [(6, 13_000), (16, 20_000), (20, 20_000), (32, 32_000), (80, 63_000)]
)
def test_the_cable_of_a_socket_says_the_next_rating(current_a: int, cable_ma: int) -> None:
    h = Hand()
    h.do("ev.plug_in", current_a=current_a)
    assert h.read().proximity == ProximityReading(cable_ma)


def test_a_tethered_cable_has_no_proximity_and_no_lock() -> None:
    h = Hand(MockEvse(tethered=True))
    h.do("ev.plug_in")
    assert h.read().proximity is None
    assert h.read().lock is LockState.ABSENT


def test_a_locked_plug_stays_in_the_socket_until_the_lock_opens() -> None:
    h = Hand()
    h.do("ev.plug_in")
    h.drive(closed=False, locked=True)
    h.advance(200)
    assert h.read().lock is LockState.LOCKED
    h.do("ev.plug_out")
    assert h.pilot() is PilotState.A
    assert h.read().proximity == ProximityReading(32_000)
    h.off()
    h.advance(200)
    assert h.read().lock is LockState.UNLOCKED
    assert h.read().proximity == ProximityReading(None)


def test_a_cable_pulled_at_the_car_can_be_put_back() -> None:
    h = Hand()
    h.do("ev.plug_in", current_a=16)
    h.do("ev.plug_out", side="ev")
    assert h.pilot() is PilotState.A
    assert h.read().proximity == ProximityReading(20_000)
    h.do("ev.plug_in", current_a=32)
    assert h.read().proximity == ProximityReading(20_000)
    h.do("ev.plug_out", side="ev")
    h.do("ev.plug_out")
    assert h.read().proximity == ProximityReading(None)


def test_the_connector_that_is_plugged_is_told() -> None:
    h = Hand(MockEvse(connectors=2))
    h.do("ev.plug_in", connector=2)
    assert h.read().connector == 2


def test_evses_do_not_share_anything() -> None:
    h = Hand(MockEvse(), MockEvse())
    h.do("ev.plug_in", evse=2, charge_delay_s=0)
    h.drive(2)
    h.advance(20)
    h.advance(hours=1)
    assert h.pilot(1) is PilotState.A
    assert h.energy_wh(1) == 0
    assert h.energy_wh(2) == 16_020 * VOLT // 1000


def test_a_run_is_the_same_each_time() -> None:
    def run() -> list[dict[str, object]]:
        h = Hand(MockEvse(), MockEvse())
        h.do("meter.configure", noise=20)
        h.do("ev.plug_in", soc=50, battery_wh=20_000)
        h.do("ev.plug_in", evse=2, phases=3)
        h.drive(1)
        h.drive(2, current_ma=10_020)
        h.advance(minutes=90)
        h.do("rfid.tap", id_token="04AB")
        h.do("contactor.weld", evse=2, after_s=3)
        h.advance(hours=4)
        h.off(2)
        h.advance(s=10)
        h.events.append({"reading": h.bench.read_meter(1)})
        return h.events

    first = run()
    assert len(first) > 50
    assert first == run()


def test_nothing_is_due_when_nothing_can_happen() -> None:
    h = Hand()
    assert h.bench.next_event_ms() is None
    h.do("ev.plug_in")
    assert h.bench.next_event_ms() is None
    h.drive()
    assert h.bench.next_event_ms() == 20


def test_a_cable_that_is_left_stays_where_it_was_plugged_in() -> None:
    h = Hand(MockEvse(connectors=3, lock=True))
    h.do("ev.plug_in", connector=3)
    assert h.read().connector == 3
    h.do("ev.plug_out", side="ev")
    assert h.read().proximity == ProximityReading(32_000)
    assert h.read().connector == 3
    h.do("ev.plug_out")
    assert h.read().proximity == ProximityReading(None)
    h.do("ev.plug_in", connector=2)
    assert h.read().connector == 2
