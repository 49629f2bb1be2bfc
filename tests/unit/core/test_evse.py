"""What follows from the state of one EVSE: conditions, the wish for energy, charging state, status, demand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from agent.core.bounds import FIRST_CHARGE_GRACE_MS
from agent.core.clock import MonoMs
from agent.core.evse import Evse
from agent.core.facts import ChargingState
from agent.core.requests import ConnectorStatus
from agent.core.transaction import Stage, StartPoint
from hal.types import ContactorState, Fault, FaultCode, IndicatorState, LockState, PilotSignal, PilotState, PowerReport
from tests.unit.core.parts import CHARGING, IDLE, OFFERED, PLUGGED, Host, at, evse_of, leave, rules_of
from tests.unit.core.test_transaction import begun

HOT = Fault(code=FaultCode.OVER_TEMPERATURE, evse=1)
UNPLUGGED_AT_CAR = replace(IDLE, cable_ma=32_000, lock=LockState.LOCKED)


def running(evse: Evse, *, charged: bool = False, told: bool = True) -> Evse:
    """A driver is authorised, the transaction runs and a permit is granted."""
    evse.auth = leave()
    evse.tx = begun()
    evse.tx.stage = Stage.RUNNING
    evse.tx.opened, evse.tx.charged = told, charged
    evse.granted_ma, evse.share_ma = 16_000, 16_000
    return evse


def with_report(report: PowerReport = PLUGGED, host: Host | None = None, **changes: Any) -> Evse:
    evse = evse_of(host)
    evse.take_report(replace(report, **changes), at(0))
    return evse


# --- what the power path says --------------------------------------------------------------------------------------


@pytest.mark.parametrize("pilot", [PilotState.E, PilotState.F, PilotState.INVALID])
@pytest.mark.parametrize("before", [PilotState.A, PilotState.B])
def test_a_fault_of_the_pilot_says_nothing_of_the_plug(pilot: PilotState, before: PilotState) -> None:
    evse = with_report(pilot=before)
    evse.take_report(replace(PLUGGED, pilot=pilot), at(0))
    assert evse.plugged is (before is PilotState.B)


@pytest.mark.parametrize("pilot", [PilotState.B, PilotState.C, PilotState.D])
def test_a_car_is_plugged_in_in_every_state_that_has_one(pilot: PilotState) -> None:
    evse = with_report(pilot=pilot)
    assert evse.plugged
    evse.take_report(IDLE, at(0))
    assert not evse.plugged


def test_energy_flows_when_the_car_wants_it_and_the_contactor_is_closed() -> None:
    for pilot, contactor in itertools.product(PilotState, ContactorState):
        evse = with_report(pilot=pilot, contactor=contactor)
        assert evse.energy_flows is (pilot in {PilotState.C, PilotState.D} and contactor is ContactorState.CLOSED)


def test_power_may_be_on_the_outlet_as_long_as_the_guard_asks_for_it_or_the_contactor_is_closed() -> None:
    for commanded, contactor in itertools.product((True, False), ContactorState):
        evse = with_report(commanded=commanded, contactor=contactor)
        assert evse.energised is (commanded or contactor is ContactorState.CLOSED)
        evse.host.guard_up = False
        assert not evse.energised  # its power path opens by itself


def test_a_plug_is_secured_by_its_lock_or_where_there_is_none() -> None:
    assert {lock for lock in LockState if with_report(lock=lock).secured} == {LockState.LOCKED, LockState.ABSENT}
    assert not evse_of().secured


def test_the_outlet_in_use_is_the_plugged_one_or_that_of_the_transaction() -> None:
    assert evse_of().connector is None
    evse = with_report(connector=2)
    assert evse.connector == 2
    evse.tx = begun()
    evse.take_report(replace(IDLE, connector=1), at(0))
    assert evse.connector == 1


# --- conditions of the start and stop points -----------------------------------------------------------------------


def test_the_conditions_are_those_of_the_points() -> None:
    evse = evse_of()
    assert not any(evse.conditions().values())
    evse.bay = True
    assert evse.conditions()[StartPoint.BAY]
    evse.take_report(PLUGGED, at(0))
    conditions = evse.conditions()
    assert conditions[StartPoint.CONNECTED]
    assert not conditions[StartPoint.POWER_PATH]
    evse.auth = leave()
    conditions = evse.conditions()
    assert conditions[StartPoint.AUTHORIZED]
    assert conditions[StartPoint.POWER_PATH]
    assert conditions[StartPoint.SIGNED]
    assert not conditions[StartPoint.ENERGY]
    evse.take_report(CHARGING, at(0))
    assert all(evse.conditions().values())


# --- the wish for energy -------------------------------------------------------------------------------------------

Spoiler = Callable[[Evse], object]
SPOILERS: Mapping[str, Spoiler] = {
    "no car": lambda e: e.take_report(IDLE, at(0)),
    "nobody authorised": lambda e: setattr(e, "auth", None),
    "no guard": lambda e: setattr(e.host, "guard_up", False),
    "a fault": lambda e: e.host.faults.raise_(HOT),
    "a fault of the station": lambda e: e.host.faults.raise_(Fault(code=FaultCode.EMERGENCY_STOP, evse=0)),
    "resetting": lambda e: setattr(e, "resetting", True),
    "resuming": lambda e: setattr(e.tx, "stage", Stage.RESUMING),
    "ending": lambda e: setattr(e.tx, "stage", Stage.ENDING),
    "resumed without energy": lambda e: setattr(e.tx, "barred", True),
    "deauthorised": lambda e: setattr(e.tx, "deauthorized", True),
    "no transaction": lambda e: setattr(e, "tx", None),
}


def test_a_running_authorised_transaction_with_a_car_wants_energy() -> None:
    assert running(with_report()).wants_energy()


@pytest.mark.parametrize("why", SPOILERS)
def test_one_thing_that_is_missing_is_enough_for_none(why: str) -> None:
    evse = running(with_report())
    SPOILERS[why](evse)
    assert not evse.wants_energy()


@pytest.mark.parametrize("granted_ma", [0, 16_000])
def test_while_a_transaction_begins_only_energy_that_flows_already_flows_on(granted_ma: int) -> None:
    evse = running(with_report())
    assert evse.tx is not None
    evse.tx.stage, evse.granted_ma = Stage.BEGINNING, granted_ma
    assert evse.wants_energy() is bool(granted_ma)


def test_a_fault_that_is_only_reported_or_of_another_evse_does_not_matter() -> None:
    evse = running(with_report())
    evse.host.faults.raise_(replace(HOT, blocking=False))
    evse.host.faults.raise_(replace(HOT, evse=2))
    assert evse.wants_energy()


def test_an_invalid_token_may_have_the_energy_that_is_allowed_to_it_and_no_more() -> None:
    """E05.FR.03"""
    evse = running(with_report())
    assert evse.tx is not None
    evse.tx.deauthorized, evse.tx.energy_limit_wh = True, 5_500
    evse.register.register_wh = 5_499
    assert evse.wants_energy()
    evse.register.register_wh = 5_500
    assert not evse.wants_energy()


@pytest.mark.parametrize(
    ("points", "begins", "wants"),
    [
        ("EnergyTransfer", True, True),
        ("EnergyTransfer", False, False),
        ("EVConnected", True, False),
    ],
)
def test_where_energy_starts_the_transaction_it_comes_before_there_is_one(
    points: str, begins: bool, wants: bool
) -> None:
    """E01.FR.06"""
    evse = with_report(host=Host(rules_of(TxCtrlr__TxStartPoint=points)))
    evse.auth = leave()
    assert isinstance(evse.host, Host)
    evse.host.begins = begins
    assert evse.wants_energy() is wants


# --- charging state ------------------------------------------------------------------------------------------------


def state(evse: Evse, ms: int = 0) -> ChargingState:
    return evse.charging_state(at(ms))


def test_without_a_car_it_is_idle() -> None:
    assert state(running(with_report(IDLE))) is ChargingState.IDLE


def test_with_energy_flowing_it_is_charging_whatever_else() -> None:
    evse = with_report(CHARGING)
    assert state(evse) is ChargingState.CHARGING


def test_a_car_of_nobody_is_connected_rather_than_suspended() -> None:
    """E05.FR.09"""
    assert state(with_report()) is ChargingState.EV_CONNECTED


def test_a_deauthorised_transaction_is_suspended_by_the_station() -> None:
    """E05.FR.02"""
    evse = running(with_report(), charged=True)
    assert evse.tx is not None
    evse.tx.deauthorized = True
    assert state(evse) is ChargingState.SUSPENDED_EVSE


def test_a_fault_or_no_share_of_the_supply_suspends_by_the_station() -> None:
    evse = running(with_report(), charged=True)
    evse.host.faults.raise_(replace(HOT))
    assert state(evse) is ChargingState.SUSPENDED_EVSE
    waiting = running(with_report())
    waiting.granted_ma = waiting.share_ma = 0
    assert state(waiting) is ChargingState.SUSPENDED_EVSE


def test_while_the_first_permit_is_on_its_way_the_car_is_only_connected() -> None:
    evse = running(with_report())
    evse.granted_ma, evse.share_ma = 0, 16_000
    assert state(evse) is ChargingState.EV_CONNECTED


def test_a_car_that_does_not_take_the_offer_suspends_after_its_time_to_answer() -> None:
    evse = running(with_report(OFFERED))
    assert state(evse, FIRST_CHARGE_GRACE_MS - 1) is ChargingState.EV_CONNECTED
    assert state(evse, FIRST_CHARGE_GRACE_MS) is ChargingState.SUSPENDED_EV


def test_a_car_that_stops_taking_energy_suspends_at_once() -> None:
    assert state(running(with_report(OFFERED), charged=True)) is ChargingState.SUSPENDED_EV


def test_the_grace_begins_with_the_offer_and_anew_with_a_new_one() -> None:
    evse = running(with_report())
    evse.take_report(OFFERED, at(10_000))
    evse.take_report(OFFERED, at(12_000))
    assert evse.offered_since == 10_000
    evse.take_report(replace(OFFERED, signal=PilotSignal.OFF), at(13_000))
    assert evse.offered_since is None


def test_between_the_cars_wish_and_the_closed_contactor_the_state_stays() -> None:
    evse = running(with_report(OFFERED, pilot=PilotState.C), charged=True)
    assert evse.tx is not None
    evse.tx.state = ChargingState.SUSPENDED_EV
    assert state(evse) is ChargingState.SUSPENDED_EV
    evse.tx.state = ChargingState.CHARGING  # the contactor opened by itself for a moment
    assert state(evse) is ChargingState.SUSPENDED_EV


# --- connector status ----------------------------------------------------------------------------------------------


def test_a_free_connector_is_available_a_plugged_one_prepares() -> None:
    assert with_report(IDLE).status(1) is ConnectorStatus.AVAILABLE
    assert with_report(PLUGGED).status(1) is ConnectorStatus.PREPARING
    authorised = with_report(IDLE)
    authorised.auth = leave()
    assert authorised.status(1) is ConnectorStatus.PREPARING  # 1.6 §4.9: A2


@pytest.mark.parametrize(
    ("charging", "status"),
    [
        (ChargingState.CHARGING, ConnectorStatus.CHARGING),
        (ChargingState.SUSPENDED_EV, ConnectorStatus.SUSPENDED_EV),
        (ChargingState.SUSPENDED_EVSE, ConnectorStatus.SUSPENDED_EVSE),
        (ChargingState.IDLE, ConnectorStatus.SUSPENDED_EV),
        (ChargingState.EV_CONNECTED, ConnectorStatus.PREPARING),
    ],
)
def test_a_running_transaction_shows_its_charging_state(charging: ChargingState, status: ConnectorStatus) -> None:
    evse = running(with_report())
    assert evse.tx is not None
    evse.tx.state = charging
    assert evse.status(1) is status


def test_no_way_leads_back_from_a_suspension_to_preparing() -> None:
    """1.6 §4.9"""
    evse = running(with_report())
    assert evse.tx is not None
    evse.tx.under_way, evse.tx.state = True, ChargingState.EV_CONNECTED
    assert evse.status(1) is ConnectorStatus.SUSPENDED_EV


def test_a_transaction_that_nobody_was_told_of_yet_only_prepares() -> None:
    evse = running(with_report(), told=False)
    assert evse.tx is not None
    evse.tx.state = ChargingState.CHARGING
    assert evse.status(1) is ConnectorStatus.PREPARING


def test_after_its_end_the_car_that_stays_is_finishing_until_it_leaves() -> None:
    evse = with_report(PLUGGED)
    evse.finished = True
    assert evse.status(1) is ConnectorStatus.FINISHING
    evse.take_report(UNPLUGGED_AT_CAR, at(0))
    assert evse.status(1) is ConnectorStatus.FINISHING  # its cable is still in the socket
    assert evse.ev_gone
    evse.take_report(IDLE, at(0))
    assert evse.status(1) is ConnectorStatus.AVAILABLE
    assert not evse.finished


def test_a_driver_who_authorises_again_prepares_again() -> None:
    """1.6 §4.9: Finishing → Preparing (field pain 25)."""
    evse = with_report(PLUGGED)
    evse.finished, evse.auth = True, leave()
    assert evse.status(1) is ConnectorStatus.PREPARING


def test_a_stop_that_ends_no_transaction_finishes() -> None:
    evse = running(with_report())
    evse.auth = None
    assert evse.status(1) is ConnectorStatus.FINISHING


def test_out_of_service_shows_only_when_nobody_uses_it() -> None:
    """G03.FR.05: a running transaction goes on first."""
    host = Host()
    host.out = {(1, 1)}
    assert with_report(PLUGGED, host).status(1) is ConnectorStatus.UNAVAILABLE
    assert running(with_report(PLUGGED, host)).status(1) is not ConnectorStatus.UNAVAILABLE


def test_a_fault_goes_before_everything() -> None:
    host = Host()
    host.out = {(1, 1)}
    host.faults.raise_(HOT)
    assert running(with_report(PLUGGED, host)).status(1) is ConnectorStatus.FAULTED
    assert with_report(IDLE, host).status(1) is ConnectorStatus.FAULTED


def test_of_two_outlets_only_the_one_in_use_is_busy() -> None:
    evse = evse_of(connectors=2)
    evse.take_report(replace(PLUGGED, connector=2), at(0))
    assert [evse.status(c) for c in (1, 2)] == [ConnectorStatus.AVAILABLE, ConnectorStatus.PREPARING]
    assert [evse.occupied(c) for c in (1, 2)] == [False, True]
    running(evse)
    assert evse.tx is not None
    evse.tx.state = ChargingState.CHARGING
    assert [evse.status(c) for c in (1, 2)] == [ConnectorStatus.AVAILABLE, ConnectorStatus.CHARGING]


def test_a_driver_who_has_not_chosen_an_outlet_yet_keeps_them_all() -> None:
    evse = evse_of(connectors=2)
    evse.take_report(IDLE, at(0))
    evse.auth = leave()
    assert {evse.status(c) for c in (1, 2)} == {ConnectorStatus.PREPARING}


def test_an_outlet_that_is_out_of_service_is_none_to_choose() -> None:
    """G03.FR.04: it stays Unavailable, and the EVSE is what its other outlet is."""
    evse = evse_of(host := Host(), connectors=2)
    host.out = {(1, 1)}
    evse.take_report(IDLE, at(0))
    assert (evse.front, evse.indicator(at(0))) == (2, IndicatorState.AVAILABLE)
    evse.auth = leave()
    assert [evse.status(c) for c in (1, 2)] == [ConnectorStatus.UNAVAILABLE, ConnectorStatus.PREPARING]
    host.out = {(1, 1), (1, 2)}
    assert evse.front == 1
    evse.take_report(replace(PLUGGED, connector=2), at(0))
    assert evse.front == 2


def test_a_cable_that_was_left_in_the_socket_occupies_it() -> None:
    assert with_report(UNPLUGGED_AT_CAR).occupied(1)
    assert not with_report(IDLE).occupied(1)


# --- what must be reckoned with ------------------------------------------------------------------------------------


def test_held_is_the_larger_of_granted_and_still_offered() -> None:
    evse = with_report(OFFERED)  # 16 A
    assert evse.held_ma == 16_000
    evse.granted_ma = 20_000
    assert evse.held_ma == 20_000
    evse.granted_ma = 6_000
    assert evse.held_ma == 16_000
    evse.host.guard_up = False
    assert evse.held_ma == 6_000


def test_the_demand_says_since_when_and_how_much() -> None:
    evse = running(with_report(OFFERED))
    assert evse.tx is not None
    evse.tx.since = MonoMs(77)
    demand = evse.demand()
    assert (demand.evse, demand.since, demand.tx, demand.phases, demand.held_ma) == (1, 77, "tx-1", 3, 16_000)


# --- the light -----------------------------------------------------------------------------------------------------


def test_the_light_follows_the_status_and_an_answer_at_the_reader_goes_before_it_for_a_moment() -> None:
    evse = with_report(PLUGGED)
    assert evse.indicator(at(0)) is IndicatorState.PREPARING
    evse.show = (IndicatorState.REJECTED, MonoMs(3_000))
    assert evse.indicator(at(2_999)) is IndicatorState.REJECTED
    assert evse.indicator(at(3_000)) is IndicatorState.PREPARING


def test_the_light_of_a_charging_car() -> None:
    evse = running(with_report(CHARGING))
    assert evse.tx is not None
    evse.tx.state = ChargingState.CHARGING
    assert evse.indicator(at(0)) is IndicatorState.CHARGING
    evse.host.faults.raise_(HOT)
    assert evse.indicator(at(0)) is IndicatorState.FAULTED
