"""What is written is there, in order, after any end of the process."""

from __future__ import annotations

import pytest

from agent.store.interface import LedgerPort
from agent.store.records import (
    MAX_BATCH_RECORDS,
    MAX_BODY_BYTES,
    MAX_TEXT,
    Attempt,
    Batch,
    Cursor,
    KeptRecord,
    LogRecord,
    Quarantined,
    Release,
)
from tests.contracts.ledger.rigs import Rig, lives, record, seqs_of, whole


def test_a_fresh_ledger_is_empty_and_well(ledger: LedgerPort) -> None:
    assert ledger.health is None
    assert ledger.opening.damage == ""
    assert ledger.last_seq() == 0
    assert list(ledger.load_kept()) == []
    assert ledger.log_after("ledger", 0, 10) == []
    assert ledger.log_count_after("log", 0) == 0
    assert ledger.transactions(10) == []
    assert ledger.tx_log("tx-1") == []
    assert ledger.cursors() == []
    assert ledger.attempts() == []
    assert ledger.quarantined(10) == []
    assert ledger.waiting("csms") == {}


def test_records_come_back_as_they_were_given(rig: Rig) -> None:
    given_records = [
        LogRecord(1, "TransactionRecorded", 7, "ledger", "tx-é", 2, 3, 123, 1_700_000_000_000, b"\x00\xff", False),
        LogRecord(2, "SecurityEventRaised", 1, "log", None, 0, 3, 124, None, b"", False),
        LogRecord(5, "TransactionRecorded", 7, "ledger", "tx-é", 2, 3, 125, None, b"x" * 5000, True),
    ]
    assert rig.ledger.commit(Batch(log=given_records)) == "disk"
    for ledger in lives(rig):
        assert ledger.log_after("ledger", 0, 10) == [given_records[0], given_records[2]]
        assert ledger.log_after("log", 0, 10) == [given_records[1]]
        assert ledger.log_at([5, 3, 1]) == [given_records[2], given_records[0]]
        assert ledger.last_seq() == 5


def test_the_newest_kept_record_wins_and_none_deletes(rig: Rig) -> None:
    rig.ledger.commit(Batch(kept=[KeptRecord("b", "1", 1, b"old"), KeptRecord("a", "2", 1, b"two")]))
    rig.ledger.commit(Batch(kept=[KeptRecord("b", "1", 2, b"new"), KeptRecord("a", "1", 1, b"one")]))
    rig.ledger.commit(Batch(kept=[KeptRecord("a", "2", 1, None), KeptRecord("a", "never there", 1, None)]))
    for ledger in lives(rig):
        assert list(ledger.load_kept()) == [KeptRecord("a", "1", 1, b"one"), KeptRecord("b", "1", 2, b"new")]
        assert list(ledger.load_kept("b")) == [KeptRecord("b", "1", 2, b"new")]
        assert list(ledger.load_kept("c")) == []


def test_within_a_batch_the_last_kept_record_wins(ledger: LedgerPort) -> None:
    ledger.commit(
        Batch(kept=[KeptRecord("a", "1", 1, b"x"), KeptRecord("a", "1", 1, None), KeptRecord("a", "", 1, b"y")])
    )
    assert list(ledger.load_kept()) == [KeptRecord("a", "", 1, b"y")]


def test_kept_records_are_read_in_pages_while_others_are_written(ledger: LedgerPort) -> None:
    ledger.commit(Batch(kept=[KeptRecord("k", f"{n:04}", 1, b"%d" % n) for n in range(700)]))
    read = []
    for n, kept in enumerate(ledger.load_kept("k")):
        read.append(kept.key)
        if n == 300:
            ledger.commit(Batch(kept=[KeptRecord("k", "0000", 2, b"changed behind the reader")]))
    assert read == [f"{n:04}" for n in range(700)]


def test_a_group_is_answered_batch_by_batch_and_in_order(ledger: LedgerPort) -> None:
    batches = [Batch(log=[record(n)], kept=[KeptRecord("a", "1", n, b"%d" % n)]) for n in (1, 2, 3)]
    assert ledger.commit_group(batches) == ["disk", "disk", "disk"]
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [1, 2, 3]
    assert list(ledger.load_kept()) == [KeptRecord("a", "1", 3, b"3")]


def test_an_empty_batch_is_taken(ledger: LedgerPort) -> None:
    assert ledger.commit(Batch()) == "disk"


# --- what is refused as a mistake


