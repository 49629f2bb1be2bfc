"""The station's one timer: whatever is due by the clock is done, also when the timer fires a moment early."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.clock import MonoMs, Now
from agent.core.effects import WakeAt
from agent.core.events import TimerFired
from agent.core.station import Station
from hal.mock.topology import MockEvse
from tests.scenarios.pains.driver import CARD, VERSIONS, charge, ends, network, remote_start, station, stop

SOCKET = MockEvse(phases=1, lock=True)
SAMPLES: dict[str, Any] = {
    "SampledDataCtrlr": {"TxUpdatedInterval": 7, "TxEndedInterval": 11},
    "AlignedDataCtrlr": {"Interval": 60, "TxEndedInterval": 60},
    "TxCtrlr": {"EVConnectionTimeOut": 40},
    "AuthCtrlr": {"OfflineTxForUnknownIdEnabled": True},
}


@pytest.fixture
def overdue(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was due before the turn that looked at it, and is still due after it: nothing wakes the station for it."""
    found: list[str] = []
    plan = Station._plan

    def watched(self: Station, turn: Any) -> None:
        plan(self, turn)
        now = turn.now.mono_ms
        if self._wake is not None and self._wake <= now:
            stages = [e.tx.stage for e in self.evses.values() if e.tx is not None]
            found.append(f"{now - self._wake} ms late at {now}: {stages}")

    monkeypatch.setattr(Station, "_plan", watched)
    return found


@VERSIONS
def test_a_timer_that_fires_early_is_set_again(version: str) -> None:
    with station(version) as w:
        charge(w)
        assert w.agent is not None
        now = w.agent.clock.now()
        due = w.agent.station._wake
        assert due is not None
        early = Now(mono_ms=MonoMs(due - 1), wall_ms=now.wall_ms, boot=now.boot)
        outcome = w.agent.station.handle(TimerFired(), early)
        assert WakeAt(mono_ms=due) in outcome.effects


@VERSIONS
def test_nothing_that_is_due_is_left_over(version: str, overdue: list[str]) -> None:
    with station(version, variables=SAMPLES) as w:
        for _ in range(3):
            charge(w, seconds=65)
            stop(w)
            w.bench("ev.plug_out")
            w.advance(20)
        assert remote_start(w)["status"] == "Accepted"
        w.advance(90)  # nobody comes
        w.bench("rfid.tap", id_token=CARD)
        w.advance(90)
        network(w, up=False)
        charge(w, seconds=65)
        w.advance(400)
        network(w, up=True)
        w.advance(30)
        stop(w)
        assert len(ends(w)) >= 4
    assert not overdue


@VERSIONS
def test_nothing_is_left_over_by_parts_that_do_not_answer(version: str, overdue: list[str]) -> None:
    """The end waits for a contactor that is welded, a snapshot for a meter that is silent, the lock for its motor."""
    with station(version, variables=SAMPLES, evses=(SOCKET,)) as w:
        charge(w, seconds=60)
        w.bench("meter.stall", kind="silent")
        w.bench("contactor.weld")
        w.bench("lock.set", fail_on_unlock=True)
        w.bench("rfid.tap", id_token=CARD)
        w.until(lambda: bool(ends(w)), 40, "the end")
        w.advance(120)
    assert not overdue


@VERSIONS
def test_nothing_is_left_over_after_a_power_cut(version: str, overdue: list[str]) -> None:
    with station(version, variables=SAMPLES) as w:
        charge(w, seconds=60)
        w.cut_power()
        w.advance(20)
        w.restore_power()
        w.advance(120)
        stop(w)
        w.advance(60)
    assert not overdue
