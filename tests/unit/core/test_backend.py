"""The backend as the station sees it: links that come and go, answers, and what still waits (B04, C10.FR.05, G02)."""

from __future__ import annotations

import pytest

from agent.core.clock import WallMs
from agent.core.commands import GetBaseReport, Verdict
from agent.core.effects import SetClock
from agent.core.events import (
    AnyEvent,
    BootAnswered,
    HeartbeatAnswered,
    LinkOpened,
    LinkRefused,
    MessageSent,
    QueueChanged,
    RegistrationStatus,
    RequestDone,
    RequestFailed,
)
from agent.core.facts import SecurityEventRaised, VariableWritten
from agent.core.provisioning import Provisioning
from agent.core.registration import Registration, State
from agent.core.requests import BootRequest, StatusRequest
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.variables import names
from tests.unit.core.bench import Bench
from tests.unit.core.parts import NOON


def online(threshold_s: int = 60) -> Bench:
    bench = Bench({"OCPPCommCtrlr.OfflineThreshold": threshold_s})
    bench.online()
    bench.asked.clear()
    return bench


@pytest.mark.parametrize(("gone_ms", "places"), [(60_000, 0), (60_001, 2)])
def test_after_a_long_silence_every_status_is_told_anew(gone_ms: int, places: int) -> None:
    """B04.FR.01, B04.FR.02"""
    bench = online()
    bench.offline()
    bench.advance(gone_ms)
    bench.send(LinkOpened(version="2.0.1"))
    assert len([s for s in bench.take(StatusRequest) if s.refreshed]) == places
    assert bench.take(BootRequest) == []  # no boot on a mere reconnect


def test_only_what_changed_is_told_after_a_short_one() -> None:
    bench = online()
    bench.offline()
    bench.plug()
    bench.advance(1_000)
    assert bench.take(StatusRequest) == []
    bench.send(LinkOpened(version="2.0.1"))
    assert [(s.evse, s.status.value) for s in bench.take(StatusRequest)] == [(1, "Preparing")]


def test_a_link_that_failed_twice_was_lost_once() -> None:
    bench = online()
    bench.offline()
    bench.advance(59_000)
    bench.offline()
    bench.advance(2_000)
    bench.send(LinkOpened(version="2.0.1"))
    assert [s for s in bench.take(StatusRequest) if s.refreshed]


def test_attempts_that_fail_alike_are_one_security_event() -> None:
    """A00.FR.316, A00.FR.419: or the queue would fill while nobody is there."""
    bench = online()
    bench.offline()

    def told() -> list[str]:
        return [f.kind for f in bench.facts(SecurityEventRaised)][1:]  # after the boot's own

    for kind in ("InvalidCsmsCertificate", "InvalidCsmsCertificate", "InvalidTLSVersion", "InvalidCsmsCertificate"):
        bench.send(LinkRefused(kind=kind, info="why"))
    assert told() == ["InvalidCsmsCertificate", "InvalidTLSVersion"]
    bench.send(LinkOpened(version="2.0.1"))
    bench.offline()
    bench.send(LinkRefused(kind="InvalidCsmsCertificate", info="expired since"))
    assert told()[2:] == ["InvalidCsmsCertificate"]


def test_the_network_profile_in_use_is_known() -> None:
    bench = Bench()
    bench.send(LinkOpened(version="2.0.1", slot=2))
    assert bench.station.backend.network_slot == 2


def test_what_follows_from_the_boot_is_told_in_the_time_of_the_csms() -> None:
    """B01.FR.06 before B01.FR.05: the shell sets its clock later, and nobody waits for it."""
    bench = Bench()
    bench.send(LinkOpened(version="2.0.1"))
    told_ms = WallMs(NOON + bench.ms + 3_600_000)
    bench.asked.clear()
    bench.send(BootAnswered(status=RegistrationStatus.ACCEPTED, interval_s=60, time_ms=told_ms))
    statuses = bench.take(StatusRequest)
    assert statuses
    assert {s.stamp.wall_ms for s in statuses} == {told_ms}


