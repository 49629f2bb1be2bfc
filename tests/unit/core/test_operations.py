"""Commands of the CSMS and of people: what is answered, and what follows (B, C11, E14, F, G03, G04, P)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from agent.core.bounds import UNLOCK_TIMEOUT_MS
from agent.core.clock import WallMs
from agent.core.commands import (
    AnyCommand,
    ClearCache,
    DataTransfer,
    GetTransactionStatus,
    GetVariables,
    Inspect,
    Reset,
    ResetKind,
    SetOperative,
    StartTransaction,
    StopTransaction,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
    VariableQuery,
    Verdict,
)
from agent.core.effects import Answer, DriveLock
from agent.core.events import BootAnswered, CommandReceived, LinkOpened, QueueChanged, RegistrationStatus
from agent.core.facts import OperativeSet, StopReason, TransactionPhase, Trigger
from agent.core.requests import (
    BootRequest,
    FirmwareStatusRequest,
    HeartbeatRequest,
    LogStatusRequest,
    MeterRequest,
    StatusRequest,
)
from agent.core.rules import Options
from agent.core.samples import Context
from agent.core.tokens import IdToken
from agent.variables.topology import Evse, Outlet
from hal.types import Fault, FaultCode
from tests.unit.core.bench import Bench
from tests.unit.core.parts import NOON, READABLE, station_of

APP = IdToken(value="APP", kind="Central")


def online(
    settings: Mapping[str, object] | None = None,
    *,
    evses: int = 1,
    socket: bool = True,
    options: Options | None = None,
) -> Bench:
    bench = Bench(settings, evses=evses, socket=socket, options=options)
    bench.online()
    bench.asked.clear()
    return bench


def charging(*, evses: int = 1) -> Bench:
    bench = online(evses=evses)
    bench.plug()
    bench.tap("CARD", evses=(1,))
    bench.authorize()
    bench.advance(1_000)
    assert bench.closed()
    bench.asked.clear()
    return bench


# --- registration --------------------------------------------------------------------------------------------------


def registered(status: RegistrationStatus) -> Bench:
    bench = Bench()
    bench.send(LinkOpened(version="2.0.1"))
    bench.send(BootAnswered(status=status, interval_s=300, time_ms=WallMs(NOON)))
    bench.asked.clear()
    return bench


def test_while_rejected_the_csms_is_answered_nothing_else_and_a_person_is() -> None:
    """B03.FR.08"""
    bench = registered(RegistrationStatus.REJECTED)
    assert bench.command(Inspect()).verdict is Verdict.SECURITY_ERROR
    assert bench.command(Inspect(), who="local").verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("command", [StartTransaction(token=APP), StopTransaction(tx="x")])
def test_while_pending_nothing_is_started_or_stopped_from_afar(command: AnyCommand) -> None:
    """B02.FR.05"""
    result = registered(RegistrationStatus.PENDING).command(command)
    assert (result.verdict, result.code) == (Verdict.REJECTED, "CSNotAccepted")


@pytest.mark.parametrize("command", [StartTransaction(token=APP), StopTransaction(tx="x")])
def test_what_the_csms_said_last_holds_until_it_says_something_else(command: AnyCommand) -> None:
    """B02.FR.05, B03.FR.08: also while the next BootNotification has no answer yet."""
    unheard = Bench()
    unheard.send(LinkOpened(version="2.0.1"))
    assert unheard.command(command).code == "CSNotAccepted"
    for status, wanted in (
        (RegistrationStatus.PENDING, Verdict.REJECTED),
        (RegistrationStatus.REJECTED, Verdict.SECURITY_ERROR),
    ):
        bench = registered(status)
        bench.advance(300_000)
        assert bench.take(BootRequest)
        assert bench.command(command).verdict is wanted


def test_a_person_stops_a_transaction_whatever_the_csms_thinks_of_the_station() -> None:
    bench = registered(RegistrationStatus.PENDING)
    assert bench.command(StopTransaction(tx="x"), who="local").code == "TxNotFound"


def test_while_pending_variables_are_read_and_messages_triggered() -> None:
    """B02.FR.01, B02.FR.02"""
    bench = registered(RegistrationStatus.PENDING)
    query = VariableQuery(component="OCPPCommCtrlr", variable="HeartbeatInterval")
    assert bench.command(GetVariables(queries=(query,))).variables[0].status == "Accepted"
    assert bench.command(TriggerMessage(kind=TriggerKind.BOOT)).verdict is Verdict.ACCEPTED
    assert [b.reason for b in bench.take(BootRequest)] == ["Triggered"]


# --- availability --------------------------------------------------------------------------------------------------


def test_an_idle_evse_is_taken_out_at_once_and_a_busy_one_when_it_is_free() -> None:
    """G03.FR.05: the running transaction goes on."""
    bench = charging(evses=2)
    assert bench.command(SetOperative(operative=False, evse=2)).verdict is Verdict.ACCEPTED
    assert bench.command(SetOperative(operative=False, evse=1)).verdict is Verdict.SCHEDULED
    assert bench.closed()
    assert {s.status.value for s in bench.take(StatusRequest)} == {"Unavailable"}  # of EVSE 2
    bench.tap("CARD", evses=(1,))
    assert [(s.evse, s.status.value) for s in bench.take(StatusRequest)][-1] == (1, "Unavailable")


@pytest.mark.parametrize("place", [(1, 0), (1, 1), (0, 0)], ids=["EVSE", "connector", "station"])
def test_asked_again_while_the_transaction_still_runs_it_is_still_scheduled(place: tuple[int, int]) -> None:
    """G03.FR.05, G04.FR.06: it is not in that state yet; only what is gets Accepted (G03.FR.03)."""
    bench = charging()
    command = SetOperative(operative=False, evse=place[0], connector=place[1])
    assert [bench.command(command).verdict for _ in range(2)] == [Verdict.SCHEDULED] * 2
    bench.tap("CARD")
    assert bench.command(command).verdict is Verdict.ACCEPTED


def test_a_transaction_that_waits_for_its_plug_may_be_on_any_connector() -> None:
    """G03.FR.05: authorised, and nothing is plugged in yet."""
    bench = online({"TxCtrlr.TxStartPoint": "Authorized"})
    bench.tap("CARD")
    bench.authorize()
    assert bench.told() == [("Started", "Authorized")]
    assert bench.command(SetOperative(operative=False, evse=1, connector=1)).verdict is Verdict.SCHEDULED
    bench.asked.clear()
    bench.tap("CARD")
    assert [s.status.value for s in bench.take(StatusRequest)][-1] == "Unavailable"


@pytest.mark.parametrize("settings", [{}, {"TxCtrlr.TxStopPoint": "EVConnected"}], ids=["default", "EVConnected"])
def test_the_plug_that_ends_the_transaction_leaves_nothing_available(settings: Mapping[str, object]) -> None:
    """G01.FR.05: Unavailable is told when the car leaves, although the end still waits for contactor and meter."""
    bench = online(settings, socket=False)
    bench.plug()
    bench.tap("CARD")
    bench.authorize()
    bench.advance(1_000)
    assert bench.closed()
    bench.command(SetOperative(operative=False, evse=1))
    bench.asked.clear()
    bench.unplug()
    assert bench.told()[-1][0] == "Ended"
    assert [s.status.value for s in bench.take(StatusRequest) if s.evse == 1] == ["Unavailable"]


def test_the_station_is_taken_out_with_all_it_has() -> None:
    """G04.FR.06"""
    bench = charging(evses=2)
    assert bench.command(SetOperative(operative=False)).verdict is Verdict.SCHEDULED
    assert bench.command(StartTransaction(token=APP, evse=2)).code == "Unavailable"


def test_a_card_that_waits_for_a_plug_elsewhere_holds_nothing_in_service() -> None:
    """G04.FR.07: what has no transaction becomes Unavailable at once."""
    bench = charging(evses=2)
    bench.tap("OTHER", evses=(2,))
    bench.authorize()
    bench.asked.clear()
    assert bench.command(SetOperative(operative=False)).verdict is Verdict.SCHEDULED
    assert [(s.evse, s.status.value) for s in bench.take(StatusRequest) if s.evse == 2] == [(2, "Unavailable")]


def test_an_outlet_that_is_out_of_service_starts_nothing() -> None:
    bench = online()
    bench.command(SetOperative(operative=False, evse=1, connector=1))
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(5_000)
    assert bench.steps() == []


def test_beside_an_outlet_that_is_out_of_service_the_other_one_charges() -> None:
    """G03.FR.04: only that connector is taken out."""
    bench = Bench(connectors=2)
    bench.online()
    bench.command(SetOperative(operative=False, evse=1, connector=1))
    assert bench.command(StartTransaction(token=APP, evse=1)).verdict is Verdict.ACCEPTED
    bench.outlets[1].connector = 2
    bench.plug()
    bench.advance(5_000)
    assert bench.closed()


def test_the_other_outlet_keeps_the_card_that_waits_for_a_plug() -> None:
    bench = Bench(connectors=2)
    bench.online()
    bench.tap()
    bench.authorize()
    bench.command(SetOperative(operative=False, evse=1, connector=1))
    bench.outlets[1].connector = 2
    bench.plug()
    bench.advance(5_000)
    assert bench.closed()


@pytest.mark.parametrize(
    "place", [(2, 0), (1, 2), (-1, 0), (0, 1), (0, -1), (1, -1)], ids=lambda p: f"evse {p[0]} connector {p[1]}"
)
def test_a_place_that_is_not_there_is_refused_and_nothing_is_kept(place: tuple[int, int]) -> None:
    bench = online()
    command = SetOperative(operative=False, evse=place[0], connector=place[1])
    assert bench.command(command).verdict is Verdict.REJECTED
    assert bench.facts(OperativeSet) == []


# --- cache, status of transactions, data ---------------------------------------------------------------------------


def test_the_cache_is_cleared_where_there_is_one() -> None:
    """C11.FR.03, C11.FR.04"""
    bench = online()
    bench.tap()
    bench.authorize()
    assert len(bench.station.authorizer.cache) == 1
    assert bench.command(ClearCache()).verdict is Verdict.ACCEPTED
    assert len(bench.station.authorizer.cache) == 0
    assert online({"AuthCacheCtrlr.Enabled": False}).command(ClearCache()).verdict is Verdict.REJECTED


def test_what_is_going_on_and_what_still_waits_is_told_apart() -> None:
    """E14"""
    bench = charging()
    tx = bench.steps()[0].tx
    bench.send(QueueChanged(waiting=frozenset({"old"})))
    mine = bench.command(GetTransactionStatus(tx=tx))
    old = bench.command(GetTransactionStatus(tx="old"))
    unknown = bench.command(GetTransactionStatus(tx="never"))
    every = bench.command(GetTransactionStatus())
    assert [(r.ongoing, r.queued) for r in (mine, old, unknown)] == [(True, False), (False, True), (False, False)]
    assert (every.ongoing, every.queued) == (None, True)  # E14.FR.06


def test_data_transfer_knows_vendors_but_no_messages() -> None:
    """P01"""
    bench = online(options=Options(data_transfer_vendors=("ours",)))
    assert bench.command(DataTransfer(vendor="ours")).verdict is Verdict.UNKNOWN_MESSAGE
    assert bench.command(DataTransfer(vendor="theirs")).verdict is Verdict.UNKNOWN_VENDOR


# --- remote start --------------------------------------------------------------------------------------------------


def test_a_remote_start_without_an_evse_prefers_the_plugged_one() -> None:
    """F01.FR.20"""
    bench = online(evses=3)
    bench.plug(2)
    assert bench.command(StartTransaction(token=APP)).verdict is Verdict.ACCEPTED
    assert bench.station.evses[2].auth is not None


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (StartTransaction(token=APP, evse=9), "UnknownEvse"),
        (StartTransaction(token=APP, evse=1, connector=5), "UnknownConnectorId"),
    ],
)
def test_a_remote_start_where_nothing_is_is_refused(command: StartTransaction, code: str) -> None:
    result = online().command(command)
    assert (result.verdict, result.code) == (Verdict.REJECTED, code)


def test_a_remote_start_where_somebody_charges_or_something_is_broken_is_refused() -> None:
    """F01.FR.23, F01.FR.24"""
    bench = charging()
    assert bench.command(StartTransaction(token=APP, evse=1)).code == "TxInProgress"
    assert bench.command(StartTransaction(token=APP)).code == "NoEvse"
    broken = online()
    broken.station.faults.raise_(Fault(code=FaultCode.OVER_TEMPERATURE, evse=1))
    assert broken.command(StartTransaction(token=APP, evse=1)).code == "Faulted"


def test_a_remote_start_on_a_running_transaction_names_it() -> None:
    """F01.FR.13"""
    bench = online({"TxCtrlr.TxStartPoint": "EVConnected"})
    bench.plug()
    result = bench.command(StartTransaction(token=APP, evse=1))
    assert result.tx == bench.steps()[0].tx


# --- unlock --------------------------------------------------------------------------------------------------------


def answers(bench: Bench) -> list[Verdict]:
    return [e.result.verdict for e in bench.effects if isinstance(e, Answer)]


def unlock(bench: Bench, *, stop: bool = False, evse: int = 1, connector: int = 1) -> None:
    bench.send(CommandReceived(command_id="u", command=UnlockConnector(evse=evse, connector=connector, stop=stop)))


def test_an_idle_plug_is_unlocked_and_the_lock_itself_answers() -> None:
    """F05.FR.04"""
    bench = online()
    bench.outlets[1].locked = True
    bench.report()
    unlock(bench)
    assert answers(bench) == [Verdict.UNLOCKED]
    assert not bench.outlets[1].locked


def test_a_lock_that_does_not_open_is_told_after_its_time() -> None:
    """F05.FR.05"""
    bench = online()
    bench.outlets[1].locked, bench.outlets[1].lock_works = True, False
    bench.report()
    unlock(bench)
    bench.advance(UNLOCK_TIMEOUT_MS - 1)
    assert answers(bench) == []
    bench.advance(1)
    assert answers(bench) == [Verdict.UNLOCK_FAILED]


@pytest.mark.parametrize("place", [(9, 1), (1, 0), (1, 2)])
def test_no_such_connector(place: tuple[int, int]) -> None:
    """F05.FR.03"""
    bench = online()
    unlock(bench, evse=place[0], connector=place[1])
    assert answers(bench) == [Verdict.UNKNOWN_CONNECTOR]


def test_a_fixed_cable_has_no_lock() -> None:
    bench = online(socket=False)
    unlock(bench)
    assert answers(bench) == [Verdict.NOT_SUPPORTED]


def test_a_fixed_cable_beside_a_socket_has_no_lock_either() -> None:
    """One EVSE, one lock: it is the socket's."""
    bench = Bench()
    outlets = Outlet("cType2"), Outlet("sType2", has_lock=True)
    bench.topology = station_of(Evse(connectors=outlets, measurands=READABLE), fuse_ma=200_000)
    bench.power_on()
    bench.online()
    unlock(bench, stop=True)
    assert answers(bench) == [Verdict.NOT_SUPPORTED]


