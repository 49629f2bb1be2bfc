"""The set of faults: raised and cleared by their source, blocking, ending."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.bounds import FAULTS
from agent.core.facts import StopReason
from agent.core.faults import ENDING, FaultSet
from hal.types import Fault, FaultCode

HOT = Fault(code=FaultCode.OVER_TEMPERATURE, evse=1)
LEAK = Fault(code=FaultCode.RESIDUAL_CURRENT, evse=1)
DEAF = Fault(code=FaultCode.READER, evse=1, source="reader", blocking=False)


def with_faults(*found: Fault) -> FaultSet:
    faults = FaultSet()
    for fault in found:
        assert faults.raise_(fault)
    return faults


def test_a_fault_is_raised_once_and_cleared_once() -> None:
    faults = with_faults(HOT)
    assert not faults.raise_(HOT)
    assert faults.all() == (HOT,)
    assert faults.clear(1, HOT.code, "guard")
    assert not faults.clear(1, HOT.code, "guard")
    assert faults.all() == ()


def test_a_fault_that_words_itself_anew_replaces_itself() -> None:
    faults = with_faults(HOT)
    worse = replace(HOT, info="95 °C")
    assert faults.raise_(worse)
    assert faults.all() == (worse,)


def test_two_sources_may_raise_the_same_code_and_each_clears_its_own() -> None:
    other = replace(HOT, source="bench")
    faults = with_faults(HOT, other)
    assert not faults.clear(1, HOT.code, "meter")
    faults.clear(1, HOT.code, "guard")
    assert faults.all() == (other,)


def test_a_fault_of_the_station_concerns_every_evse_and_one_of_an_evse_only_that() -> None:
    station = Fault(code=FaultCode.EMERGENCY_STOP, evse=0)
    faults = with_faults(HOT, station)
    assert faults.of(1) == [HOT, station]
    assert faults.of(2) == [station]
    assert faults.blocking(2) == station
    faults.clear(0, FaultCode.EMERGENCY_STOP, "guard")
    assert faults.blocking(2) is None


def test_what_only_is_reported_does_not_block() -> None:
    faults = with_faults(DEAF)
    assert faults.blocking(1) is None
    assert faults.ending(1) is None
    faults.raise_(HOT)
    assert faults.blocking(1) == HOT


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (FaultCode.EMERGENCY_STOP, StopReason.EMERGENCY_STOP),
        (FaultCode.RESIDUAL_CURRENT, StopReason.GROUND_FAULT),
        (FaultCode.GROUND, StopReason.GROUND_FAULT),
        (FaultCode.OVER_CURRENT, StopReason.OVERCURRENT_FAULT),
        (FaultCode.CONTACTOR_WELDED, StopReason.OTHER),
        (FaultCode.CONTACTOR_STUCK_OPEN, StopReason.OTHER),
    ],
)
def test_faults_that_end_a_transaction_name_its_reason(code: FaultCode, reason: StopReason) -> None:
    """E06.FR.16"""
    fault = Fault(code=code, evse=1)
    assert with_faults(DEAF, HOT, fault).ending(1) == (fault, reason)
    assert with_faults(fault).ending(2) is None
    assert with_faults(replace(fault, blocking=False)).ending(1) is None


@pytest.mark.parametrize("code", sorted(set(FaultCode) - set(ENDING)))
def test_the_others_only_suspend_it_while_they_last(code: FaultCode) -> None:
    assert with_faults(Fault(code=code, evse=1)).ending(1) is None


def test_the_faults_of_a_source_become_exactly_those_that_it_reports() -> None:
    foreign = replace(HOT, source="bench")
    elsewhere = replace(HOT, evse=2)
    faults = with_faults(HOT, foreign, elsewhere)
    assert faults.replace(1, "guard", (LEAK,))
    assert set(faults.all()) == {LEAK, foreign, elsewhere}
    assert not faults.replace(1, "guard", (LEAK,))
    assert faults.replace(1, "guard", ())
    assert set(faults.all()) == {foreign, elsewhere}


def full() -> FaultSet:
    return with_faults(*(replace(DEAF, source=f"reader-{number}") for number in range(FAULTS)))


def test_the_set_is_bounded() -> None:
    faults = full()
    assert not faults.raise_(replace(DEAF, source="one too many"))
    assert len(faults.all()) == FAULTS
    assert faults.raise_(replace(DEAF, source="reader-3", info="known, and worded anew"))
    assert len(faults.all()) == FAULTS


def test_a_flood_of_reports_hides_no_fault_that_forbids_energy() -> None:
    faults = full()
    assert faults.raise_(LEAK)
    assert faults.ending(1) == (LEAK, StopReason.GROUND_FAULT)
    assert len(faults.all()) == FAULTS


def test_even_full_of_blocking_faults_it_is_bounded() -> None:
    faults = with_faults(*(replace(HOT, source=f"sensor-{number}") for number in range(FAULTS)))
    assert not faults.raise_(LEAK)
    assert len(faults.all()) == FAULTS
