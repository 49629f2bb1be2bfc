"""The whole core through its one door: what holds whatever happens, restarts, timers, faults of the machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.bounds import DAMAGE_GRACE_MS, END_SAMPLES, PERMITS_A_BOOT, RECENT_TRANSACTIONS
from agent.core.clock import WallMs
from agent.core.commands import (
    Reset,
    ResetKind,
    SetOperative,
    StartTransaction,
    StopTransaction,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
)
from agent.core.effects import Grant, Reboot, SetSampling, WakeAt
from agent.core.events import (
    AnyEvent,
    AuthorizeAnswered,
    BayChanged,
    CommandReceived,
    DeviceHealthChanged,
    FactDelivered,
    FaultChanged,
    GuardConnected,
    GuardDisconnected,
    HeartbeatAnswered,
    LedgerReset,
    LinkRefused,
    MeterFailed,
    MeterSampled,
    PowerChanged,
    QueueChanged,
    RequestDone,
    RequestFailed,
    SecurityNoted,
    StorageChanged,
    TamperDetected,
    TimerFired,
    TokenPresented,
)
from agent.core.facts import (
    BootCounted,
    ClockLearned,
    EndSampleTaken,
    Logged,
    RegisterKept,
    SecurityEventRaised,
    StopReason,
    TransactionKept,
    TransactionPhase,
    TransactionRecorded,
)
from agent.core.rules import Options, PowerLoss
from agent.core.samples import Context, SampleSet
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from hal.types import EvseCapabilities, Fault, FaultCode, MeterReading, TokenRead
from tests.unit.core.bench import ACCEPTED, Bench
from tests.unit.core.parts import BOOT, IDLE, NOON, at

BLOCKED = TokenInfo(status=AuthorizationStatus.BLOCKED)


def charging(settings: dict[str, object] | None = None, *, options: Options | None = None) -> Bench:
    bench = Bench(settings, options=options)
    bench.online()
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    assert bench.closed()
    return bench


def security(bench: Bench) -> list[tuple[str, str]]:
    return [(f.kind, f.info) for f in bench.facts(SecurityEventRaised)]


# --- whatever happens ----------------------------------------------------------------------------------------------

Move = Callable[[Bench, int], object]
HOT = Fault(code=FaultCode.OVER_TEMPERATURE, evse=1, source="test")
LEAK = Fault(code=FaultCode.RESIDUAL_CURRENT, evse=1, source="test")


def _send(bench: Bench, event: AnyEvent) -> None:
    bench.send(event)


def _start(bench: Bench, number: int) -> None:
    command = StartTransaction(token=IdToken(value="APP", kind="Central"), evse=number)
    bench.send(CommandReceived(command_id="c", command=command))


def _stop(bench: Bench, number: int) -> None:
    tx = bench.station.evses[number].tx
    if tx is not None:
        bench.send(CommandReceived(command_id="c", command=StopTransaction(tx=tx.tx)))


def _meter(bench: Bench, number: int) -> None:
    shown = bench.outlets[number].meter_wh
    bench.meter((shown if shown is not None else 100_000) + 7, number)


def _lose_meter(bench: Bench, number: int) -> None:
    bench.meter(None, number)


def _reset_meter(bench: Bench, number: int) -> None:
    bench.meter(0, number)


def _cut(bench: Bench, _: int) -> None:
    bench.power_off(60_000)
    bench.power_on()


def _kill(bench: Bench, _: int) -> None:
    bench.power_on()  # the guard goes on within its permit


MOVES: dict[str, Move] = {
    "plug": lambda b, n: b.plug(n),
    "unplug": lambda b, n: b.unplug(n),
    "unplug, cable left": lambda b, n: b.unplug(n, left=True),
    "card": lambda b, n: b.tap("CARD", evses=(n,)),
    "another card": lambda b, n: b.tap("OTHER", evses=(n,)),
    "accepted": lambda b, _: b.authorize(),
    "refused": lambda b, _: b.authorize(BLOCKED),
    "no answer": lambda b, _: b.silence(),
    "pause": lambda b, n: b.car(wants=False, number=n),
    "go on": lambda b, n: b.car(wants=True, number=n),
    "meter": _meter,
    "meter lost": _lose_meter,
    "meter reset": _reset_meter,
    "online": lambda b, _: b.online(),
    "offline": lambda b, _: b.offline(),
    "a while": lambda b, _: b.advance(3_000),
    "long": lambda b, _: b.advance(200_000),
    "hot": lambda b, _: _send(b, FaultChanged(fault=HOT, raised=True)),
    "cool": lambda b, _: _send(b, FaultChanged(fault=HOT, raised=False)),
    "leak": lambda b, _: _send(b, FaultChanged(fault=LEAK, raised=True)),
    "dry": lambda b, _: _send(b, FaultChanged(fault=LEAK, raised=False)),
    "remote start": _start,
    "remote stop": _stop,
    "out of service": lambda b, n: b.command(SetOperative(operative=False, evse=n)),
    "in service": lambda b, n: b.command(SetOperative(operative=True, evse=n)),
    "unlock": lambda b, n: b.send(
        CommandReceived(command_id="u", command=UnlockConnector(evse=n, connector=1, stop=True))
    ),
    "trigger": lambda b, n: b.command(TriggerMessage(kind=TriggerKind.TRANSACTION, evse=n)),
    "cut": _cut,
    "kill": _kill,
    "disk full": lambda b, _: _send(b, StorageChanged(failure="full")),
    "disk well": lambda b, _: _send(b, StorageChanged(failure=None)),
    "lock broken": lambda b, n: setattr(b.outlets[n], "lock_works", False),
    "lock well": lambda b, n: setattr(b.outlets[n], "lock_works", True),
}
POINTS = ["EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer", "EVConnected,Authorized"]


def check_power(bench: Bench) -> None:
    """Energy only with a car, an authorisation, no fault, and a transaction or one that energy is about to start."""
    for number in bench.outlets:
        if bench.closed(number):
            evse = bench.station.evses[number]
            assert bench.outlets[number].plugged
            assert bench.station.faults.blocking(number) is None
            assert evse.auth is not None
            assert evse.tx is not None or "EnergyTransfer" in bench.station.rules.start_points


def check_books(bench: Bench) -> None:
    """Every transaction is told in order, from Started to at most one Ended, with a register that never falls."""
    seqs = [f.seq for f in bench.log if isinstance(f, Logged)]
    assert seqs == list(range(1, len(seqs) + 1))
    by_tx: dict[str, list[TransactionRecorded]] = defaultdict(list)
    for step in bench.steps():
        by_tx[step.tx].append(step)
    for steps in by_tx.values():
        phases = [s.phase for s in steps]
        assert phases[0] is TransactionPhase.STARTED
        assert set(phases[1:-1]) <= {TransactionPhase.UPDATED}
        assert len(steps) == 1 or phases[-1] is not TransactionPhase.STARTED
        assert [s.number for s in steps] == list(range(len(steps)))
        registers = [s.register_wh for s in steps]
        assert registers == sorted(registers)
        assert sum(s.opens for s in steps) <= 1
        assert sum(s.closes for s in steps) == int(steps[-1].phase is TransactionPhase.ENDED and steps[-1].opened)
        assert len({s.evse for s in steps}) == 1


def check_open(bench: Bench) -> None:
    """What is told as running is what the ledger holds as running, and what the station runs."""
    told = {s.tx: s.phase for s in bench.steps()}
    running = {tx for tx, phase in told.items() if phase is not TransactionPhase.ENDED}
    kept = {k.tx: k.open for k in bench.facts(TransactionKept)}
    assert {tx for tx, is_open in kept.items() if is_open} == running
    known = {e.tx.tx for e in bench.station.evses.values() if e.tx is not None and e.tx.started is not None}
    assert running <= known


moves = st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(1, 2)), max_size=30)


@settings(max_examples=150, deadline=None)
@given(moves, st.sampled_from(POINTS), st.sampled_from(POINTS), st.booleans(), st.sampled_from(list(PowerLoss)))
def test_whatever_happens_power_is_explained_and_the_books_are_in_order(
    steps: list[tuple[str, int]], start: str, stop: str, trusting: bool, policy: PowerLoss
) -> None:
    bench = Bench(
        {
            "TxCtrlr.TxStartPoint": start,
            "TxCtrlr.TxStopPoint": stop,
            "AuthCtrlr.OfflineTxForUnknownIdEnabled": trusting,
            "TxCtrlr.TxBeforeAcceptedEnabled": trusting,
            "TxCtrlr.StopTxOnEVSideDisconnect": not trusting,
        },
        evses=2,
        options=Options(power_loss=policy, fuse_ma=40_000),
    )
    bench.online()
    for move, number in steps:
        MOVES[move](bench, number)
        check_power(bench)
    check_books(bench)
    check_open(bench)


@settings(max_examples=60, deadline=None)
@given(moves, st.sampled_from(POINTS))
def test_when_everybody_has_left_every_transaction_is_over(steps: list[tuple[str, int]], start: str) -> None:
    """No transaction is left open that no car, card or command could end any more."""
    bench = Bench({"TxCtrlr.TxStartPoint": start}, evses=2)
    bench.online()
    for move, number in steps:
        MOVES[move](bench, number)
    for name in ("dry", "cool", "disk well"):
        MOVES[name](bench, 1)
    for number in bench.outlets:
        bench.unplug(number)
    bench.silence()
    bench.advance(700_000)
    assert [e.tx for e in bench.station.evses.values()] == [None, None]
    check_books(bench)


# --- what comes from outside never raises --------------------------------------------------------------------------

NOWHERE: list[AnyEvent] = [
    PowerChanged(report=replace(IDLE, evse=9)),
    MeterSampled(evse=9, reading=MeterReading(import_wh=1), read_id=4),
    MeterSampled(evse=1, reading=MeterReading(import_wh=1), read_id=4_000),
    MeterFailed(evse=9, why="x"),
    TokenPresented(read=TokenRead(token="STRANGER", evses=(9,))),
    TokenPresented(read=TokenRead(token="")),
    FaultChanged(fault=Fault(code=FaultCode.LOCK, evse=9), raised=True),
    FaultChanged(fault=Fault(code=FaultCode.LOCK, evse=9), raised=False),
    DeviceHealthChanged(device="d", error="lost", evse=9, kind="something"),
    BayChanged(evse=9, occupied=True),
    GuardConnected(board="b", evses=(EvseCapabilities(evse=9, connectors=1, phases=3, max_current_ma=6_000),)),
    AuthorizeAnswered(request_id=77, info=ACCEPTED),
    RequestFailed(request_id=77, code="timeout"),
    RequestDone(request_id=77),
    HeartbeatAnswered(time_ms=None),
    FactDelivered(seq=99, tx="unknown", info=ACCEPTED, token=IdToken(value="X")),
    FactDelivered(seq=99, tx=None),
    CommandReceived(command_id="c", command=StopTransaction(tx="unknown")),
    CommandReceived(command_id="c", command=SetOperative(operative=False, evse=9)),
    CommandReceived(command_id="c", command=SetOperative(operative=False, evse=1, connector=9)),
    CommandReceived(command_id="c", command=UnlockConnector(evse=9, connector=1)),
    CommandReceived(command_id="c", command=UnlockConnector(evse=1, connector=0)),
    CommandReceived(command_id="c", command=Reset(kind=ResetKind.ON_IDLE, evse=9)),
    CommandReceived(command_id="c", command=TriggerMessage(kind=TriggerKind.METER, evse=9)),
    CommandReceived(command_id="c", command=TriggerMessage(kind=TriggerKind.STATUS, evse=1, connector=9)),
    CommandReceived(command_id="c", command=StartTransaction(token=IdToken(value="X"), evse=9)),
    CommandReceived(command_id="c", command=StartTransaction(token=IdToken(value="X"), evse=1, connector=9)),
    TimerFired(),
]


@pytest.mark.parametrize("event", NOWHERE, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "charging"])
def test_what_concerns_nothing_that_is_here_changes_nothing_that_is(event: AnyEvent, busy: bool) -> None:
    bench = charging() if busy else Bench()
    bench.online()
    steps = len(bench.steps())
    bench.send(event)
    assert bench.closed() is busy
    assert len(bench.steps()) == steps


# --- restarts ------------------------------------------------------------------------------------------------------


def test_a_boot_is_counted_and_told_as_a_security_event() -> None:
    bench = Bench()
    bench.power_on()
    assert [b.boot for b in bench.facts(BootCounted)] == [BOOT, BOOT + 1]
    assert security(bench) == [("StartupOfTheDevice", "PowerUp")] * 2


def test_an_agent_that_was_killed_goes_on_with_the_same_transaction() -> None:
    """The contactor stayed closed within its permit; nothing is told of it."""
    bench = charging()
    count = len(bench.steps())
    bench.power_on()
    bench.online()
    bench.advance(5_000)
    assert bench.closed()
    assert len({s.tx for s in bench.steps()}) == 1
    assert [s.phase for s in bench.steps()[count:]] in ([], [TransactionPhase.UPDATED])
    bench.meter(100_300)
    bench.tap()
    last = bench.steps()[-1]
    assert (last.phase, last.register_wh, last.reason) == (TransactionPhase.ENDED, 100_300, StopReason.LOCAL)


@pytest.mark.parametrize(("policy", "ends"), [(PowerLoss.RESUME, False), (PowerLoss.STOP, True)])
def test_a_power_cut_resumes_or_ends_by_the_policy(policy: PowerLoss, ends: bool) -> None:
    """Field pain 1; the register is the last good one or a newer."""
    bench = charging(options=Options(power_loss=policy))
    bench.ms += 40_000
    bench.meter(100_200)
    bench.power_off()
    bench.power_on()
    bench.online()
    bench.advance(5_000)
    assert bench.closed() is not ends
    last = bench.steps()[-1]
    assert (last.phase is TransactionPhase.ENDED) is ends
    if ends:
        assert (last.reason, last.register_wh) == (StopReason.POWER_LOSS, 100_200)
    check_books(bench)


def test_a_car_that_left_during_the_cut_ends_it() -> None:
    bench = charging()
    bench.power_off()
    bench.outlets[1].plugged = False
    bench.power_on()
    bench.advance(5_000)
    last = bench.steps()[-1]
    assert (last.phase, last.reason) == (TransactionPhase.ENDED, StopReason.POWER_LOSS)


def test_resumed_without_energy_where_that_is_configured() -> None:
    """2.1 TxCtrlr.AllowEnergyTransferResumption"""
    bench = charging({"TxCtrlr.AllowEnergyTransferResumption": False})
    bench.power_off()
    bench.power_on()
    bench.advance(60_000)
    assert not bench.closed()
    assert bench.steps()[-1].phase is TransactionPhase.UPDATED


def test_permits_of_this_boot_are_told_from_those_of_the_boot_before() -> None:
    bench = charging()
    before = max(e.permit.number for e in bench.effects if isinstance(e, Grant))
    bench.power_on()
    bench.advance(5_000)
    after = min(e.permit.number for e in bench.effects if isinstance(e, Grant))
    assert after > before
    assert after >= (BOOT + 1) * PERMITS_A_BOOT


def test_what_does_not_fit_any_more_is_named_and_does_not_stop_the_boot() -> None:
    bench = Bench()
    bench.log += [
        TransactionKept(evse=9, tx="of another board", started=at(0).stamp(), number=3, register_wh=4_711, opened=True),
        RegisterKept(evse=9, raw_wh=5, register_wh=5),
    ]
    problems = bench.power_on()
    assert any("of another board" in p for p in problems)
    (end,) = bench.steps()  # the CSMS is not to wait for it for ever
    assert (end.tx, end.phase, end.number) == ("of another board", TransactionPhase.ENDED, 3)
    assert (end.register_wh, end.reason, end.closes) == (4_711, StopReason.POWER_LOSS, True)
    assert not bench.facts(TransactionKept)[-1].open
    bench.online()
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    assert bench.closed()


def test_samples_for_the_end_are_bounded_after_a_restart_too() -> None:
    bench = charging()
    tx = bench.steps()[0].tx
    taken = [
        EndSampleTaken(
            seq=1_000 + n,
            stamp=at(n).stamp(),
            tx=tx,
            evse=1,
            sample=SampleSet(stamp=at(n).stamp(), context=Context.PERIODIC, samples=()),
        )
        for n in range(5 * END_SAMPLES)
    ]
    kept = {(type(f), f.key): f for f in bench.log if not isinstance(f, Logged)}
    station = bench.station
    station.restore(kept.values(), 9_000, taken)
    restored = station.evses[1].tx
    assert restored is not None
    assert len(restored.end_samples) <= END_SAMPLES
    assert restored.end_samples[0] == taken[0].sample
    assert restored.end_samples[-1] == taken[-1].sample


def test_ended_transactions_are_remembered_and_not_for_ever() -> None:
    bench = charging()
    for number in range(RECENT_TRANSACTIONS + 5):
        bench.station.transaction_ended(f"tx-{number}")
    assert len(bench.station.recent) == RECENT_TRANSACTIONS
    assert bench.station.recent[-1] == f"tx-{RECENT_TRANSACTIONS + 4}"


# --- the machine ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ("full", FaultCode.STORAGE_FULL),
        ("read_only", FaultCode.STORAGE_READ_ONLY),
        ("io", FaultCode.INTERNAL),
    ],
)
def test_a_disk_that_fails_is_a_fault_and_a_security_event_and_a_session_goes_on(failure: str, code: FaultCode) -> None:
    bench = charging()
    for _ in range(2):
        bench.send(StorageChanged(failure=failure, why="no space"))
    assert [f.code for f in bench.station.faults.all()] == [code]
    assert [kind for kind, _ in security(bench)].count("MemoryExhaustion") == 1
    assert bench.closed()
    bench.tap()
    assert bench.steps()[-1].phase is TransactionPhase.ENDED
    bench.send(StorageChanged(failure=None))
    assert bench.station.faults.all() == ()


def reboots(bench: Bench) -> list[str]:
    return [effect.reason for effect in bench.effects if isinstance(effect, Reboot)]


def test_a_ledger_that_is_damaged_while_it_runs_is_renewed_by_a_boot_once_nobody_charges() -> None:
    """Nobody has to come and restart the station, and the driver who charges has his session to the end."""
    bench = charging()
    for _ in range(2):
        bench.send(StorageChanged(failure="corrupt", why="page 7"))
    bench.advance(60_000)
    assert bench.closed()
    assert reboots(bench) == []
    bench.tap()
    assert bench.steps()[-1].phase is TransactionPhase.ENDED
    assert reboots(bench) == []
    bench.send(QueueChanged(waiting=frozenset(), upto=bench.steps()[-1].seq))
    assert reboots(bench) == ["ApplicationReset"]


def test_what_a_damaged_ledger_cannot_keep_waits_for_the_link_but_not_for_ever() -> None:
    bench = charging()
    bench.send(StorageChanged(failure="corrupt", why="page 7"))
    bench.offline()
    bench.tap()
    bench.advance(DAMAGE_GRACE_MS - 60_000)
    assert reboots(bench) == []
    bench.advance(120_000)
    assert reboots(bench) == ["ApplicationReset"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (LedgerReset(info="corrupt"), ("SecurityLogWasCleared", "corrupt")),
        (TamperDetected(info="case"), ("TamperDetectionActivated", "case")),
        (SecurityNoted(kind="X", info="i"), ("X", "i")),
        (LinkRefused(kind="InvalidCsmsCertificate", info="expired"), ("InvalidCsmsCertificate", "expired")),
    ],
)
def test_what_touches_security_is_told(event: AnyEvent, expected: tuple[str, str]) -> None:
    """A04"""
    bench = Bench()
    bench.send(event)
    assert security(bench)[-1] == expected


def test_words_of_a_security_event_are_bounded() -> None:
    bench = Bench()
    bench.send(SecurityNoted(kind="X", info="x" * 1_000))
    assert len(security(bench)[-1][1]) == 255


def test_a_step_of_the_clock_is_told_if_it_is_large() -> None:
    bench = Bench({"ClockCtrlr.TimeAdjustmentReportingThreshold": 20})
    for step_ms in (10_000, 30_000):
        assert bench.wall is not None
        bench.wall += step_ms
        bench.send(TimerFired())
    assert [s for s in security(bench) if s[0] == "SettingSystemTime"] == [("SettingSystemTime", "+30.0 s")]


def test_that_the_time_is_known_is_kept_and_the_floor_follows() -> None:
    bench = Bench()
    first = bench.facts(ClockLearned)
    assert [f.boot for f in first] == [BOOT]
    for _ in range(200):
        bench.advance(60_000)
    later = bench.facts(ClockLearned)
    assert len(later) == 4
    assert later[-1].floor_ms >= NOON + 3 * 3_600_000


def test_an_untrusted_clock_is_set_by_the_boot_answer() -> None:
    bench = Bench(clock=False)
    assert bench.station.wall_ms is None
    assert bench.facts(ClockLearned) == []
    bench.online()
    assert [f.boot for f in bench.facts(ClockLearned)] == [BOOT]
    assert bench.station.clock.offset(BOOT) == WallMs(NOON)


# --- guard, meters, timers -----------------------------------------------------------------------------------------


def test_a_guard_that_is_lost_is_a_fault_until_it_is_back_and_energy_waits_for_it() -> None:
    bench = charging()
    bench.send(GuardDisconnected(why="killed"))
    assert [f.code for f in bench.station.faults.all()] == [FaultCode.GUARD_LOST]
    bench.outlets[1].permit = None
    bench._connect_guard()
    assert bench.station.faults.all() == ()
    bench.advance(5_000)
    assert bench.closed()
    assert len({s.tx for s in bench.steps()}) == 1


def test_a_meter_that_is_lost_is_reported_and_forbids_nothing() -> None:
    bench = charging()
    bench.meter(None)
    assert [(f.code, f.blocking) for f in bench.station.faults.all()] == [(FaultCode.POWER_METER, False)]
    assert bench.closed()
    bench.meter(100_001)
    assert bench.station.faults.all() == ()


def test_a_device_that_is_lost_is_reported_and_cleared_under_its_own_name() -> None:
    bench = Bench()
    for device in ("a", "b"):
        bench.send(DeviceHealthChanged(device=device, error="gone", kind="reader"))
    bench.send(DeviceHealthChanged(device="a", error=None, kind="reader"))
    assert [(f.code, f.source) for f in bench.station.faults.all()] == [(FaultCode.READER, "b")]


def test_the_meter_is_read_more_often_while_power_may_flow() -> None:
    bench = charging(options=Options(sample_ms=500, idle_sample_ms=20_000))
    assert [e.interval_ms for e in bench.effects if isinstance(e, SetSampling)] == [20_000, 500]
    bench.tap()
    assert [e.interval_ms for e in bench.effects if isinstance(e, SetSampling)][-1] == 20_000


def test_the_station_asks_to_be_woken_once_for_the_same_moment() -> None:
    bench = Bench()
    bench.online()
    before = len([e for e in bench.effects if isinstance(e, WakeAt)])
    for _ in range(5):
        bench.report()
    assert len([e for e in bench.effects if isinstance(e, WakeAt)]) == before


def test_a_timer_that_fires_early_is_planned_again() -> None:
    bench = charging()
    due = bench.wake
    assert due is not None
    assert due > bench.ms
    bench.wake = None
    bench.send(TimerFired())
    assert bench.wake == due
