"""How a transaction begins: a start point is met, the meter is read, Started is recorded.

A start point starts a transaction on the rising edge of its condition: a car that stays plugged in after its
transaction ended starts none by that. Whoever is authorised and connected gets a transaction in any case, since no
energy flows without one. Where energy is what starts it, the plug has to be locked first.
"""

from __future__ import annotations

from agent.core.bounds import WAITING_CAUSES
from agent.core.evse import Evse
from agent.core.facts import TransactionPhase, Trigger
from agent.core.locks import PlugLock
from agent.core.recorder import Recorder
from agent.core.samples import Context
from agent.core.sampling import Sampling
from agent.core.transaction import Cause, Stage, StartPoint, Transaction
from agent.core.turn import Turn

_TRIGGER = {
    StartPoint.BAY: Trigger.EV_DETECTED,
    StartPoint.CONNECTED: Trigger.CABLE_PLUGGED_IN,
    StartPoint.AUTHORIZED: Trigger.AUTHORIZED,
    StartPoint.SIGNED: Trigger.SIGNED_DATA_RECEIVED,
    StartPoint.POWER_PATH: Trigger.AUTHORIZED,
    StartPoint.ENERGY: Trigger.CHARGING_STATE_CHANGED,
}


class Beginning:
    """Begins the transactions of one EVSE."""

    def __init__(self, evse: Evse, recorder: Recorder, sampling: Sampling, lock: PlugLock) -> None:
        self._evse = evse
        self._host = evse.host
        self._recorder = recorder
        self._sampling = sampling
        self._lock = lock
        self._unlocked: Cause | None = None  # would start a transaction once the plug is locked

    def consider(self, turn: Turn, cause: Cause | None) -> None:
        """Begin a transaction if a start point is met."""
        evse = self._evse
        due = self._due()
        if due in {StartPoint.POWER_PATH, StartPoint.SIGNED} and not evse.secured:
            self._unlocked = cause or self._unlocked
            return  # the plug is not locked yet, or cannot be (1.6 TC_024)
        cause, self._unlocked = cause or self._unlocked, None
        if due is None or not self._host.may_begin(evse.id):
            return
        began = self._cause(due, cause)
        tx = Transaction(self._host.new_transaction_id(), evse.id, evse.connector, began, turn.now.mono_ms)
        tx.started = (cause.stamp if cause else None) or turn.now.stamp()
        tx.own(evse.auth)
        evse.tx = tx
        evse.armed.clear()
        self._recorder.snapshot(turn, tx)

    def _due(self) -> str | None:
        """The start point that is met, on a rising edge; none is armed again before its condition was false."""
        evse, conditions = self._evse, self._evse.conditions()
        points = self._host.rules.start_points
        evse.armed |= {point for point, true in conditions.items() if not true}
        due = next((p for p in points if conditions.get(p) and p in evse.armed), None)
        if due is None and conditions[StartPoint.POWER_PATH] and StartPoint.ENERGY not in points:
            return StartPoint.POWER_PATH
        return due

    def _cause(self, point: str, cause: Cause | None) -> Cause:
        """The cause to tell of a beginning."""
        auth = self._evse.auth
        stamp = cause.stamp if cause else None
        if auth is not None and auth.remote:
            return Cause(trigger=Trigger.REMOTE_START, token=auth.token, stamp=stamp)  # F02.FR.21
        if point == StartPoint.SIGNED:
            return Cause(trigger=Trigger.SIGNED_DATA_RECEIVED, stamp=stamp)  # E01.FR.04
        return cause or Cause(trigger=_TRIGGER[point])

    def await_snapshot(self, turn: Turn, tx: Transaction, cause: Cause | None) -> list[Cause]:
        """Record Started once the meter was read. Gives the causes that waited for that, which are to follow now."""
        if cause is not None and len(tx.waiting) < WAITING_CAUSES:
            tx.waiting.append(cause)
        if tx.deadline is None or turn.now.mono_ms < tx.deadline:
            return []
        self._begun(turn, tx)
        waiting, tx.waiting = tx.waiting, []
        return waiting

    def _begun(self, turn: Turn, tx: Transaction) -> None:
        evse = self._evse
        tx.stage, tx.deadline, tx.read_id = Stage.RUNNING, None, 0
        tx.start_register_wh = evse.register.register_wh
        tx.checkpoint_wh, tx.checkpoint_at = tx.start_register_wh, turn.now.mono_ms
        begin = self._sampling.sample(turn, self._host.rules.started_measurands, Context.BEGIN)
        tx.begin_told = True
        unsigned = evse.reading is None or evse.reading.signed is None
        if tx.began.trigger is Trigger.SIGNED_DATA_RECEIVED and unsigned:
            tx.began = Cause(trigger=Trigger.AUTHORIZED, stamp=tx.began.stamp)  # the meter signed nothing
        self._recorder.record(turn, tx, TransactionPhase.STARTED, tx.began, samples=(begin,) if begin else ())
        self._sampling.keep_for_end(turn, tx, Context.BEGIN)
        self._sampling.begin(turn, tx)
        self._lock.close(turn)
