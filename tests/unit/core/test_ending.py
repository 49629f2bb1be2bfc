"""How a transaction ends, by each stop point and cause (E06–E10, E15, F03; 2.6.6.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.core.bounds import OPEN_TIMEOUT_MS
from agent.core.effects import DriveLock, Grant, ReadMeter
from agent.core.events import BayChanged, FactDelivered, FaultChanged, GuardDisconnected, PowerFailing
from agent.core.facts import ChargingState, StopReason, TransactionKept, TransactionPhase, TransactionRecorded, Trigger
from agent.core.rules import Options, PowerLoss
from agent.core.samples import Context
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from hal.types import Fault, FaultCode
from tests.unit.core.bench import Bench

Act = Callable[[Bench], None]
CARD = IdToken(value="CARD")


def charging(stop: str = "Authorized", *, socket: bool = True, bay: bool = False, **settings: object) -> Bench:
    written = {name.replace("__", "."): value for name, value in settings.items()}
    bench = Bench({"TxCtrlr.TxStopPoint": stop, **written}, socket=socket, bay=bay)
    bench.online()
    if bay:
        bench.send(BayChanged(evse=1, occupied=True))
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    assert bench.closed()
    return bench


def last(bench: Bench) -> TransactionRecorded:
    return bench.steps()[-1]


def ended(bench: Bench) -> bool:
    return last(bench).phase is TransactionPhase.ENDED


def tap(bench: Bench) -> None:
    bench.tap()


def unplug(bench: Bench) -> None:
    bench.unplug()


def pause(bench: Bench) -> None:
    bench.car(wants=False)


def leave(bench: Bench) -> None:
    bench.unplug()
    bench.send(BayChanged(evse=1, occupied=False))


@pytest.mark.parametrize(
    ("stop", "act", "trigger", "reason"),
    [
        ("Authorized", tap, Trigger.STOP_AUTHORIZED, StopReason.LOCAL),
        ("Authorized", unplug, Trigger.EV_COMMUNICATION_LOST, StopReason.EV_DISCONNECTED),
        ("EVConnected", unplug, Trigger.EV_COMMUNICATION_LOST, StopReason.EV_DISCONNECTED),
        ("PowerPathClosed", tap, Trigger.STOP_AUTHORIZED, StopReason.LOCAL),
        ("PowerPathClosed", unplug, Trigger.EV_COMMUNICATION_LOST, StopReason.EV_DISCONNECTED),
        ("EnergyTransfer", pause, Trigger.CHARGING_STATE_CHANGED, StopReason.STOPPED_BY_EV),
        ("EnergyTransfer", tap, Trigger.CHARGING_STATE_CHANGED, StopReason.LOCAL),
        ("ParkingBayOccupancy", leave, Trigger.EV_DEPARTED, StopReason.EV_DISCONNECTED),
    ],
)
def test_each_stop_point_ends_when_its_condition_is_over(
    stop: str, act: Act, trigger: Trigger, reason: StopReason
) -> None:
    """E06"""
    bench = charging(stop, bay=True)
    act(bench)
    bench.advance(1_000)
    assert ended(bench)
    assert (last(bench).trigger, last(bench).reason) == (trigger, reason)
    assert not bench.closed()


@pytest.mark.parametrize(
    ("stop", "act"),
    [("EVConnected", tap), ("EVConnected", pause), ("Authorized", pause), ("ParkingBayOccupancy", unplug)],
)
def test_nothing_else_ends_it(stop: str, act: Act) -> None:
    bench = charging(stop, bay=True)
    act(bench)
    bench.advance(600_000)
    assert not ended(bench)


def test_a_stop_before_the_unplugging_stays_the_reason() -> None:
    """E06.FR.08"""
    bench = charging("EVConnected")
    bench.tap()
    assert not bench.closed()
    assert ("Updated", "StopAuthorized") in bench.told()
    bench.advance(60_000)
    bench.unplug()
    assert ended(bench)
    assert (last(bench).trigger, last(bench).reason) == (Trigger.EV_COMMUNICATION_LOST, StopReason.LOCAL)


def test_who_comes_and_leaves_without_a_card_leaves_nothing_open() -> None:
    """Its stop point was never met: nothing else could end it any more."""
    bench = Bench({"TxCtrlr.TxStartPoint": "EVConnected", "TxCtrlr.TxStopPoint": "Authorized"})
    bench.online()
    bench.plug()
    bench.advance(5_000)
    bench.unplug()
    assert ended(bench)
    assert last(bench).reason is StopReason.EV_DISCONNECTED


def test_that_it_ends_is_kept_before_it_has_ended() -> None:
    """A power cut between the decision and the record of the end does not undo the decision."""
    bench = charging()
    bench.tap()
    of_the_end = [f for f in bench.log if isinstance(f, TransactionKept | TransactionRecorded)]
    decided = next(n for n, f in enumerate(of_the_end) if isinstance(f, TransactionKept) and f.ending)
    told = next(
        n for n, f in enumerate(of_the_end) if isinstance(f, TransactionRecorded) and f.phase is TransactionPhase.ENDED
    )
    assert decided < told
    final = of_the_end[-1]
    assert isinstance(final, TransactionKept)
    assert not final.open


def test_power_goes_before_anything_is_on_disk_and_the_end_is_recorded_after_it() -> None:
    """Removal skips the disk; the end waits for contactor and meter."""
    bench = charging()
    bench.outlets[1].meter_wh = 107_000
    before = len(bench.effects)
    bench.tap()
    done = bench.effects[before:]
    order = [type(e) for e in done if isinstance(e, Grant | ReadMeter | DriveLock)]
    assert order[0] is Grant
    assert order[-1] is DriveLock  # opening precedes unlocking
    assert ReadMeter in order[1:-1]
    assert last(bench).register_wh == 107_000


def test_end_values_and_register_come_from_one_snapshot() -> None:
    """Field pain 17"""
    bench = charging()
    bench.outlets[1].meter_wh = 107_000
    bench.tap()
    (final,) = last(bench).samples
    assert final.context is Context.END
    assert final.samples[0].value_milli == 107_000_000
    kept = last(bench).transaction_data
    assert [s.context for s in kept][:1] == [Context.BEGIN]


def test_a_contactor_that_never_opens_does_not_keep_the_transaction_for_ever() -> None:
    bench = charging()
    stuck = bench.outlets[1].report()
    bench.outlets[1].report = lambda: stuck  # type: ignore[method-assign]
    bench.tap()
    assert not ended(bench)
    bench.advance(OPEN_TIMEOUT_MS + 3_000)
    assert ended(bench)


def test_a_meter_that_is_lost_ends_with_the_last_good_register() -> None:
    """Never below the start."""
    bench = charging()
    bench.meter(104_000)
    bench.outlets[1].meter_wh = None
    bench.tap()
    assert ended(bench)
    assert last(bench).register_wh == 104_000


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (FaultCode.EMERGENCY_STOP, StopReason.EMERGENCY_STOP),
        (FaultCode.RESIDUAL_CURRENT, StopReason.GROUND_FAULT),
        (FaultCode.OVER_CURRENT, StopReason.OVERCURRENT_FAULT),
        (FaultCode.CONTACTOR_WELDED, StopReason.OTHER),
    ],
)
def test_some_faults_end_it(code: FaultCode, reason: StopReason) -> None:
    """E06.FR.16"""
    bench = charging("EVConnected")
    bench.send(FaultChanged(fault=Fault(code=code, evse=1, source="test"), raised=True))
    assert ended(bench)
    assert (last(bench).trigger, last(bench).reason) == (Trigger.ABNORMAL_CONDITION, reason)


def test_other_faults_suspend_it_while_they_last() -> None:
    bench = charging()
    hot = Fault(code=FaultCode.OVER_TEMPERATURE, evse=1, source="test")
    bench.send(FaultChanged(fault=hot, raised=True))
    assert not bench.closed()
    assert not ended(bench)
    assert (last(bench).trigger, last(bench).charging_state) == (
        Trigger.ABNORMAL_CONDITION,  # E03.FR.12: more specific than a change of the charging state
        ChargingState.SUSPENDED_EVSE,
    )
    bench.send(FaultChanged(fault=hot, raised=False))
    bench.advance(1_000)
    assert bench.closed()
    assert last(bench).trigger is Trigger.CHARGING_STATE_CHANGED


@pytest.mark.parametrize("stop", ["Authorized", "PowerPathClosed", "EnergyTransfer"])
@pytest.mark.parametrize("car", [True, False], ids=["charging", "never charged"])
def test_a_token_that_is_not_valid_ends_it_whether_its_stop_point_was_met_or_not(stop: str, car: bool) -> None:
    """E05.FR.10"""
    bench = Bench({"TxCtrlr.TxStopPoint": stop})
    bench.online()
    bench.car(wants=car)
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    bench.deliver(TokenInfo(status=AuthorizationStatus.BLOCKED), CARD)
    assert ended(bench)
    assert (last(bench).trigger, last(bench).reason) == (Trigger.DEAUTHORIZED, StopReason.DE_AUTHORIZED)
    assert not bench.closed()


@pytest.mark.parametrize(("stop", "over"), [("Authorized", True), ("PowerPathClosed", True), ("EVConnected", False)])
def test_a_token_that_turns_out_not_to_be_valid_before_the_guard_is_back_gets_no_energy(stop: str, over: bool) -> None:
    """The link is up sooner than the guard after a power cut, and the answer to the start comes."""
    bench = charging(stop)
    start = bench.steps()[0]
    connect = bench._connect_guard
    bench._connect_guard = lambda: None  # type: ignore[method-assign]
    bench.power_off()
    bench.power_on()
    bench.online()
    info = TokenInfo(status=AuthorizationStatus.BLOCKED)
    bench.send(FactDelivered(seq=start.seq, tx=start.tx, info=info, token=CARD))
    bench.power_off()
    bench.power_on()  # and once more, before the guard is back
    connect()
    bench.advance(30_000)
    assert not bench.closed()
    assert ended(bench) is over
    bench.unplug()
    assert ended(bench)
    assert last(bench).reason is StopReason.DE_AUTHORIZED


# --- unplugging at the car (E09, E10) ------------------------------------------------------------------------------


def test_a_token_refused_after_its_owner_stopped_does_not_change_why_it_stopped() -> None:
    """E05.FR.09 tells it; the driver stopped all the same (E06.FR.08)."""
    bench = charging("EVConnected")
    bench.tap()
    bench.advance(5_000)
    bench.deliver(TokenInfo(status=AuthorizationStatus.EXPIRED), CARD)
    assert bench.told()[-1] == ("Updated", "Deauthorized")
    bench.unplug()
    assert ended(bench)
    assert last(bench).reason is StopReason.LOCAL


@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
def test_a_suspended_one_whose_cable_was_taken_out_is_not_waited_for_for_ever(later: bool) -> None:
    """E10.FR.02, as for a fixed cable: a lock did not hold, and the next car is somebody else's."""
    bench = charging("Authorized", TxCtrlr__StopTxOnEVSideDisconnect=False, TxCtrlr__EVConnectionTimeOut=60)
    bench.outlets[1].lock_works = bench.outlets[1].locked = False
    bench.unplug(left=later)
    if later:
        bench.advance(600_000)
        assert not ended(bench)  # E10.FR.01: the cable waits for its owner
        bench.outlets[1].left = False
        bench.report()
    bench.advance(59_000)
    assert not ended(bench)
    bench.advance(1_000)
    assert ended(bench)
    assert (last(bench).trigger, last(bench).reason) == (Trigger.EV_CONNECT_TIMEOUT, StopReason.TIMEOUT)
    bench.plug()
    bench.advance(5_000)
    assert not bench.closed()


