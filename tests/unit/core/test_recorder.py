"""What a step tells once, what it tells anew, and the checkpoints between them (E01, E02; DESIGN of wear)."""

from __future__ import annotations

import pytest

from agent.core.facts import ChargingState, RegisterKept, TransactionKept, Trigger
from tests.unit.core.bench import Bench

QUIET = {"SampledDataCtrlr.TxUpdatedInterval": 0}


def charging(settings: dict[str, object] | None = None) -> Bench:
    bench = Bench({**QUIET, **(settings or {})})
    bench.online()
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    return bench


def checkpoints(bench: Bench) -> list[int]:
    return [k.register_wh for k in bench.facts(TransactionKept)]


def test_sequence_numbers_have_no_gap() -> None:
    """E01.FR.07"""
    bench = charging({"SampledDataCtrlr.TxUpdatedInterval": 10})
    bench.car(wants=False)
    bench.advance(35_000)
    bench.tap()
    assert [s.number for s in bench.steps()] == list(range(len(bench.steps())))


def test_the_cable_is_told_once() -> None:
    bench = charging()
    bench.car(wants=False)
    bench.tap()
    assert [s.cable_a for s in bench.steps() if s.cable_a is not None] == [32]


def test_the_evse_is_told_with_the_start_and_with_each_plug_and_not_repeated() -> None:
    """E01.FR.16; part 2, block E §1, evse: not in all future messages."""
    bench = charging({"TxCtrlr.StopTxOnEVSideDisconnect": False, "TxCtrlr.TxStopPoint": "Authorized"})
    bench.car(wants=False)
    bench.advance(1_000)
    bench.unplug(left=True)
    bench.advance(1_000)
    bench.plug()
    bench.advance(1_000)
    bench.tap()
    told = [s.trigger for s in bench.steps() if s.tells_evse]
    assert told == [Trigger.AUTHORIZED, Trigger.CABLE_PLUGGED_IN]


def test_an_evse_without_its_outlet_is_told_again_with_it() -> None:
    bench = Bench({**QUIET, "TxCtrlr.TxStartPoint": "Authorized"})
    bench.online()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    bench.plug()
    bench.advance(1_000)
    bench.car(wants=False)
    bench.tap()
    told = [(s.trigger, s.connector) for s in bench.steps() if s.tells_evse]
    assert told == [(Trigger.AUTHORIZED, None), (Trigger.CABLE_PLUGGED_IN, 1)]


def test_after_a_power_cut_the_evse_is_not_told_again() -> None:
    bench = charging()
    count = len(bench.steps())
    bench.power_off()
    bench.power_on()
    bench.online()
    bench.advance(5_000)
    bench.tap()
    assert bench.steps()[-1].number > count
    assert not any(s.tells_evse for s in bench.steps()[count:])


def test_a_car_that_comes_back_to_another_outlet_is_told_there() -> None:
    """E10: suspended on one cable, gone on with on the other of the same EVSE (E01.FR.16)."""
    bench = charging({"TxCtrlr.StopTxOnEVSideDisconnect": False, "TxCtrlr.TxStopPoint": "Authorized"})
    bench.unplug()
    bench.outlets[1].connector = 2
    bench.plug()
    told = [(s.trigger, s.connector) for s in bench.steps() if s.tells_evse]
    assert told == [(Trigger.AUTHORIZED, 1), (Trigger.CABLE_PLUGGED_IN, 2)]
    assert bench.steps()[-1].connector == 2


def test_a_change_of_the_charging_state_is_its_own_cause() -> None:
    """E02.FR.17"""
    bench = charging()
    bench.car(wants=False)
    bench.advance(1_000)
    bench.car(wants=True)
    bench.advance(1_000)
    last = bench.steps()[-2:]
    assert [s.trigger for s in last] == [Trigger.CHARGING_STATE_CHANGED] * 2
    assert [s.charging_state for s in last] == [ChargingState.SUSPENDED_EV, ChargingState.CHARGING]
    count = len(bench.steps())
    bench.report()
    bench.advance(60_000)
    assert len(bench.steps()) == count  # nothing changed, nothing is told


def test_what_happened_while_nobody_was_there_says_so() -> None:
    """E04.FR.03"""
    bench = charging()
    bench.offline()
    bench.car(wants=False)
    bench.online()
    bench.car(wants=True)
    assert [s.offline for s in bench.steps()][-2:] == [True, False]


def test_every_step_is_followed_by_its_checkpoint_in_the_same_commit() -> None:
    bench = charging()
    for step, follower in zip(bench.log, bench.log[1:], strict=False):
        if step in bench.steps():
            assert isinstance(follower, TransactionKept)
            assert follower.number == step.number + 1
    assert bench.facts(RegisterKept)[-1].register_wh == 100_000


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([(40_000, 100_099)], []),
        ([(20_000, 100_100)], []),  # soon after the last one
        ([(20_000, 100_100), (10_000, 100_100)], [100_100]),
        ([(40_000, 100_100)], [100_100]),
        ([(299_000, 100_001)], []),
        ([(300_000, 100_001)], [100_001]),
        ([(3_599_000, 100_000)], []),
        ([(3_600_000, 100_000)], [100_000]),
    ],
)
def test_checkpoints_follow_energy_and_time(readings: list[tuple[int, int]], expected: list[int]) -> None:
    """Each 100 Wh but at most every 30 s, every 5 min while energy flows, every hour anyway."""
    bench = charging()
    before = len(checkpoints(bench))
    bench.ms = 0  # the last checkpoint was at 0
    for after, register in readings:
        bench.ms += after
        bench.meter(register)
    assert checkpoints(bench)[before:] == expected


def test_between_transactions_the_register_is_not_written_at_every_reading() -> None:
    """A flash memory wears out."""
    bench = Bench(QUIET)
    bench.online()
    before = len(bench.log)
    for minute in range(60):
        bench.advance(10_000)
        bench.meter(100_000 + minute)
    assert len(bench.log) == before
