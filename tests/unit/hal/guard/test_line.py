"""A power path that fails: opened, left alone for a while, made safe when it returns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hal.guard import line as lines
from hal.guard.interlock import step
from hal.guard.line import Line, PowerLine
from hal.guard.messages import ResetFaults
from hal.guard.server import Guard
from hal.guard.state import GuardInputs, Setup, State, Step
from hal.interfaces import DeviceError
from hal.types import EvseCapabilities, FaultCode, LockState, PilotSignal, PilotState
from tests.unit.hal.guard.fakes import FakePath, Site
from tests.unit.hal.guard.test_server import charge


def codes(site: Site) -> list[FaultCode]:
    return [fault.code for fault in site.agent.report.faults]


def test_a_path_that_cannot_be_read_is_commanded_open_and_reported() -> None:
    site = Site(FakePath(poll_ms=10))
    charge(site)
    site.path.broken = {"read"}
    site.pass_time(10)
    assert not site.path.closed
    assert codes(site) == [FaultCode.INTERNAL]
    assert site.agent.report.faults[0].info == "no read"
    assert site.agent.report.pilot is PilotState.INVALID


def test_a_failed_path_is_asked_once_a_second() -> None:
    site = Site(FakePath(poll_ms=10))
    site.path.broken = {"read"}
    site.pass_time(10)
    reads = site.path.reads
    site.path.changed()
    site.pass_time(3_000)
    assert site.path.reads - reads == 3


def test_a_path_that_returns_is_made_safe_before_it_charges_again() -> None:
    site = Site(FakePath(poll_ms=10))
    charge(site)
    site.path.broken = {"read"}
    site.pass_time(10)
    site.path.broken = set()
    site.path.outputs.clear()
    site.pass_time(1_000)
    assert not site.path.outputs[0].closed
    assert site.path.outputs[0].signal is PilotSignal.OFF
    assert codes(site) == []
    site.pass_time(1_000)
    assert site.path.closed


def test_a_path_that_cannot_be_commanded_is_a_fault_and_gets_no_more_commands() -> None:
    site = Site(FakePath(heartbeat_ms=100))
    charge(site)
    site.path.broken = {"apply"}
    site.pilot("B")
    assert codes(site) == [FaultCode.INTERNAL]
    beats = site.path.beats
    site.pass_time(2_500)
    assert site.path.beats == beats, "its own fail-safe has to open it"
    site.path.broken = set()
    site.pass_time(1_000)
    assert codes(site) == []
    assert not site.path.closed
    assert site.path.beats > beats


def test_a_path_that_is_lost_at_the_start_heals() -> None:
    path = FakePath()
    path.broken = {"read", "apply"}
    site = Site(path)
    assert codes(site) == [FaultCode.INTERNAL]
    path.broken = set()
    site.pass_time(1_000)
    assert codes(site) == []


def test_heartbeats_come_in_time_and_a_failed_one_is_a_fault() -> None:
    site = Site(FakePath(heartbeat_ms=100))
    assert site.path.beats == 0
    site.pass_time(1_000)
    assert site.path.beats == 11
    site.path.broken = {"heartbeat"}
    site.pass_time(100)
    assert codes(site) == [FaultCode.INTERNAL]


def test_a_reset_that_fails_is_a_fault() -> None:
    site = Site()
    site.path.broken = {"reset_faults"}
    site.say(ResetFaults(1))
    assert codes(site) == [FaultCode.INTERNAL]


def test_an_error_without_a_text_still_says_something() -> None:
    site = Site()

    def read() -> None:
        raise DeviceError

    site.path.read = read  # type: ignore[assignment,method-assign]
    site.guard.on_change(1)
    assert site.agent.report.faults[0].info == "the power path failed"


def test_a_path_that_never_comes_to_rest_is_followed_later() -> None:
    site = Site()
    flips = iter("BABABABABABABABABABA")
    path = site.path
    plain = path.read

    def read() -> object:
        path.pilot(next(flips))
        path.changed()
        return plain()

    path.read = read  # type: ignore[assignment,method-assign]
    site.guard.on_change(1)
    assert site.guard.next_wake_ms == site.now_ms + 1


@pytest.mark.parametrize(
    ("has_lock", "bolt", "broken", "kept"),
    [
        (True, LockState.LOCKED, set(), True),
        (True, LockState.UNLOCKED, set(), False),
        (True, LockState.UNKNOWN, set(), True),
        (True, LockState.UNLOCKED, {"read"}, True),
        (False, LockState.ABSENT, set(), False),
    ],
)
def test_making_safe_keeps_the_bolt_that_it_finds(
    has_lock: bool, bolt: LockState, broken: set[str], kept: bool
) -> None:
    path = FakePath(lock=has_lock)
    path.inputs = replace(path.inputs, lock=bolt)
    path.broken = broken
    line = Line(PowerLine(EvseCapabilities(1, 1, 3, 32_000, has_lock=has_lock), path), lambda report: None)
    line.make_safe()
    assert (path.outputs[-1].closed, path.outputs[-1].locked) == (False, kept)
    assert path.closes == 1


def test_making_safe_says_what_went_wrong_and_lets_go_all_the_same() -> None:
    path = FakePath()
    path.broken = {"apply"}
    line = Line(PowerLine(EvseCapabilities(1, 1, 3, 32_000), path), lambda report: None)
    with pytest.raises(DeviceError, match="no apply"):
        line.make_safe()
    assert path.closes == 1


def test_a_poll_that_finds_nothing_new_costs_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(FakePath(poll_ms=10))
    charge(site)
    steps: list[int] = []

    def counted(setup: Setup, state: State, inputs: GuardInputs, now_ms: int) -> Step:
        steps.append(now_ms)
        return step(setup, state, inputs, now_ms)

    monkeypatch.setattr(lines, "step", counted)
    reads = site.path.reads
    site.pass_time(1_000)
    assert (site.path.reads - reads, steps) == (100, [])
    site.path.pilot("B")
    site.pass_time(10)
    assert steps
    assert not site.path.closed


def test_the_others_go_on() -> None:
    site = Site(FakePath(poll_ms=10), FakePath(poll_ms=10))
    assert isinstance(site.guard, Guard)
    charge(site)
    site.paths[1].broken = {"read", "apply", "heartbeat"}
    site.pass_time(5_000)
    assert site.path.closed
