"""Whole sessions under every start point with every stop point: what holds of all of them (E01–E10, F02, F03).

A session is an order of things that a driver, a car and a CSMS do. Beside the station a `Model` of a few lines says
which conditions hold by what was done. Whatever the points are: a transaction runs from when a start point's condition
holds until a stop point's does not; energy flows while somebody is authorised and the car wants it; the steps have
numbers from 0 without a gap and tell each charging state, which is the one that the hardware is in; who pays, the
remote start and the EVSE are told once; and in the end nothing is left open.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby, pairwise, product

import pytest

from agent.core.commands import StartTransaction, StopTransaction
from agent.core.events import BayChanged
from agent.core.facts import ChargingState, TransactionPhase, TransactionRecorded, Trigger
from agent.core.samples import Context
from agent.core.tokens import IdToken
from tests.unit.core.bench import Bench

BAY, CONNECTED, AUTHORIZED = "ParkingBayOccupancy", "EVConnected", "Authorized"
SIGNED, POWER_PATH, ENERGY = "DataSigned", "PowerPathClosed", "EnergyTransfer"
STARTS = (BAY, CONNECTED, AUTHORIZED, SIGNED, POWER_PATH, ENERGY)
STOPS = (BAY, CONNECTED, AUTHORIZED, POWER_PATH, ENERGY)
POINTS = [
    *product([(point,) for point in STARTS], [(point,) for point in STOPS]),
    ((BAY, AUTHORIZED), (BAY, AUTHORIZED)),
    ((CONNECTED, AUTHORIZED), (CONNECTED, AUTHORIZED)),
    ((ENERGY, CONNECTED), (ENERGY, CONNECTED)),
    (STARTS, STOPS),
]
CARD = IdToken(value="CARD")
REMOTE_START = 5


class Model:
    """The station's surroundings, and what is true of them."""

    def __init__(
        self, start: tuple[str, ...], stop: tuple[str, ...], *, socket: bool = True, suspends: bool = False
    ) -> None:
        settings: dict[str, object] = {
            "TxCtrlr.TxStartPoint": ",".join(start),
            "TxCtrlr.TxStopPoint": ",".join(stop),
            "TxCtrlr.StopTxOnEVSideDisconnect": not suspends,
        }
        self.suspends = suspends
        self.bench = Bench(settings, socket=socket, bay=True, signed=SIGNED in start)
        self.bench.online()
        self.start, self.stop = start, stop
        self.bay = self.plugged = self.authorized = False
        self.wants = True
        self.began = self.over = False  # the first transaction
        self.met: set[str] = set()  # a stop point ends what it was true of

    def do(self, act: Act) -> None:
        act(self)
        self.bench.advance(5_000)
        holds = self.conditions()
        self.began = self.began or any(holds[point] for point in self.start)
        if self.began and not self.over:
            self.met |= {point for point in self.stop if holds[point]}
            self.over = not any(holds.values()) or any(not holds[point] for point in self.met)
        self.authorized = self.authorized and not self.over
        self._check()

    def conditions(self) -> dict[str, bool]:
        both = self.plugged and self.authorized
        return {
            BAY: self.bay,
            CONNECTED: self.plugged,
            AUTHORIZED: self.authorized,
            SIGNED: both,
            POWER_PATH: both,
            ENERGY: both and self.wants,
        }

    def _check(self) -> None:
        steps = self.bench.steps()
        first = [s for s in steps if s.tx == steps[0].tx]
        assert bool(first) is self.began
        if not self.began:
            return
        assert (first[-1].phase is TransactionPhase.ENDED) is self.over
        if not self.over:
            assert first[-1].charging_state is self.state()
            assert self.bench.closed() is self.conditions()[ENERGY]

    def state(self) -> ChargingState:
        """The charging state as a driver would tell it."""
        if not self.plugged:
            return ChargingState.IDLE
        if not self.authorized:
            return ChargingState.EV_CONNECTED
        return ChargingState.CHARGING if self.wants else ChargingState.SUSPENDED_EV


Act = Callable[[Model], None]


def drive_in(m: Model) -> None:
    m.bay = True
    m.bench.send(BayChanged(evse=1, occupied=True))


def drive_off(m: Model) -> None:
    m.bay = False
    m.bench.send(BayChanged(evse=1, occupied=False))


def plug(m: Model) -> None:
    m.plugged = True
    m.bench.plug()


def unplug(m: Model) -> None:
    m.plugged = False
    m.authorized = m.authorized and m.suspends  # E09, E10
    m.bench.unplug()


def tap(m: Model) -> None:
    m.authorized = not m.authorized
    m.bench.tap(CARD.value)
    m.bench.authorize()


