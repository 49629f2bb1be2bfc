"""What is finished and delivered is forgotten, nothing else, a bounded step at a time."""

from __future__ import annotations

from agent.store.interface import LedgerPort
from agent.store.records import Batch, Cursor, PrunePolicy, PruneReport, Quarantined, Release
from tests.contracts.ledger.rigs import Rig, drained, record, seqs_of, whole

NOW_MS = 10_000_000
SMALL = PrunePolicy(keep_transactions=1, max_age_ms=1_000_000, keep_events=2, keep_quarantined=1)


def delivered(ledger: LedgerPort, *peers: str) -> None:
    upto = ledger.last_seq()
    ledger.commit(Batch(cursors=[Cursor(peer, cls, upto) for peer in peers or ("csms",) for cls in ("ledger", "log")]))


def test_finished_and_delivered_transactions_beyond_the_limit_go(rig: Rig) -> None:
    rig.ledger.commit(Batch(log=[*whole("a", 1), *whole("b", 4), *whole("c", 7)]))
    delivered(rig.ledger)
    report = drained(rig.ledger, SMALL)
    assert (report.transactions, report.records) == (2, 6)
    ledger = rig.crash()
    assert [t.tx for t in ledger.transactions(10)] == ["c"]
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [7, 8, 9]
    assert ledger.tx_log("a") == []


def test_nothing_goes_that_a_peer_has_not_passed(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[*whole("a", 1), *whole("b", 4), *whole("c", 7), record(10, None, cls="log")]))
    everything = PrunePolicy(keep_transactions=0, max_age_ms=0, keep_events=0, keep_quarantined=0)
    assert drained(ledger, everything, NOW_MS) == PruneReport()  # no peer: nothing is delivered
    ledger.commit(Batch(cursors=[Cursor("one", "ledger", 10), Cursor("two", "ledger", 5)]))
    report = drained(ledger, everything, NOW_MS)
    assert (report.transactions, report.records) == (1, 3)
    assert [t.tx for t in ledger.transactions(10)] == ["c", "b"]


def test_events_that_nobody_takes_are_bounded_too(rig: Rig) -> None:
    """A station that cannot reach its CSMS notes each refused attempt; that must not fill the disk."""
    events = [record(n, None, cls="log") for n in range(1, 9)]
    rig.ledger.commit(Batch(log=[*events, *whole("a", 9)]))
    policy = PrunePolicy(keep_transactions=0, keep_events=2, most_waiting=5)
    assert drained(rig.ledger, policy).records == 3
    ledger = rig.crash()
    assert seqs_of(ledger.log_after("log", 0, 100)) == [4, 5, 6, 7, 8]
    assert seqs_of(ledger.log_after("ledger", 0, 100)) == [9, 10, 11]  # money is never given up
    assert ledger.last_seq() == 11


def test_an_open_transaction_stays(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[record(1, "open", wall_ms=1), *whole("a", 2), *whole("b", 5), *whole("c", 8)]))
    delivered(ledger)
    drained(ledger, PrunePolicy(keep_transactions=0, max_age_ms=0), NOW_MS)
    assert [t.tx for t in ledger.transactions(10)] == ["open"]
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [1]


def test_records_of_other_transactions_between_stay(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[record(n, "a" if n % 2 else "open") for n in range(1, 10)]))
    ledger.commit(Batch(log=[record(11, "a", ends=True)]))
    delivered(ledger)
    drained(ledger, PrunePolicy(keep_transactions=0))
    assert seqs_of(ledger.log_after("ledger", 0, 100)) == [2, 4, 6, 8]


def test_old_transactions_go_within_the_limit_too(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[*whole("old", 1, wall_ms=NOW_MS - 2_000_000), *whole("new", 4, wall_ms=NOW_MS - 10)]))
    ledger.commit(Batch(log=whole("unknown age", 7)))
    delivered(ledger)
    policy = PrunePolicy(max_age_ms=1_000_000)
    assert drained(ledger, policy, None) == PruneReport()  # the clock is not trusted
    assert drained(ledger, PrunePolicy(max_age_ms=None), NOW_MS) == PruneReport()
    assert drained(ledger, policy, NOW_MS).transactions == 1
    assert [t.tx for t in ledger.transactions(10)] == ["unknown age", "new"]


def test_a_transaction_with_a_record_in_quarantine_stays(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[*whole("a", 1), *whole("b", 4)], quarantine=[Quarantined("csms", 2, 3, "x", "y")]))
    delivered(ledger)
    policy = PrunePolicy(keep_transactions=0)
    drained(ledger, policy)
    assert [t.tx for t in ledger.transactions(10)] == ["a"]
    ledger.commit(Batch(release=[Release("csms", 2)]))
    drained(ledger, policy)
    assert ledger.transactions(10) == []


def test_a_quarantine_beyond_its_limit_gives_up_the_oldest(ledger: LedgerPort) -> None:
    ledger.commit(Batch(quarantine=[Quarantined("csms", n, 1, "x", "y") for n in (5, 1, 3)]))
    assert drained(ledger, SMALL).quarantined == 2
    assert [q.seq for q in ledger.quarantined(10)] == [5]


def test_delivered_events_beyond_the_limit_go(ledger: LedgerPort) -> None:
    events = [record(n, None, cls="log", wall_ms=NOW_MS) for n in range(1, 6)]
    strays = [record(n, None, wall_ms=NOW_MS) for n in range(6, 11)]
    ledger.commit(Batch(log=[*events, *strays, record(11, "open")]))
    ledger.commit(Batch(cursors=[Cursor("csms", "ledger", 7), Cursor("csms", "log", 2)]))
    drained(ledger, SMALL, NOW_MS)
    assert seqs_of(ledger.log_after("log", 0, 10)) == [3, 4, 5]  # 3 is beyond the limit, but not delivered
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [8, 9, 10, 11]
    delivered(ledger)
    drained(ledger, SMALL, NOW_MS)
    assert seqs_of(ledger.log_after("log", 0, 10)) == [4, 5]
    assert seqs_of(ledger.log_after("ledger", 0, 10)) == [9, 10, 11]


def test_old_events_and_those_in_quarantine(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[record(n, None, cls="log", wall_ms=5) for n in (1, 2)]))
    ledger.commit(Batch(quarantine=[Quarantined("csms", 1, 1, "x", "y")]))
    delivered(ledger)
    drained(ledger, PrunePolicy(max_age_ms=1000), NOW_MS)
    assert seqs_of(ledger.log_after("log", 0, 10)) == [1]


def test_a_number_is_never_given_again_after_pruning(rig: Rig) -> None:
    rig.ledger.commit(Batch(log=whole("a", 1)))
    delivered(rig.ledger)
    rig.ledger.commit(Batch(log=whole("b", 11), cursors=[Cursor("csms", "ledger", 13)]))
    drained(rig.ledger, PrunePolicy(keep_transactions=0))
    assert rig.crash().last_seq() == 13
    rig.ledger.commit(Batch(retire=["csms"]))
    assert rig.restart().last_seq() == 13


def test_a_step_is_bounded_and_says_that_there_is_more(ledger: LedgerPort) -> None:
    ledger.commit(Batch(log=[*whole("a", 1, 100), *whole("b", 101, 100)]))
    delivered(ledger)
    policy = PrunePolicy(keep_transactions=0, step_rows=100)
    first = ledger.prune(policy, None)
    assert (first.records, first.transactions, first.more) == (100, 1, True)
    assert [t.tx for t in ledger.transactions(10)] == ["b"]
    drained(ledger, policy)
    assert ledger.transactions(10) == []
