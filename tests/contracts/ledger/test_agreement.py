"""Whatever is done to them, the ledger of the station and that of the simulation give the same answers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.store.faults import StoreFault
from agent.store.interface import LedgerPort
from agent.store.records import (
    Attempt,
    Batch,
    Cursor,
    KeptRecord,
    LogRecord,
    PrunePolicy,
    Quarantined,
    RecordClass,
    Release,
)
from tests.contracts.ledger.rigs import Rig, SimRig, SqliteRig, drained

NAMES = st.sampled_from(["a", "b", "c"])
PEERS = st.sampled_from(["one", "two"])
CLASSES: tuple[RecordClass, ...] = ("ledger", "log")
CLS = st.sampled_from(CLASSES)
SEQ = st.integers(0, 40)


@st.composite
def batch_shapes(draw: st.DrawFn) -> Batch:
    """A batch whose log sequence numbers are steps, to be added up by the test."""
    log = [
        LogRecord(
            draw(st.integers(1, 3)), "Fact", 1, draw(CLS), draw(st.none() | NAMES), 1, 1, 5,
            draw(st.none() | st.integers(0, 100)), draw(st.binary(max_size=20)), draw(st.booleans()),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    return Batch(
        log=log,
        kept=draw(
            st.lists(st.builds(KeptRecord, NAMES, NAMES, st.just(1), st.none() | st.binary(max_size=9)), max_size=2)
        ),
        cursors=draw(st.lists(st.builds(Cursor, PEERS, CLS, SEQ), max_size=2)),
        quarantine=draw(st.lists(st.builds(Quarantined, PEERS, SEQ, SEQ, NAMES, NAMES), max_size=1)),
        release=draw(st.lists(st.builds(Release, PEERS, SEQ), max_size=1)),
        attempts=draw(st.lists(st.builds(Attempt, PEERS, CLS, SEQ, SEQ), max_size=1)),
        thin=draw(st.lists(SEQ, max_size=1)),
        retire=draw(st.lists(PEERS, max_size=1)) if draw(st.integers(0, 9)) == 0 else (),
        essential=draw(st.booleans()),
    )


STEPS = st.lists(
    batch_shapes() | st.sampled_from(["full", "read_only", "heal", "crash", "restart", "prune"]),
    min_size=1,
    max_size=25,
)


def answers(ledger: LedgerPort) -> list[object]:
    return [
        list(ledger.load_kept()),
        [ledger.log_after(cls, 0, 1000) for cls in ("ledger", "log")],
        [ledger.log_count_after(cls, 7) for cls in ("ledger", "log")],
        ledger.last_seq(),
        ledger.cursors(),
        ledger.attempts(),
        ledger.quarantined(100),
        [ledger.waiting(peer) for peer in ("one", "two")],
        ledger.transactions(100),
        [ledger.tx_log(tx) for tx in ("a", "b", "c")],
        ledger.health and ledger.health.kind,
    ]


def numbered(shape: Batch, last_seq: int) -> Batch:
    log = []
    for step in shape.log:
        last_seq += step.seq
        log.append(LogRecord(last_seq, *(getattr(step, name) for name in LogRecord.__struct_fields__[1:])))
    fields = {name: getattr(shape, name) for name in Batch.__struct_fields__}
    cursors = [Cursor(c.peer, c.cls, min(c.seq, last_seq)) for c in shape.cursors]
    return Batch(**{**fields, "log": log, "cursors": cursors})


def act(rig: Rig, step: Batch | str, batch: Batch) -> object:
    """Do one step; what came of it, as far as both must agree."""
    if isinstance(step, Batch):
        (result,) = rig.ledger.commit_group([batch])
        return result.kind if isinstance(result, StoreFault) else result
    if step in ("full", "read_only"):
        rig.ledger.fail("full" if step == "full" else "read_only")
    elif step == "heal":
        rig.ledger.fail(None)
        return rig.ledger.heal()
    elif step == "prune":
        drained(rig.ledger, PrunePolicy(keep_transactions=1, max_age_ms=50, keep_events=2, keep_quarantined=2), 100)
    else:
        rig.crash() if step == "crash" else rig.restart()
    return None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_both_ledgers_give_the_same_answers(tmp_path_factory: pytest.TempPathFactory, steps: list[Batch | str]) -> None:
    sqlite, simulation = SqliteRig(tmp_path_factory.mktemp("ledger")), SimRig()
    try:
        for step in steps:
            batch = numbered(step, sqlite.ledger.last_seq()) if isinstance(step, Batch) else Batch()
            assert act(sqlite, step, batch) == act(simulation, step, batch)
            assert answers(sqlite.ledger) == answers(simulation.ledger)
    finally:
        sqlite.dispose()
        simulation.dispose()