def test_unplugged_at_the_car_it_may_be_only_suspended() -> None:
    """E10: StopTxOnEVSideDisconnect false; the same car comes back."""
    bench = charging("Authorized", TxCtrlr__StopTxOnEVSideDisconnect=False)
    bench.unplug(left=True)
    bench.advance(5_000)
    assert not ended(bench)
    assert not bench.closed()
    bench.plug()
    bench.advance(5_000)
    assert bench.closed()
    assert len({s.tx for s in bench.steps()}) == 1


def test_with_a_fixed_cable_nobody_waits_for_ever() -> None:
    """E10.FR.02"""
    bench = charging(
        "Authorized", socket=False, TxCtrlr__StopTxOnEVSideDisconnect=False, TxCtrlr__EVConnectionTimeOut=30
    )
    bench.unplug()
    bench.advance(29_000)
    assert not ended(bench)
    bench.advance(2_000)
    assert ended(bench)
    assert (last(bench).trigger, last(bench).reason) == (Trigger.EV_CONNECT_TIMEOUT, StopReason.TIMEOUT)


@pytest.mark.parametrize("unlock", [True, False])
def test_the_cable_is_freed_or_waits_for_its_owner(unlock: bool) -> None:
    """E09.FR.02, E09.FR.03: UnlockOnEVSideDisconnect"""
    bench = charging("Authorized", OCPPCommCtrlr__UnlockOnEVSideDisconnect=unlock)
    bench.unplug(left=True)
    bench.advance(1_000)
    assert ended(bench)
    assert bench.outlets[1].locked is not unlock
    bench.advance(5_000)
    bench.tap()
    assert not bench.outlets[1].locked


