"""The SQLite ledger where a disk or a database does what the contract tests cannot make it do."""

from __future__ import annotations

import errno
import os
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from agent.store import ledger as module
from agent.store import opening
from agent.store.faults import StoreFault
from agent.store.ledger import Ledger
from agent.store.records import Batch, Cursor, KeptRecord, LogRecord, PrunePolicy
from agent.store.reserve import Reserve
from tests.unit.store.sick_connection import error, sicken

FULL, CORRUPT = sqlite3.SQLITE_FULL, sqlite3.SQLITE_CORRUPT


def step(seq: int, *, essential: bool = True) -> Batch:
    record = LogRecord(seq, "Fact", 1, "ledger", "tx-1", 1, 1, seq, None, b"x" * 100)
    return Batch(log=[record], kept=[KeptRecord("session", "1", 1, b"%d" % seq)], essential=essential)


def seqs(ledger: Ledger) -> list[int]:
    return [record.seq for record in ledger.log_after("ledger", 0, 1000)]


def kind(ledger: Ledger) -> str | None:
    return ledger.health.kind if ledger.health else None


def failing(number: int) -> Callable[..., NoReturn]:
    def fails(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fails


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(path, reserve_bytes=8192, spare=path.with_name("spare"))
    ledger.commit(step(1))
    yield ledger
    ledger.close()


# --- writing fails


@pytest.mark.parametrize("statement", ["BEGIN", "INSERT INTO log", "INSERT INTO kept", "COMMIT"])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (FULL, "full"),
        (sqlite3.SQLITE_READONLY, "read_only"),
        (sqlite3.SQLITE_IOERR_WRITE, "io"),
        (sqlite3.SQLITE_IOERR_FSYNC, "io"),
        (sqlite3.SQLITE_CANTOPEN, "io"),
    ],
)
def test_whatever_statement_fails_the_batch_goes_to_the_reserve(
    ledger: Ledger, path: Path, statement: str, code: int, expected: str
) -> None:
    sicken(ledger).fail(statement, code, times=1)
    assert ledger.commit(step(2)) == "reserve"
    assert kind(ledger) == expected
    assert seqs(ledger) == [1, 2]
    assert ledger.heal()
    assert kind(ledger) is None
    assert ledger.commit(step(3)) == "disk"
    ledger.close()
    assert seqs(Ledger.open(path)) == [1, 2, 3]


def test_healing_that_fails_keeps_everything(ledger: Ledger) -> None:
    sick = sicken(ledger)
    sick.fail("COMMIT", FULL)
    for seq in (2, 3):
        assert ledger.commit(step(seq)) == "reserve"
        assert not ledger.heal()
        assert seqs(ledger) == list(range(1, seq + 1))
    sick.fail("COMMIT", sqlite3.SQLITE_IOERR_WRITE, times=1)
    assert not ledger.heal()
    assert kind(ledger) == "io"
    assert ledger.heal()
    assert ledger.size().held_batches == 0


def test_a_batch_that_cannot_even_be_held_is_refused_alone(ledger: Ledger) -> None:
    ledger.fail("full")
    ledger.commit(step(2))
    sicken(ledger).fail("INSERT INTO log", FULL, times=1)
    with pytest.raises(StoreFault) as caught:
        ledger.commit(step(3))
    assert caught.value.kind == "full"
    assert seqs(ledger) == [1, 2]
    assert ledger.commit(step(4)) == "reserve"
    ledger.fail(None)
    assert ledger.heal()
    assert seqs(ledger) == [1, 2, 4]


def test_a_database_that_cannot_be_used_at_all_refuses_everything(ledger: Ledger) -> None:
    sicken(ledger).fail("BEGIN", sqlite3.SQLITE_IOERR_READ)
    for _ in range(2):
        with pytest.raises(StoreFault) as caught:
            ledger.commit(step(2))
        assert caught.value.kind == "io"
    assert not ledger.heal()


