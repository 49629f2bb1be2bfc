"""Meter values of a session and outside of one (J01, J02; E02, E06)."""

from __future__ import annotations

import pytest

from agent.core.commands import SetVariables, VariableQuery
from agent.core.facts import EndSampleTaken, TransactionPhase, TransactionRecorded, Trigger
from agent.core.requests import MeterRequest
from agent.core.samples import Context
from agent.variables.topology import ENERGY
from tests.unit.core.bench import Bench
from tests.unit.core.parts import NOON

MINUTE_MS = 60_000
SILENT = {
    "SampledDataCtrlr.TxUpdatedInterval": 0,
    "SampledDataCtrlr.TxEndedInterval": 0,
    "AlignedDataCtrlr.Interval": 0,
    "AlignedDataCtrlr.TxEndedInterval": 0,
}


def charging(settings: dict[str, object]) -> Bench:
    bench = Bench({**SILENT, **settings})
    bench.online()
    bench.plug()
    bench.tap()
    bench.authorize()
    return bench


def told(bench: Bench, trigger: Trigger) -> list[TransactionRecorded]:
    return [s for s in bench.steps() if s.trigger is trigger]


def write(bench: Bench, component: str, variable: str, value: object) -> None:
    query = VariableQuery(component=component, variable=variable, value=str(value))
    (result,) = bench.command(SetVariables(queries=(query,))).variables
    assert result.status == "Accepted", result


# --- periodic ------------------------------------------------------------------------------------------------------


def test_samples_come_at_the_interval_since_the_start_and_carry_the_configured_measurands() -> None:
    """J02.FR.11"""
    bench = charging(
        {"SampledDataCtrlr.TxUpdatedInterval": 60, "SampledDataCtrlr.TxUpdatedMeasurands": f"{ENERGY},Current.Offered"}
    )
    bench.advance(3 * MINUTE_MS + 1_000)
    samples = told(bench, Trigger.METER_VALUE_PERIODIC)
    assert [s.stamp.mono_ms for s in samples] == [MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS]
    (found,) = samples[0].samples
    assert found.context is Context.PERIODIC
    assert [s.measurand for s in found.samples] == [ENERGY, "Current.Offered"]


def test_a_station_that_slept_too_long_skips_what_it_missed() -> None:
    """One sample now and then at the interval, not a burst of old moments."""
    bench = charging({"SampledDataCtrlr.TxUpdatedInterval": 60})
    bench.wake = None
    bench.advance(10 * MINUTE_MS + 5_000)
    assert len(told(bench, Trigger.METER_VALUE_PERIODIC)) == 1
    bench.advance(2 * MINUTE_MS)
    assert len(told(bench, Trigger.METER_VALUE_PERIODIC)) == 3


def test_an_interval_of_nothing_samples_nothing() -> None:
    bench = charging({})
    bench.advance(60 * MINUTE_MS)
    assert told(bench, Trigger.METER_VALUE_PERIODIC) == []


@pytest.mark.parametrize("before", [0, 86_400])
def test_an_interval_that_is_written_holds_in_the_running_transaction(before: int) -> None:
    bench = charging({"SampledDataCtrlr.TxUpdatedInterval": before})
    bench.advance(5_000)
    write(bench, "SampledDataCtrlr", "TxUpdatedInterval", 10)
    bench.advance(30_000)
    assert [s.stamp.mono_ms for s in told(bench, Trigger.METER_VALUE_PERIODIC)] == [15_000, 25_000, 35_000]
    write(bench, "SampledDataCtrlr", "TxUpdatedInterval", 0)
    bench.advance(60_000)
    assert len(told(bench, Trigger.METER_VALUE_PERIODIC)) == 3


def test_another_variable_that_is_written_disturbs_no_interval() -> None:
    bench = charging({"SampledDataCtrlr.TxUpdatedInterval": 10})
    bench.advance(5_000)
    write(bench, "TxCtrlr", "EVConnectionTimeOut", 77)
    bench.advance(5_000)
    assert [s.stamp.mono_ms for s in told(bench, Trigger.METER_VALUE_PERIODIC)] == [10_000]


def test_an_ended_transaction_is_not_sampled() -> None:
    bench = charging({"SampledDataCtrlr.TxUpdatedInterval": 10})
    bench.tap()
    bench.advance(60_000)
    assert bench.steps()[-1].phase is TransactionPhase.ENDED


# --- clock-aligned -------------------------------------------------------------------------------------------------


