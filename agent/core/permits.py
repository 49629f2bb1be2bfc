"""Turns wishes and limits into permits: lowers at once, raises after the commit, renews what lives.

An EVSE is raised only into what the others are known to have given up (see `agent.core.limits`), so a raise may have to
wait for the guard's next report; every event is followed by a new look.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.core.bounds import PERMIT_RENEWALS
from agent.core.clock import MonoMs
from agent.core.effects import Grant
from agent.core.events import ExternalLimitChanged
from agent.core.evse import Evse
from agent.core.limits import Limit, LimitSet, Scope
from agent.core.rules import Options, Rules
from agent.core.transaction import Stage
from agent.core.turn import Turn
from agent.variables import names
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.vocabulary import AttributeType
from hal.types import Permit, PilotSignal


class Permits:
    """Owner of all permits of the station."""

    def __init__(self, rules: Rules, options: Options, evses: Mapping[int, Evse]) -> None:
        self._rules = rules
        self._evses = evses
        self.unheard: set[int] = set()  # EVSEs of which a guard that was met has still to tell what they have
        self._fallback_ma = options.fallback_ma
        self.limits = LimitSet(max(rules.registry.topology.phases, 1), rules.voltage_mv)
        if options.fuse_ma is not None:
            self.limits.put(Limit(source="fuse", scope=Scope.STATION, current_ma=options.fuse_ma))

    def know(self, registry: Registry) -> None:
        """Take hardware and configured maxima as limits."""
        for evse in self._evses.values():
            hardware = Limit(
                source="hardware", scope=Scope.EVSE, evse=evse.id, current_ma=evse.capabilities.max_current_ma
            )
            self.limits.put(hardware)
            self._configured(registry, names.EVSE_CURRENT.at(evse.id), Scope.EVSE, evse.id)
        self._configured(registry, names.STATION_CURRENT, Scope.STATION, 0)

    def _configured(self, registry: Registry, address: Address, scope: Scope, evse: int) -> None:
        """Nothing set is no limit; 0 A set is one, and leaves nothing."""
        variable = registry.variable(address)
        cell = variable.cell(AttributeType.MAX_SET) if variable is not None else None
        if variable is None or cell is None or not registry.value(variable, cell)[1]:
            self.limits.drop("configured", scope, evse)
            return
        amount = registry.milli(variable.address, AttributeType.MAX_SET)
        self.limits.put(Limit(source="configured", scope=scope, evse=evse, current_ma=amount))

    def bound(self, event: ExternalLimitChanged, now: MonoMs) -> None:
        """Take over a limit from outside, or its end. Whoever falls silent leaves a safe current behind."""
        scope = Scope.EVSE if event.evse else Scope.STATION
        fallback_ma = self._fallback_ma if event.evse else self._fallback_ma * len(self._evses)
        expires = None if event.lease_ms is None else MonoMs(now + event.lease_ms)
        for source, current_ma, power_w in (
            ("external current", event.current_ma, None),
            ("external power", None, event.power_w),
        ):
            if current_ma is None and power_w is None:
                self.limits.drop(source, scope, event.evse)
                continue
            limit = Limit(
                source=source,
                scope=scope,
                evse=event.evse,
                current_ma=current_ma,
                power_w=power_w,
                expires=expires,
                fallback_ma=fallback_ma,
            )
            self.limits.put(limit)

    def review(self, turn: Turn) -> None:
        """Derive what each EVSE may have now, and send what changed or has to be renewed."""
        for evse in self._evses.values():
            if not evse.wants_energy():
                evse.share_ma = None
                if evse.granted_ma or self._inherited(evse):
                    self._withdraw(turn, evse)
        if self.unheard:
            return  # what the permits of an earlier boot still give is not free
        wanting = [e for e in self._evses.values() if e.wants_energy()]
        for evse in wanting:
            self._cable(evse)
        others = sum(e.held_ma for e in self._evses.values() if not e.wants_energy())
        demands = [e.demand() for e in wanting]
        shares = self.limits.allocate(demands, others, turn.now.mono_ms) if demands else {}
        targets = self.limits.targets(demands, turn.now.mono_ms)
        for evse, demand in zip(wanting, demands, strict=True):
            phases = self.limits.phases(demand, turn.now.mono_ms)
            evse.share_ma = targets[evse.id]
            self._offer(turn, evse, shares[evse.id], phases)

    def _inherited(self, evse: Evse) -> bool:
        """Whether the permit of an agent before this one still gives power, to a transaction that nobody knows."""
        report = evse.report
        resuming = evse.tx is not None and evse.tx.stage is Stage.RESUMING
        return evse.granted_at is None and report is not None and report.commanded and not resuming

    def _cable(self, evse: Evse) -> None:
        cable = evse.report.cable_ma if evse.report is not None else None
        if cable is None:
            self.limits.drop("cable", Scope.EVSE, evse.id)
        else:
            self.limits.put(Limit(source="cable", scope=Scope.EVSE, evse=evse.id, current_ma=cable))

    def _offer(self, turn: Turn, evse: Evse, current_ma: int, phases: int) -> None:
        if current_ma == 0:
            if evse.granted_ma:
                self._withdraw(turn, evse)
            return
        same = evse.granted_ma == current_ma and evse.granted_phases == phases
        if same and not self._renewal_due(turn, evse):
            return
        lower = current_ma < evse.granted_ma
        grant = self._grant(turn, evse, PilotSignal.PWM, current_ma, phases, energise=True)
        if lower:
            turn.urge(grant)
        else:
            turn.do(grant)

    def _renewal_due(self, turn: Turn, evse: Evse) -> bool:
        since = turn.now.mono_ms - (evse.granted_at or MonoMs(0))
        return since >= self._rules.lease_ms // PERMIT_RENEWALS

    def _withdraw(self, turn: Turn, evse: Evse) -> None:
        turn.urge(self._grant(turn, evse, PilotSignal.OFF, 0, evse.capabilities.phases, energise=False))

    def _grant(
        self, turn: Turn, evse: Evse, signal: PilotSignal, current_ma: int, phases: int, *, energise: bool
    ) -> Grant:
        evse.permit_number += 1
        evse.granted_ma, evse.granted_phases = current_ma, phases if energise else 0
        evse.granted_at = turn.now.mono_ms
        return Grant(
            permit=Permit(
                evse=evse.id,
                number=evse.permit_number,
                signal=signal,
                current_ma=current_ma,
                phases=max(phases, 1),
                energise=energise,
                lease_ms=self._rules.lease_ms,
            )
        )

    def forget(self) -> None:
        """The guard is gone or new: nothing is granted, and numbers go on growing."""
        for evse in self._evses.values():
            evse.granted_ma, evse.granted_phases, evse.granted_at = 0, 0, None

    def wake(self) -> list[MonoMs]:
        due = self._rules.lease_ms // PERMIT_RENEWALS
        return [MonoMs(e.granted_at + due) for e in self._evses.values() if e.granted_ma and e.granted_at is not None]