def test_2_x_does_not_unlock_a_driver_who_charges() -> None:
    """F05.FR.02"""
    bench = charging()
    unlock(bench)
    assert answers(bench) == [Verdict.ONGOING_TRANSACTION]
    assert bench.closed()


def test_2_x_tells_the_unlocking_of_a_transaction_that_nobody_is_authorised_for() -> None:
    """E02.FR.17: UnlockCommand is a trigger of its own."""
    bench = Bench({"TxCtrlr.TxStartPoint": "EVConnected", "TxCtrlr.TxStopPoint": "EVConnected"})
    bench.online()
    bench.plug()
    unlock(bench)
    assert bench.told() == [("Started", "CablePluggedIn"), ("Updated", "UnlockCommand")]


def test_1_6_stops_first_and_opens_before_it_unlocks() -> None:
    """1.6 §5.18"""
    bench = charging()
    before = len(bench.effects)
    unlock(bench, stop=True)
    bench.advance(1_000)
    assert answers(bench) == [Verdict.UNLOCKED]
    last = bench.steps()[-1]
    assert (last.phase, last.trigger, last.reason) == (
        TransactionPhase.ENDED,
        Trigger.UNLOCK_COMMAND,
        StopReason.UNLOCK_COMMAND,
    )
    done = [e for e in bench.effects[before:] if isinstance(e, DriveLock)]
    assert done
    assert not any(e.locked for e in done)


