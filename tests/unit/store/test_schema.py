"""Migrations: expand first, contract only once the release has proved itself, and back again without a loss."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.store.faults import LedgerRefused
from agent.store.ledger import Ledger
from agent.store.records import Batch, Cursor, KeptRecord, LogRecord, PrunePolicy
from agent.store.schema import MIGRATIONS, Migration, migrate

EXPANSION = Migration(
    2,
    (
        "ALTER TABLE log ADD COLUMN signature TEXT NOT NULL DEFAULT 'none'",
        "ALTER TABLE kept ADD COLUMN origin TEXT NOT NULL DEFAULT 'unknown'",
        "ALTER TABLE cursor ADD COLUMN note TEXT",
        "ALTER TABLE tx ADD COLUMN tariff TEXT",
        "CREATE TABLE later (id INTEGER PRIMARY KEY, what TEXT)",
        "CREATE INDEX log_by_boot ON log (boot)",
    ),
)
CONTRACTION = Migration(3, ("DROP TABLE attempt",), contract=True)
AFTERWARDS = Migration(4, ("CREATE TABLE another (id INTEGER PRIMARY KEY)",))
NEXT = (*MIGRATIONS, EXPANSION)
AFTER_NEXT = (*MIGRATIONS, EXPANSION, CONTRACTION, AFTERWARDS)


def record(seq: int, *, ends: bool = False) -> LogRecord:
    return LogRecord(seq, "Fact", 1, "ledger", "tx-1", 1, 1, seq, None, b"body %d" % seq, ends)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What another program finds in the file, once the ledger is closed."""
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


def tables(path: Path) -> set[object]:
    return {name for (name,) in rows(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_the_numbers_of_the_migrations_grow_from_one() -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    assert not MIGRATIONS[0].contract


def test_the_release_before_opens_the_file_of_this_one_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    newer = Ledger.open(path, migrations=NEXT)
    newer.commit(Batch(log=[record(1)], kept=[KeptRecord("a", "1", 1, b"x")], cursors=[Cursor("csms", "ledger", 1)]))
    newer.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:  # what only the newer release knows to write
        conn.execute("UPDATE log SET signature = 'signed'")
        conn.execute("UPDATE kept SET origin = 'csms'")
        conn.execute("UPDATE cursor SET note = 'noted'")
        conn.execute("UPDATE tx SET tariff = 'night'")
        conn.execute("INSERT INTO later (what) VALUES ('precious')")

    older = Ledger.open(path)
    assert older.opening.damage == ""
    assert older.tx_log("tx-1") == [record(1)]
    older.commit(Batch(log=[record(2)], kept=[KeptRecord("a", "1", 2, b"y"), KeptRecord("b", "1", 1, b"z")]))
    older.fail("full")
    older.commit(Batch(log=[record(3, ends=True)], cursors=[Cursor("csms", "ledger", 2)], essential=True))
    older.close()
    older = Ledger.open(path)
    assert older.opening.replayed == 1
    older.close()
    assert rows(path, "PRAGMA user_version") == [(2,)]

    newer = Ledger.open(path, migrations=NEXT)
    assert newer.tx_log("tx-1") == [record(1), record(2), record(3, ends=True)]
    assert list(newer.load_kept()) == [KeptRecord("a", "1", 2, b"y"), KeptRecord("b", "1", 1, b"z")]
    assert newer.cursors() == [Cursor("csms", "ledger", 2)]
    newer.close()
    assert rows(path, "SELECT seq, signature FROM log ORDER BY seq") == [(1, "signed"), (2, "none"), (3, "none")]
    assert rows(path, "SELECT kind, origin FROM kept ORDER BY kind") == [("a", "csms"), ("b", "unknown")]
    assert rows(path, "SELECT note FROM cursor") == [("noted",)]
    assert rows(path, "SELECT tariff, last_seq FROM tx") == [("night", 3)]
    assert rows(path, "SELECT what FROM later") == [("precious",)]


def test_the_file_of_the_release_before_is_expanded(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    older = Ledger.open(path)
    older.commit(Batch(log=[record(1)]))
    older.close()
    newer = Ledger.open(path, migrations=NEXT)
    assert newer.tx_log("tx-1") == [record(1)]
    newer.close()
    assert "later" in tables(path)
    assert rows(path, "SELECT signature FROM log") == [("none",)]


def test_a_contraction_waits_until_its_release_has_proved_itself(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    for _ in range(2):
        ledger = Ledger.open(path, migrations=AFTER_NEXT)
        ledger.close()
        assert {"attempt", "later", "another"} <= tables(path)  # it does not hold up what comes after it
    Ledger.open(path).close()  # and until then there is a way back
    ledger = Ledger.open(path, migrations=AFTER_NEXT)
    ledger.prove()
    ledger.close()
    assert "attempt" in tables(path)
    Ledger.open(path, migrations=AFTER_NEXT).close()
    assert "attempt" not in tables(path)


def test_a_file_that_is_too_new_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    for _ in range(2):
        ledger = Ledger.open(path, migrations=AFTER_NEXT)
        ledger.prove()
        ledger.close()
    content = path.read_bytes()
    with pytest.raises(LedgerRefused, match="needs schema 3, this release knows 1") as caught:
        Ledger.open(path)
    assert caught.value.code == "too_new"
    assert path.read_bytes() == content
    assert not list(tmp_path.glob("*corrupt*"))
    Ledger.open(path, migrations=AFTER_NEXT).close()


def test_a_release_that_did_not_prove_itself_is_not_taken_for_a_later_one(tmp_path: Path) -> None:
    """The proof of this release says nothing of the contraction that the next one brings."""
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(path)
    ledger.prove()
    ledger.close()
    Ledger.open(path, migrations=AFTER_NEXT).close()
    assert "attempt" in tables(path)


def test_a_migration_that_fails_leaves_nothing_behind() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        migrate(conn)
        broken = Migration(2, ("CREATE TABLE half (id INTEGER)", "this is no SQL"))
        with pytest.raises(sqlite3.OperationalError):
            migrate(conn, (*MIGRATIONS, broken))
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
        assert conn.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").fetchone() == (0,)
        migrate(conn, NEXT)
        assert conn.execute("PRAGMA user_version").fetchone() == (2,)


def test_pruning_in_the_release_before_leaves_the_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    newer = Ledger.open(path, migrations=NEXT)
    newer.commit(Batch(log=[record(1, ends=True)], cursors=[Cursor("csms", "ledger", 1)]))
    newer.close()
    older = Ledger.open(path)
    assert older.prune(PrunePolicy(keep_transactions=0), None).transactions == 1
    older.close()
    newer = Ledger.open(path, migrations=NEXT)
    assert newer.last_seq() == 1
    assert newer.health is None
    newer.close()
