"""What a boot takes over from the ledger: the number of the boot, what was kept, and what still waits to be sent."""

from __future__ import annotations

from msgspec import Struct

from agent.core.facts import (
    AnyKept,
    BootCounted,
    BootReasonSet,
    ClockLearned,
    EndSampleTaken,
    TransactionKept,
    WireIdLearned,
)
from agent.ocpp.outbox import Outbox
from agent.ocpp.outbox_facts import Class
from agent.runtime import codec
from agent.runtime.pump import PEER
from agent.store.interface import LedgerPort

CLASSES: tuple[Class, ...] = ("ledger", "log")


class Recovered(Struct, frozen=True, kw_only=True):
    """What was kept, and what follows from it before the station exists."""

    kept: tuple[AnyKept, ...]
    boot: int  # of the boot that begins now
    reason: str  # why it happens, as the boot before left it; "" if it did not know
    floor_ms: int  # no wall time is before this
    wire_ids: dict[str, int]  # of 1.6, by transaction
    end_samples: tuple[EndSampleTaken, ...]
    last_seq: int


def recover(ledger: LedgerPort) -> Recovered:
    """Read what the boots before left."""
    kept = tuple(codec.kept(ledger.load_kept()))
    return Recovered(
        kept=kept,
        boot=max((fact.boot for fact in kept if isinstance(fact, BootCounted)), default=0) + 1,
        reason=next((fact.reason for fact in kept if isinstance(fact, BootReasonSet) and fact.reason), ""),
        floor_ms=max((fact.floor_ms for fact in kept if isinstance(fact, ClockLearned)), default=0),
        wire_ids={f.tx: f.wire_id for f in kept if isinstance(f, WireIdLearned) and f.wire_id is not None},
        end_samples=_end_samples(ledger, kept),
        last_seq=ledger.last_seq(),
    )


def _end_samples(ledger: LedgerPort, kept: tuple[AnyKept, ...]) -> tuple[EndSampleTaken, ...]:
    """Samples that running transactions collected for their end (they are only in the log)."""
    found: list[EndSampleTaken] = []
    for fact in kept:
        if not isinstance(fact, TransactionKept) or not fact.open:
            continue
        after = 0
        while records := ledger.tx_log(fact.tx, after):
            wanted = [r for r in records if r.kind == EndSampleTaken.__name__]
            found += [f for f in codec.logged(wanted) if isinstance(f, EndSampleTaken)]
            after = records[-1].seq
    return tuple(found)


def restore_outbox(outbox: Outbox, ledger: LedgerPort) -> None:
    """Go on from the cursors: what is behind them was answered, what is after them waits."""
    cursors = {c.cls: c.seq for c in ledger.cursors() if c.peer == PEER}
    attempts = {a.cls: a.attempts for a in ledger.attempts() if a.peer == PEER}
    last = ledger.last_seq()
    for cls in CLASSES:
        cursor = cursors.get(cls, 0)
        waiting = ledger.log_count_after(cls, cursor)
        outbox.restore(cls, cursor, last if waiting else cursor, attempts.get(cls, 0))
    outbox.restore_waiting(ledger.waiting(PEER))
