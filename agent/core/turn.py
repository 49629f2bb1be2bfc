"""One turn of the core: the present, and what the event at hand has led to so far."""

from __future__ import annotations

from agent.core.clock import Now
from agent.core.effects import AnyEffect, DriveLock, Grant, Outcome
from agent.core.facts import AnyKept, AnyLogged


class Turn:
    """Collects facts and effects in the order in which they are decided."""

    __slots__ = ("effects", "facts", "now", "urgent")

    def __init__(self, now: Now) -> None:
        self.now = now
        self.urgent: list[Grant | DriveLock] = []
        self.facts: list[AnyLogged | AnyKept] = []
        self.effects: list[AnyEffect] = []

    def record(self, fact: AnyLogged | AnyKept) -> None:
        """Something happened: durable before anything that follows is visible."""
        self.facts.append(fact)

    def do(self, effect: AnyEffect) -> None:
        """Something is to be done once the facts so far are durable."""
        self.effects.append(effect)

    def urge(self, effect: Grant) -> None:
        """Power is to be taken away now; no disk is waited for."""
        self.urgent.append(effect)

    def outcome(self) -> Outcome:
        return Outcome(urgent=self.urgent, facts=self.facts, effects=self.effects)
