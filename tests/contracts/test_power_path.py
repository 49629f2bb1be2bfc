"""What every power path promises (`hal.interfaces.PowerPath`), alone and in the guard's hands."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from hal.guard.line import Line, PowerLine
from hal.guard.wire import MAX_LEASE_MS
from hal.interfaces import PowerInputs, PowerOutputs
from hal.types import ContactorState, EvseCapabilities, LockState, Permit, PilotSignal, PilotState, PowerReport
from tests.contracts.drivers import POWER_PATHS
from tests.contracts.power_rigs import PowerRig

TRAVEL_MS = 1_000  # more than any contactor or lock takes
SAFE = PowerOutputs(PilotSignal.OFF, 1_000, closed=False, phases=1, locked=False)
OFFER = PowerOutputs(PilotSignal.PWM, 266, closed=False, phases=3, locked=True)
CHARGE = PowerOutputs(PilotSignal.PWM, 266, closed=True, phases=3, locked=True)


@pytest.fixture(params=[where for _, where in POWER_PATHS], ids=[name for name, _ in POWER_PATHS])
def rig(request: pytest.FixtureRequest) -> Iterator[PowerRig]:
    with named(request.param) as one:
        yield one


def named(where: str) -> AbstractContextManager[PowerRig]:
    """The rig that a row of `tests.contracts.drivers` names."""
    module, _, name = where.partition(":")
    made: AbstractContextManager[PowerRig] = getattr(importlib.import_module(module), name)()
    return made


def charge(rig: PowerRig) -> None:
    rig.plug()
    rig.path.apply(OFFER)
    rig.wait(TRAVEL_MS)
    rig.path.apply(CHARGE)
    rig.wait(TRAVEL_MS)


def test_a_fresh_path_is_open(rig: PowerRig) -> None:
    inputs = rig.path.read()
    assert isinstance(inputs, PowerInputs)
    assert inputs.contactor is ContactorState.OPEN
    assert inputs.pilot.state is PilotState.A
    assert not rig.contacts()


def test_the_contactor_follows_and_its_feedback_tells_so(rig: PowerRig) -> None:
    charge(rig)
    assert rig.contacts()
    assert rig.path.read().contactor is ContactorState.CLOSED
    rig.path.apply(OFFER)
    rig.wait(TRAVEL_MS)
    assert not rig.contacts()
    assert rig.path.read().contactor is ContactorState.OPEN


def test_the_same_command_again_changes_nothing(rig: PowerRig) -> None:
    charge(rig)
    before = rig.path.read()
    for _ in range(3):
        rig.path.apply(CHARGE)
    assert rig.path.read() == before
    assert rig.contacts()


def test_the_car_is_seen(rig: PowerRig) -> None:
    rig.plug()
    assert rig.path.read().pilot.state is PilotState.B
    proximity = rig.path.read().proximity
    assert proximity is not None
    assert proximity.cable_ma
    rig.path.apply(OFFER)
    rig.wait(TRAVEL_MS)
    assert rig.path.read().pilot.state is PilotState.C
    rig.path.apply(SAFE)
    rig.wait(TRAVEL_MS)
    rig.unplug()
    assert rig.path.read().pilot.state is PilotState.A


def test_a_change_is_told_or_polled_for(rig: PowerRig) -> None:
    told: list[int] = []
    rig.path.subscribe(lambda: told.append(1))
    rig.plug()
    assert told or rig.path.poll_ms is not None
    if rig.path.poll_ms is not None:
        assert rig.path.poll_ms <= 50, "the 100 ms rule"


def test_the_bolt_follows(rig: PowerRig) -> None:
    rig.plug()
    for locked, state in ((True, LockState.LOCKED), (False, LockState.UNLOCKED)):
        rig.path.apply(PowerOutputs(PilotSignal.OFF, 1_000, closed=False, phases=1, locked=locked))
        rig.wait(TRAVEL_MS)
        assert rig.path.read().lock is state
        assert rig.bolt() is locked


def test_a_residual_current_is_seen_until_it_is_reset(rig: PowerRig) -> None:
    rig.trip()
    assert rig.path.read().residual_current
    rig.path.reset_faults()
    rig.wait(TRAVEL_MS)
    assert not rig.path.read().residual_current


def test_closing_it_opens_the_contactor(rig: PowerRig) -> None:
    charge(rig)
    rig.path.close()
    rig.wait(TRAVEL_MS)
    assert not rig.contacts()


def test_a_dead_guard_is_noticed_where_that_is_promised(rig: PowerRig) -> None:
    if not rig.has_fail_safe:
        return  # the board file has to say accept_no_fail_safe
    charge(rig)
    rig.kill_guard()
    rig.wait(2_000)
    assert not rig.contacts()


def test_a_guard_charges_a_car_with_it_and_opens_when_the_car_pauses(rig: PowerRig) -> None:
    """The whole way: permit, lock, contactor, feedback, and back."""
    reports: list[PowerReport] = []
    line = Line(PowerLine(EvseCapabilities(1, 1, 3, 32_000, has_lock=True), rig.path), reports.append)
    now_ms = 0

    def changed() -> None:
        line.run(now_ms)

    def run(duration_ms: int) -> None:
        nonlocal now_ms
        for _ in range(duration_ms // 10):
            now_ms += 10
            rig.wait(10)
            line.tick(now_ms)
            line.run(now_ms)

    line.start(now_ms, changed)
    rig.plug()
    line.grant(Permit(1, 1, PilotSignal.PWM, 16_000, 3, True, MAX_LEASE_MS), now_ms)
    run(3_000)
    assert rig.contacts()
    assert rig.bolt()
    assert (reports[-1].contactor, reports[-1].faults) == (ContactorState.CLOSED, ())
    rig.unplug()
    run(100)  # IEC 61851-1 table A.6, the travel of the contacts included
    assert not rig.contacts()
    run(TRAVEL_MS)
    assert (reports[-1].contactor, reports[-1].faults) == (ContactorState.OPEN, ())
    line.stop()
