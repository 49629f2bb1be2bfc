"""Problems of components that the firmware itself watches, told as events (2.0.1 G05; 1.6 tells them as statuses).

Like a status, a problem is derived and only its change is told; what comes and goes while nobody can be told is not.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.core.effects import Ask
from agent.core.evse import Evse
from agent.core.live import lock_problem
from agent.core.requests import EventRequest
from agent.core.turn import Turn
from agent.variables import names
from agent.variables.registry import Registry


class Alarms:
    """Watches ConnectorPlugRetentionLock.Problem of each EVSE whose plug can be locked."""

    EVENT_ID = 700

    def __init__(self, registry: Registry, evses: Mapping[int, Evse]) -> None:
        self._registry = registry
        self._evses = evses
        self._raised: dict[int, int] = {}  # connector by EVSE
        self._events = 0

    def review(self, turn: Turn, *, online: bool) -> None:
        """Tell what has changed since it was last told."""
        for evse in self._evses.values():
            problem = lock_problem(evse)
            connector = self._raised.get(evse.id) or evse.connector or 1
            if not online or problem == (evse.id in self._raised):
                continue
            if self._registry.has(names.LOCK_PROBLEM.at(evse.id, connector)):
                self._tell(turn, evse.id, connector, problem)

    def _tell(self, turn: Turn, evse: int, connector: int, problem: bool) -> None:
        if problem:
            self._raised[evse] = connector
        else:
            del self._raised[evse]
        self._events += 1
        lock = names.LOCK_PROBLEM
        request = EventRequest(
            event_id=self._events,
            component=lock.component,
            variable=lock.variable,
            value="true" if problem else "false",  # G05.FR.02
            evse=evse,
            connector=connector,
            stamp=turn.now.stamp(),
            cleared=not problem,
        )
        turn.do(Ask(request_id=self.EVENT_ID, delivery="latest", slot=f"event.lock.{evse}", request=request))
