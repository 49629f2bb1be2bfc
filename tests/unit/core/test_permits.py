"""Permits: lowered at once, raised after the commit and only into what is confirmed free, renewed while they live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest

from agent.core.bounds import PERMIT_RENEWALS
from agent.core.effects import DriveLock, Grant
from agent.core.evse import Evse
from agent.core.facts import Trigger
from agent.core.limits import Limit, Scope
from agent.core.permits import Permits
from agent.core.rules import Options, Rules
from agent.core.transaction import Cause, Stage, Transaction
from agent.core.turn import Turn
from agent.variables import topology as made
from agent.variables.address import Address
from agent.variables.vocabulary import AttributeType
from hal.types import Permit, PilotSignal, PilotState
from tests.unit.core.parts import (
    CHARGING,
    IDLE,
    OFFERED,
    PLUGGED,
    Host,
    at,
    evse_of,
    leave,
    registry_of,
    station_of,
    turn,
    write,
)

LEASE_MS = 10_000
MAXIMA = ("EVSE:1.ACCurrent", "ChargingStation.ACCurrent")


class Rig:
    """Some EVSEs under one fuse, and their permits."""

    def __init__(self, count: int = 1, fuse_ma: int | None = 32_000) -> None:
        evses = tuple(made.Evse() for _ in range(count))
        self.registry = registry_of(topology=station_of(*evses, fuse_ma=200_000))
        self.host = Host(Rules(self.registry), Options(fuse_ma=fuse_ma))
        self.evses = {number: evse_of(self.host, number) for number in range(1, count + 1)}
        self.permits = Permits(self.host.rules, self.host.options, self.evses)
        self.permits.know(self.registry)
        for number, evse in self.evses.items():
            evse.take_report(replace(IDLE, evse=number), at(0))

    def ready(self, number: int = 1, ms: int = 0) -> Evse:
        """A car is plugged in, its driver authorised, its transaction running."""
        evse = self.evses[number]
        evse.take_report(replace(PLUGGED, evse=number), at(ms))
        evse.auth = leave()
        evse.tx = Transaction(f"tx-{number}", number, 1, Cause(trigger=Trigger.AUTHORIZED), at(ms).mono_ms)
        evse.tx.stage = Stage.RUNNING
        return evse

    def stop(self, number: int = 1) -> None:
        self.evses[number].auth = None

    def confirm(self, number: int, ms: int = 0) -> None:
        """The guard offers what was granted."""
        granted = self.evses[number].granted_ma
        report = OFFERED if granted else PLUGGED
        self.evses[number].take_report(replace(report, evse=number, offered_ma=granted), at(ms))

    def review(self, ms: int = 0) -> Turn:
        now = turn(ms)
        self.permits.review(now)
        return now


def permits(effects: Iterable[object]) -> list[Permit]:
    assert all(isinstance(e, Grant | DriveLock) for e in effects)
    return [e.permit for e in effects if isinstance(e, Grant)]


def test_nobody_wants_nobody_gets() -> None:
    now = Rig(2).review()
    assert not now.urgent
    assert not now.effects


def test_a_permit_is_granted_after_the_commit() -> None:
    """Power is given only once it is durable why."""
    rig = Rig()
    rig.ready()
    now = rig.review()
    assert not now.urgent
    (permit,) = permits(now.effects)
    assert (permit.evse, permit.signal, permit.current_ma) == (1, PilotSignal.PWM, 32_000)
    assert permit.energise
    assert permit.phases == 3
    assert permit.lease_ms == LEASE_MS


def test_taking_power_away_waits_for_no_disk() -> None:
    rig = Rig()
    rig.ready()
    rig.review()
    rig.stop()
    now = rig.review()
    assert not now.effects
    (permit,) = permits(now.urgent)
    assert (permit.signal, permit.current_ma, permit.energise) == (PilotSignal.OFF, 0, False)
    assert not rig.review().urgent  # said once


def test_a_lower_current_waits_for_no_disk_and_a_higher_one_does() -> None:
    rig = Rig()
    rig.ready()
    rig.review()
    rig.permits.limits.put(Limit(source="grid", scope=Scope.EVSE, evse=1, current_ma=10_000))
    lower = rig.review()
    assert [p.current_ma for p in permits(lower.urgent)] == [10_000]
    assert not lower.effects
    rig.permits.limits.drop("grid", Scope.EVSE, 1)
    higher = rig.review()
    assert [p.current_ma for p in permits(higher.effects)] == [32_000]
    assert not higher.urgent


def test_a_limit_that_leaves_less_than_six_amperes_withdraws() -> None:
    rig = Rig()
    rig.ready()
    rig.review()
    rig.permits.limits.put(Limit(source="grid", scope=Scope.STATION, current_ma=5_999))
    assert [p.signal for p in permits(rig.review().urgent)] == [PilotSignal.OFF]


def test_every_permit_has_a_number_of_its_own_that_grows() -> None:
    rig, numbers = Rig(), []
    rig.ready()
    for ms in range(0, 60_000, 1_000):
        now = rig.review(ms)
        numbers += [p.number for p in permits([*now.urgent, *now.effects])]
    assert numbers == sorted(set(numbers))
    assert len(numbers) > 10


def test_a_living_permit_is_renewed_well_within_its_lease_and_not_at_every_event() -> None:
    rig = Rig()
    rig.ready()
    granted = [ms for ms in range(0, 30_000, 100) if rig.review(ms).effects]
    gaps = {later - earlier for earlier, later in pairwise(granted)}
    assert max(gaps) <= LEASE_MS // PERMIT_RENEWALS + 100
    assert min(gaps) >= LEASE_MS // PERMIT_RENEWALS


def test_the_station_wakes_up_for_the_renewal() -> None:
    rig = Rig()
    assert rig.permits.wake() == []
    rig.ready()
    rig.review(5_000)
    (due,) = rig.permits.wake()
    assert not rig.review(due - 1).effects
    assert rig.review(due).effects
    rig.stop()
    rig.review(due)
    assert rig.permits.wake() == []


def test_the_second_car_waits_until_the_guard_of_the_first_has_come_down() -> None:
    rig = Rig(2)
    rig.ready(1)
    rig.review(0)
    rig.confirm(1)
    rig.ready(2, 1_000)
    now = rig.review(1_000)
    assert [(p.evse, p.current_ma) for p in permits(now.urgent)] == [(1, 16_000)]
    assert not now.effects
    assert not rig.review(1_100).effects  # the first is still offered 32 A
    rig.confirm(1, 1_200)
    assert [(p.evse, p.current_ma) for p in permits(rig.review(1_200).effects)] == [(2, 16_000)]


def test_what_a_car_left_behind_is_given_on_when_its_circuit_is_off() -> None:
    rig = Rig(2)
    for number in (1, 2):
        rig.ready(number)
    rig.review(0)
    for number in (1, 2):
        rig.confirm(number)
    rig.stop(1)
    now = rig.review(1_000)
    assert [p.evse for p in permits(now.urgent)] == [1]
    assert not now.effects
    rig.confirm(1, 1_100)
    assert [(p.evse, p.current_ma) for p in permits(rig.review(1_100).effects)] == [(2, 32_000)]


def test_a_station_that_waits_for_a_share_knows_it() -> None:
    """`share_ma` is what it is to have: 0 says that the supply is at its end, None that it wants nothing."""
    rig = Rig(2, fuse_ma=10_000)
    for number in (1, 2):
        rig.ready(number)
    rig.review()
    assert [e.share_ma for e in rig.evses.values()] == [10_000, 0]
    rig.stop(2)
    rig.review()
    assert rig.evses[2].share_ma is None


def test_a_guard_that_is_new_is_granted_anew_with_a_higher_number() -> None:
    rig = Rig()
    rig.ready()
    (first,) = permits(rig.review(0).effects)
    rig.permits.forget()
    (second,) = permits(rig.review(10).effects)
    assert second.current_ma == first.current_ma
    assert second.number > first.number


# --- which limits there are ----------------------------------------------------------------------------------------


def granted(rig: Rig) -> int:
    now = rig.review()
    found = permits([*now.urgent, *now.effects])
    return found[-1].current_ma if found else rig.evses[1].granted_ma


def test_the_cable_limits_while_it_is_in() -> None:
    rig = Rig()
    evse = rig.ready()
    evse.take_report(replace(PLUGGED, cable_ma=20_000), at(0))
    assert granted(rig) == 20_000
    evse.take_report(replace(CHARGING, cable_ma=None), at(0))  # a fixed one
    assert granted(rig) == 32_000


def test_hardware_limits() -> None:
    rig = Rig()
    evse = rig.ready()
    evse.capabilities = replace(evse.capabilities, max_current_ma=13_000)
    rig.permits.know(rig.registry)
    assert granted(rig) == 13_000


@pytest.mark.parametrize("name", MAXIMA)
def test_a_configured_maximum_limits_and_can_be_changed(name: str) -> None:
    rig = Rig()
    rig.ready()
    for amperes in (16, 10, 20):
        write(rig.registry, name, amperes, AttributeType.MAX_SET)
        rig.permits.know(rig.registry)
        assert granted(rig) == amperes * 1_000


@pytest.mark.parametrize("name", MAXIMA)
def test_a_configured_maximum_of_nothing_leaves_nothing(name: str) -> None:
    """Whether it was another one before or not."""
    rig, fresh = Rig(), Rig()
    for known in (rig, fresh):
        known.ready()
    write(rig.registry, name, 10, AttributeType.MAX_SET)
    rig.permits.know(rig.registry)
    assert granted(rig) == 10_000
    for known in (rig, fresh):
        write(known.registry, name, 0, AttributeType.MAX_SET)
        known.permits.know(known.registry)
        assert granted(known) == 0


@pytest.mark.parametrize("name", MAXIMA)
def test_a_configured_maximum_that_is_taken_back_is_none(name: str) -> None:
    rig = Rig()
    rig.ready()
    write(rig.registry, name, 10, AttributeType.MAX_SET)
    rig.permits.know(rig.registry)
    address = Address.parse(name)
    assert address is not None
    change = rig.registry.plan_reset(address, AttributeType.MAX_SET).change
    assert change is not None
    rig.registry.apply(change)
    rig.permits.know(rig.registry)
    assert granted(rig) == 32_000


def test_without_a_fuse_each_has_what_its_hardware_can() -> None:
    rig = Rig(2, fuse_ma=None)
    for number in (1, 2):
        rig.ready(number)
    assert [p.current_ma for p in permits(rig.review().effects)] == [32_000, 32_000]


def test_a_limit_of_phases_is_in_the_permit() -> None:
    rig = Rig()
    rig.ready()
    rig.permits.limits.put(Limit(source="grid", scope=Scope.EVSE, evse=1, current_ma=32_000, phases=1))
    (permit,) = permits(rig.review().effects)
    assert permit.phases == 1
    rig.permits.limits.drop("grid", Scope.EVSE, 1)
    (permit,) = permits(rig.review().effects)
    assert permit.phases == 3


def test_a_car_in_c_or_d_is_no_reason_for_a_permit_by_itself() -> None:
    rig = Rig()
    rig.evses[1].take_report(replace(PLUGGED, pilot=PilotState.C), at(0))
    assert not rig.review().effects
