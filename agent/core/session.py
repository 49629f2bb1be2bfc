"""The transaction machine of an EVSE.

    none ──start point met──► BEGINNING ──snapshot──► RUNNING ──stop point broken, fault──► ENDING ──snapshot──► none
                                                        ▲                                     ▲
                    restart ──► RESUMING ──car and policy allow──┘ └── else, with PowerLoss ──┘

Each stage has its own room: `beginning`, `resumption`, `ending`, and here what a transaction does while it runs. After
every event, and whenever a cause is known, `settle` goes one step by the table `_steps`. Each step is told with the
trigger of what caused it; a change of the charging state that nothing else explains is its own cause (E02.FR.17).
What happens to a session from outside (somebody is authorised, a plug is pulled, a token turns out to be invalid) are
the methods below; each changes what is known of the EVSE and then lets the machine settle.
"""

from __future__ import annotations

from collections.abc import Callable

from agent.core.beginning import Beginning
from agent.core.bounds import FIRST_CHARGE_GRACE_MS
from agent.core.clock import MonoMs, Now, following
from agent.core.ending import UNPLUGGED, Ending
from agent.core.evse import Evse
from agent.core.facts import ChargingState, StopReason, TransactionPhase, Trigger
from agent.core.locks import PlugLock
from agent.core.recorder import Recorder
from agent.core.resumption import Resumption
from agent.core.sampling import Sampling
from agent.core.tokens import IdToken
from agent.core.transaction import Authorization, Cause, Stage, StartPoint, Transaction
from agent.core.turn import Turn

_CAN_LOSE_LEAVE = frozenset({Stage.RUNNING, Stage.RESUMING})
# Stop points at which a token that is not valid ends the transaction (E05.FR.10).
_NEED_LEAVE = frozenset({StartPoint.AUTHORIZED, StartPoint.POWER_PATH, StartPoint.ENERGY})


