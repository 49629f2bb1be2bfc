"""Opening in any state of the disk: fresh, whole, damaged, foreign, in use, not ours to write."""

from __future__ import annotations

import errno
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest

from agent.store import opening, schema
from agent.store.faults import LedgerRefused, StoreFault
from agent.store.ledger import Ledger
from agent.store.records import Batch, Cursor, KeptRecord, LogRecord, Quarantined
from agent.store.schema import MIGRATIONS, Migration
from tests.unit.store.sick_connection import error

ROOT = Path(__file__).parents[3]


def record(seq: int, tx: str | None = "tx-1", *, ends: bool = False) -> LogRecord:
    return LogRecord(seq, "Fact", 1, "ledger", tx, 1, 1, seq, None, b"x" * 300, ends)


def filled(path: Path, records: int = 50) -> None:
    ledger = Ledger.open(path)
    for seq in range(1, records + 1):
        ledger.commit(Batch(log=[record(seq)]))
    ledger.close()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


def test_files_and_folder_are_private_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        ledger = Ledger.open(path)
        ledger.commit(Batch(log=[record(1)]))
    finally:
        os.umask(before)
    names = {"ledger.db", "ledger.db-wal", "ledger.reserve"}
    assert {found.name for found in path.parent.iterdir()} == names
    assert {mode(path.parent / name) for name in names} == {0o600}
    assert mode(path.parent) == 0o700
    ledger.close()


def test_a_file_that_others_could_read_is_made_private(path: Path) -> None:
    filled(path, 1)
    path.chmod(0o644)
    (path.parent / "ledger.reserve").chmod(0o666)
    Ledger.open(path).close()
    assert mode(path) == mode(path.parent / "ledger.reserve") == 0o600


def test_the_settings_are_those_that_the_design_asks_for(path: Path) -> None:
    ledger = Ledger.open(path)
    settings = {
        name: ledger._conn.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "auto_vacuum", "locking_mode", "page_size", "cache_size")
    }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "auto_vacuum": 2,
        "locking_mode": "exclusive",
        "page_size": opening.PAGE_BYTES,
        "cache_size": -opening.CACHE_KIB,
    }
    ledger.close()


def test_a_damaged_file_is_moved_aside_and_a_fresh_one_made(path: Path) -> None:
    filled(path)
    rng = random.Random(1)
    content = bytearray(path.read_bytes())
    content[4096:8192] = rng.randbytes(4096)
    path.write_bytes(content)
    ledger = Ledger.open(path)
    assert ledger.health is None
    assert ledger.opening.damage
    assert ledger.opening.moved_to == str(path.parent / "ledger.corrupt-1")
    assert (path.parent / "ledger.corrupt-1").read_bytes() == content
    assert ledger.last_seq() == 0
    assert ledger.commit(Batch(log=[record(1)])) == "disk"
    ledger.close()
    ledger = Ledger.open(path)
    assert ledger.opening.damage == ""
    assert ledger.last_seq() == 1
    ledger.close()


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_moved_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    ledger = Ledger.open(path)
    assert ledger.opening.damage
    assert (path.parent / "ledger.corrupt-1").read_bytes() == content
    ledger.close()