@pytest.mark.parametrize(
    "batch",
    [
        Batch(log=[record(3)]),
        Batch(log=[record(2)]),
        Batch(log=[record(5), record(5)]),
        Batch(log=[record(5), record(4)]),
        Batch(log=[record(2**63)]),
        Batch(log=[record(4, body=b"x" * (MAX_BODY_BYTES + 1))]),
        Batch(log=[record(4, "t" * (MAX_TEXT + 1))]),
        Batch(kept=[KeptRecord("k" * (MAX_TEXT + 1), "", 1, b"")]),
        Batch(kept=[KeptRecord("k", "", 1, b"x" * (MAX_BODY_BYTES + 1))]),
        Batch(thin=[1] * (MAX_BATCH_RECORDS + 1)),
        Batch(log=[record(4)], cursors=[Cursor("csms", "ledger", 5)]),
    ],
)
def test_a_mistake_is_raised_and_nothing_is_written(ledger: LedgerPort, batch: Batch) -> None:
    ledger.commit(Batch(log=[record(3)]))
    with pytest.raises(ValueError):
        ledger.commit_group([Batch(kept=[KeptRecord("a", "1", 1, b"x")]), batch])
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [3]
    assert list(ledger.load_kept()) == []
    assert ledger.commit(Batch(log=[record(4)])) == "disk"


def test_an_unknown_class_is_a_mistake(ledger: LedgerPort) -> None:
    stray = LogRecord(1, "Fact", 1, "stream", None, 0, 1, 1, None, b"")  # type: ignore[arg-type]  # the point of it
    with pytest.raises(ValueError, match="unknown class"):
        ledger.commit(Batch(log=[stray]))


def test_the_largest_body_is_taken(ledger: LedgerPort) -> None:
    largest = record(1, body=b"x" * MAX_BODY_BYTES)
    ledger.commit(Batch(log=[largest]))
    assert ledger.log_at([1]) == [largest]


# --- reading in pages


def test_the_log_is_read_in_pages_by_class(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[record(n, cls="log" if n % 3 == 0 else "ledger", tx=None) for n in range(1, 31)]))
    assert seqs_of(ledger.log_after("ledger", 0, 4)) == [1, 2, 4, 5]
    assert seqs_of(ledger.log_after("ledger", 5, 3)) == [7, 8, 10]
    assert seqs_of(ledger.log_after("log", 3, 100)) == [6, 9, 12, 15, 18, 21, 24, 27, 30]
    assert ledger.log_after("ledger", 29, 10) == []
    assert ledger.log_count_after("ledger", 5) == 16
    assert ledger.log_count_after("log", 30) == 0


def test_a_page_ends_where_the_bodies_get_large(ledger: LedgerPort) -> None:
    for n in range(1, 7):
        ledger.commit(Batch(log=[record(n, body=b"x" * MAX_BODY_BYTES)]))
    assert seqs_of(ledger.log_after("ledger", 0, 1000)) == [1, 2, 3, 4]
    assert seqs_of(ledger.log_after("ledger", 4, 1000)) == [5, 6]
    assert seqs_of(ledger.tx_log("tx-1")) == [1, 2, 3, 4]


def test_no_page_is_longer_than_its_limit(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[record(n) for n in range(1, 1501)]))
    assert len(ledger.log_after("ledger", 0, 5000)) == 1000
    assert len(ledger.tx_log("tx-1", 0, 5000)) == 1000
    assert seqs_of(ledger.tx_log("tx-1", 1498)) == [1499, 1500]


# --- delivery


@pytest.fixture
def with_ten_records(ledger: LedgerPort) -> LedgerPort:
    ledger.commit(Batch(log=[record(n, None) for n in range(1, 11)]))
    return ledger


@pytest.mark.usefixtures("with_ten_records")
def test_a_cursor_never_goes_back(rig: Rig) -> None:
    rig.ledger.commit(Batch(cursors=[Cursor("csms", "ledger", 7), Cursor("csms", "log", 2)]))
    rig.ledger.commit(Batch(cursors=[Cursor("csms", "ledger", 5), Cursor("csms", "log", 3)]))
    assert rig.crash().cursors() == [Cursor("csms", "ledger", 7), Cursor("csms", "log", 3)]


@pytest.mark.usefixtures("with_ten_records")
def test_attempts_are_counted_until_the_cursor_passes(rig: Rig) -> None:
    rig.ledger.commit(Batch(attempts=[Attempt("csms", "ledger", 7, 1), Attempt("csms", "log", 8, 4)]))
    rig.ledger.commit(Batch(attempts=[Attempt("csms", "ledger", 7, 2)], cursors=[Cursor("csms", "ledger", 6)]))
    assert rig.crash().attempts() == [Attempt("csms", "ledger", 7, 2), Attempt("csms", "log", 8, 4)]
    rig.ledger.commit(Batch(cursors=[Cursor("csms", "ledger", 7)]))
    assert rig.ledger.attempts() == [Attempt("csms", "log", 8, 4)]


def test_quarantine_keeps_until_released(rig: Rig) -> None:
    first, second = Quarantined("csms", 2, 3, "InternalError", "no"), Quarantined("other", 1, 1, "Timeout", "")
    rig.ledger.commit(Batch(quarantine=[first, second]))
    rig.ledger.commit(Batch(quarantine=[Quarantined("csms", 2, 4, "GenericError", "still no")]))
    ledger = rig.crash()
    assert ledger.quarantined(10) == [second, Quarantined("csms", 2, 4, "GenericError", "still no")]
    assert ledger.quarantined(1, 1) == [Quarantined("csms", 2, 4, "GenericError", "still no")]
    ledger.commit(Batch(release=[Release("csms", 2), Release("csms", 99)]))
    assert ledger.quarantined(10) == [second]


