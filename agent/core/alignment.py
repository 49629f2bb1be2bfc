"""Clock-aligned moments: when they are due, and who tells the values (J01, E06; 1.6 §3.17.1).

Moments are counted on the wall clock, so there are none before it is trusted, and a step of the clock plans them anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.clock import MonoMs
from agent.core.effects import Ask
from agent.core.metering import next_boundary
from agent.core.requests import MeterRequest
from agent.core.samples import Context
from agent.core.session import Session
from agent.core.turn import Turn

if TYPE_CHECKING:
    from agent.core.station import Station


class Alignment:
    """Keeps the next moment of the two series: the values told at once, and those kept for the end."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._due: MonoMs | None = None
        self._end_due: MonoMs | None = None

    def forget(self) -> None:
        """The clock was set: the moments that were planned are none."""
        self._due = self._end_due = None

    def wake(self) -> list[MonoMs]:
        return [at for at in (self._due, self._end_due) if at is not None]

    def tick(self, turn: Turn) -> None:
        """Clock-aligned values: in the transaction if one runs, else as MeterValues (J01)."""
        station = self._station
        wall, now = turn.now.wall_ms, turn.now.mono_ms
        if wall is None:
            return
        if self._due is not None and now >= self._due:
            self._due = None
            for session in () if self._silent() else station.sessions.values():
                if not session.sampling.aligned(turn) and station.registration.accepted:
                    self._idle(turn, session)
        if self._end_due is not None and now >= self._end_due:
            self._end_due = None
            for session in station.sessions.values():
                session.sampling.aligned_for_end(turn)
        interval, ended = station.rules.aligned_interval_s, station.rules.aligned_ended_interval_s
        if interval and self._due is None:
            self._due = MonoMs(now + next_boundary(wall, interval) - wall)
        if ended and self._end_due is None:
            self._end_due = MonoMs(now + next_boundary(wall, ended) - wall)
        if not interval:
            self._due = None
        if not ended:
            self._end_due = None

    def _silent(self) -> bool:
        """SendDuringIdle is the station's variable: a transaction on one EVSE silences all of them (J01.FR.20)."""
        station = self._station
        return station.rules.aligned_only_idle and any(evse.tx is not None for evse in station.evses.values())

    def _idle(self, turn: Turn, session: Session) -> None:
        found = session.sampling.sample(turn, self._station.rules.aligned_measurands, Context.CLOCK)
        if found is not None:
            request = MeterRequest(evse=session.evse.id, samples=(found,))
            turn.do(Ask(request_id=0, delivery="report", request=request))
