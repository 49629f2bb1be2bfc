"""The guard: power paths on one side, an agent on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hal.guard import messages as m
from hal.guard.server import MAX_KEPT, Published
from hal.guard.settings import InterlockSettings
from hal.guard.wire import VERSION
from hal.interfaces import DeviceError
from hal.types import (
    ContactorState,
    EvseCapabilities,
    Fault,
    FaultCode,
    IndicatorState,
    LockState,
    MeterReading,
    PilotSignal,
    PilotState,
    PowerReport,
    SignedReading,
    TokenRead,
)
from tests.unit.hal.guard.fakes import FakeAgent, FakePath, Site
from tests.unit.hal.guard.rig import permit

LONG = 60_000


def charge(site: Site, number: int = 1) -> None:
    site.pilot("B")
    site.say(permit(number=number, lease_ms=LONG))
    site.pilot("C")
    site.pass_time(300)
    assert site.path.closed


# connections


def test_a_new_agent_hears_the_board_and_the_present() -> None:
    site = Site(FakePath(), FakePath())
    welcome, *rest = site.agent.heard
    assert welcome == m.Welcome(VERSION, "desk", tuple(EvseCapabilities(n, 1, 3, 32_000) for n in (1, 2)))
    assert [report.evse for report in rest if isinstance(report, PowerReport)] == [1, 2]


def test_an_agent_of_another_version_is_told_so_and_dismissed() -> None:
    site = Site(greet=False)
    agent = FakeAgent()
    site.guard.attach(agent)
    site.say(m.Hello(VERSION + 1), agent)
    assert "version 2" in agent.refusals[0]
    assert agent.closed
    assert site.guard.agent is None


def test_hello_comes_first() -> None:
    site = Site(greet=False)
    agent = FakeAgent()
    site.guard.attach(agent)
    site.say(permit(), agent)
    assert agent.refusals == ["hello comes first"]
    assert site.path.outputs[-1].signal is PilotSignal.OFF


def test_a_newer_agent_has_the_say_and_the_permits_stay() -> None:
    site = Site()
    charge(site, number=500)
    newer = FakeAgent()
    site.greet(newer)
    assert site.agent.closed
    assert "newer agent" in site.agent.refusals[-1]
    assert site.path.closed
    assert (newer.report.permit_number, newer.report.permit_live) == (0, True)
    site.say(permit(number=501))
    assert "newer agent" in site.agent.refusals[-1]
    site.say(permit(number=1, lease_ms=LONG), newer)  # it counts for itself
    assert newer.refusals == []
    assert newer.report.permit_number == 1
    site.guard.detach(site.agent)
    assert site.guard.agent is not None


def test_a_second_hello_of_the_same_agent_is_a_fresh_start() -> None:
    site = Site()
    site.say(permit(number=9))
    site.say(m.Hello(1))
    site.say(permit(number=1))
    assert site.agent.refusals == []
    assert not site.agent.closed


def test_without_an_agent_charging_goes_on_until_the_lease_ends() -> None:
    site = Site()
    charge(site)
    site.guard.detach(site.agent)
    site.pass_time(LONG - 400)
    assert site.path.closed
    site.pass_time(400 + 5_000 + 6_000)
    assert not site.path.closed


def test_a_guard_that_forgets_has_no_permit_no_latch_and_no_agent() -> None:
    site = Site()
    charge(site)
    site.path.inputs = replace(site.path.inputs, residual_current=True)
    site.path.changed()
    site.path.inputs = replace(site.path.inputs, residual_current=False)
    site.path.changed()
    assert [fault.code for fault in site.agent.report.faults] == [FaultCode.RESIDUAL_CURRENT]
    assert site.agent.report.permit_live
    site.guard.forget()
    assert site.agent.closed
    assert site.guard.agent is None
    assert not site.path.closed
    agent = FakeAgent()
    site.guard.attach(agent)
    site.say(m.Hello(VERSION), agent)
    assert agent.report.faults == ()
    assert not agent.report.permit_live
    assert agent.report.permit_number == 0


def test_a_guard_that_forgets_opens_what_was_closed() -> None:
    site = Site()
    charge(site)
    site.guard.forget()
    assert not site.path.closed


def test_an_abandoned_socket_lets_go_of_the_cable_once_all_is_open() -> None:
    site = Site(FakePath(lock=True), has_lock=True, settings=InterlockSettings(abandoned_release_ms=120_000))
    charge(site)
    site.guard.detach(site.agent)
    site.pass_time(119_000)
    before = site.path.inputs.lock
    site.pass_time(1_000)
    assert (before, site.path.inputs.lock) == (LockState.LOCKED, LockState.UNLOCKED)
    assert not site.path.closed


def test_an_agent_that_returns_in_time_keeps_the_cable() -> None:
    site = Site(FakePath(lock=True), has_lock=True)
    charge(site)
    site.guard.detach(site.agent)
    site.pass_time(100_000)
    site.greet(FakeAgent())
    site.pass_time(600_000)
    assert site.path.inputs.lock is LockState.LOCKED


def test_whatever_a_peer_says_is_answered_and_survived() -> None:
    site = Site()
    for line in (b"", b"{", b'{"k":"dc"}', b'{"k":"permit"}', b"\xff"):
        site.guard.receive(site.agent, line)
    assert len(site.agent.refusals) == 5
    site.say(m.Ping(7))
    assert site.agent.heard[-1] == m.Pong(7)


# requests


def test_a_permit_energises_and_is_reported() -> None:
    site = Site()
    charge(site)
    report = site.agent.report
    assert (report.commanded, report.contactor, report.pilot) == (True, ContactorState.CLOSED, PilotState.C)


def test_a_refused_permit_changes_nothing() -> None:
    site = Site()
    charge(site, number=5)
    site.say(permit(number=5, signal=PilotSignal.OFF))
    site.say(permit(number=6, current_ma=99_000))
    site.say(permit(evse=2, number=6))
    assert ["does not grow" in why or "mA" in why or "no EVSE 2" in why for why in site.agent.refusals] == [True] * 3
    assert site.path.closed
    assert site.agent.report.permit_number == 5


def test_only_changes_are_reported() -> None:
    site = Site()
    before = len(site.agent.heard)
    for _ in range(5):
        site.guard.on_change(1)
    assert len(site.agent.heard) == before


def test_the_lock_obeys_where_there_is_one() -> None:
    site = Site(FakePath(lock=True), has_lock=True)
    site.say(m.LockRequest(1, True))
    site.pass_time(10)
    site.guard.on_change(1)
    assert site.agent.report.lock is LockState.LOCKED
    bare = Site()
    bare.say(m.LockRequest(1, True))
    assert bare.agent.refusals == ["EVSE 1 has no lock"]


def test_faults_are_reset_on_the_path_first() -> None:
    site = Site()
    site.path.inputs = replace(site.path.inputs, residual_current=True)
    site.path.changed()
    assert [fault.code for fault in site.agent.report.faults] == [FaultCode.RESIDUAL_CURRENT]
    site.say(m.ResetFaults(1))
    assert site.path.resets == 1
    assert site.agent.report.faults == ()


def test_residual_current_is_retried_through_the_path() -> None:
    site = Site(settings=InterlockSettings(residual_retries=1, residual_retry_ms=60_000))
    site.path.inputs = replace(site.path.inputs, residual_current=True)
    site.path.changed()
    site.pass_time(60_000)
    assert site.path.resets == 1
    assert site.agent.report.faults == ()


class Meters:
    """Peripherals that answer when they are told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[MeterReading | DeviceError], None]] = []
        self.shown: list[tuple[int, IndicatorState]] = []

    def read_meter(self, evse: int, done: Callable[[MeterReading | DeviceError], None]) -> None:
        self.waiting.append(done)

    def indicate(self, evse: int, state: IndicatorState) -> None:
        self.shown.append((evse, state))


