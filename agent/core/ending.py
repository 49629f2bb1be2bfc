"""How a transaction ends: power goes at once, the end is recorded when it is gone and the meter was read."""

from __future__ import annotations

from agent.core.bounds import OPEN_TIMEOUT_MS
from agent.core.clock import MonoMs
from agent.core.evse import Evse
from agent.core.facts import StopReason, TransactionPhase, Trigger
from agent.core.locks import PlugLock
from agent.core.recorder import Recorder
from agent.core.samples import Context
from agent.core.sampling import Sampling
from agent.core.transaction import Cause, Stage, StartPoint, Transaction
from agent.core.turn import Turn

UNPLUGGED = Cause(trigger=Trigger.EV_COMMUNICATION_LOST, reason=StopReason.EV_DISCONNECTED)
# The cause of an end by the stop point that broke, where nothing else explains it.
BY_STOP_POINT = {
    StartPoint.BAY: Cause(trigger=Trigger.EV_DEPARTED, reason=StopReason.EV_DISCONNECTED),
    StartPoint.CONNECTED: UNPLUGGED,
    StartPoint.AUTHORIZED: Cause(trigger=Trigger.STOP_AUTHORIZED, reason=StopReason.LOCAL),
    StartPoint.POWER_PATH: UNPLUGGED,
    StartPoint.ENERGY: Cause(trigger=Trigger.CHARGING_STATE_CHANGED, reason=StopReason.STOPPED_BY_EV),
}
# Ends by somebody who may have the cable: its owner has presented the token, or it was asked for from afar (F03, 1.6
# §5.12: a remote stop is as good as a local one, and unlocks).
_FETCHED = frozenset({StopReason.LOCAL, StopReason.MASTER_PASS, StopReason.REMOTE})


class Ending:
    """Ends the transactions of one EVSE."""

    def __init__(self, evse: Evse, recorder: Recorder, sampling: Sampling, lock: PlugLock) -> None:
        self._evse = evse
        self._host = evse.host
        self._recorder = recorder
        self._sampling = sampling
        self._lock = lock

    def due(self, tx: Transaction, cause: Cause | None) -> Cause | None:
        """Why a running transaction ends now: a fault that forbids it, a stop point that was met and broke, or that
        everybody left before one was met: nothing could end it any more, and the next driver would find it there."""
        fault = self._host.faults.ending(self._evse.id)
        if fault is not None:
            return Cause(trigger=Trigger.ABNORMAL_CONDITION, reason=fault[1])
        broken = next(iter(self.broken(tx)), None)
        if broken is None and not self._left():
            return None
        return self._explained(tx, cause or BY_STOP_POINT[broken or StartPoint.CONNECTED], told=cause is not None)

    def _left(self) -> bool:
        """Nobody is authorised here, and neither a car nor a cable is."""
        return not any(self._evse.conditions().values()) and not self._evse.cable_in

    def broken(self, tx: Transaction) -> list[str]:
        """The stop points that were met and are no longer."""
        conditions = self._evse.conditions()
        return [p for p in self._host.rules.stop_points if p in tx.met and not conditions.get(p)]

    def _explained(self, tx: Transaction, cause: Cause, *, told: bool) -> Cause:
        """The cause of an end that its stop points make: why the authorization ended goes before what followed."""
        reason = cause.reason
        if tx.ending is not None and tx.ending.reason is not None:
            reason = tx.ending.reason  # E06.FR.08
        elif tx.deauthorized and not told:
            reason = StopReason.DE_AUTHORIZED  # E05.FR.02
        return Cause(trigger=cause.trigger, token=cause.token, reason=reason, stamp=cause.stamp)

    def end(self, turn: Turn, tx: Transaction, cause: Cause) -> None:
        """Decide the end. Power goes at once, the end is recorded when it is gone and the meter was read."""
        tx.stage = Stage.ENDING
        tx.ending = cause
        tx.end_stamp = cause.stamp
        tx.deadline = MonoMs(turn.now.mono_ms + OPEN_TIMEOUT_MS)
        tx.read_id = 0
        if not tx.deauthorized:
            self._evse.auth = None
        self._evse.connect_deadline = None
        self._recorder.keep(turn, tx)
        self.advance(turn, tx)

    def advance(self, turn: Turn, tx: Transaction) -> None:
        """Go on with an end that was decided, as far as contactor and meter let it."""
        late = tx.deadline is not None and turn.now.mono_ms >= tx.deadline
        if tx.read_id == 0:
            if self._evse.energised and not late:
                return  # the contactor is still to open
            self._recorder.snapshot(turn, tx)
        elif tx.read_id == -1 or late:
            self._finish(turn, tx)

    def _finish(self, turn: Turn, tx: Transaction) -> None:
        evse, rules = self._evse, self._host.rules
        evse.auth = None
        last = self._sampling.sample(turn, rules.ended_measurands, Context.END)
        told = (last,) if last else ()
        self._recorder.record(turn, tx, TransactionPhase.ENDED, tx.ending or UNPLUGGED, samples=told)
        evse.tx = None
        evse.finished = evse.plugged or evse.cable_in
        evse.armed = {point for point, true in evse.conditions().items() if not true}
        self._host.transaction_ended(tx.tx)
        # E05.FR.11, E09.FR.03: the cable waits for its owner.
        kept = tx.deauthorized or (evse.ev_gone and not rules.unlock_on_disconnect)
        fetched = tx.ending is not None and tx.ending.reason in _FETCHED
        if kept and not fetched and evse.finished:
            evse.held_for = tx.token
        else:
            self._lock.open(turn)
