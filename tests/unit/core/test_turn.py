"""A turn collects in the order in which things were decided, and keeps the three kinds of outcome apart."""

from __future__ import annotations

from agent.core.clock import MonoMs
from agent.core.effects import Grant, ReadMeter, WakeAt
from agent.core.facts import BootReasonSet, OperativeSet
from hal.types import Permit, PilotSignal
from tests.unit.core.parts import turn

OFF = Grant(
    permit=Permit(evse=1, number=1, signal=PilotSignal.OFF, current_ma=0, phases=3, energise=False, lease_ms=10_000)
)


def test_urgent_facts_and_effects_come_out_apart_and_in_order() -> None:
    now = turn()
    now.do(ReadMeter(evse=1, read_id=1))
    now.record(BootReasonSet(reason="a"))
    now.urge(OFF)
    now.do(WakeAt(mono_ms=MonoMs(5)))
    now.record(OperativeSet(evse=1, connector=0, operative=False))
    outcome = now.outcome()
    assert outcome.urgent == [OFF]
    assert outcome.facts == [BootReasonSet(reason="a"), OperativeSet(evse=1, connector=0, operative=False)]
    assert outcome.effects == [ReadMeter(evse=1, read_id=1), WakeAt(mono_ms=MonoMs(5))]


def test_a_turn_in_which_nothing_happens_leads_to_nothing() -> None:
    outcome = turn().outcome()
    assert not outcome.urgent
    assert not outcome.facts
    assert not outcome.effects