def test_aligned_values_come_at_full_moments_of_the_clock() -> None:
    """J01; NOON is a full quarter of an hour."""
    bench = Bench({**SILENT, "AlignedDataCtrlr.Interval": 900})
    bench.ms = 1_000
    bench.online()
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(31 * MINUTE_MS)
    walls = [s.stamp.wall_ms for s in told(bench, Trigger.METER_VALUE_CLOCK)]
    assert walls == [NOON + 15 * MINUTE_MS, NOON + 30 * MINUTE_MS]
    assert told(bench, Trigger.METER_VALUE_CLOCK)[0].samples[0].context is Context.CLOCK


def test_outside_of_a_transaction_they_are_meter_values() -> None:
    bench = Bench({**SILENT, "AlignedDataCtrlr.Interval": 900})
    bench.online()
    bench.meter(100_000)
    bench.advance(16 * MINUTE_MS)
    (request,) = bench.take(MeterRequest)
    assert request.evse == 1
    assert request.tx is None
    assert request.samples[0].context is Context.CLOCK
    assert bench.steps() == []


@pytest.mark.parametrize(("only_idle", "told_in_session"), [(True, 0), (False, 1)])
def test_they_may_be_left_out_while_a_transaction_runs(only_idle: bool, told_in_session: int) -> None:
    """J01.FR.20: SendDuringIdle"""
    bench = charging({"AlignedDataCtrlr.Interval": 900, "AlignedDataCtrlr.SendDuringIdle": only_idle})
    bench.advance(16 * MINUTE_MS)
    assert len(told(bench, Trigger.METER_VALUE_CLOCK)) == told_in_session
    assert bench.take(MeterRequest) == []


def test_without_a_clock_there_are_no_aligned_moments_until_it_is_known() -> None:
    bench = Bench({**SILENT, "AlignedDataCtrlr.Interval": 900}, clock=False)
    bench.meter(100_000)
    bench.advance(60 * MINUTE_MS)
    assert bench.take(MeterRequest) == []
    bench.wall = NOON - bench.ms
    bench.online()
    bench.advance(15 * MINUTE_MS)
    assert len(bench.take(MeterRequest)) == 1


def test_a_clock_that_steps_is_aligned_anew() -> None:
    bench = Bench({**SILENT, "AlignedDataCtrlr.Interval": 900})
    bench.online()
    bench.meter(100_000)
    bench.advance(MINUTE_MS)
    bench.wall = NOON + 10 * MINUTE_MS
    bench.advance(1_000)
    bench.advance(4 * MINUTE_MS)
    assert len(bench.take(MeterRequest)) == 1


def test_an_aligned_interval_that_is_written_holds_at_once() -> None:
    bench = Bench({**SILENT, "AlignedDataCtrlr.Interval": 86_400})
    bench.online()
    bench.meter(100_000)
    bench.advance(MINUTE_MS)
    write(bench, "AlignedDataCtrlr", "Interval", 300)
    bench.advance(4 * MINUTE_MS)
    assert len(bench.take(MeterRequest)) == 1


# --- for the end ---------------------------------------------------------------------------------------------------


def test_samples_for_the_end_are_told_at_the_end_and_only_there() -> None:
    """E06.FR.11"""
    bench = charging(
        {
            "SampledDataCtrlr.TxEndedInterval": 60,
            "AlignedDataCtrlr.TxEndedInterval": 900,
            "AlignedDataCtrlr.TxEndedMeasurands": ENERGY,
        }
    )
    bench.advance(15 * MINUTE_MS + 1_000)
    assert all(not s.transaction_data for s in bench.steps())
    bench.tap()
    data = bench.steps()[-1].transaction_data
    contexts = [d.context for d in data]
    assert contexts[0] is Context.BEGIN
    assert contexts.count(Context.PERIODIC) == 15
    assert contexts.count(Context.CLOCK) == 1
    moments = [d.stamp.mono_ms for d in data]
    assert moments == sorted(moments)


def test_they_are_durable_as_they_are_taken() -> None:
    bench = charging({"SampledDataCtrlr.TxEndedInterval": 60})
    bench.advance(2 * MINUTE_MS + 1_000)
    kept = bench.facts(EndSampleTaken)
    assert [k.sample.context for k in kept] == [Context.BEGIN, Context.PERIODIC, Context.PERIODIC]
    assert {k.tx for k in kept} == {bench.steps()[0].tx}
    seqs = [f.seq for f in bench.log if hasattr(f, "seq")]
    assert seqs == sorted(set(seqs))