# --- the station goes away -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "ends"), [(PowerLoss.STOP, True), (PowerLoss.RESUME, False)])
def test_a_guard_that_is_lost_ends_it_as_configured(policy: PowerLoss, ends: bool) -> None:
    bench = Bench(options=Options(guard_loss=policy))
    bench.online()
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    bench.send(GuardDisconnected(why="killed"))
    bench.advance(5_000)
    assert ended(bench) is ends
    if ends:
        assert last(bench).reason is StopReason.OTHER


@pytest.mark.parametrize(("policy", "ends"), [(PowerLoss.STOP, True), (PowerLoss.RESUME, False)])
def test_the_last_words_before_the_power_goes(policy: PowerLoss, ends: bool) -> None:
    """A checkpoint, or the end where a power loss means that."""
    bench = Bench(options=Options(power_loss=policy))
    bench.online()
    bench.plug()
    bench.tap()
    bench.authorize()
    bench.advance(1_000)
    bench.meter(100_050)
    kept = len(bench.log)
    bench.send(PowerFailing(hold_up_ms=20))
    assert len(bench.log) > kept
    tx = bench.station.evses[1].tx
    assert (tx is None or tx.ending is not None) is ends
    assert bench.station.evses[1].register.register_wh == 100_050


# --- 1.6 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [tap, unplug])
def test_an_opened_transaction_closes_once(act: Act) -> None:
    """`closes` is where 1.6 has its StopTransaction."""
    bench = charging()
    act(bench)
    bench.advance(60_000)
    assert [s.closes for s in bench.steps()].count(True) == 1
    assert last(bench).closes


def test_what_was_never_opened_is_not_closed() -> None:
    """A car that came and went without a card: 2.x tells it, 1.6 knows nothing of it."""
    bench = Bench({"TxCtrlr.TxStartPoint": "EVConnected", "TxCtrlr.TxStopPoint": "EVConnected"})
    bench.online()
    bench.plug()
    bench.advance(5_000)
    bench.unplug()
    assert ended(bench)
    assert not any(s.opens or s.closes for s in bench.steps())