def test_the_database_of_another_program_is_moved_aside(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE theirs (id)")
    ledger = Ledger.open(path)
    assert "no ledger of this program" in ledger.opening.damage
    ledger.close()


@pytest.mark.parametrize("content", [b"this is no database" * 100, b""])
def test_the_log_of_a_damaged_file_goes_with_it(path: Path, content: bytes) -> None:
    """Beside a fresh database it would be taken for its own."""
    path.parent.mkdir()
    path.write_bytes(content)
    (path.parent / "ledger.db-wal").write_bytes(b"its log")
    (path.parent / "ledger.db-shm").write_bytes(b"its index")
    ledger = Ledger.open(path)
    ledger.close()
    assert (path.parent / "ledger.corrupt-1").read_bytes() == content
    assert (path.parent / "ledger.corrupt-1-wal").read_bytes() == b"its log"
    assert not (path.parent / "ledger.db-shm").exists()


def test_only_the_newest_damaged_files_are_kept(path: Path) -> None:
    path.parent.mkdir()
    for n in range(1, 6):
        path.write_bytes(b"damage %d" % n)
        Ledger.open(path).close()
    found = sorted(found.name for found in path.parent.glob("*corrupt*"))
    assert found == ["ledger.corrupt-3", "ledger.corrupt-4", "ledger.corrupt-5"]
    assert (path.parent / "ledger.corrupt-5").read_bytes() == b"damage 5"


def test_what_the_reserve_holds_outlives_the_database(path: Path) -> None:
    ledger = Ledger.open(path)
    ledger.fail("full")
    ledger.commit(Batch(log=[record(1, ends=True)], essential=True))
    ledger.close()
    path.write_bytes(b"damage")
    ledger = Ledger.open(path)
    assert ledger.opening.replayed == 1
    assert ledger.tx_log("tx-1") == [record(1, ends=True)]
    ledger.close()


def test_a_ledger_in_use_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_MS", 10)
    ledger = Ledger.open(path)
    ledger.commit(Batch(log=[record(1)]))
    with pytest.raises(LedgerRefused) as caught:
        Ledger.open(path)
    assert caught.value.code == "in_use"
    assert ledger.commit(Batch(log=[record(2)])) == "disk"
    script = (
        "import sys; from pathlib import Path; from agent.store import opening; opening.BUSY_TIMEOUT_MS = 10;"
        "from agent.store.ledger import Ledger; Ledger.open(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "LedgerRefused" in done.stderr
    assert ledger.commit(Batch(log=[record(3)])) == "disk"
    ledger.close()


def unwritable(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Say of these that they cannot be written, as a file system that is read-only says it even to root."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda place, how: Path(place).name not in names and access(place, how))


def damage(path: Path, found: bytes, put: bytes) -> None:
    content = path.read_bytes()
    assert found in content
    path.write_bytes(content.replace(found, put))


def test_damaged_text_in_the_schema_is_damage(path: Path) -> None:
    """SQLite names what it cannot parse, and those bytes are no text."""
    filled(path)
    damage(path, b"CREATE TABLE kept (kind", b"CREATE TABLE k\xb3pt (k\xd3nd")
    damage(path, b"tablekeptkept", b"tablek\xb3ptkept")
    ledger = Ledger.open(path)
    assert ledger.opening.damage
    assert ledger.opening.moved_to == str(path.with_name("ledger.corrupt-1"))
    ledger.close()


def test_a_damaged_schema_that_cannot_be_written_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    damage(path, b"tablekeptkept", b"tablek\xb3ptkept")
    unwritable(monkeypatch, "ledger.db")
    ledger = Ledger.open(path)
    assert ledger.opening.damage
    ledger.close()


def test_a_bit_that_flipped_in_a_text_hides_nothing_else(path: Path) -> None:
    """SQLite's own check does not look into texts: one that is none any more is read as far as it goes."""
    ledger = Ledger.open(path)
    kept = [KeptRecord("session", name, 1, b"body") for name in ("aaaaaaaa", "zzzzzzzz")]
    ledger.commit(
        Batch(
            log=[record(1, "tx-of-mine"), record(2)],
            kept=kept,
            quarantine=[Quarantined("csms", 1, 3, "Code", "a reason why")],
        )
    )
    ledger.close()
    damage(path, b"tx-of-mine", b"tx-of-m\xf9ne")
    damage(path, b"a reason why", b"a reason wh\xff")
    for bad in (b"aaaaaaa\xff", b"zzzzzzz\xff"):
        damage(path, bad[:1] * 8, bad)
    ledger = Ledger.open(path)
    assert not ledger.opening.damage
    assert [found.seq for found in ledger.log_after("ledger", 0, 10)] == [1, 2]
    assert [found.body for found in ledger.load_kept()] == [b"body", b"body"]
    assert ledger.quarantined(10)[0].why == "a reason wh\ufffd"
    assert set(ledger.waiting("csms")) == {"tx-of-m\ufffdne", "tx-1"}
    ledger.close()


def test_a_file_that_cannot_be_written_is_copied_into_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger.open(path)
    for n in range(60):
        first = 2 * n + 1
        ledger.commit(Batch(log=[record(first, f"tx-{n}"), record(first + 1, f"tx-{n}", ends=True)]))
    ledger.commit(Batch(log=[record(121, "open"), record(122, None)], kept=[KeptRecord("a", "1", 1, b"x")]))
    ledger.commit(
        Batch(cursors=[Cursor("csms", "ledger", 121)], quarantine=[Quarantined("csms", 1, 3, "InternalError", "why")])
    )
    ledger.close()
    unwritable(monkeypatch, "ledger.db")
    ledger = Ledger.open(path)
    assert ledger.health is not None
    assert ledger.health.kind == "read_only"
    assert ledger.last_seq() == 122
    assert list(ledger.load_kept()) == [KeptRecord("a", "1", 1, b"x")]
    listed = ledger.transactions(100)
    assert (listed[0].tx, listed[-1].tx, len(listed)) == ("open", "tx-11", 50)
    assert ledger.tx_log("tx-59") == [record(119, "tx-59"), record(120, "tx-59", ends=True)]
    assert ledger.log_at([1, 3, 121, 122]) == [record(1, "tx-0"), record(121, "open"), record(122, None)]
    assert ledger.commit(Batch(log=[record(123, "open", ends=True)], essential=True)) in ("reserve", "volatile")
    with pytest.raises(StoreFault):
        ledger.commit(
            Batch(
                log=[LogRecord(124, "Fact", 1, "ledger", None, 1, 1, 1, None, b"x" * 200_000)] * 1,
                kept=[KeptRecord("a", "b", 1, b"x" * 200_000)],
            )
        )
    assert not ledger.heal()
    monkeypatch.undo()
    assert ledger.heal()
    assert len(ledger.transactions(100)) == 61
    assert ledger.tx_log("open") == [record(121, "open"), record(123, "open", ends=True)]
    ledger.close()


def test_a_damaged_file_that_cannot_be_written_is_told_and_left(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database")
    unwritable(monkeypatch, "state")
    ledger = Ledger.open(path)
    assert "not a database" in ledger.opening.damage
    assert ledger.opening.moved_to is None
    assert ledger.last_seq() == 0
    monkeypatch.undo()
    assert ledger.heal()
    assert ledger.opening.moved_to == str(path.parent / "ledger.corrupt-1")
    ledger.close()


def test_an_empty_file_that_cannot_be_written_is_a_fresh_ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.touch()
    unwritable(monkeypatch, "ledger.db")
    ledger = Ledger.open(path)
    assert (ledger.opening.damage, ledger.last_seq()) == ("", 0)
    ledger.close()


def test_an_older_file_that_cannot_be_written_is_read_as_far_as_it_goes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path, 3)
    unwritable(monkeypatch, "ledger.db")
    expansion = Migration(2, ("ALTER TABLE log ADD COLUMN extra TEXT", "CREATE TABLE later (id)"))
    monkeypatch.setattr(opening, "TABLES", (*opening.TABLES, "later"))
    ledger = Ledger.open(path, migrations=(*MIGRATIONS, expansion))
    assert ledger.tx_log("tx-1") == [record(1), record(2), record(3)]
    ledger.close()


def test_a_newer_file_that_cannot_be_written_is_refused_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = (*MIGRATIONS, Migration(2, ("DROP TABLE attempt",), contract=True))
    for _ in range(2):
        ledger = Ledger.open(path, migrations=later)
        ledger.prove()
        ledger.close()
    unwritable(monkeypatch, "ledger.db")
    with pytest.raises(LedgerRefused):
        Ledger.open(path)


def test_a_path_that_is_a_folder_is_a_fault_and_no_crash(path: Path) -> None:
    path.mkdir(parents=True)
    ledger = Ledger.open(path)
    assert ledger.health is not None
    assert ledger.commit(Batch(log=[record(1)], essential=True)) in ("reserve", "volatile")
    ledger.close()


def test_a_folder_that_is_a_file_is_a_fault_and_no_crash(path: Path) -> None:
    path.parent.write_bytes(b"")
    ledger = Ledger.open(path)
    assert ledger.health is not None
    assert ledger.health.kind == "io"
    assert ledger.commit(Batch(log=[record(1)], essential=True)) == "volatile"
    ledger.close()


def test_a_damaged_file_that_cannot_be_moved_is_a_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database")

    def fails(*_: object) -> NoReturn:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    ledger_file, replace = str(path), os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: fails() if str(a) == ledger_file else replace(a, b))
    ledger = Ledger.open(path)
    assert ledger.health is not None
    assert ledger.health.kind == "io"
    assert "not a database" in ledger.opening.damage
    assert ledger.commit(Batch(log=[record(1)], essential=True)) == "reserve"
    monkeypatch.undo()
    assert ledger.heal()
    assert ledger.opening.moved_to is not None
    assert ledger.tx_log("tx-1") == [record(1)]
    ledger.close()


def test_a_medium_on_which_even_a_fresh_file_is_damaged_is_a_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "is_fresh", lambda _: False)
    monkeypatch.setattr(opening, "is_ours", lambda _: False)
    ledger = Ledger.open(path)
    assert ledger.health is not None
    assert ledger.health.kind == "io"
    assert "a fresh database is damaged too" in ledger.health.why
    ledger.close()


def test_no_descriptor_left_for_the_database_is_a_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def fails(database: object, **options: Any) -> sqlite3.Connection:
        if database == path:
            raise error(sqlite3.SQLITE_CANTOPEN)
        opened: sqlite3.Connection = connect(str(database), **options)
        return opened

    monkeypatch.setattr(sqlite3, "connect", fails)
    ledger = Ledger.open(path)
    assert ledger.health is not None
    assert ledger.health.kind == "io"
    assert ledger.size().wal_bytes == 0
    ledger.prove()  # nothing to write to: nothing happens
    monkeypatch.undo()
    assert ledger.heal()
    ledger.close()


def test_a_copy_that_breaks_off_leaves_an_empty_ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path, 3)
    unwritable(monkeypatch, "ledger.db")
    monkeypatch.setattr(opening, "SOME_LOG", "no_such_column = 1")
    ledger = Ledger.open(path)
    assert "no_such_column" in ledger.opening.damage
    assert (ledger.last_seq(), ledger.transactions(10)) == (0, [])
    assert ledger.commit(Batch(log=[record(1)], essential=True)) in ("reserve", "volatile")
    ledger.close()