def test_a_mistake_in_our_own_sql_is_no_fault_of_the_disk(ledger: Ledger) -> None:
    sick = sicken(ledger)
    sick.fail("INSERT INTO log", sqlite3.IntegrityError("constraint"), times=1)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.commit(step(2))
    assert kind(ledger) is None
    assert seqs(ledger) == [1]
    assert ledger.commit(step(2)) == "disk"
    sick.fail("SELECT peer", sqlite3.ProgrammingError("no such thing"), times=1)
    with pytest.raises(sqlite3.ProgrammingError):
        ledger.cursors()


# --- the database is damaged while it is open


@pytest.mark.parametrize("code", [CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT_INDEX])
@pytest.mark.parametrize("statement", ["BEGIN", "INSERT INTO log", "COMMIT"])
def test_damage_noticed_in_a_commit_is_final(ledger: Ledger, statement: str, code: int) -> None:
    sicken(ledger).fail(statement, code, times=1)
    with pytest.raises(StoreFault) as caught:
        ledger.commit(step(2))
    assert caught.value.kind == "corrupt"
    assert kind(ledger) == "corrupt"
    with pytest.raises(StoreFault):
        ledger.commit(step(3))
    assert not ledger.heal()
    ledger.tend()
    assert not ledger.prune(PrunePolicy(), None).more
    assert seqs(ledger) == [1]


def test_damage_noticed_in_a_question_is_final(ledger: Ledger) -> None:
    sicken(ledger).fail("SELECT seq", CORRUPT, times=1)
    with pytest.raises(StoreFault):
        ledger.log_after("ledger", 0, 10)
    with pytest.raises(StoreFault):
        ledger.commit(step(2))


def test_damage_noticed_while_holding_is_final(ledger: Ledger) -> None:
    ledger.fail("full")
    ledger.commit(step(2))
    sicken(ledger).fail("SAVEPOINT", CORRUPT, times=1)
    with pytest.raises(StoreFault) as caught:
        ledger.commit(step(3))
    assert caught.value.kind == "corrupt"


def test_real_damage_in_an_open_database_is_noticed(tmp_path: Path) -> None:
    """Pages overwritten behind SQLite's back, with a cache too small to have them all."""
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(path)
    for seq in range(1, 3000, 10):
        ledger.commit_group([step(n) for n in range(seq, seq + 10)])
    ledger._checkpoint()
    ledger._conn.execute("PRAGMA shrink_memory")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    with pytest.raises(StoreFault) as caught:
        ledger.tx_log("tx-1")
    assert caught.value.kind == "corrupt"
    ledger.close()
    ledger = Ledger.open(path)
    assert ledger.opening.moved_to is not None
    assert ledger.commit(step(1)) == "disk"
    ledger.close()


# --- the places to hold


def test_where_the_reserve_fails_too_the_spare_is_next(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.fail("read_only")
    assert not path.with_name("spare").exists()
    assert ledger.commit(step(2)) == "volatile"
    assert path.with_name("spare").stat().st_mode & 0o777 == 0o600
    again = tmp_copy(path)
    reopened = Ledger.open(again, reserve_bytes=8192, spare=again.with_name("spare"))
    assert seqs(reopened) == [1, 2]
    assert reopened.opening.replayed == 1
    reopened.close()
    monkeypatch.setattr(Reserve, "append", failing(errno.EIO))
    assert ledger.commit(step(3)) == "volatile"
    monkeypatch.undo()
    assert ledger.commit(step(4)) == "volatile"
    assert ledger.size().held_batches == 3
    ledger.fail(None)
    assert ledger.heal()
    assert seqs(ledger) == [1, 2, 3, 4]


def tmp_copy(path: Path) -> Path:
    folder = path.parent / "copy"
    folder.mkdir()
    for name in ("ledger.db", "ledger.db-wal", "ledger.reserve", "spare"):
        (folder / name).write_bytes((path.parent / name).read_bytes())
    return folder / "ledger.db"


def test_a_spare_that_cannot_be_opened_is_read_or_done_without(path: Path) -> None:
    spare = path.with_name("spare")
    spare.mkdir()
    ledger = Ledger.open(path, spare=spare)
    assert kind(ledger) is None
    ledger.fail("read_only")
    assert ledger.commit(step(1)) == "volatile"
    ledger.close()


def test_without_a_reserve_the_ledger_works_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "posix_fallocate", failing(errno.ENOSPC))
    ledger = Ledger.open(path)
    assert kind(ledger) == "full"
    assert ledger.commit(step(1)) == "disk"
    assert not ledger.heal()
    assert ledger.size().reserve_bytes == 0
    ledger.fail("full")
    assert ledger.commit(step(2)) == "volatile"
    with pytest.raises(StoreFault) as caught:
        ledger.commit(step(3, essential=False))
    assert caught.value.kind == "full"
    ledger.fail(None)
    monkeypatch.undo()
    assert ledger.heal()
    assert ledger.size().reserve_bytes == module.RESERVE_BYTES
    assert seqs(ledger) == [1, 2]
    ledger.close()


