"""Statuses: derived, told once for each change, and all anew when that is wanted (B01, B04, G01)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.effects import Ask
from agent.core.facts import ChargingState
from agent.core.requests import ConnectorStatus, StatusRequest
from agent.core.status import StatusReporter
from agent.core.transaction import Stage
from agent.core.turn import Turn
from hal.types import Fault, FaultCode
from tests.unit.core.parts import IDLE, PLUGGED, Host, at, evse_of, leave, requests, rules_of, turn
from tests.unit.core.test_transaction import begun

HOT = Fault(code=FaultCode.OVER_TEMPERATURE, evse=1)


class Rig:
    """Two EVSEs, the first with two connectors, and what is told of them."""

    def __init__(self, *, enabled: bool = True, duration_s: int = 0) -> None:
        self.host = Host(rules_of(ChargingStation__MinimumStatusDuration=duration_s))
        self.evses = {1: evse_of(self.host, 1, connectors=2), 2: evse_of(self.host, 2)}
        self.station = ConnectorStatus.AVAILABLE
        self.status = StatusReporter(self.host.rules, self.evses, lambda: self.station)
        self.status.enabled = enabled
        for number in self.evses:
            self.report(number)
        if enabled:
            self.status.tell_all(turn())

    def report(self, number: int, *, plugged: bool = False, connector: int = 1) -> None:
        made = replace(PLUGGED if plugged else IDLE, evse=number, connector=connector)
        self.evses[number].take_report(made, at(0))

    def review(self, ms: int = 0, *, online: bool = True) -> list[StatusRequest]:
        now = turn(ms)
        self.status.review(now, online=online)
        return requests(now, StatusRequest)


def places(found: list[StatusRequest]) -> list[tuple[int, int]]:
    return [(r.evse, r.connector) for r in found]


ALL = [(0, 0), (1, 1), (1, 2), (2, 1)]


def test_everything_is_told_at_the_acceptance() -> None:
    """B01.FR.05"""
    rig, now = Rig(enabled=False), turn()
    rig.status.tell_all(now)
    found = requests(now, StatusRequest)
    assert places(found) == ALL
    assert all(r.status is ConnectorStatus.AVAILABLE and r.forced for r in found)


def test_nothing_is_told_before_that() -> None:
    rig = Rig(enabled=False)
    rig.report(1, plugged=True)
    assert rig.review() == []


def test_a_change_is_told_once_and_of_the_place_that_changed() -> None:
    rig = Rig()
    rig.report(2, plugged=True)
    (told,) = rig.review(5_000)
    assert (told.evse, told.connector, told.status, told.occupied) == (2, 1, ConnectorStatus.PREPARING, True)
    assert told.stamp == at(5_000).stamp()
    assert rig.review(6_000) == []


def test_the_neighbours_of_a_connector_in_use_are_told_to_be_taken() -> None:
    """The OCA's note on several connectors per EVSE, 4; what 2.x has no word for its dialect drops."""
    rig = Rig()
    rig.report(1, plugged=True, connector=2)
    assert [(r.connector, r.status, r.taken) for r in rig.review()] == [
        (1, ConnectorStatus.AVAILABLE, True),
        (2, ConnectorStatus.PREPARING, False),
    ]
    rig.report(1)
    assert [(r.connector, r.taken) for r in rig.review()] == [(1, False), (2, False)]


def test_a_station_that_is_taken_out_of_service_says_so_itself() -> None:
    rig = Rig()
    rig.station = ConnectorStatus.UNAVAILABLE
    assert places(rig.review()) == [(0, 0)]


def test_newer_news_of_a_place_replaces_older_in_the_queue() -> None:
    rig, slots = Rig(), []
    for plugged in (True, False):
        now = turn()
        rig.report(2, plugged=plugged)
        rig.status.review(now, online=True)
        slots += [(e.delivery, e.slot) for e in now.effects if isinstance(e, Ask)]
    assert slots == [("latest", "status.2.1")] * 2


def test_a_change_must_last_before_it_is_told() -> None:
    """MinimumStatusDuration; the time told is when it changed."""
    rig = Rig(duration_s=10)
    rig.report(2, plugged=True)
    assert rig.review(1_000) == []
    assert rig.status.wake() == [11_000]
    assert rig.review(10_999) == []
    (told,) = rig.review(11_000)
    assert told.stamp == at(1_000).stamp()
    assert rig.status.wake() == []


def test_what_flaps_back_in_time_is_not_told() -> None:
    rig = Rig(duration_s=10)
    rig.report(1, plugged=True)
    rig.review(1_000)
    rig.report(1)
    assert rig.review(5_000) == []
    assert rig.review(20_000) == []
    assert rig.status.wake() == []


def test_every_flap_starts_the_time_anew() -> None:
    rig = Rig(duration_s=10)
    for ms, status in ((1_000, ConnectorStatus.UNAVAILABLE), (6_000, ConnectorStatus.FAULTED)):
        rig.station = status
        assert rig.review(ms) == []
    assert rig.review(11_000) == []
    (told,) = rig.review(16_000)
    assert (told.status, told.stamp) == (ConnectorStatus.FAULTED, at(6_000).stamp())


