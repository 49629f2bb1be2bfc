"""What of a session is written down: its steps as facts, and the checkpoints that a restart needs.

Each step tells what is told once (who it is, where, the remote start it answers, the cable) and what has changed since
(phases). A checkpoint follows each step, and each piece of energy that would be a pity to lose.
"""

from __future__ import annotations

from agent.core.bounds import KEPT_AT_LEAST_MS, SNAPSHOT_TIMEOUT_MS
from agent.core.clock import MonoMs
from agent.core.effects import ReadMeter
from agent.core.evse import Evse
from agent.core.facts import ChargingState, TransactionPhase, TransactionRecorded, Trigger
from agent.core.samples import SampleSet
from agent.core.transaction import Cause, Stage, Transaction
from agent.core.turn import Turn


class Recorder:
    """Makes the facts of one EVSE's transactions."""

    def __init__(self, evse: Evse) -> None:
        self._evse = evse
        self._host = evse.host

    def record(
        self,
        turn: Turn,
        tx: Transaction,
        phase: TransactionPhase,
        cause: Cause,
        samples: tuple[SampleSet, ...] = (),
    ) -> None:
        """Make the fact of one step, with what has to be told of the transaction for the first time or anew."""
        evse, now = self._evse, turn.now
        ended = phase is TransactionPhase.ENDED
        tx.own(evse.auth)
        tx.connector = evse.connector
        state = evse.charging_state(now)
        tx.note_state(state, now.mono_ms)
        opens = not tx.opened and evse.auth is not None and evse.plugged and not ended
        tx.opened = tx.opened or opens
        charging = state is ChargingState.CHARGING
        if charging:
            tx.see_phases(evse.phases_used())
        turn.record(
            TransactionRecorded(
                seq=self._host.next_seq(),
                stamp=cause.stamp or now.stamp(),
                phase=phase,
                tx=tx.tx,
                number=tx.number,
                evse=evse.id,
                connector=tx.connector,
                tells_evse=tx.tell_evse(plugged=evse.plugged) or cause.trigger is Trigger.TRIGGER,  # TC_F_14_CS
                trigger=cause.trigger,
                register_wh=evse.register.register_wh,
                charging_state=state,
                token=tx.tell_token(cause.token),
                start_token=tx.token,
                group=tx.group,
                reason=cause.reason if ended else None,
                remote_start_id=tx.tell_remote_start(),
                samples=samples,
                transaction_data=tuple(tx.end_samples) if ended else (),
                time_charging_s=tx.charging_time_s(now.mono_ms),
                cable_a=tx.tell_cable(evse.report.cable_ma if evse.report is not None else None),
                phases=tx.tell_phases(evse.phases_offered() if charging else None),
                offline=not self._host.online,
                opened=tx.opened,
                opens=opens,
                closes=ended and tx.opened,
            )
        )
        tx.number += 1
        self.keep(turn, tx, open_=not ended)

    def keep(self, turn: Turn, tx: Transaction, *, open_: bool = True) -> None:
        """Checkpoint: what a restart needs of this transaction and its register."""
        register = self._evse.register
        tx.checkpoint_wh, tx.checkpoint_at = register.register_wh, turn.now.mono_ms
        authorized = self._evse.auth is not None or (tx.stage is Stage.RESUMING and tx.authorized_kept)
        turn.record(tx.kept(register.register_wh, turn.now.stamp(), authorized=authorized, open_=open_))
        turn.record(register.kept(self._evse.id))

    def metered(self, turn: Turn) -> None:
        """A new reading: the phases it tells, and a checkpoint, if enough energy or time has gone by."""
        tx, now = self._evse.tx, turn.now.mono_ms
        if tx is None or tx.stage is not Stage.RUNNING:
            return
        tx.see_phases(self._evse.phases_used())
        rules = self._host.rules
        grown = self._evse.register.register_wh - tx.checkpoint_wh
        since = now - tx.checkpoint_at
        enough = grown >= rules.checkpoint_wh and since >= rules.checkpoint_min_ms
        if enough or (grown > 0 and since >= rules.checkpoint_max_ms) or since >= KEPT_AT_LEAST_MS:
            self.keep(turn, tx)

    def snapshot(self, turn: Turn, tx: Transaction) -> None:
        """Ask for the meter reading with which a transaction begins or ends; the last good one serves if none comes."""
        tx.read_id = self._host.next_read()
        tx.deadline = MonoMs(turn.now.mono_ms + SNAPSHOT_TIMEOUT_MS)
        turn.do(ReadMeter(evse=self._evse.id, read_id=tx.read_id))
