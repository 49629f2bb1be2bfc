"""How a transaction begins, by each start point (E01–E03, F02; 2.6.6.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.core.commands import StartTransaction
from agent.core.effects import Grant, ReadMeter
from agent.core.events import BayChanged, MeterSampled, StorageChanged
from agent.core.facts import ChargingState, EndSampleTaken, TransactionPhase, Trigger
from agent.core.samples import Context
from agent.core.tokens import IdToken
from hal.types import MeterReading, SignedReading
from tests.unit.core.bench import Bench

Act = Callable[[Bench], None]


def plug(bench: Bench) -> None:
    bench.plug()


def tap(bench: Bench) -> None:
    bench.tap()
    bench.authorize()


def park(bench: Bench) -> None:
    bench.send(BayChanged(evse=1, occupied=True))


def bench_with(start: str, *, bay: bool = False, signed: bool = False) -> Bench:
    bench = Bench({"TxCtrlr.TxStartPoint": start}, bay=bay, signed=signed)
    bench.online()
    return bench


@pytest.mark.parametrize(
    ("start", "acts", "triggers"),
    [
        ("EVConnected", [plug, tap], ["CablePluggedIn", "Authorized", "ChargingStateChanged"]),
        ("EVConnected", [tap, plug], ["CablePluggedIn", "ChargingStateChanged"]),
        ("Authorized", [tap, plug], ["Authorized", "CablePluggedIn", "ChargingStateChanged"]),
        ("Authorized", [plug, tap], ["Authorized", "ChargingStateChanged"]),
        ("PowerPathClosed", [plug, tap], ["Authorized", "ChargingStateChanged"]),
        ("PowerPathClosed", [tap, plug], ["CablePluggedIn", "ChargingStateChanged"]),
        ("EnergyTransfer", [plug, tap], ["ChargingStateChanged"]),
        ("EnergyTransfer", [tap, plug], ["ChargingStateChanged"]),
        (
            "ParkingBayOccupancy",
            [park, plug, tap],
            ["EVDetected", "CablePluggedIn", "Authorized", "ChargingStateChanged"],
        ),
    ],
)
def test_each_start_point_begins_when_its_condition_becomes_true(
    start: str, acts: list[Act], triggers: list[str]
) -> None:
    """E01, E02, E03: and each step is told with what caused it."""
    bench = bench_with(start, bay=True)
    for act in acts:
        act(bench)
        bench.advance(500)
    assert [trigger for _, trigger in bench.told()] == triggers
    assert bench.steps()[0].phase is TransactionPhase.STARTED
    assert all(s.phase is TransactionPhase.UPDATED for s in bench.steps()[1:])
    assert [s.number for s in bench.steps()] == list(range(len(triggers)))
    assert bench.closed()


@pytest.mark.parametrize("start", ["EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"])
@pytest.mark.parametrize("acts", [[plug, tap], [tap, plug]], ids=["plug first", "card first"])
def test_the_token_is_told_once_and_1_6_has_one_start(start: str, acts: list[Act]) -> None:
    """E01.FR.10; `opens` is where authorised and connected come together for the first time."""
    bench = bench_with(start)
    for act in acts:
        act(bench)
        bench.advance(500)
    assert [s.token for s in bench.steps() if s.token is not None] == [IdToken(value="CARD")]
    opening = [s for s in bench.steps() if s.opens]
    assert len(opening) == 1
    assert opening[0].start_token == IdToken(value="CARD")
    assert not any(s.closes for s in bench.steps())


def test_begin_values_come_from_one_snapshot_that_was_asked_for() -> None:
    """Field pain 17: start and register from the same reading."""
    bench = bench_with("PowerPathClosed")
    bench.outlets[1].meter_wh = 123_456
    plug(bench)
    tap(bench)
    assert any(isinstance(e, ReadMeter) and e.read_id for e in bench.effects)
    first = bench.steps()[0]
    (begin,) = first.samples
    assert begin.context is Context.BEGIN
    assert begin.samples[0].value_milli == 123_456_000
    assert first.register_wh == 123_456
    assert [f.sample.context for f in bench.facts(EndSampleTaken)] == [Context.BEGIN]


def test_a_meter_that_does_not_answer_delays_the_start_only_so_long() -> None:
    bench = bench_with("PowerPathClosed")
    bench.meter(100_000)
    bench.outlets[1].meter_wh = None
    plug(bench)
    tap(bench)
    assert bench.steps()[0].register_wh == 100_000  # the last good one
    assert bench.closed()


def test_no_energy_before_it_is_recorded_that_a_transaction_runs() -> None:
    """C01.FR.01; durable before visible."""
    bench = bench_with("EVConnected")
    plug(bench)
    bench.advance(10_000)
    assert not bench.closed()
    assert bench.outlets[1].permit is None


def test_energy_that_starts_a_transaction_is_not_interrupted_by_its_start() -> None:
    """E01.FR.06: one closing of the contactor, and Started is told while it charges."""
    bench = bench_with("EnergyTransfer")
    plug(bench)
    tap(bench)
    bench.advance(500)
    permits = [e.permit for e in bench.effects if isinstance(e, Grant)]
    assert all(p.energise for p in permits)
    assert bench.steps()[0].charging_state is ChargingState.CHARGING


def test_a_plug_that_does_not_lock_starts_nothing_that_needs_energy() -> None:
    """1.6 TC_024: neither energy nor a transaction."""
    bench = bench_with("PowerPathClosed")
    bench.outlets[1].lock_works = False
    plug(bench)
    tap(bench)
    assert bench.steps() == []
    bench.outlets[1].lock_works = True
    bench.outlets[1].locked = True
    bench.report()
    assert bench.steps()[0].trigger is Trigger.AUTHORIZED  # with the cause that waited


def test_a_car_that_stays_after_its_transaction_starts_none_by_that() -> None:
    bench = bench_with("EVConnected")
    plug(bench)
    tap(bench)
    bench.advance(5_000)
    bench.tap()
    assert bench.steps()[-1].phase is TransactionPhase.ENDED
    count = len(bench.steps())
    bench.advance(60_000)
    bench.report()
    assert len(bench.steps()) == count
    bench.unplug()
    bench.plug()
    assert bench.steps()[count].trigger is Trigger.CABLE_PLUGGED_IN


def test_its_driver_may_begin_anew_without_pulling_the_plug() -> None:
    """Field pain 25"""
    bench = bench_with("PowerPathClosed")
    plug(bench)
    tap(bench)
    bench.advance(5_000)
    bench.tap()
    bench.advance(5_000)
    tap(bench)
    assert bench.closed()
    assert len({s.tx for s in bench.steps()}) == 2


def test_a_remote_start_is_told_as_that_whichever_point_begins() -> None:
    """F02.FR.21, with the id that lets the CSMS know it again (F01.FR.25)."""
    bench = bench_with("EVConnected")
    bench.command(StartTransaction(token=IdToken(value="APP", kind="Central"), remote_start_id=5))
    plug(bench)
    first, *others = bench.steps()
    assert (first.trigger, first.remote_start_id) == (Trigger.REMOTE_START, 5)
    assert all(s.remote_start_id is None for s in others)


def test_without_authorization_the_plug_is_enough() -> None:
    """C01.FR.01: AuthEnabled false."""
    bench = Bench({"AuthCtrlr.Enabled": False})
    bench.online()
    plug(bench)
    assert bench.closed()
    tokens = [s.token for s in bench.steps() if s.token is not None]
    assert [t.kind for t in tokens] == ["NoAuthorization"]


def test_while_the_meter_is_read_causes_wait_and_follow_the_start() -> None:
    bench = bench_with("EVConnected")
    bench.outlets[1].plugged = True
    reading = bench._reading
    held: list[int] = []

    def slow(number: int, read_id: int = 0) -> MeterSampled:
        held.append(read_id)
        return MeterSampled(evse=number, reading=MeterReading(import_wh=100_000))

    bench._reading = slow  # type: ignore[method-assign]
    bench.report()
    tap(bench)
    assert bench.steps() == []
    bench._reading = reading  # type: ignore[method-assign]
    bench.send(MeterSampled(evse=1, reading=MeterReading(import_wh=100_000), read_id=max(held)))
    assert [t for _, t in bench.told()][:2] == ["CablePluggedIn", "Authorized"]


def test_a_signed_start_is_told_as_such_only_if_the_meter_signed() -> None:
    """E01.FR.04"""
    plain = bench_with("DataSigned", signed=True)
    plug(plain)
    tap(plain)
    assert plain.steps()[0].trigger is Trigger.AUTHORIZED
    signing = bench_with("DataSigned", signed=True)
    signed = SignedReading(data="OCMF|x")
    signing._reading = lambda number, read_id=0: MeterSampled(  # type: ignore[method-assign]
        evse=number, reading=MeterReading(import_wh=1, signed=signed), read_id=read_id
    )
    plug(signing)
    tap(signing)
    assert signing.steps()[0].trigger is Trigger.SIGNED_DATA_RECEIVED


@pytest.mark.parametrize("failure", ["full", "read_only"])
@pytest.mark.parametrize("start", ["PowerPathClosed", "EVConnected", "EnergyTransfer"])
def test_with_a_disk_that_fails_nothing_new_begins(start: str, failure: str) -> None:
    bench = bench_with(start)
    bench.send(StorageChanged(failure=failure))
    plug(bench)
    tap(bench)
    assert bench.steps() == []
    assert not bench.closed()


@pytest.mark.parametrize(("before", "starts"), [(True, True), (False, False)])
def test_before_the_station_is_accepted_it_charges_only_where_that_is_allowed(before: bool, starts: bool) -> None:
    """TxBeforeAcceptedEnabled"""
    bench = Bench({"TxCtrlr.TxBeforeAcceptedEnabled": before, "AuthCtrlr.OfflineTxForUnknownIdEnabled": True})
    plug(bench)
    bench.tap()
    assert bool(bench.steps()) is starts
    assert all(s.offline for s in bench.steps())  # E04.FR.03


def test_transaction_ids_never_come_twice() -> None:
    """E01.FR.08: not after a restart either."""
    bench = bench_with("EVConnected")
    for _ in range(3):
        plug(bench)
        bench.advance(1_000)
        bench.unplug()
        bench.power_off()
        bench.power_on()
        bench.online()
    ids = [s.tx for s in bench.steps() if s.phase is TransactionPhase.STARTED]
    assert len(set(ids)) == len(ids) == 3


def test_the_state_of_the_first_step_is_what_it_is_then() -> None:
    bench = bench_with("Authorized")
    tap(bench)
    assert bench.steps()[0].charging_state is ChargingState.IDLE
    assert bench.steps()[0].connector is None
    plug(bench)
    assert bench.steps()[1].charging_state is ChargingState.EV_CONNECTED
    assert bench.steps()[1].connector == 1
