"""The transaction machine of an EVSE.

    none ──start point met──► BEGINNING ──snapshot──► RUNNING ──stop point broken, fault──► ENDING ──snapshot──► none
                                                        ▲                                     ▲
                    restart ──► RESUMING ──car and policy allow──┘ └── else, with PowerLoss ──┘

A start point starts a transaction on the rising edge of its condition: a car that stays plugged in after its
transaction ended starts none by that. Whoever is authorised and connected gets a transaction in any case, since no
energy flows without one. Each step is told with the trigger of what caused it; a change of the charging state that
nothing else explains is its own cause (E02.FR.17).
"""

from __future__ import annotations

from agent.core.bounds import (
    END_SAMPLES,
    FIRST_CHARGE_GRACE_MS,
    KEPT_AT_LEAST_MS,
    OPEN_TIMEOUT_MS,
    SNAPSHOT_TIMEOUT_MS,
    WAITING_CAUSES,
)
from agent.core.clock import MonoMs, Now
from agent.core.effects import DriveLock, ReadMeter
from agent.core.evse import Evse
from agent.core.facts import (
    ChargingState,
    EndSampleTaken,
    StopReason,
    TransactionPhase,
    TransactionRecorded,
    Trigger,
)
from agent.core.metering import sample_set
from agent.core.resumption import goes_on
from agent.core.rules import PublicKey
from agent.core.samples import Context, SampleSet
from agent.core.tokens import IdToken
from agent.core.transaction import Authorization, Cause, Stage, StartPoint, Transaction
from agent.core.turn import Turn
from hal.types import LockState

_BEGIN_TRIGGER = {
    StartPoint.BAY: Trigger.EV_DETECTED,
    StartPoint.CONNECTED: Trigger.CABLE_PLUGGED_IN,
    StartPoint.AUTHORIZED: Trigger.AUTHORIZED,
    StartPoint.SIGNED: Trigger.SIGNED_DATA_RECEIVED,
    StartPoint.POWER_PATH: Trigger.AUTHORIZED,
    StartPoint.ENERGY: Trigger.CHARGING_STATE_CHANGED,
}
_END_CAUSE = {
    StartPoint.BAY: Cause(trigger=Trigger.EV_DEPARTED, reason=StopReason.EV_DISCONNECTED),
    StartPoint.CONNECTED: Cause(trigger=Trigger.EV_COMMUNICATION_LOST, reason=StopReason.EV_DISCONNECTED),
    StartPoint.AUTHORIZED: Cause(trigger=Trigger.STOP_AUTHORIZED, reason=StopReason.LOCAL),
    StartPoint.POWER_PATH: Cause(trigger=Trigger.EV_COMMUNICATION_LOST, reason=StopReason.EV_DISCONNECTED),
    StartPoint.ENERGY: Cause(trigger=Trigger.CHARGING_STATE_CHANGED, reason=StopReason.STOPPED_BY_EV),
}


