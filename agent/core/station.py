"""The station: the pure core. `handle(event, now)` is all there is.

Each event is first taken over by whom it concerns (`agent.core.dispatch`); then everything derived is looked at again,
in a fixed order: transactions, permits, unlocks, resets, statuses, indicators, timers. Nothing here waits, reads a
clock or fails on what comes from outside.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.core import live
from agent.core.alarms import Alarms
from agent.core.alignment import Alignment
from agent.core.authorization import Authorizer
from agent.core.availability import Availability
from agent.core.backend import Backend
from agent.core.bounds import END_SAMPLES, PERMIT_BOOTS, PERMITS_A_BOOT, RECENT_TRANSACTIONS
from agent.core.clock import MonoMs, Now, WallClock, WallMs
from agent.core.dispatch import handlers
from agent.core.effects import Outcome, ReadMeter, SetSampling, ShowIndicator, WakeAt
from agent.core.entry import Entry
from agent.core.events import AnyEvent, TimerFired
from agent.core.evse import Evse
from agent.core.facts import (
    AnyKept,
    BootCounted,
    BootReasonSet,
    ClockLearned,
    EndSampleTaken,
    OperativeSet,
    RegisterKept,
    ResetScheduled,
    TokenCached,
    TransactionKept,
    VariableWritten,
)
from agent.core.faults import FaultSet
from agent.core.hardware import Hardware
from agent.core.machine import Machine
from agent.core.operations import Operations
from agent.core.permits import Permits
from agent.core.provisioning import Provisioning
from agent.core.registration import Registration
from agent.core.requests import ConnectorStatus
from agent.core.reset import Resets
from agent.core.resumption import abandoned
from agent.core.rules import Options, Rules
from agent.core.session import Session
from agent.core.status import StatusReporter
from agent.core.transaction import Transaction
from agent.core.turn import Turn
from agent.core.unlocking import Unlocks
from agent.variables.registry import Registry
from hal.types import EvseCapabilities


class Station:
    """A charging station with its EVSEs. `nonce` makes transaction ids unique for ever (E01.FR.08)."""

    def __init__(self, registry: Registry, options: Options, *, boot: int, nonce: str, reason: str = "PowerUp") -> None:
        self.rules = Rules(registry)
        self.options = options
        self.faults = FaultSet()
        self.guard_up = False
        self.board = ""
        self._boot = boot
        self._nonce = nonce
        self._seq = 0
        self._reads = 0
        self._transactions = 0
        self._orphans: list[TransactionKept] = []
        self.clock = WallClock({}, {})
        self.registration = Registration(self.rules, reason)
        self.authorizer = Authorizer(self.rules)
        self.availability = Availability()
        self.provisioning = Provisioning(registry)
        self.recent: list[str] = []
        self.wall_ms: WallMs | None = None  # of the newest turn, for who asks outside of one
        self._wake: MonoMs | None = None
        self.evses = _evses(self, registry, boot)
        self.sessions = {number: Session(evse) for number, evse in self.evses.items()}
        self.permits = Permits(self.rules, options, self.evses)
        self.permits.know(registry)
        self.resets = Resets(self.evses, self.sessions)
        self.entry = Entry(self)
        self.operations = Operations(self)
        self.unlocks = Unlocks(self)
        self.hardware = Hardware(self)
        self.backend = Backend(self)
        self.machine = Machine(self)
        self.alignment = Alignment(self)
        self.status = StatusReporter(self.rules, self.evses, self._station_status)
        self.alarms = Alarms(registry, self.evses)
        self._handlers = handlers(self)
        registry.bind(lambda address: live.value(self, address))

    # What EVSEs and commands ask of their station

    @property
    def online(self) -> bool:
        return self.registration.online

    @property
    def waiting(self) -> frozenset[str]:
        """Transactions that the CSMS does not know all of yet."""
        return self.backend.waiting

    def owner(self, tx: str) -> Evse | None:
        """The EVSE on which a transaction runs."""
        return next((e for e in self.evses.values() if e.tx is not None and e.tx.tx == tx), None)

    def next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def next_read(self) -> int:
        self._reads += 1
        return self._reads

    def new_transaction_id(self) -> str:
        self._transactions += 1
        return f"{self._nonce}-{self._boot:x}-{self._transactions:x}"

    def may_begin(self, evse: int) -> bool:
        """Whether a new transaction may begin on an EVSE."""
        target = self.evses[evse]
        return (
            self.machine.storage_failure is None
            and self.guard_up
            and not self.resets.concerns(evse)
            and self.operative(evse, target.front)
            and self.faults.blocking(evse) is None
            and (self.registration.accepted or self.rules.before_accepted)
        )

    def operative(self, evse: int, connector: int) -> bool:
        return self.availability.operative(evse, connector) and not self.resets.holds(evse)

    def transaction_ended(self, tx: str) -> None:
        self.backend.last_end = self._seq
        self.permits.limits.drop_transaction(tx)
        self.recent = [*self.recent[1 - RECENT_TRANSACTIONS :], tx]

    def _station_status(self) -> ConnectorStatus:
        if any(f.evse == 0 and f.blocking for f in self.faults.all()):
            return ConnectorStatus.FAULTED
        return ConnectorStatus.AVAILABLE if self.availability.station else ConnectorStatus.UNAVAILABLE

    # Restoring

    def restore(self, kept: Iterable[AnyKept], last_seq: int, end_samples: Iterable[EndSampleTaken] = ()) -> list[str]:
        """Take over what the ledger kept. Gives what could not be taken over, in words. Call before the first event."""
        self._seq = last_seq
        written: list[VariableWritten] = []
        offsets: dict[int, int] = {}
        floors: dict[int, int] = {}
        resumed: dict[str, Transaction] = {}
        problems: list[str] = []
        for fact in kept:
            match fact:
                case VariableWritten():
                    written.append(fact)
                case OperativeSet():
                    self.availability.restore(fact)
                case TokenCached():
                    self.authorizer.cache.restore(fact)
                case ClockLearned():
                    offsets[fact.boot] = fact.offset_ms
                    floors[fact.boot] = fact.floor_ms
                case ResetScheduled():
                    self.resets.restore(fact)
                case RegisterKept() if fact.evse in self.evses:
                    self.evses[fact.evse].register.restore(fact)
                case TransactionKept() if fact.open and fact.evse in self.evses:
                    tx = Transaction.restore(fact, MonoMs(0))
                    self.evses[fact.evse].tx = resumed[fact.tx] = tx
                case TransactionKept() if fact.open:
                    problems.append(f"transaction {fact.tx} ran on EVSE {fact.evse}, which this board does not have")
                    self._orphans.append(fact)
                case _:
                    pass
        for sample in end_samples:
            if sample.tx in resumed:
                resumed[sample.tx].add_end_sample(sample.sample, END_SAMPLES)
        self.clock = WallClock(offsets, floors)
        for tx in resumed.values():
            if tx.kept_at is not None:
                self.clock.resume(tx.kept_at)
        return problems + self.provisioning.restore(written)

    def start(self, now: Now) -> Outcome:
        """The first turn of a boot."""
        turn = Turn(self.steady(now))
        self.wall_ms = turn.now.wall_ms
        turn.record(BootCounted(boot=self._boot))
        turn.record(BootReasonSet(reason=""))
        self.machine.note_security(turn, "StartupOfTheDevice", self.registration.reason)
        for orphan in self._orphans:
            turn.facts += abandoned(orphan, self.next_seq(), turn.now)
        for evse in self.evses.values():
            evse.armed = set(evse.conditions())
            turn.do(ReadMeter(evse=evse.id, read_id=0))
        return self._settled(turn)

    def steady(self, now: Now) -> Now:
        """Time does not step back inside a transaction, whoever set the clock (field pain 9)."""
        return self.clock.steady(now, hold=any(e.tx is not None for e in self.evses.values()))

    # The one door

    def handle(self, event: AnyEvent, now: Now) -> Outcome:
        """Take one event and give what follows from it."""
        turn = Turn(self.steady(now))
        self.wall_ms = turn.now.wall_ms
        self.machine.learn_clock(turn, turn.now)
        self._handlers[type(event)](turn, event)
        return self._settled(turn)

    def _settled(self, turn: Turn) -> Outcome:
        self._tick(turn)
        for session in self.sessions.values():
            session.settle(turn)
        self.permits.review(turn)
        for session in self.sessions.values():
            session.settle(turn)  # a state may follow from what was just granted or withdrawn
        self.unlocks.review(turn)
        self.resets.review(turn, online=self.online, queued=self.backend.queued)
        self.status.review(turn, online=self.online)
        self.alarms.review(turn, online=self.online)
        for evse in self.evses.values():
            self._sampling(turn, evse)
            self._indicate(turn, evse)
        self._plan(turn)
        return turn.outcome()

    # Time

    def _tick(self, turn: Turn) -> None:
        self.registration.tick(turn)
        for session in self.sessions.values():
            session.tick(turn)
        self.alignment.tick(turn)
        self.entry.tick(turn)

    def _plan(self, turn: Turn) -> None:
        now = turn.now.mono_ms
        due: list[MonoMs] = [
            *self.registration.wake(),
            *self.permits.wake(),
            *self.status.wake(),
            *self.unlocks.wake(),
            *self.resets.wake(),
            *self.entry.wake(),
            *self.alignment.wake(),
        ]
        expiry = self.permits.limits.next_expiry(now)
        if expiry is not None:
            due.append(expiry)
        for session in self.sessions.values():
            due += session.wake(turn.now)
        earliest = min(due, default=None)
        if earliest is not None and earliest != self._wake:
            turn.do(WakeAt(mono_ms=max(earliest, now)))
        self._wake = earliest

    def _sampling(self, turn: Turn, evse: Evse) -> None:
        wanted = self.options.sample_ms if evse.energised else self.options.idle_sample_ms
        if wanted != evse.sampling_ms:
            evse.sampling_ms = wanted
            turn.do(SetSampling(evse=evse.id, interval_ms=wanted))

    def _indicate(self, turn: Turn, evse: Evse) -> None:
        state = evse.indicator(turn.now)
        if state is not evse.shown:
            evse.shown = state
            turn.do(ShowIndicator(evse=evse.id, state=state))

    def timer_fired(self, turn: Turn, event: TimerFired) -> None:
        """What is due is looked at after every event. A timer may fire a moment early: it is planned anew then."""
        if self._wake is not None and self._wake > turn.now.mono_ms:
            self._wake = None


def _evses(station: Station, registry: Registry, boot: int) -> dict[int, Evse]:
    """The EVSEs of the topology, as far as they are known before the guard tells what it has."""
    found = {}
    for number, supply in enumerate(registry.topology.evses, 1):
        capabilities = EvseCapabilities(
            evse=number,
            connectors=len(supply.connectors),
            phases=max(supply.phases, 1),
            max_current_ma=supply.max_current_ma,
        )
        found[number] = Evse(station, capabilities)
        # A permit of this boot is told from older ones.
        found[number].permit_number = boot % PERMIT_BOOTS * PERMITS_A_BOOT
    return found