def test_emptying_the_reserve_may_fail(ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.fail("full")
    ledger.commit(step(2))
    ledger.fail(None)
    monkeypatch.setattr(Reserve, "clear", failing(errno.EIO))
    assert ledger.heal()
    monkeypatch.undo()
    assert ledger.commit(step(3)) == "disk"
    ledger.close()
    reopened = Ledger.open(path, reserve_bytes=8192)
    assert reopened.opening.replayed == 0
    assert seqs(reopened) == [1, 2, 3]
    assert [kept.body for kept in reopened.load_kept()] == [b"3"]
    reopened.close()


# --- housekeeping


def test_the_log_is_checkpointed_between_commits_and_stays_small(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db")
    for seq in range(1, 2001):
        ledger.commit(step(seq))
        ledger.tend()
    size = ledger.size()
    assert size.wal_bytes < 1.5 * module.CHECKPOINT_BYTES
    assert (tmp_path / "ledger.db").stat().st_size > 200_000
    ledger.close()


def test_without_housekeeping_the_log_is_bounded_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "AUTOCHECKPOINT_PAGES", 100)
    ledger = Ledger.open(tmp_path / "ledger.db")
    for seq in range(1, 1001):
        ledger.commit(step(seq))
    assert ledger.size().wal_bytes < 200 * opening.PAGE_BYTES
    ledger.close()


def test_a_huge_commit_leaves_no_huge_log(ledger: Ledger, path: Path) -> None:
    ledger.commit(Batch(kept=[KeptRecord("k", str(n), 1, bytes(200_000)) for n in range(40)]))
    wal = path.with_name("ledger.db-wal")
    assert wal.stat().st_size > 8_000_000
    ledger._checkpoint()
    ledger.commit(step(2))
    assert wal.stat().st_size <= opening.AUTOCHECKPOINT_PAGES * opening.PAGE_BYTES


def test_pruning_keeps_the_log_small_too(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db")
    for first in range(1, 10_001, 500):
        log = [LogRecord(n, "Fact", 1, "log", None, 0, 1, n, None, b"x" * 300) for n in range(first, first + 500)]
        ledger.commit(Batch(log=log))
        ledger.tend()
    ledger.commit(csms_has_all(10_000))
    while ledger.prune(PrunePolicy(keep_events=0, spare_pages=0), None).more:
        ledger.tend()
    assert ledger.size().wal_bytes < 2 * module.CHECKPOINT_BYTES
    ledger.close()


def test_a_checkpoint_that_finds_no_room_is_told_before_commits_fail(ledger: Ledger) -> None:
    sick = sicken(ledger)
    sick.fail("PRAGMA wal_checkpoint", FULL)
    ledger._wal_bytes = module.CHECKPOINT_BYTES
    ledger.tend()
    assert kind(ledger) == "full"
    assert ledger.commit(step(2)) == "disk"
    assert kind(ledger) == "full"
    assert not ledger.heal()
    sick.heal()
    assert ledger.heal()


def test_pruning_on_a_sick_disk_raises_and_changes_nothing(ledger: Ledger) -> None:
    sicken(ledger).fail("COMMIT", FULL, times=1)
    with pytest.raises(StoreFault) as caught:
        ledger.prune(PrunePolicy(), None)
    assert caught.value.kind == "full"
    assert kind(ledger) is None
    assert ledger.commit(step(2)) == "disk"


def test_a_rollback_that_fails_does_not_hide_the_cause(ledger: Ledger) -> None:
    sick = sicken(ledger)

    def rollback_fails(sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            raise error(FULL, "the cause")
        if sql == "ROLLBACK":
            sick.conn.execute(sql)
            raise error(sqlite3.SQLITE_IOERR, "a consequence")
        return sick.conn.execute(sql, *values)

    sick.execute = rollback_fails  # type: ignore[method-assign]  # two statements fail in their own ways
    with pytest.raises(StoreFault, match="the cause"):
        ledger.prune(PrunePolicy(), None)
    del sick.execute


def test_freed_pages_go_back_to_the_file_system_in_steps(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db")
    body = b"x" * 900
    log = [LogRecord(n, "Fact", 1, "log", None, 0, 1, n, None, body) for n in range(1, 1001)]
    ledger.commit(Batch(log=log))
    ledger.commit(csms_has_all(1000))
    before = ledger.size().database_bytes
    policy = PrunePolicy(keep_events=0, spare_pages=50, step_pages=100, step_rows=300)
    pages = []
    while (report := ledger.prune(policy, None)).more or report.records:
        pages.append(report.pages)
    assert max(pages) == 100
    size = ledger.size()
    assert size.free_bytes == 50 * opening.PAGE_BYTES
    assert size.database_bytes < before / 5
    ledger._checkpoint()
    assert (tmp_path / "ledger.db").stat().st_size == size.database_bytes
    ledger.close()


def test_a_long_transaction_goes_in_several_steps_and_out_of_sight_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(path)
    log = [LogRecord(n, "Fact", 1, "ledger", "a" if n % 2 else "b", 1, 1, n, None, b"") for n in range(1, 501)]
    end = LogRecord(501, "Fact", 1, "ledger", "a", 1, 1, 501, None, b"", ends=True)
    ledger.commit(Batch(log=[*log, end], cursors=[Cursor("csms", "ledger", 501)]))
    policy = PrunePolicy(keep_transactions=0, step_rows=200)
    first = ledger.prune(policy, None)
    assert (first.transactions, first.records, first.more) == (0, 100, True)
    assert [tx.tx for tx in ledger.transactions(10)] == ["b"]
    ledger.close()
    ledger = Ledger.open(path)
    reports = [ledger.prune(policy, None) for _ in range(2)]
    assert [(r.transactions, r.records, r.more) for r in reports] == [(0, 100, True), (1, 51, False)]
    assert seqs(ledger) == list(range(2, 501, 2))
    ledger.close()


def csms_has_all(seq: int) -> Batch:
    return Batch(cursors=[Cursor("csms", "log", seq)])


def test_ten_thousand_records_are_read_within_little_memory(tmp_path: Path) -> None:
    """A queue of a long time offline is drained in pages, each of which is let go before the next."""
    ledger = Ledger.open(tmp_path / "ledger.db")
    for first in range(1, 10_001, 500):
        ledger.commit_group([step(seq) for seq in range(first, first + 500)])
    assert ledger.log_count_after("ledger", 0) == 10_000
    tracemalloc.start()
    seq = count = 0
    while page := ledger.log_after("ledger", seq, 50):
        seq, count = page[-1].seq, count + len(page)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 200_000
    ledger.close()


def test_an_end_without_a_clean_up_loses_only_what_was_in_memory(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db")
    ledger.fail("read_only")
    ledger.commit(step(1))
    sicken(ledger).fail("ROLLBACK", sqlite3.SQLITE_IOERR)
    ledger.close()
    reopened = Ledger.open(tmp_path / "ledger.db")
    assert reopened.last_seq() == 0
    reopened.close()