def test_offline_changes_wait_and_only_what_then_differs_is_told() -> None:
    """B04.FR.02"""
    rig = Rig()
    rig.report(1, plugged=True)
    assert rig.review(1_000, online=False) == []
    assert rig.status.wake() == []
    rig.report(1)
    rig.report(2, plugged=True)
    assert rig.review(2_000, online=False) == []
    (told,) = rig.review(60_000)
    assert (told.evse, told.connector) == (2, 1)
    assert told.stamp == at(2_000).stamp()


def test_after_a_long_silence_everything_is_told_anew() -> None:
    """B04.FR.01"""
    rig, now = Rig(), turn(1_000)
    rig.status.refresh(now)
    found = requests(now, StatusRequest)
    assert places(found) == ALL
    assert all(r.refreshed and not r.forced for r in found)
    assert all(r.stamp == at(0).stamp() for r in found)  # none of it is new


def test_a_status_that_is_asked_for_is_told_whatever_was_told_before() -> None:
    rig, now = Rig(duration_s=10), turn(1_000)
    rig.report(2, plugged=True)
    rig.review(500)
    rig.status.tell(now, (2, 1), triggered=True)
    (told,) = requests(now, StatusRequest)
    assert told.triggered
    assert told.status is ConnectorStatus.PREPARING
    assert told.stamp == at(500).stamp()
    assert rig.review(10_500) == []  # it is known now


@pytest.mark.parametrize(
    ("evse", "connector", "expected"), [(0, 0, ALL), (1, 0, [(1, 1), (1, 2)]), (1, 2, [(1, 2)]), (2, 1, [(2, 1)])]
)
def test_what_was_to_become_what_it_is_already_is_confirmed(
    evse: int, connector: int, expected: list[tuple[int, int]]
) -> None:
    """G04.FR.05"""
    rig, now = Rig(), turn()
    rig.review()
    rig.status.confirm(now, evse, connector)
    assert places(requests(now, StatusRequest)) == expected


def test_what_really_changed_is_not_confirmed_but_told() -> None:
    rig, now = Rig(), turn()
    rig.review()
    rig.report(2, plugged=True)
    rig.status.confirm(now, 0, 0)
    assert places(requests(now, StatusRequest)) == [(0, 0), (1, 1), (1, 2)]
    assert places(rig.review()) == [(2, 1)]


def test_nothing_is_confirmed_to_nobody() -> None:
    rig, now = Rig(), turn()
    rig.review(online=False)
    rig.status.confirm(now, 0, 0)
    assert requests(now, StatusRequest) == []


# --- faults --------------------------------------------------------------------------------------------------------


def faulted(rig: Rig, fault: Fault) -> list[StatusRequest]:
    rig.host.faults.raise_(fault)
    return rig.review()


def test_a_fault_is_told_with_its_code_where_it_is() -> None:
    found = faulted(Rig(), HOT)
    assert places(found) == [(1, 1), (1, 2)]
    assert all(r.status is ConnectorStatus.FAULTED and r.fault == HOT for r in found)


def test_another_fault_on_top_is_worth_telling_and_other_words_for_it_are_not() -> None:
    rig = Rig()
    faulted(rig, HOT)
    assert faulted(rig, replace(HOT, info="91 °C")) == []
    rig.host.faults.clear(1, HOT.code, "guard")
    (first, _) = faulted(rig, Fault(code=FaultCode.RESIDUAL_CURRENT, evse=1))
    assert first.fault is not None
    assert first.fault.code is FaultCode.RESIDUAL_CURRENT


def test_a_fault_that_forbids_energy_goes_before_one_that_is_only_reported() -> None:
    rig = Rig()
    faulted(rig, Fault(code=FaultCode.READER, evse=1, source="reader", blocking=False))
    found = faulted(rig, HOT)
    assert {r.fault for r in found} == {HOT}


def test_a_fault_of_the_station_is_told_of_the_station_too() -> None:
    found = faulted(Rig(), Fault(code=FaultCode.READER, evse=0, source="reader", blocking=False))
    assert places(found) == ALL
    assert all(r.fault is not None for r in found)


def test_that_the_car_went_away_under_the_transaction_is_told() -> None:
    """1.6 §4.9: SuspendedEV because the cable was unplugged at the car."""
    rig = Rig()
    evse = rig.evses[2]
    evse.auth = leave()
    evse.tx = begun()
    evse.tx.stage, evse.tx.opened, evse.tx.state = Stage.RUNNING, True, ChargingState.IDLE
    evse.take_report(replace(IDLE, evse=2, cable_ma=32_000), at(0))
    gone = rig.status.current((2, 1))
    assert (gone.status, gone.ev_gone) == (ConnectorStatus.SUSPENDED_EV, True)
    rig.report(2, plugged=True)
    assert not rig.status.current((2, 1)).ev_gone


def test_the_requests_have_ids_of_their_own() -> None:
    now = Turn(at(0))
    rig = Rig(enabled=False)
    rig.status.tell_all(now)
    rig.status.refresh(now)
    ids = [e.request_id for e in now.effects if isinstance(e, Ask)]
    assert len(set(ids)) == len(ids) == 2 * len(ALL)