def test_a_retired_peer_leaves_nothing(with_ten_records: LedgerPort) -> None:
    ledger = with_ten_records
    for peer in ("old", "new"):
        ledger.commit(
            Batch(
                cursors=[Cursor(peer, "ledger", 5), Cursor(peer, "log", 5)],
                attempts=[Attempt(peer, "ledger", 6, 1)],
                quarantine=[Quarantined(peer, 3, 1, "", "")],
            )
        )
    ledger.commit(Batch(retire=["old"]))
    assert {cursor.peer for cursor in ledger.cursors()} == {"new"}
    assert {attempt.peer for attempt in ledger.attempts()} == {"new"}
    assert {q.peer for q in ledger.quarantined(10)} == {"new"}


def test_what_waits_for_a_peer_is_counted_by_transaction(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[*whole("a", 1), *whole("b", 4), record(7, None), record(8, None, cls="log")]))
    assert ledger.waiting("csms") == {"a": 3, "b": 3}
    ledger.commit(Batch(cursors=[Cursor("csms", "ledger", 4)]))
    assert ledger.waiting("csms") == {"b": 2}
    assert ledger.waiting("other") == {"a": 3, "b": 3}


# --- transactions


def test_transactions_are_listed_from_the_newest(rig: Rig) -> None:
    rig.ledger.commit(
        Batch(log=[*whole("a", 1, wall_ms=1000), record(4, "b"), record(5, "c", wall_ms=5000), record(6, "b")])
    )
    rig.ledger.commit(Batch(cursors=[Cursor("csms", "ledger", 6)]))
    ledger = rig.crash()
    listed = ledger.transactions(10)
    assert [(t.tx, t.first_seq, t.last_seq, t.delivered) for t in listed] == [
        ("c", 5, None, False),
        ("b", 4, None, False),
        ("a", 1, 3, True),
    ]
    oldest = listed[2]
    assert (oldest.evse, oldest.started_boot, oldest.started_mono_ms, oldest.started_wall_ms) == (1, 3, 10, 1000)
    assert (oldest.ended_boot, oldest.ended_mono_ms, oldest.ended_wall_ms) == (3, 30, 1000)
    assert (listed[1].started_wall_ms, listed[1].ended_boot) == (None, None)
    assert [t.tx for t in ledger.transactions(1, 1)] == ["b"]
    assert ledger.transactions(5, 3) == []


def test_a_transaction_is_delivered_when_every_peer_has_its_last_record(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=whole("a", 1), cursors=[Cursor("one", "ledger", 3)]))
    assert ledger.transactions(1)[0].delivered
    ledger.commit(Batch(cursors=[Cursor("two", "log", 3)]))  # a second peer that has had no transaction yet
    assert not ledger.transactions(1)[0].delivered
    ledger.commit(Batch(cursors=[Cursor("two", "ledger", 2)]))
    assert not ledger.transactions(1)[0].delivered
    ledger.commit(Batch(cursors=[Cursor("two", "ledger", 3)]))
    assert ledger.transactions(1)[0].delivered


def test_the_records_of_a_transaction_are_found_among_others(ledger: LedgerPort) -> None:
    mixed = [record(n, "a" if n % 2 else "b") for n in range(1, 9)]
    ledger.commit(Batch(log=[*mixed, record(9, "a", cls="log"), record(10, "a", ends=True), record(11, "b")]))
    assert seqs_of(ledger.tx_log("a")) == [1, 3, 5, 7, 9, 10]
    assert seqs_of(ledger.tx_log("a", 3, 2)) == [5, 7]
    assert seqs_of(ledger.tx_log("b")) == [2, 4, 6, 8, 11]


def test_a_straggler_belongs_to_the_transaction_that_ended(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[*whole("a", 1), record(4, "a")]))
    assert seqs_of(ledger.tx_log("a")) == [1, 2, 3, 4]
    (listed,) = ledger.transactions(10)
    assert (listed.last_seq, listed.ended_mono_ms) == (4, 30)


def test_thinned_records_are_gone_and_their_numbers_too(rig: Rig) -> None:
    rig.ledger.commit(Batch(log=[record(n) for n in range(1, 6)]))
    rig.ledger.commit(Batch(thin=[2, 4, 5, 77]))
    ledger = rig.crash()
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [1, 3]
    assert seqs_of(ledger.tx_log("tx-1")) == [1, 3]
    assert ledger.last_seq() == 5
    with pytest.raises(ValueError):
        ledger.commit(Batch(log=[record(5)]))


def test_thinning_a_log_that_is_empty_is_nothing(ledger: LedgerPort) -> None:
    ledger.commit(Batch(thin=[1]))
    assert ledger.last_seq() == 0
