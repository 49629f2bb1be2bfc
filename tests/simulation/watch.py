"""What must be true at every moment at the outlets and inside the station.

The bench tells every change of the copper; each rule says for how long it may be otherwise. Nothing is raised from
inside the bench: what broke is kept and raised at the next look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agent.core.transaction import Stage, StartPoint
from agent.ocpp import outbox, outbox_facts, outbox_requests
from hal.mock.outlet import Outlet
from tests.simulation.run import Broken, Run

CAR_GONE_S = 0.1  # the contactor opens within 100 ms
STOP_S = 7.5  # the guard gives the car 6 s to stop drawing, then opens
LEASE_S = 13.0  # what is left of a permit when its lease ends: 5 s of ramp, then a stop
AGENT_GONE_S = 10.0 + LEASE_S
FAIL_SAFE_S = 1.1
MAX_EVENTS = 2_000


@dataclass
class _Since:
    """Since when each rule has been broken, by EVSE and rule."""

    at: dict[tuple[int, str], float] = field(default_factory=dict)

    def lasts(self, key: tuple[int, str], broken: bool, now: float) -> float:
        if not broken:
            self.at.pop(key, None)
            return 0.0
        return now - self.at.setdefault(key, now)


class Watch:
    """Watches one run."""

    def __init__(self, run: Run) -> None:
        self.broken: list[str] = []
        self.rules = 0
        self._run = run
        self._since = _Since()
        self._strangers: set[int] = set()  # EVSEs where a car came while there was no agent to know of it
        self._boot = 0
        run.looks.append(self.look)
        run.w.mock.watch(self._event)

    def _outlet(self, evse: int) -> Outlet:
        return self._run.w.mock.world.outlets[evse]

    def _event(self, event: dict[str, Any]) -> None:
        name = event["event"]
        if name == "plug":
            self._came(event["evse"])
        if name in {"contactor", "plug", "pilot", "offer", "flow"}:
            self._energised(event["evse"])
        if name == "lock":
            self._unlocked(event["evse"], event["state"])
        if name in {"offer", "contactor"}:
            self._fuse()

    def _came(self, evse: int) -> None:
        here = self._outlet(evse).car is not None
        if here and not self._run.agent_up:
            self._strangers.add(evse)
        elif not here:
            self._strangers.discard(evse)

    def _say(self, what: str) -> None:
        self.broken.append(f"{self._run.now:.3f} s: {what}")

    # Energy

    def _energised(self, evse: int) -> None:
        outlet, now = self._outlet(evse), self._run.now
        closed = outlet.contactor.closed and not outlet.contactor.welded
        for name, limit_s, wrong in self._rules(evse, outlet):
            self.rules += 1
            lasted = self._since.lasts((evse, name), closed and wrong(), now)
            if lasted > limit_s:
                self._say(f"EVSE {evse} is energised {name}, for {lasted:.3f} s")
                self._since.at.pop((evse, name), None)

    def _rules(self, evse: int, outlet: Outlet) -> list[tuple[str, float, Callable[[], bool]]]:
        run = self._run
        report = run.w.mock.reports.get(evse)
        return [
            ("without a car", CAR_GONE_S, lambda: outlet.car is None),
            ("without power", FAIL_SAFE_S, lambda: not run.powered),
            ("without a guard", FAIL_SAFE_S, lambda: not run.guard_up),
            ("without a live permit", LEASE_S, lambda: report is None or not report.permit_live),
            ("without an agent", AGENT_GONE_S, lambda: not run.agent_up),
            ("with a car that no agent knows", CAR_GONE_S, lambda: not run.agent_up and evse in self._strangers),
            ("without an authorised transaction", STOP_S, lambda: self._unauthorised(evse)),
        ]

    def _unauthorised(self, evse: int) -> bool:
        agent = self._run.w.agent
        if agent is None or not self._run.agent_up or not self._run.guard_up or self._run.w.boots != self._boot:
            return False  # the last permit's lease counts then
        known = agent.station.evses[evse]
        tx = known.tx
        if tx is None:
            return known.auth is None or StartPoint.ENERGY not in self._run.setting.start_points
        if tx.stage is Stage.RESUMING:
            return False
        return tx.stage is Stage.ENDING or (known.auth is None and tx.energy_limit_wh is None)

    def _unlocked(self, evse: int, state: str) -> None:
        outlet = self._outlet(evse)
        if state == "unlocked" and outlet.contactor.closed and not outlet.contactor.welded:
            self._say(f"EVSE {evse} is unlocked while its contactor is closed")

    def _fuse(self) -> None:
        fuse = self._run.setting.options.fuse_ma
        outlets = self._run.w.mock.world.outlets.values()
        if fuse is None or any(outlet.contactor.welded for outlet in outlets):
            return
        offered = {outlet.number: outlet.offer.current_ma() for outlet in outlets}
        if sum(offered.values()) > fuse:
            self._say(f"more is offered than the fuse of {fuse} mA carries: {offered}")

    # The station

    def look(self) -> None:
        run = self._run
        if run.w.boots != self._boot:
            self._boot = run.w.boots
            self._strangers.clear()
            for evse in run.evses:
                self._since.at.pop((evse, "without an authorised transaction"), None)
        for evse in run.evses:
            self._energised(evse)
        self._bounds()
        self._told()
        if self.broken:
            raise Broken("; ".join(self.broken[:5]))

    def _bounds(self) -> None:
        agent = self._run.w.agent
        if agent is None or not self._run.agent_up:
            return
        box = agent.peer.outbox
        sizes = (
            ("events", len(agent.pump._events), MAX_EVENTS),
            ("lines", len(agent.pump._lines), MAX_EVENTS),
            ("live", len(box._requests.live), outbox_requests.LIVE),
            ("reports", len(box._requests.reports), outbox_requests.REPORTS),
            ("latest", len(box._requests.latest), outbox_requests.SLOTS),
            ("window", max(len(box._ledger.window), len(box._log.window)), outbox_facts.WINDOW),
            ("late ids", len(box._late), outbox.LATE_IDS),
        )
        for name, size, limit in sizes:
            if size > limit:
                self._say(f"{size} {name}, more than {limit}")

    def _told(self) -> None:
        operator = self._run.operator
        for message_id in operator.answered_too_often():
            self._say(f"call {message_id} was answered more than once")
            return
