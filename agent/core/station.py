"""The station: the pure core. `handle(event, now)` is all there is.

Each event is first taken over by whom it concerns; then everything derived is looked at again, in a fixed order:
transactions, permits, unlocks, resets, statuses, indicators, timers. Nothing here waits, reads a clock or fails on what
comes from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agent.core import live
from agent.core.alarms import Alarms
from agent.core.authorization import Authorizer
from agent.core.availability import Availability
from agent.core.bounds import PERMIT_BOOTS, PERMITS_A_BOOT, RECENT_TRANSACTIONS
from agent.core.clock import MonoMs, Now, WallClock, WallMs
from agent.core.effects import Ask, Outcome, ReadMeter, SetSampling, ShowIndicator, WakeAt
from agent.core.entry import Entry
from agent.core.events import (
    AnyEvent,
    AuthorizeAnswered,
    BayChanged,
    BootAnswered,
    CommandReceived,
    DeviceHealthChanged,
    FactDelivered,
    FaultChanged,
    GuardConnected,
    GuardDisconnected,
    HeartbeatAnswered,
    LedgerReset,
    LinkClosed,
    LinkOpened,
    LinkRefused,
    MessageSent,
    MeterFailed,
    MeterSampled,
    PowerChanged,
    PowerFailing,
    QueueChanged,
    RequestDone,
    RequestFailed,
    SecurityNoted,
    StorageChanged,
    TamperDetected,
    TimerFired,
    TokenPresented,
)
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
    SecurityEventRaised,
    StopReason,
    TokenCached,
    TransactionKept,
    Trigger,
    VariableWritten,
)
from agent.core.faults import FaultSet
from agent.core.metering import Step, next_boundary
from agent.core.operations import Operations
from agent.core.permits import Permits
from agent.core.provisioning import Provisioning
from agent.core.registration import Registration
from agent.core.requests import ConnectorStatus, MeterRequest
from agent.core.reset import Resets
from agent.core.rules import Options, PowerLoss, Rules
from agent.core.samples import Context
from agent.core.session import Session
from agent.core.status import StatusReporter
from agent.core.tokens import IdToken
from agent.core.transaction import Authorization, Cause, Stage, Transaction
from agent.core.turn import Turn
from agent.variables.registry import Registry
from hal.types import EvseCapabilities, Fault, FaultCode, TokenKind

_STORAGE_FAULTS = {"full": FaultCode.STORAGE_FULL, "read_only": FaultCode.STORAGE_READ_ONLY}


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
        self.clock = WallClock({}, {})
        self.registration = Registration(self.rules, reason)
        self.authorizer = Authorizer(self.rules)
        self.availability = Availability()
        self.provisioning = Provisioning(registry)
        self._queue = QueueChanged(waiting=frozenset())
        self._last_end = 0  # fact that ended the last transaction of this boot
        self.recent: list[str] = []
        self.storage_failure: str | None = None
        self.network_slot: int | None = None  # of the newest link
        self.wall_ms: WallMs | None = None  # of the newest turn, for who asks outside of one
        self._link_lost_at: MonoMs | None = None
        self._aligned_at: MonoMs | None = None
        self._aligned_end_at: MonoMs | None = None
        self._wake: MonoMs | None = None
        self.evses = {
            number: Evse(
                self,
                EvseCapabilities(
                    evse=number,
                    connectors=len(supply.connectors),
                    phases=max(supply.phases, 1),
                    max_current_ma=supply.max_current_ma,
                ),
            )
            for number, supply in enumerate(registry.topology.evses, 1)
        }
        for evse in self.evses.values():
            evse.permit_number = boot % PERMIT_BOOTS * PERMITS_A_BOOT  # a permit of this boot is told from older ones
        self.sessions = {number: Session(evse) for number, evse in self.evses.items()}
        self.permits = Permits(self.rules, options, self.evses)
        self.permits.know(registry)
        self.resets = Resets(self.evses, self.sessions)
        self.entry = Entry(self)
        self.operations = Operations(self)
        self.status = StatusReporter(self.rules, self.evses, self._station_status)
        self.alarms = Alarms(registry, self.evses)
        registry.bind(lambda address: live.value(self, address))

    # What EVSEs and commands ask of their station

    @property
    def online(self) -> bool:
        return self.registration.online

    @property
    def waiting(self) -> frozenset[str]:
        """Transactions that the CSMS does not know all of yet."""
        return self._queue.waiting

    @property
    def _queued(self) -> bool:
        """Something is still to be told that was decided already."""
        return bool(self.waiting) or self._queue.busy or self._queue.upto < self._last_end

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
            self.storage_failure is None
            and self.guard_up
            and not self.resets.concerns(evse)
            and self.operative(evse, target.connector or 1)
            and self.faults.blocking(evse) is None
            and (self.registration.accepted or self.rules.before_accepted)
        )

    def operative(self, evse: int, connector: int) -> bool:
        return self.availability.operative(evse, connector)

    def transaction_ended(self, tx: str) -> None:
        self._last_end = self._seq
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
                case _:
                    pass
        for sample in end_samples:
            if sample.tx in resumed:
                resumed[sample.tx].end_samples.append(sample.sample)
        self.clock = WallClock(offsets, floors)
        return problems + self.provisioning.restore(written)

    def start(self, now: Now) -> Outcome:
        """The first turn of a boot."""
        turn = Turn(now)
        self.wall_ms = now.wall_ms
        turn.record(BootCounted(boot=self._boot))
        turn.record(BootReasonSet(reason=""))
        self.note_security(turn, "StartupOfTheDevice", self.registration.reason)
        for evse in self.evses.values():
            evse.armed = set(evse.conditions())
            turn.do(ReadMeter(evse=evse.id, read_id=0))
        return self._settled(turn)

    # The one door

    def handle(self, event: AnyEvent, now: Now) -> Outcome:
        """Take one event and give what follows from it.

        Time does not step back inside a transaction, whoever set the clock (field pain 9).
        """
        turn = Turn(self.clock.steady(now, hold=any(e.tx is not None for e in self.evses.values())))
        self.wall_ms = turn.now.wall_ms
        self._learn_clock(turn, turn.now)
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, turn, event)
        return self._settled(turn)

    def _settled(self, turn: Turn) -> Outcome:
        self._tick(turn)
        for session in self.sessions.values():
            session.settle(turn)
        self.permits.review(turn)
        for session in self.sessions.values():
            session.settle(turn)  # a state may follow from what was just granted or withdrawn
        self.operations.review(turn)
        self.resets.review(turn, online=self.online, queued=self._queued)
        self.status.review(turn, online=self.online)
        self.alarms.review(turn, online=self.online)
        for evse in self.evses.values():
            self._sampling(turn, evse)
            self._indicate(turn, evse)
        self._plan(turn)
        return turn.outcome()

    def _learn_clock(self, turn: Turn, now: Now) -> None:
        before = self.clock.offset(turn.now.boot)
        if self.clock.learn(now):
            offset = self.clock.offset(turn.now.boot) or 0
            step_ms = offset - before if before is not None else 0
            if abs(step_ms) > self.rules.clock_step_ms:
                self.note_security(turn, "SettingSystemTime", f"{step_ms / 1000:+.1f} s")  # part 2, appendix 1
            turn.record(ClockLearned(boot=turn.now.boot, offset_ms=offset, floor_ms=self.clock.floor_ms))
            self._aligned_at = self._aligned_end_at = None
        elif before is not None and self.clock.keeps_floor(now):
            turn.record(ClockLearned(boot=turn.now.boot, offset_ms=before, floor_ms=self.clock.floor_ms))

    def note_security(self, turn: Turn, kind: str, info: str = "") -> None:
        seq = self.next_seq()
        turn.record(SecurityEventRaised(seq=seq, stamp=turn.now.stamp(), kind=kind, info=info[:255]))

    # Time

    def _tick(self, turn: Turn) -> None:
        self.registration.tick(turn)
        for session in self.sessions.values():
            session.tick(turn)
        self._aligned(turn)
        self.entry.tick(turn)

    def _aligned(self, turn: Turn) -> None:
        """Clock-aligned values: in the transaction if one runs, else as MeterValues (J01)."""
        wall, now = turn.now.wall_ms, turn.now.mono_ms
        if wall is None:
            return
        if self._aligned_at is not None and now >= self._aligned_at:
            self._aligned_at = None
            for session in self.sessions.values():
                if not session.sampling.aligned(turn) and self.registration.accepted:
                    self._aligned_idle(turn, session)
        if self._aligned_end_at is not None and now >= self._aligned_end_at:
            self._aligned_end_at = None
            for session in self.sessions.values():
                session.sampling.aligned_for_end(turn)
        interval, ended = self.rules.aligned_interval_s, self.rules.aligned_ended_interval_s
        if interval and self._aligned_at is None:
            self._aligned_at = MonoMs(now + next_boundary(wall, interval) - wall)
        if ended and self._aligned_end_at is None:
            self._aligned_end_at = MonoMs(now + next_boundary(wall, ended) - wall)
        if not interval:
            self._aligned_at = None
        if not ended:
            self._aligned_end_at = None

    def _aligned_idle(self, turn: Turn, session: Session) -> None:
        found = session.sampling.sample(turn, self.rules.aligned_measurands, Context.CLOCK)
        if found is not None:
            request = MeterRequest(evse=session.evse.id, samples=(found,))
            turn.do(Ask(request_id=0, delivery="report", request=request))

    def _plan(self, turn: Turn) -> None:
        now = turn.now.mono_ms
        due: list[MonoMs] = [
            *self.registration.wake(),
            *self.permits.wake(),
            *self.status.wake(),
            *self.operations.wake(),
            *self.resets.wake(),
            *self.entry.wake(),
        ]
        for at in (self._aligned_at, self._aligned_end_at, self.permits.limits.next_expiry(now)):
            if at is not None:
                due.append(at)
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

    # Hardware

    def _guard_connected(self, turn: Turn, event: GuardConnected) -> None:
        self.guard_up = True
        self.board = event.board
        for capabilities in event.evses:
            evse = self.evses.get(capabilities.evse)
            if evse is not None:
                evse.capabilities = capabilities
                evse.report = None
        self.permits.forget()
        self.permits.know(self.rules.registry)
        self.faults.clear(0, FaultCode.GUARD_LOST, "guard")

    def _guard_disconnected(self, turn: Turn, event: GuardDisconnected) -> None:
        self.guard_up = False
        self.permits.forget()
        self.faults.raise_(Fault(code=FaultCode.GUARD_LOST, evse=0, source="guard", info=event.why[:50]))
        if self.options.guard_loss is PowerLoss.STOP:
            cause = Cause(trigger=Trigger.ABNORMAL_CONDITION, reason=StopReason.OTHER)
            for evse in self.evses.values():
                if evse.tx is not None and evse.tx.stage is Stage.RUNNING:
                    self.sessions[evse.id].end(turn, evse.tx, cause)

    def _power_changed(self, turn: Turn, event: PowerChanged) -> None:
        evse = self.evses.get(event.report.evse)
        if evse is None:
            return
        session, was = self.sessions[evse.id], evse.plugged
        closed = evse.contactor_closed
        first = evse.report is None
        evse.take_report(event.report, turn.now)
        evse.permit_number = max(evse.permit_number, event.report.permit_number)
        self.faults.replace(evse.id, "guard", event.report.faults)
        if closed and not evse.contactor_closed:
            turn.do(ReadMeter(evse=evse.id, read_id=0))
        if evse.plugged and not was:
            resumed = evse.tx is not None and evse.tx.stage is Stage.RESUMING
            if resumed or (first and evse.tx is not None):
                session.settle(turn)
            else:
                self._plugged(turn, evse)
        elif was and not evse.plugged:
            session.unplugged(turn)

    def _plugged(self, turn: Turn, evse: Evse) -> None:
        session = self.sessions[evse.id]
        if evse.auth is None and not self.rules.authorization_required and self.may_begin(evse.id):
            token = IdToken(value="", kind=TokenKind.NO_AUTHORIZATION.value)  # C01.FR.01: energy without a card
            evse.auth = Authorization(token=token, since=turn.now.mono_ms)
        session.plugged(turn)
        self.entry.plugged(turn, evse)

    def _meter_sampled(self, turn: Turn, event: MeterSampled) -> None:
        evse = self.evses.get(event.evse)
        if evse is None:
            return
        tx = evse.tx
        counts = tx is not None and tx.stage is not Stage.BEGINNING
        step = evse.register.take(event.reading, turn.now.mono_ms, counts, evse.energy_flows)
        evse.reading = event.reading
        self.faults.clear(evse.id, FaultCode.POWER_METER, "meter")
        if step in {Step.HELD, Step.FROZEN}:
            info = "register jumped" if step is Step.HELD else "register stands still"
            implausible = Fault(
                code=FaultCode.METER_IMPLAUSIBLE, evse=evse.id, source="meter", blocking=False, info=info
            )
            self.faults.raise_(implausible)
        elif step is Step.GOOD:
            self.faults.clear(evse.id, FaultCode.METER_IMPLAUSIBLE, "meter")
        if step not in {Step.GOOD, Step.FROZEN}:
            turn.record(evse.register.kept(evse.id))
        session = self.sessions[evse.id]
        session.recorder.metered(turn)
        session.snapshot(turn, event.read_id)

    def _meter_failed(self, turn: Turn, event: MeterFailed) -> None:
        evse = self.evses.get(event.evse)
        if evse is None:
            return
        self.faults.raise_(
            Fault(code=FaultCode.POWER_METER, evse=evse.id, source="meter", blocking=False, info=event.why[:50])
        )
        evse.reading = None  # only the register outlives it: an old voltage is not to be told as a new one
        self.sessions[evse.id].snapshot(turn, event.read_id)

    def _fault_changed(self, turn: Turn, event: FaultChanged) -> None:
        if event.raised:
            self.faults.raise_(event.fault)
        else:
            self.faults.clear(event.fault.evse, event.fault.code, event.fault.source)

    def _device_health(self, turn: Turn, event: DeviceHealthChanged) -> None:
        code = {"reader": FaultCode.READER, "meter": FaultCode.POWER_METER}.get(event.kind, FaultCode.OTHER)
        fault = Fault(code=code, evse=event.evse, source=event.device, blocking=False, info=(event.error or "")[:50])
        if event.error is None:
            self.faults.clear(event.evse, code, event.device)
        else:
            self.faults.raise_(fault)

    def _bay_changed(self, turn: Turn, event: BayChanged) -> None:
        evse = self.evses.get(event.evse)
        if evse is None or evse.bay == event.occupied:
            return
        evse.bay = event.occupied
        trigger = Trigger.EV_DETECTED if event.occupied else Trigger.EV_DEPARTED
        reason = None if event.occupied else StopReason.EV_DISCONNECTED
        self.sessions[evse.id].settle(turn, Cause(trigger=trigger, reason=reason))

    def _power_failing(self, turn: Turn, event: PowerFailing) -> None:
        """The last words while the capacitor lasts: a checkpoint, or the end where a power loss means that."""
        cause = Cause(trigger=Trigger.ABNORMAL_CONDITION, reason=StopReason.POWER_LOSS)
        for evse in self.evses.values():
            if evse.tx is None or evse.tx.stage is not Stage.RUNNING:
                continue
            if self.options.power_loss is PowerLoss.STOP:
                self.sessions[evse.id].end(turn, evse.tx, cause)
            else:
                self.sessions[evse.id].recorder.keep(turn, evse.tx)

    def _token_presented(self, turn: Turn, event: TokenPresented) -> None:
        self.entry.presented(turn, event)

    def _authorize_answered(self, turn: Turn, event: AuthorizeAnswered) -> None:
        self.entry.answered(turn, event)

    # The backend

    def _link_opened(self, turn: Turn, event: LinkOpened) -> None:
        lost = self._link_lost_at
        self.network_slot = event.slot
        self.registration.link_opened(turn, event.version)
        if self.online and lost is not None and turn.now.mono_ms - lost > self.rules.offline_threshold_ms:
            self.status.refresh(turn)  # B04.FR.01
        self._link_lost_at = None

    def _link_closed(self, turn: Turn, event: LinkClosed) -> None:
        if self.registration.linked:
            self._link_lost_at = turn.now.mono_ms
        self.registration.link_closed()

    def _link_refused(self, turn: Turn, event: LinkRefused) -> None:
        self.note_security(turn, event.kind, event.info)

    def _boot_answered(self, turn: Turn, event: BootAnswered) -> None:
        if event.time_ms is not None and turn.now.wall_ms is None and self.rules.csms_clock:
            # Known at once: what follows from the acceptance leaves before the shell has set its clock.
            self._learn_clock(turn, Now(mono_ms=turn.now.mono_ms, wall_ms=event.time_ms, boot=turn.now.boot))
        if self.registration.answered(turn, event):
            self.status.enabled = True
            self.status.tell_all(turn)

    def _heartbeat_answered(self, turn: Turn, event: HeartbeatAnswered) -> None:
        self.registration.heartbeat_answered(turn, event.time_ms)

    def _request_failed(self, turn: Turn, event: RequestFailed) -> None:
        if event.request_id == Registration.BOOT_ID:
            self.registration.failed(turn)
        self.entry.failed(turn, event)

    def _fact_delivered(self, turn: Turn, event: FactDelivered) -> None:
        """What the CSMS said of a token in its answer; the transaction may be over since."""
        info, token = event.info, event.token
        if info is None or token is None:
            return
        self.authorizer.cache.update(turn, token, info)  # C10.FR.05
        evse = next((e for e in self.evses.values() if e.tx is not None and e.tx.tx == event.tx), None)
        if evse is None or evse.tx is None or not token.same(evse.tx.token):
            return
        if not info.accepted:
            self.sessions[evse.id].invalidated(turn, token)
        elif info.group is not None and evse.auth is not None and evse.auth.group is None:
            evse.tx.group = info.group
            evse.auth = _with_group(evse.auth, info.group)

    def _queue_changed(self, turn: Turn, event: QueueChanged) -> None:
        self._queue = event

    # The machine

    def _storage_changed(self, turn: Turn, event: StorageChanged) -> None:
        before, self.storage_failure = self.storage_failure, event.failure
        for failure, code in _STORAGE_FAULTS.items():
            if failure != event.failure:
                self.faults.clear(0, code, "storage")
        if event.failure is not None:
            code = _STORAGE_FAULTS.get(event.failure, FaultCode.INTERNAL)
            self.faults.raise_(Fault(code=code, evse=0, source="storage", blocking=False, info=event.why[:50]))
            if before != event.failure:
                self.note_security(turn, "MemoryExhaustion", f"storage {event.failure}: {event.why}")
        else:
            self.faults.clear(0, FaultCode.INTERNAL, "storage")

    def _ledger_reset(self, turn: Turn, event: LedgerReset) -> None:
        self.note_security(turn, "SecurityLogWasCleared", event.info)

    def _tampered(self, turn: Turn, event: TamperDetected) -> None:
        self.note_security(turn, "TamperDetectionActivated", event.info)

    def _security_noted(self, turn: Turn, event: SecurityNoted) -> None:
        self.note_security(turn, event.kind, event.info)

    def _message_sent(self, turn: Turn, event: MessageSent) -> None:
        self.registration.message_sent(turn.now)

    def _command(self, turn: Turn, event: CommandReceived) -> None:
        self.operations.receive(turn, event)

    def _timer_fired(self, turn: Turn, event: TimerFired) -> None:
        """What is due is looked at after every event. A timer may fire a moment early: it is planned anew then."""
        if self._wake is not None and self._wake > turn.now.mono_ms:
            self._wake = None

    def _nothing(self, turn: Turn, event: RequestDone) -> None:
        """What is due is looked at after every event."""


def _with_group(auth: Authorization, group: IdToken) -> Authorization:
    return Authorization(
        token=auth.token,
        group=group,
        since=auth.since,
        remote_start_id=auth.remote_start_id,
        remote=auth.remote,
        told=auth.told,
    )


_HANDLERS: dict[type, Callable[..., None]] = {
    GuardConnected: Station._guard_connected,
    GuardDisconnected: Station._guard_disconnected,
    PowerChanged: Station._power_changed,
    MeterSampled: Station._meter_sampled,
    MeterFailed: Station._meter_failed,
    TokenPresented: Station._token_presented,
    FaultChanged: Station._fault_changed,
    DeviceHealthChanged: Station._device_health,
    BayChanged: Station._bay_changed,
    PowerFailing: Station._power_failing,
    TamperDetected: Station._tampered,
    LinkOpened: Station._link_opened,
    LinkClosed: Station._link_closed,
    LinkRefused: Station._link_refused,
    CommandReceived: Station._command,
    BootAnswered: Station._boot_answered,
    HeartbeatAnswered: Station._heartbeat_answered,
    AuthorizeAnswered: Station._authorize_answered,
    RequestFailed: Station._request_failed,
    RequestDone: Station._nothing,
    FactDelivered: Station._fact_delivered,
    QueueChanged: Station._queue_changed,
    MessageSent: Station._message_sent,
    TimerFired: Station._timer_fired,
    StorageChanged: Station._storage_changed,
    LedgerReset: Station._ledger_reset,
    SecurityNoted: Station._security_noted,
}
