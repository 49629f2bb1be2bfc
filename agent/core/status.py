"""Tells the CSMS the derived status of each connector: each change once, and everything when it has to be told anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from agent.core.clock import MonoMs, Stamp
from agent.core.effects import Ask
from agent.core.evse import Evse
from agent.core.requests import ConnectorStatus, StatusRequest
from agent.core.rules import Rules
from agent.core.turn import Turn
from hal.types import Fault

Place = tuple[int, int]
_STATION: Place = (0, 0)
_SUSPENDED = frozenset({ConnectorStatus.SUSPENDED_EV, ConnectorStatus.SUSPENDED_EVSE})
_WITHOUT_ENERGY = _SUSPENDED | {ConnectorStatus.FINISHING}


class Condition(NamedTuple):
    """All that is told of one place."""

    status: ConnectorStatus
    occupied: bool = False
    fault: Fault | None = None
    ev_gone: bool = False
    taken: bool = False

    def same(self, other: Condition | None) -> bool:
        """Whether nothing is worth a message; no fault that words itself anew, nor who leaves after an end."""
        if other is None:
            return False
        over = self.status is other.status is ConnectorStatus.FINISHING
        gone = other.ev_gone if over else self.ev_gone
        if self._replace(fault=None, ev_gone=gone) != other._replace(fault=None):
            return False
        ours, theirs = self.fault, other.fault
        return (ours.code if ours is not None else None) == (theirs.code if theirs is not None else None)


class _Told:
    """What was last told of one place, and what waits to be told."""

    __slots__ = ("due", "seen", "since", "told")

    def __init__(self) -> None:
        self.told: Condition | None = None
        self.seen: Condition | None = None
        self.since: Stamp | None = None
        self.due: MonoMs | None = None


class StatusReporter:
    """Compares derived status with what was told. A change must last MinimumStatusDuration before it is told."""

    def __init__(self, rules: Rules, evses: Mapping[int, Evse], station: Callable[[], ConnectorStatus]) -> None:
        self._rules = rules
        self._evses = evses
        self._station = station
        self._told: dict[Place, _Told] = {}
        self.enabled = False
        self._online = False
        self._next_id = 1000

    def places(self) -> Iterable[Place]:
        yield _STATION
        for evse in self._evses.values():
            for connector in range(1, evse.capabilities.connectors + 1):
                yield evse.id, connector

    def current(self, place: Place) -> Condition:
        evse_id, connector = place
        if place == _STATION:
            host = next(iter(self._evses.values())).host if self._evses else None
            faults = [f for f in host.faults.all() if f.evse == 0] if host else []
            return Condition(self._station(), fault=next(iter(faults), None))
        evse = self._evses[evse_id]
        faults = evse.host.faults.of(evse_id)
        worst = next((f for f in faults if f.blocking), None) or next(iter(faults), None)
        status = evse.status(connector)
        gone = evse.ev_gone and status in _WITHOUT_ENERGY
        return Condition(status, evse.occupied(connector), worst, gone, evse.taken(connector))

    def tell_all(self, turn: Turn) -> None:
        """Every connector's status now (B01.FR.05)."""
        for place in self.places():
            settles = self._settles(place, turn)
            if settles is None:
                self._tell(turn, place, forced=True)
            else:
                entry = self._told[place] = _Told()
                entry.seen, entry.since, entry.due = self.current(place), turn.now.stamp(), settles

    def _settles(self, place: Place, turn: Turn) -> MonoMs | None:
        """Until when the suspension of a resumed transaction is only the car's answer under way (1.6 TC_032_2_CS)."""
        tx = self._evses[place[0]].tx if place[0] in self._evses else None
        if tx is None or tx.settles_at is None or turn.now.mono_ms >= tx.settles_at:
            return None
        return tx.settles_at if self.current(place).status in _SUSPENDED else None

    def refresh(self, turn: Turn) -> None:
        """Every connector's status after a long time offline, for a version that wants it (B04.FR.01)."""
        for place in self.places():
            self._tell(turn, place, refreshed=True)

    def confirm(self, turn: Turn, evse: int, connector: int) -> None:
        """Tell again what was to become what it is already, for a version that wants it (G04.FR.05, TC_G_13_CS)."""
        for place in self.places():
            concerned = (not evse or place[0] == evse) and (not connector or place[1] == connector)
            entry = self._told.get(place)
            if concerned and self._online and entry is not None and self.current(place).same(entry.told):
                self._tell(turn, place, refreshed=True)

    def tell(self, turn: Turn, place: Place, *, triggered: bool = False) -> None:
        self._tell(turn, place, triggered=triggered, forced=True)

    def review(self, turn: Turn, *, online: bool) -> None:
        """Notice changes. Nothing is told before the station was accepted once: then all is told.

        Offline a change only waits: what is told once the link is back is what then differs (B04.FR.02).
        """
        self._online = online
        if not self.enabled:
            return
        duration = self._rules.status_duration_ms
        for place in self.places():
            entry = self._told.setdefault(place, _Told())
            now = self.current(place)
            if not now.same(entry.seen):
                entry.seen, entry.since = now, turn.now.stamp()
                entry.due = max(MonoMs(turn.now.mono_ms + duration), self._settles(place, turn) or MonoMs(0))
            if now.same(entry.told):
                entry.due = None
            elif online and entry.due is not None and turn.now.mono_ms >= entry.due:
                self._tell(turn, place)

    def _tell(
        self, turn: Turn, place: Place, *, triggered: bool = False, forced: bool = False, refreshed: bool = False
    ) -> None:
        entry = self._told.setdefault(place, _Told())
        now = self.current(place)
        if not now.same(entry.seen) or entry.since is None:
            entry.since = turn.now.stamp()
        entry.seen = entry.told = now
        entry.due = None
        self._next_id += 1
        turn.do(
            Ask(
                request_id=self._next_id,
                delivery="latest",
                slot=f"status.{place[0]}.{place[1]}",
                request=StatusRequest(
                    evse=place[0],
                    connector=place[1],
                    status=now.status,
                    occupied=now.occupied,
                    stamp=entry.since,
                    fault=now.fault,
                    ev_gone=now.ev_gone,
                    taken=now.taken,
                    triggered=triggered,
                    forced=forced,
                    refreshed=refreshed,
                ),
            )
        )

    def wake(self) -> list[MonoMs]:
        return [entry.due for entry in self._told.values() if entry.due is not None] if self._online else []