def test_meter_and_light_of_the_board() -> None:
    meters = Meters()
    site = Site(peripherals=meters)
    site.say(m.MeterRequest(1, 41))
    site.say(m.MeterRequest(1, 42))
    meters.waiting[1](DeviceError("silent"))
    meters.waiting[0](MeterReading(7))
    assert site.agent.of(m.MeterAnswer) == [
        m.MeterAnswer(1, 42, error="silent"),
        m.MeterAnswer(1, 41, reading=MeterReading(7)),
    ]
    site.say(m.Indicate(1, IndicatorState.CHARGING))
    assert meters.shown == [(1, IndicatorState.CHARGING)]


def test_a_reading_that_does_not_fit_a_line_is_an_error() -> None:
    meters = Meters()
    site = Site(peripherals=meters)
    site.say(m.MeterRequest(1, 1))
    meters.waiting[0](MeterReading(7, signed=SignedReading('"' * 6_000)))
    assert "does not fit" in site.agent.of(m.MeterAnswer)[0].error


def test_a_reading_for_an_agent_that_is_gone_is_dropped() -> None:
    meters = Meters()
    site = Site(peripherals=meters)
    site.say(m.MeterRequest(1, 1))
    newer = FakeAgent()
    site.greet(newer)
    meters.waiting[0](MeterReading(7))
    assert site.agent.of(m.MeterAnswer) == newer.of(m.MeterAnswer) == []


def test_a_board_without_a_meter_says_so() -> None:
    site = Site()
    site.say(m.MeterRequest(1, 1))
    assert "no meter behind the guard" in site.agent.of(m.MeterAnswer)[0].error
    site.say(m.Indicate(1, IndicatorState.CHARGING))
    assert site.agent.refusals == []


