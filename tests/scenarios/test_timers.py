"""The station's one timer: whatever is due by the clock is done, also when the timer fires a moment early."""

from __future__ import annotations

from agent.core.clock import MonoMs, Now
from agent.core.effects import WakeAt
from agent.core.events import TimerFired
from tests.scenarios.pains.driver import VERSIONS, charge, station


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