# --- triggers ------------------------------------------------------------------------------------------------------


def trigger(bench: Bench, kind: TriggerKind, **changes: int | bool) -> Verdict:
    return bench.command(TriggerMessage(kind=kind, **changes)).verdict  # type: ignore[arg-type]  # by its field's name


def test_an_accepted_station_boots_again_only_if_forced() -> None:
    """F06.FR.17"""
    bench = online()
    assert trigger(bench, TriggerKind.BOOT) is Verdict.REJECTED
    assert trigger(bench, TriggerKind.BOOT, force=True) is Verdict.ACCEPTED
    assert len(bench.take(BootRequest)) == 1


def test_what_is_asked_for_is_sent_and_says_that_it_was() -> None:
    """F06.FR.04"""
    bench = online(evses=2)
    assert trigger(bench, TriggerKind.HEARTBEAT) is Verdict.ACCEPTED
    assert bench.take(HeartbeatRequest) == [HeartbeatRequest(triggered=True)]
    for kind, request in (
        (TriggerKind.FIRMWARE_STATUS, FirmwareStatusRequest),
        (TriggerKind.LOG_STATUS, LogStatusRequest),
        (TriggerKind.DIAGNOSTICS_STATUS, LogStatusRequest),
    ):
        assert trigger(bench, kind) is Verdict.ACCEPTED
        (sent,) = bench.take(request)
        assert sent.triggered


