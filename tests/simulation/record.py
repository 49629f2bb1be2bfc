"""What really happened, noted beside the station: energy that flowed, facts that became durable, errors in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from agent.core.facts import AnyLogged, TransactionRecorded
from agent.runtime import codec
from agent.runtime.pump import Pump
from agent.store.records import Batch
from hal.mock.battery import UWMS_PER_WH
from tests.simulation.run import Broken, Run

# The one verb that is honest to the meter's register is none of these.
TAMPERING = frozenset({"meter.jump", "meter.set", "meter.swap"})
DISHONEST = frozenset({"meter.stall", "contactor.weld", *TAMPERING})


class _Errors(logging.Handler):
    """Keeps what was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        why = getattr(record, "why", "") or record.exc_info
        self.seen.append(f"{record.name}: {record.getMessage()} {why}"[:300])


@dataclass
class Truth:
    """A step of a transaction when it was made: the energy (Wh) that had flowed through its outlet, and the time."""

    energy_wh: int
    at: float


@dataclass
class Record:
    """See the module."""

    run: Run
    facts: dict[int, TransactionRecorded] = field(default_factory=dict)  # durable ones, by their number in the log
    truth: dict[int, Truth] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)  # transactions of which something was only in memory, and lost
    dishonest: dict[int, list[float]] = field(default_factory=dict)  # times at which the meter was not honest, by EVSE
    errors: list[str] = field(default_factory=list)
    blind: list[float] = field(default_factory=list)  # times at which the meters could not be read: no guard
    _moved_uwms: dict[int, int] = field(default_factory=dict)
    _durable: dict[int, str | None] = field(default_factory=dict)  # with the transaction

    def __post_init__(self) -> None:
        run = self.run
        run.w.disk.taken = self._taken
        run.deaths.append(self._dying)
        run.looks.append(self._look)
        bench = run.w.mock.call
        run.w.mock.call = lambda verb, args: self._verb(bench, verb, args)  # type: ignore[method-assign]

    # Energy

    def _verb(self, bench: Any, verb: str, args: Any) -> Any:
        evse = args.get("evse", 1)
        if verb in DISHONEST:
            self.dishonest.setdefault(evse, []).append(self.run.now)
        if verb not in TAMPERING:
            return bench(verb, args)
        meter = self.run.w.mock.world.outlets[evse].meter
        self.run.w.mock.catch_up()
        before = meter.register_uwms
        answer = bench(verb, args)
        self._moved_uwms[evse] = self._moved_uwms.get(evse, 0) + meter.register_uwms - before
        return answer

    def energy_wh(self, evse: int) -> int:
        """What has flowed through an outlet since the beginning."""
        self.run.w.mock.catch_up()
        outlet = self.run.w.mock.world.outlets[evse]
        outlet.change(lambda: None)
        return (outlet.meter.register_uwms - self._moved_uwms.get(evse, 0)) // UWMS_PER_WH

    def _look(self) -> None:
        now = self.run.now
        if not self.run.guard_up and (not self.blind or now > self.blind[-1]):
            self.blind.append(now)
        for evse in self.run.evses:
            if self.run.lasts(f"meter stall {evse}") or self.run.lasts(f"weld {evse}"):
                self.dishonest.setdefault(evse, []).append(now)

    def honest(self, evse: int, begin: float, end: float) -> bool:
        """Whether nobody touched the meter in this time, or before it without a good reading since, and whether it
        could be read at its end."""
        touched = any(begin - 70 <= at <= end for at in self.dishonest.get(evse, ()))
        return not touched and not any(end - 10.5 <= at <= end + 10.5 for at in self.blind)

    # Facts

    def _made(self, facts: Sequence[Any]) -> None:
        for fact in facts:
            if isinstance(fact, TransactionRecorded):
                self.truth[fact.seq] = Truth(self.energy_wh(fact.evse), self.run.now)

    def _taken(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            found: list[AnyLogged] = list(codec.logged(batch.log))
            self._durable.update({record.seq: record.tx for record in batch.log if record.cls == "ledger"})
            for fact in found:
                if isinstance(fact, TransactionRecorded):
                    before = self.facts.setdefault(fact.seq, fact)
                    if before != fact:
                        raise Broken(f"fact {fact.seq} was committed twice: {before} and {fact}")

    def _dying(self) -> None:
        lost = [record.tx for batch in self.run.w.disk._memory for record in batch.log if record.tx is not None]
        self.excused.update(lost)
        if self.run.w.disk._memory:
            self.run.loss_of_memory = True
            self.excused.update(kept.key for batch in self.run.w.disk._memory for kept in batch.kept)

    def check_durable(self) -> None:
        """No fact is lost after its commit; only whole transactions that were delivered are forgotten one day."""
        tables = self.run.w.disk._tables
        gone = [
            seq
            for seq, tx in sorted(self._durable.items())
            if seq not in tables.log and (tx in tables.tx or seq > tables.floor("ledger"))
        ]
        if gone:
            raise Broken(f"facts {gone[:10]} were durable and are lost")

    # Around the station

    @contextmanager
    def spying(self) -> Iterator[None]:
        """While this lasts facts are seen as they are made, and errors as they are logged."""
        take, handler = Pump._take, _Errors()
        self.errors = handler.seen

        def spy(pump: Pump, outcome: Any, event: Any) -> None:
            self._made(outcome.facts)
            take(pump, outcome, event)

        loggers = [logging.getLogger(name) for name in ("agent", "hal")]
        for logger in loggers:
            logger.addHandler(handler)
        try:
            with patch.object(Pump, "_take", spy):
                yield
        finally:
            for logger in loggers:
                logger.removeHandler(handler)
