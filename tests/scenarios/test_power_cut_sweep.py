"""The power goes, or the agent is killed, at every single commit of a session: one start, one end, the right energy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from agent.core.facts import TransactionKept, TransactionRecorded
from agent.core.rules import Options, PowerLoss
from agent.runtime import codec
from tests.rig.world import World, world
from tests.scenarios.books import Books, Entry, number_transactions
from tests.simulation.disk import PowerCut

TAG = "04A1B2C3"
Step = tuple[Callable[[World], object], float]

# Plugged, charging for two samples, stopped, unplugged: with what the station needs to settle in between.
SESSION: tuple[Step, ...] = (
    (lambda w: w.bench("ev.plug_in"), 5),
    (lambda w: w.bench("rfid.tap", id_token=TAG), 75),
    (lambda w: w.bench("rfid.tap", id_token=TAG), 10),
    (lambda w: w.bench("ev.plug_out"), 5),
)
VARIABLES = {"SampledDataCtrlr": {"TxUpdatedInterval": 30}, "OCPPCommCtrlr": {"RetryBackOffWaitMinimum": 5}}


def sweep_world(version: str, policy: PowerLoss = PowerLoss.RESUME) -> AbstractContextManager[World]:
    return world(version, variables=VARIABLES, options=Options(idle_sample_ms=60_000, power_loss=policy))


def play(w: World, ended: Callable[[], bool]) -> None:
    """The session, until it is over or `ended`."""
    for act, seconds in SESSION:
        if ended():
            return
        act(w)
        with contextlib.suppress(TimeoutError):
            w.loop.run_until(ended, seconds)


def commits_of_a_session(version: str) -> range:
    """Numbers of the commits that a session takes, its boot included."""
    with sweep_world(version) as w:
        number_transactions(w.csms)
        w.boot()
        play(w, lambda: False)
        w.advance(60)
        return range(1, w.disk.commits + 1)


def meter_wh(w: World) -> int:
    return int(w.evse()["meter"]["energy_wh"])


def finish(w: World) -> None:
    """Whatever is left of the session comes to its end: the driver stops and leaves."""
    assert w.agent is not None
    tx = w.agent.station.evses[1].tx
    if tx is not None:
        assert tx.running, tx.stage
        w.bench("rfid.tap", id_token=TAG)
        w.advance(10)
    w.bench("ev.plug_out")
    w.advance(60)
    assert not w.energised()
    assert w.agent.station.evses[1].tx is None


def one_session(w: World) -> Entry | None:
    entries = Books(w.csms.received).check()
    assert len(entries) <= 1, entries
    return entries[0] if entries else None


def started(w: World) -> bool:
    """Whether the start of a transaction is on disk."""
    return any(
        isinstance(fact, TransactionRecorded) and fact.number == 0
        for fact in codec.logged(w.disk.log_after("ledger", 0, 1000))
    )


def open_transaction(w: World) -> TransactionKept | None:
    return next((f for f in codec.kept(w.disk.load_kept()) if isinstance(f, TransactionKept) and f.open), None)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("policy", list(PowerLoss), ids=lambda policy: policy.value)
@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_power_cut_at_every_commit(version: str, policy: PowerLoss, moment: str) -> None:
    for number in commits_of_a_session(version):
        try:
            _cut_at(version, policy, moment, number)
        except Exception as error:
            raise AssertionError(f"power cut {moment} commit {number}: {error}") from error


def _cut_at(version: str, policy: PowerLoss, moment: str, number: int) -> None:
    with sweep_world(version, policy) as w:
        number_transactions(w.csms)
        cut = False

        def hook(commit: int) -> None:
            nonlocal cut
            if commit == number and not cut:
                cut = True
                w.loop.kill("station", power=False)
                raise PowerCut

        setattr(w.disk, f"{moment}_commit", hook)
        w.start()
        w.loop.run_until(lambda: cut or w.loop.time() > 10, 11)
        play(w, lambda: cut)
        w.loop.run_until(lambda: cut, 60, "the power cut")
        w.bench("power.cut")
        w.advance(5)
        assert not w.energised()
        w.disk.boot()
        begun, kept = started(w), open_transaction(w)
        w.bench("power.restore")
        w.advance(75)
        assert w.agent is not None
        finish(w)
        entry = one_session(w)
        assert (entry is not None) == begun
        if entry is None:
            return
        if kept is not None and kept.ending is None:
            wanted = "PowerLoss" if policy is PowerLoss.STOP else "Local"
            assert entry.reason == wanted, entry
        elif kept is not None:
            assert kept.ending is not None
            assert entry.reason == kept.ending.value, entry
        assert entry.registers[-1] == meter_wh(w), (entry, meter_wh(w))
        if kept is not None:
            assert entry.registers[-1] >= kept.register_wh


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_agent_killed_at_every_commit(version: str) -> None:
    for number in commits_of_a_session(version):
        try:
            _kill_at(version, number)
        except Exception as error:
            raise AssertionError(f"agent killed after commit {number}: {error}") from error


def _kill_at(version: str, number: int) -> None:
    with sweep_world(version) as w:
        number_transactions(w.csms)
        killed = _killed_after(w, number)
        w.start()
        w.loop.run_until(lambda: killed() or w.loop.time() > 10, 11)
        play(w, killed)
        w.loop.run_until(killed, 60, "the kill")
        w.guard.agent_died()
        w.disk.boot()
        closed, kept = w.energised(), open_transaction(w)
        charging = closed and kept is not None and kept.ending is None
        w.advance(2)
        assert w.energised() == closed or not charging, "the contactor opened while the lease lives"
        w.start_agent()
        for _ in range(30):
            w.advance(0.5)
            assert w.energised() or not charging, "the contactor opened although the agent came back"
        w.advance(60)
        begun = started(w)
        finish(w)
        entry = one_session(w)
        assert (entry is not None) == begun
        if entry is not None:
            assert entry.registers[-1] == meter_wh(w), (entry, meter_wh(w))
            assert entry.reason == "Local", entry


def _killed_after(w: World, number: int) -> Callable[[], bool]:
    killed = False

    def hook(commit: int) -> None:
        nonlocal killed
        if commit == number and not killed:
            killed = True
            w.loop.kill("station")
            raise PowerCut  # for the process: the disk itself stays, with all that was committed

    w.disk.after_commit = hook
    return lambda: killed


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_an_agent_that_stays_away(version: str) -> None:
    """After the lease the guard ramps down and opens; when the agent is back at last, the transaction goes on."""
    with sweep_world(version) as w:
        number_transactions(w.csms)
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TAG)
        w.advance(40)
        assert w.energised()
        w.kill_agent()
        w.disk.kill()
        w.advance(6)
        assert w.energised(), "the lease lives"
        full_ma = w.evse()["offered_ma"]
        w.until(lambda: w.evse()["offered_ma"] < full_ma, 10, "the ramp")
        assert w.energised()
        assert w.evse()["offered_ma"] == 6_000
        w.until(lambda: not w.energised(), 20, "the guard to open")
        metered = meter_wh(w)
        w.advance(60)
        assert meter_wh(w) == metered
        w.disk.boot()
        w.start_agent()
        w.advance(60)
        assert w.energised(), "the transaction goes on"
        finish(w)
        entry = one_session(w)
        assert entry is not None
        assert entry.registers[-1] == meter_wh(w) > metered