def start_remotely(m: Model) -> None:
    m.authorized = True
    m.bench.command(StartTransaction(token=CARD, evse=1, remote_start_id=REMOTE_START))
    m.bench.authorize()


def stop_remotely(m: Model) -> None:
    m.authorized = False
    m.bench.command(StopTransaction(tx=m.bench.steps()[0].tx))


def pause(m: Model) -> None:
    m.wants = False
    m.bench.car(wants=False)


def resume(m: Model) -> None:
    m.wants = True
    m.bench.car(wants=True)


COMING = [
    [drive_in, plug, tap],
    [drive_in, tap, plug],
    [drive_in, plug, start_remotely],
    [drive_in, start_remotely, plug],
]
GOING = [
    [tap, unplug, drive_off],
    [stop_remotely, unplug, drive_off],
    [unplug, drive_off],
    [pause, unplug, drive_off],
    [pause, resume, tap, unplug, drive_off],
    [drive_off, unplug],  # a bay's sensor may be wrong
]


def name(acts: list[Act]) -> str:
    return "-".join(act.__name__ for act in acts)


@pytest.mark.parametrize("going", GOING, ids=name)
@pytest.mark.parametrize("coming", COMING, ids=name)
@pytest.mark.parametrize("socket", [True, False], ids=["socket", "fixed cable"])
def test_a_session_is_told_whole_whatever_starts_and_stops_it(
    coming: list[Act], going: list[Act], socket: bool
) -> None:
    for start, stop in POINTS:
        _session(Model(start, stop, socket=socket), [*coming, *going])


@pytest.mark.parametrize("coming", COMING, ids=name)
@pytest.mark.parametrize("socket", [True, False], ids=["socket", "fixed cable"])
def test_a_car_that_comes_back_goes_on_where_nothing_has_stopped_it(coming: list[Act], socket: bool) -> None:
    """E10"""
    for start, stop in POINTS:
        model = Model(start, stop, socket=socket, suspends=True)
        _session(model, [*coming, unplug, plug, tap, unplug, drive_off])


def _session(model: Model, acts: list[Act]) -> None:
    try:
        for act in acts:
            model.do(act)
        model.bench.advance(300_000)
        _all_told(model.bench)
    except AssertionError as failed:
        raise AssertionError(f"{model.start} to {model.stop}: {model.bench.told()}") from failed


def _all_told(bench: Bench) -> None:
    assert bench.station.evses[1].tx is None
    assert not bench.closed()
    assert not bench.outlets[1].locked
    of_each = [list(steps) for _, steps in groupby(bench.steps(), key=lambda step: step.tx)]
    assert len(of_each) == len({steps[0].tx for steps in of_each}), "one after the other"
    for steps in of_each:
        _in_order(steps)
        _told_once(steps)
        _metered(steps)


def _in_order(steps: list[TransactionRecorded]) -> None:
    assert [s.number for s in steps] == list(range(len(steps)))
    first, *between, last = steps
    assert (first.phase, last.phase) == (TransactionPhase.STARTED, TransactionPhase.ENDED)
    assert all(s.phase is TransactionPhase.UPDATED for s in between)
    assert [s.reason is not None for s in steps] == [False] * (len(steps) - 1) + [True]  # E06.FR.08
    assert all(s.charging_state is not None for s in steps)
    for before, after in pairwise(steps):
        if after.trigger is Trigger.CHARGING_STATE_CHANGED:
            assert after.charging_state is not before.charging_state


def _told_once(steps: list[TransactionRecorded]) -> None:
    remotely = any(s.trigger is Trigger.REMOTE_START for s in steps)
    owner = [s for s in steps if s.token is not None and s.trigger is not Trigger.STOP_AUTHORIZED]
    assert len(owner) == (steps[-1].start_token is not None)  # E01.FR.10
    assert [s.remote_start_id for s in steps if s.remote_start_id is not None] == [REMOTE_START] * remotely
    assert all((s.remote_start_id is not None) is remotely for s in owner)  # F01.FR.25
    stops = [s for s in steps if s.trigger is Trigger.STOP_AUTHORIZED]
    assert all(s.token == CARD for s in stops)  # E07.FR.02
    there = [s.charging_state is not ChargingState.IDLE for s in steps]
    news = [now and not before for before, now in pairwise([False, *there])]
    assert [s.tells_evse for s in steps] == [True, *news[1:]]  # E01.FR.16
    assert all(s.connector == 1 for s, at_car in zip(steps, there, strict=True) if at_car)


def _metered(steps: list[TransactionRecorded]) -> None:
    assert [s.context for s in steps[0].samples] == [Context.BEGIN]
    assert [s.context for s in steps[-1].samples] == [Context.END]
    assert [s.context for s in steps[-1].transaction_data][:1] == [Context.BEGIN]
    assert all(s.register_wh >= steps[0].register_wh for s in steps)
