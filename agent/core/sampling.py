"""Meter values of a running session: periodic, clock-aligned, and those kept for its end (J01, J02; E06.FR.11)."""

from __future__ import annotations

from collections.abc import Collection

from agent.core.bounds import END_SAMPLES
from agent.core.clock import MonoMs, following
from agent.core.evse import Evse
from agent.core.facts import EndSampleTaken, TransactionPhase, Trigger
from agent.core.metering import sample_set
from agent.core.recorder import Recorder
from agent.core.rules import PublicKey
from agent.core.samples import Context, SampleSet
from agent.core.transaction import Cause, Stage, Transaction
from agent.core.turn import Turn
from agent.variables import names
from agent.variables.address import Address


class Sampling:
    """Takes the sample sets of one EVSE, in a transaction and outside of one."""

    def __init__(self, evse: Evse, recorder: Recorder) -> None:
        self._evse = evse
        self._host = evse.host
        self._recorder = recorder

    def sample(self, turn: Turn, measurands: tuple[str, ...], context: Context) -> SampleSet | None:
        """The measurands as they are now; None if the meter knows none of them."""
        key, tx = self._host.rules.public_key, self._evse.tx
        keyed = key is PublicKey.EVERY or (key is PublicKey.ONCE and tx is not None and not tx.key_told)
        found = self._measured(turn, measurands, context, keyed=keyed)
        if tx is not None and found is not None and any(s.public_key for s in found.samples):
            tx.key_told = True
        return found

    def tells(self, turn: Turn, measurands: tuple[str, ...]) -> bool:
        """Whether there would be something to tell."""
        return self._measured(turn, measurands, Context.TRIGGER, keyed=False) is not None

    def _measured(self, turn: Turn, measurands: tuple[str, ...], context: Context, *, keyed: bool) -> SampleSet | None:
        evse, rules = self._evse, self._host.rules
        aligned = context is Context.CLOCK
        offered_ma = evse.report.offered_ma if evse.report is not None else 0
        return sample_set(
            evse.reading,
            evse.register.register_wh,
            measurands,
            context,
            turn.now.stamp(),
            offered_ma=offered_ma,
            offered_w=offered_ma * rules.voltage_mv * evse.phases_offered() // 1_000_000,
            signed=rules.sign_aligned if aligned else rules.sign_sampled,
            keyed=keyed,
        )

    def begin(self, turn: Turn, tx: Transaction) -> None:
        """From now on samples are due."""
        now, rules = turn.now.mono_ms, self._host.rules
        tx.next_sample = following(now, rules.updated_interval_ms)
        tx.next_end_sample = following(now, rules.ended_interval_ms)

    def interval_changed(self, turn: Turn, written: Collection[Address]) -> None:
        """What the operator wrote holds for the running transaction too, from now on."""
        tx, now, rules = self._running, turn.now.mono_ms, self._host.rules
        if tx is None:
            return
        if names.SAMPLED_TX_UPDATED_INTERVAL in written or names.SAMPLED_ENABLED in written:
            tx.next_sample = following(now, rules.updated_interval_ms)
        if names.SAMPLED_TX_ENDED_INTERVAL in written or names.SAMPLED_ENABLED in written:
            tx.next_end_sample = following(now, rules.ended_interval_ms)

    def tick(self, turn: Turn) -> None:
        """Take what is due by the clock, if a transaction runs."""
        tx, now, rules = self._running, turn.now.mono_ms, self._host.rules
        if tx is None:
            return
        if tx.next_sample is not None and now >= tx.next_sample:
            tx.next_sample = following(tx.next_sample, rules.updated_interval_ms, now)
            self._update(turn, tx, rules.updated_measurands, Context.PERIODIC, Trigger.METER_VALUE_PERIODIC)
        if tx.next_end_sample is not None and now >= tx.next_end_sample:
            tx.next_end_sample = following(tx.next_end_sample, rules.ended_interval_ms, now)
            self.keep_for_end(turn, tx, Context.PERIODIC)

    def aligned(self, turn: Turn) -> bool:
        """A clock-aligned moment; True if the transaction told it (J01)."""
        tx = self._running
        if tx is None:
            return False
        measurands = self._host.rules.aligned_measurands
        self._update(turn, tx, measurands, Context.CLOCK, Trigger.METER_VALUE_CLOCK)
        return True

    def aligned_for_end(self, turn: Turn) -> None:
        """A clock-aligned moment of the series that is told at the end."""
        tx = self._running
        if tx is not None:
            self.keep_for_end(turn, tx, Context.CLOCK)

    def keep_for_end(self, turn: Turn, tx: Transaction, context: Context) -> None:
        """Take a sample that the end of the transaction will tell, and keep it durably."""
        rules = self._host.rules
        measurands = rules.aligned_ended_measurands if context is Context.CLOCK else rules.ended_measurands
        found = self.sample(turn, measurands, context)
        if found is not None:
            tx.add_end_sample(found, END_SAMPLES)
            seq = self._host.next_seq()
            turn.record(EndSampleTaken(seq=seq, stamp=turn.now.stamp(), tx=tx.tx, evse=self._evse.id, sample=found))

    @property
    def _running(self) -> Transaction | None:
        tx = self._evse.tx
        return tx if tx is not None and tx.stage is Stage.RUNNING else None

    def _update(
        self, turn: Turn, tx: Transaction, measurands: tuple[str, ...], context: Context, trigger: Trigger
    ) -> None:
        found = self.sample(turn, measurands, context)
        if found is not None:
            self._recorder.record(turn, tx, TransactionPhase.UPDATED, Cause(trigger=trigger), samples=(found,))

    def wake(self, tx: Transaction) -> list[MonoMs]:
        """When the next samples are due; an end under way takes none."""
        if tx.stage is not Stage.RUNNING:
            return []
        return [at for at in (tx.next_sample, tx.next_end_sample) if at is not None]
