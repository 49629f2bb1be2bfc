"""Limits from outside, the stop button, and a car that an interrupted transaction finds again."""

from __future__ import annotations

import pytest

from agent.core.events import ButtonPressed, DeviceHealthChanged, ExternalLimitChanged, MeterFailed, StorageChanged
from agent.core.facts import StopReason, TransactionPhase, Trigger
from tests.unit.core.bench import Bench


def charging(settings: dict[str, object] | None = None, *, evses: int = 1) -> Bench:
    bench = Bench(settings, evses=evses)
    bench.online()
    for number in bench.outlets:
        bench.plug(number)
        bench.tap(f"CARD{number}", evses=(number,))
        bench.authorize()
        bench.advance(1_000)
        assert bench.closed(number)
    return bench


def granted(bench: Bench, number: int = 1) -> int:
    permit = bench.outlets[number].permit
    return permit.current_ma if permit is not None else 0


# --- limits from outside -------------------------------------------------------------------------------------------


def test_a_limit_from_outside_holds_at_once_and_until_it_is_taken_back() -> None:
    bench = charging()
    bench.send(ExternalLimitChanged(evse=1, current_ma=10_000))
    assert granted(bench) == 10_000
    bench.send(ExternalLimitChanged(evse=1))
    assert granted(bench) == 32_000


def test_watts_and_amperes_from_outside_hold_both() -> None:
    bench = charging()
    bench.send(ExternalLimitChanged(evse=1, current_ma=20_000, power_w=6_900))
    assert granted(bench) == 10_000


def test_a_limit_of_the_station_is_shared() -> None:
    bench = charging(evses=2)
    bench.send(ExternalLimitChanged(evse=0, current_ma=20_000))
    assert granted(bench, 1) + granted(bench, 2) <= 20_000
    bench.advance(1_000)
    assert [granted(bench, n) for n in (1, 2)] == [10_000, 10_000]


def test_after_the_lease_of_a_limit_that_is_not_told_again_the_fall_back_holds() -> None:
    bench = charging()
    for _ in range(3):
        bench.send(ExternalLimitChanged(evse=1, current_ma=10_000, lease_ms=5_000))
        bench.advance(4_000)
        assert granted(bench) == 10_000
    bench.advance(1_000)
    assert granted(bench) == 6_000
    bench.send(ExternalLimitChanged(evse=1))
    assert granted(bench) == 32_000


def test_a_limit_of_nothing_suspends_and_ends_nothing() -> None:
    bench = charging()
    bench.send(ExternalLimitChanged(evse=1, current_ma=0))
    assert not bench.closed()
    assert bench.station.evses[1].tx is not None
    bench.send(ExternalLimitChanged(evse=1))
    bench.advance(1_000)
    assert bench.closed()


def test_a_limit_of_an_evse_that_is_not_there_limits_nobody() -> None:
    bench = charging()
    bench.send(ExternalLimitChanged(evse=9, current_ma=0))
    assert granted(bench) == 32_000


# --- the stop button -----------------------------------------------------------------------------------------------


def test_the_stop_button_stops_at_its_evse_and_no_other_button_does() -> None:
    bench = charging(evses=2)
    bench.send(ButtonPressed(evse=1, name="light"))
    bench.send(ButtonPressed(evse=9, name="stop"))
    assert bench.closed(1)
    bench.send(ButtonPressed(evse=1, name="stop"))
    assert not bench.closed(1)
    assert bench.closed(2)
    last = bench.steps()[-1]
    assert (last.phase, last.trigger, last.reason) == (
        TransactionPhase.ENDED,
        Trigger.STOP_AUTHORIZED,
        StopReason.LOCAL,
    )


def test_the_stop_button_of_an_idle_evse_does_nothing() -> None:
    bench = Bench()
    bench.online()
    bench.send(ButtonPressed(evse=1, name="stop"))
    assert bench.steps() == []


# --- after a restart -----------------------------------------------------------------------------------------------


def test_an_end_that_was_decided_before_the_cut_is_an_end_after_it() -> None:
    """With the cause of then, whatever the car and the policy say."""
    bench = charging()
    stuck = bench.outlets[1].report()
    bench.outlets[1].report = lambda: stuck  # type: ignore[method-assign]  # the contactor does not open yet
    bench.tap("CARD1")
    assert bench.steps()[-1].phase is not TransactionPhase.ENDED
    del bench.outlets[1].report
    bench.power_off()
    bench.power_on()
    bench.advance(20_000)
    last = bench.steps()[-1]
    assert (last.phase, last.trigger, last.reason) == (
        TransactionPhase.ENDED,
        Trigger.STOP_AUTHORIZED,
        StopReason.LOCAL,
    )
    assert not bench.closed()


@pytest.mark.parametrize("cut", [True, False], ids=["power cut", "agent killed"])
def test_a_driver_who_was_to_plug_in_still_may(cut: bool) -> None:
    bench = Bench({"TxCtrlr.TxStartPoint": "Authorized"})
    bench.online()
    bench.tap()
    bench.authorize()
    assert bench.steps()[-1].phase is TransactionPhase.STARTED
    if cut:
        bench.power_off()
    bench.power_on()
    bench.advance(5_000)
    bench.plug()
    bench.advance(5_000)
    assert bench.closed()
    assert len({s.tx for s in bench.steps()}) == 1


# --- what devices say ----------------------------------------------------------------------------------------------


def test_a_device_may_say_what_is_wrong_and_what_to_do() -> None:
    """The 50 characters of OCPP 1.6 are its dialect's business: a person looks at `evse status`."""
    bench = Bench()
    why = "meter 'meter' (Eastron SDM630) on /dev/ttyUSB0 (9600 baud 8N1), unit 1: no answer: check its power"
    bench.send(MeterFailed(evse=1, why=why, read_id=0))
    bench.send(DeviceHealthChanged(device="reader", error=why, kind="reader"))
    bench.send(StorageChanged(failure="full", why=why))
    assert [fault.info for fault in bench.station.faults.all()] == [why] * 3
    bench.send(MeterFailed(evse=1, why="x" * 600, read_id=0))
    assert "x" * 500 in {fault.info for fault in bench.station.faults.all()}
