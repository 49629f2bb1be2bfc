"""A lock that does not do what it was told is told as an event, and so is its end (G05)."""

from __future__ import annotations

from dataclasses import replace

from agent.core.alarms import Alarms
from agent.core.requests import EventRequest
from agent.variables import topology as made
from agent.variables.topology import Outlet
from hal.types import Fault, FaultCode
from tests.unit.core.parts import IDLE, PLUGGED, Host, at, evse_of, registry_of, requests, station_of, turn

STUCK = Fault(code=FaultCode.LOCK, evse=1, blocking=False)


class Rig:
    """A socket with a lock (EVSE 1) and a fixed cable (EVSE 2)."""

    def __init__(self) -> None:
        topology = station_of(
            made.Evse(connectors=(Outlet("sType2", has_lock=True),)), made.Evse(connectors=(Outlet("cType2"),))
        )
        self.host = Host()
        self.alarms = Alarms(registry_of(topology=topology), {n: evse_of(self.host, n) for n in (1, 2)})

    def review(self, ms: int = 0, *, online: bool = True) -> list[EventRequest]:
        now = turn(ms)
        self.alarms.review(now, online=online)
        return requests(now, EventRequest)


def test_a_lock_that_fails_is_told_once() -> None:
    """G05.FR.02"""
    rig = Rig()
    assert rig.review() == []
    rig.host.faults.raise_(STUCK)
    (told,) = rig.review(5_000)
    assert (told.component, told.variable, told.value) == ("ConnectorPlugRetentionLock", "Problem", "true")
    assert (told.evse, told.connector) == (1, 1)
    assert not told.cleared
    assert told.stamp == at(5_000).stamp()
    assert rig.review(6_000) == []


def test_that_it_is_well_again_is_told_once_with_another_id() -> None:
    rig = Rig()
    rig.host.faults.raise_(STUCK)
    (first,) = rig.review()
    rig.host.faults.clear(1, STUCK.code, STUCK.source)
    (second,) = rig.review()
    assert second.value == "false"
    assert second.cleared
    assert second.event_id != first.event_id
    assert rig.review() == []


def test_it_is_well_again_at_the_connector_at_which_it_failed() -> None:
    """The plug may be out by then, and no connector in use."""
    socket = Outlet("sType2", has_lock=True)
    host = Host()
    evse = evse_of(host, connectors=2)
    alarms = Alarms(registry_of(topology=station_of(made.Evse(connectors=(socket, socket)))), {1: evse})
    evse.take_report(replace(PLUGGED, connector=2), at(0))
    host.faults.raise_(STUCK)
    alarms.review(failed := turn(), online=True)
    evse.take_report(IDLE, at(0))
    host.faults.clear(1, STUCK.code, STUCK.source)
    alarms.review(well := turn(), online=True)
    told = [*requests(failed, EventRequest), *requests(well, EventRequest)]
    assert [(event.connector, event.value) for event in told] == [(2, "true"), (2, "false")]


def test_what_comes_and_goes_while_nobody_can_be_told_is_not_told() -> None:
    rig = Rig()
    rig.host.faults.raise_(STUCK)
    assert rig.review(online=False) == []
    rig.host.faults.clear(1, STUCK.code, STUCK.source)
    assert rig.review() == []


def test_what_still_is_when_the_link_is_back_is_told_then() -> None:
    rig = Rig()
    rig.host.faults.raise_(STUCK)
    rig.review(online=False)
    assert len(rig.review()) == 1


def test_other_faults_and_fixed_cables_have_no_lock_to_fail() -> None:
    rig = Rig()
    rig.host.faults.raise_(Fault(code=FaultCode.OVER_TEMPERATURE, evse=1))
    rig.host.faults.raise_(Fault(code=FaultCode.LOCK, evse=2))
    assert rig.review() == []