@pytest.mark.parametrize(
    ("place", "expected"),
    [({}, [(0, 0), (1, 1), (2, 1)]), ({"evse": 2}, [(2, 1)]), ({"evse": 1, "connector": 1}, [(1, 1)])],
)
def test_statuses_of_the_place_that_is_asked_about(place: dict[str, int], expected: list[tuple[int, int]]) -> None:
    bench = online(evses=2)
    assert trigger(bench, TriggerKind.STATUS, **place) is Verdict.ACCEPTED
    assert [(s.evse, s.connector) for s in bench.take(StatusRequest)] == expected


def test_meter_values_of_every_evse_or_of_one() -> None:
    """F06.FR.06, F06.FR.11"""
    bench = online(evses=2)
    trigger(bench, TriggerKind.METER)
    assert [m.evse for m in bench.take(MeterRequest)] == [1, 2]
    trigger(bench, TriggerKind.METER, evse=2)
    (told,) = bench.take(MeterRequest)
    assert (told.evse, told.samples[0].context, told.triggered) == (2, Context.TRIGGER, True)


@pytest.mark.parametrize("sampled", [False, True], ids=["2.0.1", "1.6"])
def test_meter_values_of_nothing_are_refused(sampled: bool) -> None:
    """F06.FR.10: what is accepted is sent."""
    bench = Bench({"AlignedDataCtrlr.Measurands": "", "SampledDataCtrlr.TxUpdatedMeasurands": ""})
    bench.online()
    assert trigger(bench, TriggerKind.METER, sampled=sampled) is Verdict.REJECTED
    assert bench.take(MeterRequest) == []


def test_a_step_of_the_transaction_that_is_asked_about() -> None:
    """F06.FR.07"""
    bench = charging(evses=2)
    assert trigger(bench, TriggerKind.TRANSACTION, evse=2) is Verdict.REJECTED
    assert trigger(bench, TriggerKind.TRANSACTION) is Verdict.ACCEPTED
    last = bench.steps()[-1]
    assert (last.trigger, last.samples[0].context) == (Trigger.TRIGGER, Context.TRIGGER)


def test_what_this_station_never_sends_is_not_implemented() -> None:
    """F06.FR.08"""
    assert trigger(online(), TriggerKind.OTHER) is Verdict.NOT_IMPLEMENTED


@pytest.mark.parametrize("evse", [0, 2, 99])
def test_a_reset_of_an_evse_that_is_not_there_is_told_so(evse: int) -> None:
    result = online().command(Reset(kind=ResetKind.ON_IDLE, evse=evse))
    assert (result.verdict, result.code) == (Verdict.REJECTED, "UnknownEvse")