def test_a_time_that_is_as_good_as_ours_changes_nothing() -> None:
    bench = Bench()
    bench.send(LinkOpened(version="2.0.1"))
    now_ms = WallMs(NOON + bench.ms)
    bench.send(BootAnswered(status=RegistrationStatus.ACCEPTED, interval_s=60, time_ms=WallMs(now_ms + 900)))
    assert {s.stamp.wall_ms for s in bench.take(StatusRequest)} == {now_ms}


@pytest.mark.parametrize(
    ("status", "interval_s", "value"), [("Accepted", 47, "47"), ("Accepted", 0, "99"), ("Pending", 47, "99")]
)
def test_the_interval_in_force_is_the_value_of_its_variable(status: str, interval_s: int, value: str) -> None:
    """B01.FR.04; with an interval of 0 the station keeps its own."""
    bench = Bench({"OCPPCommCtrlr.HeartbeatInterval": 99})
    bench.send(LinkOpened(version="2.0.1"))
    answer = BootAnswered(status=RegistrationStatus(status), interval_s=interval_s, time_ms=None)
    bench.send(answer)
    assert bench.station.rules.registry.text(names.HEARTBEAT_INTERVAL) == value
    bench.send(answer)
    written = [f.value for f in bench.facts(VariableWritten)]
    assert written == ([value] if value == "47" else [])  # kept once


def test_a_boot_that_fails_is_repeated() -> None:
    bench = Bench()
    bench.send(LinkOpened(version="2.0.1"))
    bench.send(RequestFailed(request_id=Registration.BOOT_ID, code="timeout"))
    assert bench.station.registration.state is State.UNKNOWN
    bench.take(BootRequest)
    bench.advance(60_000)
    assert len(bench.take(BootRequest)) == 1


@pytest.mark.parametrize(
    "done",
    [
        RequestDone(request_id=Provisioning.REPORT_ID),
        RequestFailed(request_id=Provisioning.REPORT_ID, code="InternalError"),
        LinkOpened(version="2.0.1"),
    ],
)
def test_reports_that_were_taken_or_lost_make_room(done: AnyEvent) -> None:
    """B07.FR.13"""
    bench = online()
    report = GetBaseReport(request_id=1, kind="FullInventory")
    while bench.command(report).verdict is Verdict.ACCEPTED:
        pass
    assert bench.command(report).verdict is Verdict.REJECTED
    for _ in range(40):
        bench.send(done)
    assert bench.command(report).verdict is Verdict.ACCEPTED


def test_the_time_of_a_heartbeat_is_passed_on() -> None:
    """G02.FR.06"""
    bench = online()
    bench.send(HeartbeatAnswered(time_ms=WallMs(NOON + 9)))
    assert SetClock(wall_ms=WallMs(NOON + 9)) in bench.effects


def test_a_message_postpones_the_heartbeat() -> None:
    """G02.FR.05"""
    bench = online()
    before = bench.station.registration.heartbeat_at
    assert before is not None
    bench.ms += 5_000
    bench.send(MessageSent())
    assert bench.station.registration.heartbeat_at == before + 5_000


def test_something_is_queued_until_the_end_of_the_last_transaction_is_taken() -> None:
    """B12.FR.05: a reset waits for it."""
    bench = online()
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    bench.tap()
    last = bench.steps()[-1].seq
    backend = bench.station.backend
    assert backend.queued
    for upto, busy, waiting, queued in (
        (last - 1, False, frozenset[str](), True),
        (last, True, frozenset[str](), True),
        (last, False, frozenset({"tx"}), True),
        (last, False, frozenset[str](), False),
    ):
        bench.send(QueueChanged(waiting=waiting, busy=busy, upto=upto))
        assert backend.queued is queued


def test_a_group_that_is_told_late_is_kept_with_the_transaction() -> None:
    """C09.FR.12, and over a power cut."""
    group = IdToken(value="FLEET", kind="Central")
    bench = online()
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.deliver(TokenInfo(status=AuthorizationStatus.ACCEPTED, group=group), IdToken(value="CARD"))
    bench.car(wants=False)
    bench.power_on()
    bench.advance(1_000)
    auth = bench.station.evses[1].auth
    assert auth is not None
    assert auth.group == group