def test_a_medium_that_cannot_be_read_is_as_good_as_damaged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path, 3)
    flaw = opening._flaw
    times = iter([True])

    def unreadable_once(conn: sqlite3.Connection) -> str:
        if next(times, False):
            raise error(sqlite3.SQLITE_IOERR_READ, "disk I/O error")
        return flaw(conn)

    monkeypatch.setattr(opening, "_flaw", unreadable_once)
    ledger = Ledger.open(path)
    assert "disk I/O error" in ledger.opening.damage
    assert ledger.opening.moved_to is not None
    assert ledger.health is None
    ledger.close()


@pytest.mark.parametrize(
    ("code", "expected"),
    [(sqlite3.SQLITE_FULL, "full"), (sqlite3.SQLITE_READONLY, "read_only"), (sqlite3.SQLITE_IOERR_WRITE, "io")],
)
def test_a_migration_that_finds_no_room_leaves_the_file_for_later(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int, expected: str
) -> None:
    filled(path, 3)
    migrate = schema.migrate
    times = iter([True])

    def once(conn: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
        if next(times, False):
            raise error(code)
        migrate(conn, migrations)

    monkeypatch.setattr(opening, "migrate", once)
    ledger = Ledger.open(path)
    assert ledger.health is not None
    assert ledger.health.kind == expected
    assert ledger.last_seq() == 3
    assert not list(path.parent.glob("*corrupt*"))
    assert ledger.heal()
    assert ledger.last_seq() == 3
    ledger.close()