class Session:
    """Runs the machine for one EVSE. `settle` is called after every event and whenever a cause is known."""

    def __init__(self, evse: Evse) -> None:
        self.evse = evse
        self.host = evse.host
        self.plug_lock = PlugLock(evse)
        self.recorder = Recorder(evse)
        self.sampling = Sampling(evse, self.recorder)
        self.ending = Ending(evse, self.recorder, self.sampling, self.plug_lock)
        self._beginning = Beginning(evse, self.recorder, self.sampling, self.plug_lock)
        self._resumption = Resumption(evse, self.sampling, self.ending)
        self._steps: dict[Stage, Callable[[Turn, Transaction, Cause | None], None]] = {
            Stage.BEGINNING: self._begin,
            Stage.RUNNING: self._follow,
            Stage.RESUMING: self._resume,  # a cause is of no use: what the guard says decides
            Stage.ENDING: self._finish,  # a cause comes too late to matter
        }

    # The machine

    def settle(self, turn: Turn, cause: Cause | None = None) -> None:
        tx = self.evse.tx
        if tx is None:
            self._beginning.consider(turn, cause)
        else:
            self._steps[tx.stage](turn, tx, cause)

    def _begin(self, turn: Turn, tx: Transaction, cause: Cause | None) -> None:
        for waited in self._beginning.await_snapshot(turn, tx, cause):
            if tx.stage is Stage.RUNNING:
                self._follow(turn, tx, waited)

    def _resume(self, turn: Turn, tx: Transaction, cause: Cause | None) -> None:
        self._resumption.decide(turn, tx)
        if tx.stage is Stage.RUNNING:
            self.plug_lock.close(turn)
            self.settle(turn)

    def _finish(self, turn: Turn, tx: Transaction, cause: Cause | None) -> None:
        self.ending.advance(turn, tx)

    def _follow(self, turn: Turn, tx: Transaction, cause: Cause | None) -> None:
        evse, conditions = self.evse, self.evse.conditions()
        tx.met |= {p for p in self.host.rules.stop_points if conditions.get(p)}
        tx.own(evse.auth)
        over = self.ending.due(tx, cause)
        if over is not None:
            self.end(turn, tx, over)
            return
        if cause is None:
            cause = self._changed(turn, tx)
        if cause is not None:
            self.recorder.record(turn, tx, TransactionPhase.UPDATED, cause)
            self.plug_lock.close(turn)
            evse.finished = False

    def _changed(self, turn: Turn, tx: Transaction) -> Cause | None:
        """A change of the charging state that nothing else explains, or a fault does (E03.FR.12)."""
        state = self.evse.charging_state(turn.now)
        if state is tx.state:
            return None
        faulted = state is ChargingState.SUSPENDED_EVSE and self.host.faults.blocking(self.evse.id) is not None
        return Cause(trigger=Trigger.ABNORMAL_CONDITION if faulted else Trigger.CHARGING_STATE_CHANGED)

    def end(self, turn: Turn, tx: Transaction, cause: Cause) -> None:
        """End a transaction that runs, whatever its stop points say."""
        self.ending.end(turn, tx, cause)

    # The meter and the clock

    def snapshot(self, turn: Turn, read_id: int) -> None:
        """The snapshot asked for was taken, or could not be: the last good reading serves then."""
        tx = self.evse.tx
        if tx is None or tx.read_id != read_id or not read_id:
            return
        tx.read_id, tx.deadline = -1, turn.now.mono_ms
        self.settle(turn)

    def tick(self, turn: Turn) -> None:
        """Whatever is due by the clock: samples of the running transaction, the connection time-out."""
        self.sampling.tick(turn)
        if self.evse.connect_deadline is not None and turn.now.mono_ms >= self.evse.connect_deadline:
            self._connection_timeout(turn)

    def wake(self, now: Now) -> list[MonoMs]:
        """When this session has to be looked at again by the clock."""
        evse, tx = self.evse, self.evse.tx
        due = [evse.connect_deadline, evse.show[1] if evse.show is not None and evse.show[1] > now.mono_ms else None]
        if tx is not None:
            due += [tx.deadline, *self.sampling.wake(tx)]
            if tx.stage is Stage.RUNNING and not tx.charged and evse.offered_since is not None:
                grace = MonoMs(evse.offered_since + FIRST_CHARGE_GRACE_MS)
                due.append(grace if grace > now.mono_ms else None)
        return [at for at in due if at is not None]

    # Authorization

    def authorise(self, turn: Turn, auth: Authorization) -> None:
        """Somebody may charge here now."""
        evse = self.evse
        evse.auth = auth
        evse.finished, evse.held_for = False, None
        if not evse.plugged:
            evse.connect_deadline = following(turn.now.mono_ms, self.host.rules.connection_timeout_ms)
        trigger = Trigger.REMOTE_START if auth.remote else Trigger.AUTHORIZED
        tx = evse.tx
        if tx is not None:
            tx.own(auth)
        if tx is not None and tx.stage is Stage.RUNNING:
            tx.ending = None  # authorized once again (E09.FR.01)
        self.settle(turn, Cause(trigger=trigger, token=auth.token))
        self.plug_lock.close(turn)

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
                self.recorder.keep(turn, tx)
                self.plug_lock.open(turn)
        else:
            self.settle(turn, cause)
            self.plug_lock.open(turn)

    def invalidated(self, turn: Turn, token: IdToken) -> None:
        """The CSMS says that the transaction's token is not valid (E05, C15, 1.6 StopTransactionOnInvalidId)."""
        tx, rules = self.evse.tx, self.host.rules
        if tx is None or tx.stage not in _CAN_LOSE_LEAVE or tx.deauthorized or not token.same(tx.token):
            return
        tx.deauthorized = True
        if rules.stop_on_invalid:
            self._revoked(turn, tx)
            return
        allowance = rules.energy_on_invalid_wh
        if allowance > 0:
            # What flowed before the CSMS was asked counts (E05.FR.02: "has been exceeded").
            tx.energy_limit_wh = (tx.start_register_wh or 0) + allowance  # E05.FR.03
        self.recorder.keep(turn, tx)  # the change of the charging state tells that energy stops (E05.FR.02)

    def _revoked(self, turn: Turn, tx: Transaction) -> None:
        """No leave to charge any more: over, if a stop point wants that, met or not; else told, without energy."""
        cause = Cause(trigger=Trigger.DEAUTHORIZED, reason=StopReason.DE_AUTHORIZED)
        self.evse.auth, tx.authorized_kept = None, False
        if tx.stage is Stage.RESUMING:
            tx.ending = cause  # what the guard says decides
            self.recorder.keep(turn, tx)
        elif not _NEED_LEAVE.isdisjoint(self.host.rules.stop_points):
            self.end(turn, tx, cause)  # E05.FR.10
        else:
            self._follow(turn, tx, cause)  # E05.FR.09
            if tx.stage is Stage.RUNNING:
                tx.ending = tx.ending or cause
                self.recorder.keep(turn, tx)

    # The plug

    def plugged(self, turn: Turn) -> None:
        """A car is there (E02)."""
        self.evse.connect_deadline = None
        self.settle(turn, Cause(trigger=Trigger.CABLE_PLUGGED_IN))
        self.plug_lock.close(turn)

    def unplugged(self, turn: Turn) -> None:
        """The car is gone (E09, E10)."""
        evse, rules = self.evse, self.host.rules
        if evse.tx is not None:
            evse.tx.charged = False  # the next car is asked anew
        if evse.auth is None or rules.stop_on_disconnect:
            evse.auth = None
            self.settle(turn, UNPLUGGED)
            if rules.unlock_on_disconnect:
                self.plug_lock.open(turn)
        else:
            self.cable_out(turn)
            self.settle(turn, UNPLUGGED)

    def cable_out(self, turn: Turn) -> None:
        """A suspended car's cable hangs free, or is gone: it may come back for so long (E10.FR.02). One that is in the
        socket, locked, waits for its owner (E10.FR.01)."""
        evse = self.evse
        if evse.auth is not None and evse.tx is not None and not evse.plugged and not evse.cable_in:
            evse.connect_deadline = following(turn.now.mono_ms, self.host.rules.connection_timeout_ms)

    def release(self, turn: Turn) -> None:
        """The owner came back for the cable."""
        self.plug_lock.release(turn)

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