class Session:
    """Runs the machine for one EVSE. `settle` is called after every event and whenever a cause is known."""

    def __init__(self, evse: Evse) -> None:
        self.evse = evse
        self.host = evse.host
        self._unlocked: Cause | None = None  # would start a transaction once the plug is locked

    def settle(self, turn: Turn, cause: Cause | None = None) -> None:
        tx = self.evse.tx
        if tx is None:
            self._consider(turn, cause)
        elif tx.stage is Stage.BEGINNING:
            if cause is not None and len(tx.waiting) < WAITING_CAUSES:
                tx.waiting.append(cause)
            self._begun(turn, tx)
        elif tx.stage is Stage.RESUMING:
            self._resume(turn, tx)
        elif tx.stage is Stage.ENDING:
            self._advance_end(turn, tx)
        else:
            self._follow(turn, tx, cause)

    # Beginning

    def _consider(self, turn: Turn, cause: Cause | None) -> None:
        evse, conditions = self.evse, self.evse.conditions()
        points = self.host.rules.start_points
        for point, true in conditions.items():
            if not true:
                evse.armed.add(point)
        due = [p for p in points if conditions.get(p) and p in evse.armed]
        if not due and conditions[StartPoint.POWER_PATH] and StartPoint.ENERGY not in points:
            due = [StartPoint.POWER_PATH]
        if due and due[0] in {StartPoint.POWER_PATH, StartPoint.SIGNED} and not evse.secured:
            self._unlocked = cause or self._unlocked
            return  # the plug is not locked yet, or cannot be (1.6 TC_024)
        cause, self._unlocked = cause or self._unlocked, None
        if not due or not self.host.may_begin(evse.id):
            return
        began = self._beginning(due[0], cause)
        tx = Transaction(self.host.new_transaction_id(), evse.id, evse.connector, began, turn.now.mono_ms)
        tx.started = (cause.stamp if cause else None) or turn.now.stamp()
        self._own(tx)
        evse.tx = tx
        evse.armed.clear()
        self._read(turn, tx)

    def _beginning(self, point: str, cause: Cause | None) -> Cause:
        """The cause to tell of a beginning."""
        auth = self.evse.auth
        stamp = cause.stamp if cause else None
        if auth is not None and auth.remote:
            return Cause(trigger=Trigger.REMOTE_START, token=auth.token, stamp=stamp)  # F02.FR.21
        if point == StartPoint.SIGNED:
            return Cause(trigger=Trigger.SIGNED_DATA_RECEIVED, stamp=stamp)  # E01.FR.04
        return cause or Cause(trigger=_BEGIN_TRIGGER[point])

    def _own(self, tx: Transaction) -> None:
        auth = self.evse.auth
        if auth is not None and tx.token is None:
            tx.token, tx.group, tx.remote_start_id = auth.token, auth.group, auth.remote_start_id

    def _read(self, turn: Turn, tx: Transaction) -> None:
        tx.read_id = self.host.next_read()
        tx.deadline = MonoMs(turn.now.mono_ms + SNAPSHOT_TIMEOUT_MS)
        turn.do(ReadMeter(evse=self.evse.id, read_id=tx.read_id))

    def snapshot(self, turn: Turn, read_id: int) -> None:
        """The snapshot asked for was taken, or could not be: the last good reading serves then."""
        tx = self.evse.tx
        if tx is None or tx.read_id != read_id or not read_id:
            return
        tx.read_id, tx.deadline = -1, turn.now.mono_ms
        self.settle(turn)

    def _begun(self, turn: Turn, tx: Transaction) -> None:
        if tx.deadline is None or turn.now.mono_ms < tx.deadline:
            return
        evse, rules = self.evse, self.host.rules
        tx.stage, tx.deadline, tx.read_id = Stage.RUNNING, None, 0
        tx.start_register_wh = evse.register.register_wh
        tx.checkpoint_wh, tx.checkpoint_at = tx.start_register_wh, turn.now.mono_ms
        begin = self.sample(turn, rules.started_measurands, Context.BEGIN)
        tx.begin_told = True
        unsigned = evse.reading is None or evse.reading.signed is None
        if tx.began.trigger is Trigger.SIGNED_DATA_RECEIVED and unsigned:
            tx.began = Cause(trigger=Trigger.AUTHORIZED, stamp=tx.began.stamp)  # the meter signed nothing
        self.record(turn, tx, TransactionPhase.STARTED, tx.began, samples=(begin,) if begin else ())
        kept = self.sample(turn, rules.ended_measurands, Context.BEGIN)
        if kept is not None:
            self._keep_end_sample(turn, tx, kept)
        tx.next_sample = _after(turn.now.mono_ms, rules.updated_interval_ms)
        tx.next_end_sample = _after(turn.now.mono_ms, rules.ended_interval_ms)
        self.lock(turn)
        waiting, tx.waiting = tx.waiting, []
        for cause in waiting:
            if tx.stage is Stage.RUNNING:
                self._follow(turn, tx, cause)

    # Running

    def _follow(self, turn: Turn, tx: Transaction, cause: Cause | None) -> None:
        evse, conditions = self.evse, self.evse.conditions()
        points = self.host.rules.stop_points
        tx.met |= {p for p in points if conditions.get(p)}
        self._own(tx)
        fault = self.host.faults.ending(evse.id)
        if fault is not None:
            self.end(turn, tx, Cause(trigger=Trigger.ABNORMAL_CONDITION, reason=fault[1]))
            return
        broken = [p for p in points if p in tx.met and not conditions.get(p)]
        if broken:
            self.end(turn, tx, self._ending(tx, cause or _END_CAUSE[broken[0]], told=cause is not None))
            return
        if tx.connector is None:
            tx.connector = evse.connector
        state = evse.charging_state(turn.now)
        if cause is None and state is not tx.state:
            cause = Cause(trigger=Trigger.CHARGING_STATE_CHANGED)
        if cause is not None:
            self.record(turn, tx, TransactionPhase.UPDATED, cause)
            self.lock(turn)
            self.evse.finished = False

    def _ending(self, tx: Transaction, cause: Cause, *, told: bool) -> Cause:
        """The cause of an end that its stop points make: why the authorization ended goes before what followed."""
        reason = cause.reason
        if tx.ending is not None and tx.ending.reason is not None:
            reason = tx.ending.reason  # E06.FR.08
        elif tx.deauthorized and not told:
            reason = StopReason.DE_AUTHORIZED  # E05.FR.02
        return Cause(trigger=cause.trigger, token=cause.token, reason=reason, stamp=cause.stamp)

    def record(
        self,
        turn: Turn,
        tx: Transaction,
        phase: TransactionPhase,
        cause: Cause,
        samples: tuple[SampleSet, ...] = (),
    ) -> None:
        """Make the fact of one step, with what has to be told of the transaction for the first time or anew."""
        evse, now = self.evse, turn.now
        ended = phase is TransactionPhase.ENDED
        self._own(tx)
        state = evse.charging_state(now)
        tx.note_state(state, now.mono_ms)
        token = cause.token
        if token is None and tx.token is not None and not tx.token_told:
            token = tx.token  # E01.FR.10
        tx.token_told = tx.token_told or (token is not None and token.same(tx.token))
        remote = None if tx.remote_told else tx.remote_start_id
        tx.remote_told = tx.remote_told or remote is not None
        opens = not tx.opened and evse.auth is not None and evse.plugged and not ended
        tx.opened = tx.opened or opens
        phases = evse.granted_phases or evse.capabilities.phases
        phases_told = phases if state is ChargingState.CHARGING and tx.phases_told != phases else None
        tx.phases_told = phases_told or tx.phases_told
        cable_ma = evse.report.cable_ma if evse.report is not None else None
        cable = cable_ma // 1000 if cable_ma is not None and tx.cable_told != cable_ma else None
        tx.cable_told = cable_ma if cable is not None else tx.cable_told
        turn.record(
            TransactionRecorded(
                seq=self.host.next_seq(),
                stamp=cause.stamp or now.stamp(),
                phase=phase,
                tx=tx.tx,
                number=tx.number,
                evse=evse.id,
                connector=tx.connector,
                trigger=cause.trigger,
                register_wh=evse.register.register_wh,
                charging_state=state,
                token=token,
                start_token=tx.token,
                group=tx.group,
                reason=cause.reason if ended else None,
                remote_start_id=remote,
                samples=samples,
                transaction_data=tuple(tx.end_samples) if ended else (),
                time_charging_s=tx.charging_time_s(now.mono_ms),
                cable_a=cable,
                phases=phases_told,
                offline=not self.host.online,
                opened=tx.opened,
                opens=opens,
                closes=ended and tx.opened,
            )
        )
        tx.number += 1
        self.keep(turn, tx, open_=not ended)

    def keep(self, turn: Turn, tx: Transaction, *, open_: bool = True) -> None:
        """Checkpoint: what a restart needs of this transaction and its register."""
        register = self.evse.register
        tx.checkpoint_wh, tx.checkpoint_at = register.register_wh, turn.now.mono_ms
        authorized = self.evse.auth is not None
        turn.record(tx.kept(register.register_wh, turn.now.stamp(), authorized=authorized, open_=open_))
        turn.record(register.kept(self.evse.id))

    def lock(self, turn: Turn) -> None:
        """Lock the plug before energy is asked for; the guard closes nothing on an open lock (G05.FR.01)."""
        evse = self.evse
        report = evse.report
        wanted = evse.plugged and evse.auth is not None
        if wanted and report is not None and report.lock is LockState.UNLOCKED:
            turn.do(DriveLock(evse=evse.id, locked=True))

    # Samples

    def sample(self, turn: Turn, measurands: tuple[str, ...], context: Context) -> SampleSet | None:
        evse, rules = self.evse, self.host.rules
        aligned = context is Context.CLOCK
        key, tx = rules.public_key, evse.tx
        keyed = key is PublicKey.EVERY or (key is PublicKey.ONCE and tx is not None and not tx.key_told)
        found = sample_set(
            evse.reading,
            evse.register.register_wh,
            measurands,
            context,
            turn.now.stamp(),
            offered_ma=evse.report.offered_ma if evse.report is not None else 0,
            phases=evse.granted_phases or evse.capabilities.phases,
            signed=rules.sign_aligned if aligned else rules.sign_sampled,
            keyed=keyed,
        )
        if tx is not None and found is not None and any(s.public_key for s in found.samples):
            tx.key_told = True
        return found

    def _keep_end_sample(self, turn: Turn, tx: Transaction, sample: SampleSet) -> None:
        tx.add_end_sample(sample, END_SAMPLES)
        seq = self.host.next_seq()
        turn.record(EndSampleTaken(seq=seq, stamp=turn.now.stamp(), tx=tx.tx, evse=self.evse.id, sample=sample))

    def tick(self, turn: Turn) -> None:
        """Whatever is due by the clock: samples of the running transaction, the connection time-out."""
        tx, now, rules = self.evse.tx, turn.now.mono_ms, self.host.rules
        if tx is not None and tx.stage is Stage.RUNNING:
            if tx.next_sample is not None and now >= tx.next_sample:
                tx.next_sample = _after(tx.next_sample, rules.updated_interval_ms, now)
                found = self.sample(turn, rules.updated_measurands, Context.PERIODIC)
                if found is not None:
                    cause = Cause(trigger=Trigger.METER_VALUE_PERIODIC)
                    self.record(turn, tx, TransactionPhase.UPDATED, cause, samples=(found,))
            if tx.next_end_sample is not None and now >= tx.next_end_sample:
                tx.next_end_sample = _after(tx.next_end_sample, rules.ended_interval_ms, now)
                found = self.sample(turn, rules.ended_measurands, Context.PERIODIC)
                if found is not None:
                    self._keep_end_sample(turn, tx, found)
        if self.evse.connect_deadline is not None and now >= self.evse.connect_deadline:
            self._connection_timeout(turn)

    def aligned(self, turn: Turn) -> bool:
        """A clock-aligned moment; True if the transaction told it (J01)."""
        tx, rules = self.evse.tx, self.host.rules
        if tx is None or tx.stage is not Stage.RUNNING:
            return False
        if rules.aligned_only_idle:
            return True
        found = self.sample(turn, rules.aligned_measurands, Context.CLOCK)
        if found is not None:
            cause = Cause(trigger=Trigger.METER_VALUE_CLOCK)
            self.record(turn, tx, TransactionPhase.UPDATED, cause, samples=(found,))
        return True

    def aligned_for_end(self, turn: Turn) -> None:
        tx = self.evse.tx
        if tx is not None and tx.stage is Stage.RUNNING:
            found = self.sample(turn, self.host.rules.aligned_ended_measurands, Context.CLOCK)
            if found is not None:
                self._keep_end_sample(turn, tx, found)

    def metered(self, turn: Turn) -> None:
        """A new register value: the energy limit of an invalid token, and the checkpoint."""
        tx, now = self.evse.tx, turn.now.mono_ms
        if tx is None or tx.stage is not Stage.RUNNING:
            return
        rules = self.host.rules
        grown = self.evse.register.register_wh - tx.checkpoint_wh
        since = now - tx.checkpoint_at
        enough = grown >= rules.checkpoint_wh and since >= rules.checkpoint_min_ms
        if enough or (grown > 0 and since >= rules.checkpoint_max_ms) or since >= KEPT_AT_LEAST_MS:
            self.keep(turn, tx)

    # Authorization

    def authorise(self, turn: Turn, auth: Authorization) -> None:
        """Somebody may charge here now."""
        evse = self.evse
        evse.auth = auth
        evse.finished, evse.held_for = False, None
        if not evse.plugged:
            timeout = self.host.rules.connection_timeout_ms
            evse.connect_deadline = _after(turn.now.mono_ms, timeout)
        trigger = Trigger.REMOTE_START if auth.remote else Trigger.AUTHORIZED
        tx = evse.tx
        if tx is not None and tx.token is None:
            tx.token, tx.group, tx.remote_start_id = auth.token, auth.group, auth.remote_start_id
        if tx is not None and tx.stage is Stage.RUNNING:
            tx.ending = None  # authorized once again (E09.FR.01)
        self.settle(turn, Cause(trigger=trigger, token=auth.token))
        self.lock(turn)

    def deauthorise(self, turn: Turn, cause: Cause) -> None:
        """Leave to charge is over: the transaction ends or, by its stop points, goes on without energy."""
        evse = self.evse
        evse.auth = None
        evse.connect_deadline = None
        tx = evse.tx
        if tx is not None and tx.stage is Stage.RUNNING:
            self._follow(turn, tx, cause)
            if tx.stage is Stage.RUNNING:
                # Told, and going on without energy: a later unplugging keeps this reason (E06.FR.08).
                tx.ending = cause
                self.keep(turn, tx)
                self._unlock(turn)
        else:
            self.settle(turn, cause)
            self._unlock(turn)

    def invalidated(self, turn: Turn, token: IdToken) -> None:
        """The CSMS says that the transaction's token is not valid (E05, C15, 1.6 StopTransactionOnInvalidId)."""
        evse, tx, rules = self.evse, self.evse.tx, self.host.rules
        if tx is None or tx.stage is not Stage.RUNNING or tx.deauthorized or not token.same(tx.token):
            return
        cause = Cause(trigger=Trigger.DEAUTHORIZED, reason=StopReason.DE_AUTHORIZED)
        tx.deauthorized = True
        if rules.stop_on_invalid:
            evse.auth = None
            self._follow(turn, tx, cause)
            return
        allowance = rules.energy_on_invalid_wh
        if allowance > 0:
            tx.energy_limit_wh = evse.register.register_wh + allowance  # E05.FR.03
        self.keep(turn, tx)  # the change of the charging state tells that energy stops (E05.FR.02)

    def unplugged(self, turn: Turn) -> None:
        """The car is gone (E09, E10)."""
        evse = self.evse
        cause = Cause(trigger=Trigger.EV_COMMUNICATION_LOST, reason=StopReason.EV_DISCONNECTED)
        if evse.tx is not None:
            evse.tx.charged = False  # the next car is asked anew
        if evse.auth is None or self.host.rules.stop_on_disconnect:
            evse.auth = None
            self.settle(turn, cause)
            if self.host.rules.unlock_on_disconnect:
                self._unlock(turn)
        else:
            if self._fixed_cable:  # E10.FR.02; in a socket the locked cable waits for its owner (E10.FR.01)
                evse.connect_deadline = _after(turn.now.mono_ms, self.host.rules.connection_timeout_ms)
            self.settle(turn, cause)

    @property
    def _fixed_cable(self) -> bool:
        return self.evse.report is None or self.evse.report.lock is LockState.ABSENT

    def plugged(self, turn: Turn) -> None:
        self.evse.connect_deadline = None
        self.settle(turn, Cause(trigger=Trigger.CABLE_PLUGGED_IN))
        self.lock(turn)

    def _connection_timeout(self, turn: Turn) -> None:
        """Nobody plugged in: the transaction ends, unless a car in the bay is still to leave (F02.FR.07, F02.FR.08)."""
        evse, tx = self.evse, self.evse.tx
        cause = Cause(trigger=Trigger.EV_CONNECT_TIMEOUT, reason=StopReason.TIMEOUT)
        stays = evse.bay and StartPoint.BAY in self.host.rules.stop_points
        if tx is not None and tx.stage is Stage.RUNNING and not stays:
            evse.auth = None
            self.end(turn, tx, cause)
        else:
            self.deauthorise(turn, cause)

    # Ending

    def end(self, turn: Turn, tx: Transaction, cause: Cause) -> None:
        """Decide the end. Power goes at once, the end is recorded when it is gone and the meter was read."""
        tx.stage = Stage.ENDING
        tx.ending = cause
        tx.end_stamp = cause.stamp
        tx.deadline = MonoMs(turn.now.mono_ms + OPEN_TIMEOUT_MS)
        tx.read_id = 0
        if not tx.deauthorized:
            self.evse.auth = None
        self.evse.connect_deadline = None
        self.keep(turn, tx)
        self._advance_end(turn, tx)

    def _advance_end(self, turn: Turn, tx: Transaction) -> None:
        late = tx.deadline is not None and turn.now.mono_ms >= tx.deadline
        if tx.read_id == 0:
            if self.evse.energised and not late:
                return  # the contactor is still to open
            self._read(turn, tx)
        elif tx.read_id == -1 or late:
            self._finish(turn, tx)

    def _finish(self, turn: Turn, tx: Transaction) -> None:
        evse = self.evse
        cause = tx.ending or _END_CAUSE[StartPoint.CONNECTED]
        evse.auth = None
        last = self.sample(turn, self.host.rules.ended_measurands, Context.END)
        told = (last,) if last else ()
        self.record(turn, tx, TransactionPhase.ENDED, cause, samples=told)
        evse.tx = None
        evse.finished = evse.plugged or evse.cable_in
        evse.armed = {point for point, true in evse.conditions().items() if not true}
        self.host.transaction_ended(tx.tx)
        # E05.FR.11, E09.FR.03: the cable waits for its owner.
        kept = tx.deauthorized or (evse.ev_gone and not self.host.rules.unlock_on_disconnect)
        if kept and evse.finished:
            evse.held_for = tx.token
        else:
            self._unlock(turn)

    def _unlock(self, turn: Turn) -> None:
        report = self.evse.report
        if report is not None and report.lock is not LockState.ABSENT and self.evse.auth is None:
            turn.do(DriveLock(evse=self.evse.id, locked=False))

    def release(self, turn: Turn) -> None:
        """The owner came back for the cable (E05.FR.11, E09.FR.03)."""
        self.evse.held_for = None
        turn.do(DriveLock(evse=self.evse.id, locked=False))

    def wake(self, now: Now) -> list[MonoMs]:
        """When this session has to be looked at again by the clock."""
        evse, tx = self.evse, self.evse.tx
        due = [evse.connect_deadline, evse.show[1] if evse.show is not None and evse.show[1] > now.mono_ms else None]
        if tx is not None:
            due.append(tx.deadline)
            if tx.stage is Stage.RUNNING:
                due += [tx.next_sample, tx.next_end_sample]
            if tx.stage is Stage.RUNNING and not tx.charged and evse.offered_since is not None:
                grace = MonoMs(evse.offered_since + FIRST_CHARGE_GRACE_MS)
                due.append(grace if grace > now.mono_ms else None)
        return [at for at in due if at is not None]

    # After a restart

    def _resume(self, turn: Turn, tx: Transaction) -> None:
        evse, options = self.evse, self.host.options
        if evse.report is None or not self.host.guard_up:
            return
        if tx.ending is not None and not tx.ending.reason:
            tx.ending = None
        if tx.ending is not None and not self._only_told(tx):
            self.end(turn, tx, tx.ending)
            return
        waiting = tx.state is ChargingState.IDLE and not evse.plugged and not tx.charged
        seamless = evse.report.permit_live or not options.cold
        rules = self.host.rules
        if (evse.plugged or waiting) and (seamless or goes_on(tx, turn.now, rules, options)):
            tx.stage = Stage.RUNNING
            tx.barred = tx.barred or not (seamless or rules.resume_energy)
            if tx.authorized_kept and tx.token is not None:
                remote = tx.remote_start_id is not None
                evse.auth = Authorization(token=tx.token, group=tx.group, since=turn.now.mono_ms, remote=remote)
            tx.next_sample = _after(turn.now.mono_ms, rules.updated_interval_ms)
            tx.next_end_sample = _after(turn.now.mono_ms, rules.ended_interval_ms)
            if not evse.plugged:
                evse.connect_deadline = _after(turn.now.mono_ms, rules.connection_timeout_ms)
            self.lock(turn)
            self.settle(turn)
        elif evse.plugged or options.cold:
            self.end(turn, tx, Cause(trigger=Trigger.ABNORMAL_CONDITION, reason=StopReason.POWER_LOSS))
        else:
            self.end(turn, tx, _END_CAUSE[StartPoint.CONNECTED])

    def _only_told(self, tx: Transaction) -> bool:
        """Whether the kept cause is of a deauthorization that did not end the transaction."""
        return not tx.authorized_kept and not any(
            p in tx.met and not self.evse.conditions().get(p) for p in self.host.rules.stop_points
        )


def _after(now: MonoMs, interval_ms: int, present: MonoMs | None = None) -> MonoMs | None:
    """The next moment of a series, none missed twice; None when the interval is 0 (switched off)."""
    if interval_ms <= 0:
        return None
    following = now + interval_ms
    if present is not None and following <= present:
        following = present + interval_ms
    return MonoMs(following)
