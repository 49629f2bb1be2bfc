"""A disk that is full, read-only or slow: what still goes on, and what is left of it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from agent.store.faults import StoreFault
from agent.store.interface import FailureKind, LedgerPort
from agent.store.records import Batch, Cursor, Durability, KeptRecord, LogRecord, PrunePolicy, PruneReport
from tests.contracts.ledger.rigs import RESERVE_BYTES, Rig, record, seqs_of, whole


def bulky(seq: int, tx: str | None = "tx-1") -> LogRecord:
    return record(seq, tx, body=b"x" * 1000)


def test_on_a_full_disk_a_running_transaction_goes_on_in_the_reserve(rig: Rig) -> None:
    ledger = rig.ledger
    ledger.commit(Batch(log=[record(1)]))
    ledger.fail("full")
    step = Batch(
        log=[record(2)], kept=[KeptRecord("a", "1", 1, b"x")], cursors=[Cursor("csms", "ledger", 1)], essential=True
    )
    assert ledger.commit(step) == "reserve"
    assert ledger.health is not None
    assert ledger.health.kind == "full"
    assert ledger.commit(Batch(log=[record(3, ends=True)], essential=True)) == "reserve"
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [1, 2, 3]
    assert ledger.transactions(1)[0].last_seq == 3
    assert ledger.size().held_batches == 2
    ledger = rig.crash()
    assert ledger.opening.replayed == 2
    assert ledger.health is None
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [1, 2, 3]
    assert list(ledger.load_kept()) == [KeptRecord("a", "1", 1, b"x")]
    assert ledger.cursors() == [Cursor("csms", "ledger", 1)]
    assert ledger.size().held_batches == 0
    assert rig.restart().opening.replayed == 0


@pytest.mark.parametrize("kind", ["full", "read_only"])
@pytest.mark.parametrize("write", [False, True])
def test_a_probe_finds_a_sick_disk_and_loses_nothing(rig: Rig, kind: FailureKind, write: bool) -> None:
    ledger = rig.ledger
    ledger.commit(Batch(log=[record(1)]))
    ledger.probe(write=write)
    assert ledger.health is None
    ledger.fail(kind)
    assert ledger.health is None
    ledger.probe(write=write)
    assert ledger.health is not None
    assert ledger.health.kind == kind
    ledger.probe(write=write)
    assert ledger.commit(Batch(log=[record(2)], essential=True)) in {"reserve", "volatile"}
    ledger.fail(None)
    assert ledger.heal()
    assert seqs_of(rig.crash().log_after("ledger", 0, 10)) == [1, 2]


def test_a_full_disk_heals(rig: Rig) -> None:
    ledger = rig.ledger
    ledger.fail("full")
    ledger.commit(Batch(log=[record(1)], essential=True))
    assert not ledger.heal()
    assert ledger.commit(Batch(log=[record(2)], essential=True)) == "reserve"
    ledger.fail(None)
    assert ledger.heal()
    assert ledger.health is None
    assert ledger.commit(Batch(log=[record(3)])) == "disk"
    ledger = rig.crash()
    assert ledger.opening.replayed == 0
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [1, 2, 3]


def test_on_a_full_disk_others_have_a_quarter_of_the_reserve(ledger: LedgerPort) -> None:
    ledger.fail("full")
    results: list[Durability | StoreFault] = []
    for n in range(1, 40):
        results += ledger.commit_group([Batch(log=[bulky(n, None)])])
        if isinstance(results[-1], StoreFault):
            break
    assert results[:-1] == ["reserve"] * 3
    refusal = results[-1]
    assert isinstance(refusal, StoreFault)
    assert refusal.kind == "full"
    assert seqs_of(ledger.log_after("ledger", 0, 100)) == [1, 2, 3]
    with pytest.raises(StoreFault):
        ledger.commit(Batch(log=[bulky(40, None)]))
    assert ledger.commit(Batch(log=[bulky(41)], essential=True)) == "reserve"


def test_a_group_may_be_taken_in_part(ledger: LedgerPort) -> None:
    ledger.fail("full")
    batches = [Batch(log=[bulky(n) for n in range(k * 8 + 1, k * 8 + 9)], essential=k != 1) for k in range(3)]
    first, second, third = ledger.commit_group(batches)
    assert (first, third) == ("reserve", "volatile")
    assert isinstance(second, StoreFault)
    assert seqs_of(ledger.log_after("ledger", 0, 100)) == [*range(1, 9), *range(17, 25)]


def test_beyond_the_reserve_a_running_transaction_is_held_in_memory(rig: Rig) -> None:
    ledger = rig.ledger
    ledger.fail("full")
    results = [ledger.commit(Batch(log=[bulky(n)], essential=True)) for n in range(1, 20)]
    in_reserve = results.count("reserve")
    assert 10 < in_reserve < 19
    assert results == ["reserve"] * in_reserve + ["volatile"] * (19 - in_reserve)
    # A small one would still fit, but must not overtake those in memory: a crash would leave a hole.
    assert ledger.commit(Batch(log=[record(20)], essential=True)) == "volatile"
    assert len(ledger.log_after("ledger", 0, 100)) == 20
    ledger = rig.crash()
    assert seqs_of(ledger.log_after("ledger", 0, 100)) == list(range(1, in_reserve + 1))


def test_what_is_in_memory_is_brought_in_when_the_disk_heals(rig: Rig) -> None:
    ledger = rig.ledger
    ledger.fail("full")
    for n in range(1, 20):
        ledger.commit(Batch(log=[bulky(n)], essential=True))
    ledger.fail(None)
    assert ledger.heal()
    assert len(rig.crash().log_after("ledger", 0, 100)) == 19


def test_memory_has_a_limit_too(ledger: LedgerPort) -> None:
    ledger.fail("read_only")
    taken = 0
    with suppress(StoreFault):
        for n in range(1, 100):
            ledger.commit(Batch(log=[record(n, body=b"x" * 100_000)], essential=True))
            taken += 1
    assert taken == 10
    assert seqs_of(ledger.log_after("ledger", 0, 100)) == list(range(1, 11))


def test_on_a_read_only_disk_a_running_transaction_is_held_in_memory(rig: Rig) -> None:
    ledger = rig.ledger
    ledger.commit(Batch(log=[record(1)]))
    ledger.fail("read_only")
    assert ledger.commit(Batch(log=[record(2)], essential=True)) == "volatile"
    with pytest.raises(StoreFault) as caught:
        ledger.commit(Batch(log=[record(3)]))
    assert caught.value.kind == "read_only"
    assert ledger.health is not None
    assert ledger.health.kind == "read_only"
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [1, 2]
    assert ledger.prune(PrunePolicy(), None) == PruneReport()
    ledger.fail(None)
    assert ledger.heal()
    assert seqs_of(rig.crash().log_after("ledger", 0, 10)) == [1, 2]


def test_what_was_only_in_memory_is_lost_with_the_power(rig: Rig) -> None:
    rig.ledger.commit(Batch(log=[record(1)]))
    rig.ledger.fail("read_only")
    rig.ledger.commit(Batch(log=[record(2)], essential=True))
    assert seqs_of(rig.crash().log_after("ledger", 0, 10)) == [1]


def test_closing_brings_in_what_was_held(rig: Rig) -> None:
    rig.ledger.fail("full")
    rig.ledger.commit(Batch(log=[record(1)], essential=True))
    rig.ledger.fail(None)
    ledger = rig.restart()
    assert ledger.opening.replayed == 0
    assert ledger.last_seq() == 1


def test_a_slow_disk_is_slow_and_well(ledger: LedgerPort) -> None:
    ledger.fail("slow", delay_ms=1)
    assert ledger.commit(Batch(log=[record(1)])) == "disk"
    assert ledger.health is None
    assert ledger.heal()


def test_housekeeping_changes_no_answer(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=whole("a", 1)))
    ledger.tend()
    ledger.prove()
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [1, 2, 3]
    assert ledger.size().reserve_bytes == RESERVE_BYTES