# publishing


def test_what_is_published_reaches_the_agent_and_states_the_next_one_too() -> None:
    site = Site()
    tamper, reader = Fault(FaultCode.TAMPER, 0, "door"), Fault(FaultCode.READER, 1, "front")
    said: list[Published] = [
        TokenRead("04AB"),
        m.FaultSeen(True, tamper),
        m.FaultSeen(True, reader),
        m.FaultSeen(False, reader),
        m.Health("front", "gone"),
        m.Health("back", "gone"),
        m.Health("back"),
        m.DeviceValues("t", {"temperature_dc": 250}),
        m.Verb("network.set", {"up": False}),
    ]
    for message in said:
        site.guard.publish(message)
    assert site.agent.heard[-9:] == said
    newer = FakeAgent()
    site.greet(newer)
    assert [message for message in newer.heard if not isinstance(message, (m.Welcome, PowerReport))] == [
        m.FaultSeen(True, tamper),
        m.Health("front", "gone"),
    ]


def test_without_an_agent_states_are_kept_within_a_bound_and_tokens_are_lost() -> None:
    site = Site(greet=False)
    site.guard.publish(TokenRead("04AB"))
    for number in range(MAX_KEPT + 10):
        site.guard.publish(m.FaultSeen(True, Fault(FaultCode.OTHER, 0, f"device {number}")))
        site.guard.publish(m.Health(f"device {number}", "gone"))
    site.greet(site.agent)
    assert site.agent.of(TokenRead) == []
    assert len(site.agent.of(m.FaultSeen)) == len(site.agent.of(m.Health)) == MAX_KEPT


def test_reports_can_be_seen_without_an_agent() -> None:
    seen: list[PowerReport] = []
    site = Site(greet=False, saw_report=seen.append)
    site.pilot("B")
    assert [report.pilot for report in seen] == [PilotState.A, PilotState.B]


def test_what_the_agent_says_of_itself_reaches_the_host() -> None:
    seen: list[tuple[int, dict[str, Any]]] = []
    site = Site(saw_agent=lambda evse, values: seen.append((evse, values)))
    site.say(m.SelfReport(0, {"pid": 7}))
    assert seen == [(0, {"pid": 7})]
    quiet = Site()
    quiet.say(m.SelfReport(0, {"pid": 7}))
    assert quiet.agent.refusals == []


# time


def test_the_host_learns_that_its_timer_is_too_late() -> None:
    site = Site()
    assert site.guard.next_wake_ms is None
    before = site.wakes
    site.say(permit(lease_ms=1_000))
    assert site.wakes > before
    assert site.guard.next_wake_ms == site.now_ms + 1_000
    assert site.guard.tick() == site.now_ms + 1_000


def test_a_path_is_polled_as_often_as_it_asks_for() -> None:
    site = Site(FakePath(poll_ms=10), FakePath())
    first, second = (path.reads for path in site.paths)
    site.pass_time(100)
    assert (site.paths[0].reads - first, site.paths[1].reads - second) == (10, 0)


@pytest.mark.parametrize("state", ["A", "B", "E", "F"])
def test_a_pilot_that_leaves_c_is_answered_within_one_tick(state: str) -> None:
    """The open command is out before `on_change` (or, for a polled path, the tick of the poll) returns."""
    site = Site(FakePath(poll_ms=10))
    charge(site)
    site.path.pilot(state)
    site.pass_time(10)
    assert not site.path.closed
    called = Site()
    charge(called)
    called.path.pilot(state)
    called.guard.on_change(1)
    assert not called.path.closed


def test_a_path_that_calls_back_from_within_a_command_is_followed() -> None:
    site = Site()
    assert site.path.calls_back
    charge(site)
    before = site.agent.report.contactor
    site.pilot("B")
    assert (before, site.agent.report.contactor) == (ContactorState.CLOSED, ContactorState.OPEN)


def test_changed_may_be_handed_to_the_hosts_own_thread() -> None:
    asked: list[int] = []
    site = Site(FakePath(), FakePath(), changed=asked.append)
    site.paths[1].changed()
    assert asked == [2]


def test_an_error_of_ours_passes_through() -> None:
    site = Site()

    def read() -> None:
        raise ZeroDivisionError

    site.path.read = read  # type: ignore[assignment,method-assign]
    with pytest.raises(ZeroDivisionError):
        site.guard.on_change(1)
    site.guard.stop()
    assert site.path.closes == 1


def test_stopping_makes_every_path_safe_whatever_fails() -> None:
    site = Site(FakePath(), FakePath())
    charge(site)
    site.paths[0].broken = {"apply", "close"}
    site.guard.stop()
    assert site.agent.closed
    assert [path.closes for path in site.paths] == [1, 1]
    assert not site.paths[1].outputs[-1].closed
