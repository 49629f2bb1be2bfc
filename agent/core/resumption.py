"""Whether a transaction that a power cut or a restart interrupted goes on.

    guard not there yet, or it has said nothing ──► wait
    its pilot says nothing yet                  ──► wait, but not for long
    its end was decided before the cut          ──► end, with the cause that was kept
    the permit of the boot before still lives   ──► go on: nobody noticed
    a power cut                                 ──► the policy, and how long the station was gone
    the car is gone, and power was not          ──► end, as if it was unplugged now

How long is known from the newest checkpoint, which is at most an hour old (`bounds.KEPT_AT_LEAST_MS`). Where the wall
time of either end is not known, nobody can say that it was too long.
"""

from __future__ import annotations

from msgspec import structs

from agent.core.bounds import FIRST_CHARGE_GRACE_MS, PILOT_SETTLED_MS
from agent.core.clock import MonoMs, Now, following
from agent.core.ending import UNPLUGGED, Ending
from agent.core.evse import Evse
from agent.core.facts import (
    ChargingState,
    StopReason,
    TransactionKept,
    TransactionPhase,
    TransactionRecorded,
    Trigger,
)
from agent.core.rules import Options, PowerLoss, Rules
from agent.core.sampling import Sampling
from agent.core.transaction import Authorization, Cause, Stage, Transaction
from agent.core.turn import Turn
from hal.types import PilotState

_POWER_LOST = Cause(trigger=Trigger.ABNORMAL_CONDITION, reason=StopReason.POWER_LOSS)


def goes_on(tx: Transaction, now: Now, rules: Rules, options: Options) -> bool:
    """Whether the transaction resumes after a cut (2.1 TxCtrlr.ResumptionTimeout, here on every version)."""
    limit_ms = rules.resumption_timeout_ms
    if options.power_loss is not PowerLoss.RESUME or not limit_ms:
        return False
    kept = tx.kept_at
    if kept is None or kept.wall_ms is None or now.wall_ms is None:
        return True
    return now.wall_ms - kept.wall_ms <= limit_ms


class Resumption:
    """Decides for the restored transaction of one EVSE."""

    def __init__(self, evse: Evse, sampling: Sampling, ending: Ending) -> None:
        self._evse = evse
        self._host = evse.host
        self._sampling = sampling
        self._ending = ending

    def decide(self, turn: Turn, tx: Transaction) -> None:
        """Run or end a transaction that is `RESUMING`, once the guard has told the state of the power path."""
        evse, options = self._evse, self._host.options
        if evse.report is None or not self._host.guard_up:
            return
        if tx.ending is not None and not tx.ending.reason:
            tx.ending = None
        if tx.ending is not None and not self._only_told(tx):
            self._ending.end(turn, tx, tx.ending)
            return
        if self._is_unsettled(turn, tx):
            return
        waiting = tx.state is ChargingState.IDLE and not evse.plugged and not tx.charged
        seamless = evse.report.permit_live or not options.cold
        if (evse.plugged or waiting) and (seamless or goes_on(tx, turn.now, self._host.rules, options)):
            self._go_on(turn, tx, seamless=seamless)
        elif evse.plugged or options.cold:
            self._ending.end(turn, tx, _POWER_LOST)
        else:
            self._ending.end(turn, tx, UNPLUGGED)

    def _is_unsettled(self, turn: Turn, tx: Transaction) -> bool:
        """Whether the pilot says nothing of the cable yet: its circuit has just got its power back, like everything."""
        evse, now = self._evse, turn.now.mono_ms
        if evse.plugged or (evse.report is not None and evse.report.pilot is PilotState.A):
            return False
        if tx.deadline is None:
            tx.deadline = MonoMs(now + PILOT_SETTLED_MS)
        return now < tx.deadline

    def _go_on(self, turn: Turn, tx: Transaction, *, seamless: bool) -> None:
        evse, rules = self._evse, self._host.rules
        tx.stage, tx.deadline = Stage.RUNNING, None
        tx.barred = tx.barred or not (seamless or rules.resume_energy)
        if not seamless and not tx.barred:
            tx.settles_at = MonoMs(turn.now.mono_ms + FIRST_CHARGE_GRACE_MS)
        if tx.authorized_kept and tx.token is not None:
            remote = tx.remote_start_id is not None
            evse.auth = Authorization(token=tx.token, group=tx.group, since=turn.now.mono_ms, remote=remote)
        self._sampling.begin(turn, tx)
        if not evse.plugged:
            evse.connect_deadline = following(turn.now.mono_ms, rules.connection_timeout_ms)

    def _only_told(self, tx: Transaction) -> bool:
        """Whether the kept cause is of a deauthorization that did not end the transaction."""
        return not tx.authorized_kept and not self._ending.broken(tx)


def abandoned(kept: TransactionKept, seq: int, now: Now) -> tuple[TransactionRecorded, TransactionKept]:
    """The end of a transaction whose EVSE the board no longer has: the CSMS is not to wait for it for ever."""
    end = TransactionRecorded(
        seq=seq,
        stamp=kept.at or now.stamp(),
        phase=TransactionPhase.ENDED,
        tx=kept.tx,
        number=kept.number,
        evse=kept.evse,
        connector=kept.connector,
        tells_evse=False,
        trigger=_POWER_LOST.trigger,
        register_wh=kept.register_wh,
        start_token=kept.token,
        group=kept.group,
        reason=kept.ending or _POWER_LOST.reason,
        time_charging_s=kept.time_charging_ms // 1000,
        offline=True,
        opened=kept.opened,
        closes=kept.opened,
    )
    return end, structs.replace(kept, open=False)
