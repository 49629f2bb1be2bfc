"""How the ledger's file is opened, whatever state it is in.

Whole: opened, checked, migrated. Damaged: moved aside under a number, with its write-ahead log, so that nothing is
lost to a person who looks, and a fresh one is made. Not writable: what can be read of it is copied into memory, so
that the station knows its state and a running transaction can end.

The connection holds its lock for good (`locking_mode=EXCLUSIVE`): there is one writer, and the index of the
write-ahead log lives in memory instead of a mapped file whose pages the kernel would write to flash again and again.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agent.store.faults import LedgerRefused, StoreFault, of_os, of_sqlite
from agent.store.files import sync_folder
from agent.store.schema import Migration, is_fresh, is_ours, migrate, refuse_newer

PAGE_BYTES = 1024  # a sample and its state cost 8.4 KB of flash with these, 10.4 with 2 KB, 14.2 with 4 KB
CACHE_KIB = 512
BUSY_TIMEOUT_MS = 3000  # the process before this one may still be on its way out
AUTOCHECKPOINT_PAGES = 4096  # the backstop; `Ledger.tend` checkpoints before, between commits
CORRUPT_KEPT = 3  # damaged files kept for a person to look at

TABLES = ("meta", "migration", "kept", "cursor", "attempt", "quarantine")
# Of the transactions and their records a copy in memory gets the open ones, the newest, and what is not delivered.
SOME_TX = "(last_seq IS NULL OR first_seq IN (SELECT first_seq FROM tx ORDER BY first_seq DESC LIMIT 50))"
SOME_LOG = (
    f"tx IN (SELECT id FROM tx WHERE {SOME_TX})"  # noqa: S608 - our own text
    " OR seq > (SELECT ifnull(min(cursor.seq), 0) FROM cursor WHERE cursor.cls = log.cls)"
    " OR seq IN (SELECT seq FROM quarantine)"
)


@dataclass
class Opened:
    """An open database and what had to be done for it."""

    conn: sqlite3.Connection
    moved_to: Path | None = None  # where a damaged file went
    damage: str = ""
    fault: StoreFault | None = None  # set: `conn` is a copy in memory


# A text with a bit that flipped is read as far as it goes: one such row must not hide all those behind it.
_as_text = partial(str, encoding="utf-8", errors="replace")


class _Damaged(Exception):
    """The file is no good. Its connection is still open: SQLite would remove the log when it closes."""

    def __init__(self, why: str, conn: sqlite3.Connection | None = None) -> None:
        super().__init__(why)
        self._conn = conn

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()


def open_database(path: Path, migrations: Sequence[Migration]) -> Opened:
    """The database, writable; a damaged one is replaced.

    Raises `StoreFault` if it cannot be written, `LedgerRefused` if it must not be.
    """
    _prepare(path)
    try:
        return Opened(_connect(path, migrations))
    except _Damaged as error:
        damaged = error
    try:
        moved_to = _move_aside(path)
    except OSError as error:
        raise of_os(error, path) from error
    finally:
        damaged.close()
    _prepare(path)
    try:
        return Opened(_connect(path, migrations), moved_to, str(damaged))
    except _Damaged as error:  # a fresh file reads back wrongly: the medium, not the file
        error.close()
        raise StoreFault("io", f"{path}: a fresh database is damaged too: {error}") from error


def open_in_memory(path: Path, migrations: Sequence[Migration], fault: StoreFault) -> Opened:
    """A copy in memory of what can be read: for a folder that cannot be written."""
    conn = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(conn, migrations)
    opened = Opened(conn, fault=fault)
    if path.exists():
        try:
            with closing(_connect_read_only(path)) as source:
                opened.damage = _flaw(source)
                if not opened.damage and not is_fresh(source):
                    refuse_newer(source, migrations)
                    _copy(source, conn)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            opened.damage = f"{path}: {error}"
    return opened


def _configure(conn: sqlite3.Connection, *, empty: bool) -> None:
    """The settings of every writable connection; those of the file itself only while it is empty."""
    shape = (f"page_size = {PAGE_BYTES}", "auto_vacuum = INCREMENTAL") if empty else ()
    for pragma in (
        *shape,
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"wal_autocheckpoint = {AUTOCHECKPOINT_PAGES}",
        f"journal_size_limit = {AUTOCHECKPOINT_PAGES * PAGE_BYTES}",  # a huge commit leaves no huge log
        f"cache_size = -{CACHE_KIB}",
        "cache_spill = OFF",  # nothing of an open transaction reaches the disk: see `Ledger._hold`
        "temp_store = MEMORY",
        "mmap_size = 0",
        "secure_delete = FAST",
        "trusted_schema = OFF",
    ):
        conn.execute(f"PRAGMA {pragma}").fetchall()


def _prepare(path: Path) -> None:
    """Folder and file exist, are ours alone and can be written."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            sync_folder(path.parent)
        if not path.is_file():
            raise StoreFault("io", f"{path} is no regular file")
        for place in (path.parent, path):
            # Asked, not tried: opening and closing the file would drop the locks of a ledger in this process.
            if not os.access(place, os.W_OK):
                raise StoreFault("read_only", f"{place} cannot be written")
        os.chmod(path, 0o600)
    except OSError as error:
        raise of_os(error, path) from error


def _connect(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    empty = path.stat().st_size == 0
    if empty and _log_of(path).exists() and _log_of(path).stat().st_size > 0:
        # SQLite would throw the log away. It is only ever made after the first page of the database.
        raise _Damaged(f"{path} is empty, but it has a log")
    try:
        conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise of_sqlite(error, path) from error
    try:
        conn.text_factory = _as_text
        _configure(conn, empty=empty)
        if why := _flaw(conn):
            raise _Damaged(why, conn)
        migrate(conn, migrations)
    except UnicodeDecodeError as error:  # in what SQLite says of a schema that it cannot read
        raise _Damaged(f"{path}: {error}", conn) from error
    except sqlite3.Error as error:
        fault = of_sqlite(error, path)
        if fault.kind == "corrupt" or _unreadable(error):
            raise _Damaged(fault.why, conn) from error
        conn.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise LedgerRefused("in_use", f"{path} is in use by another process") from error
        raise fault from error
    except LedgerRefused:
        conn.close()
        raise
    return conn


def _connect_read_only(path: Path) -> sqlite3.Connection:
    """For a file that nobody can write. With a write-ahead log it has to be read through that, without locks."""
    how = "vfs=unix-none" if _log_of(path).exists() else "immutable=1"
    conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&{how}", uri=True, isolation_level=None)
    conn.text_factory = _as_text
    conn.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
    return conn


def _flaw(conn: sqlite3.Connection) -> str:
    """What is wrong with the file; empty if nothing is. All of it is read: damage must show now, not later."""
    results = [str(row[0]) for row in conn.execute("PRAGMA quick_check(3)")]
    if results != ["ok"]:
        return "; ".join(results)
    return "" if is_fresh(conn) or is_ours(conn) else "this is no ledger of this program"


def _unreadable(error: sqlite3.Error) -> bool:
    """The medium gives no answer for a part of the file: the same to us as damage."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code in (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _move_aside(path: Path) -> Path:
    """Rename a damaged database with its log to `<stem>.corrupt-<n>`, and drop all but the newest few of those."""
    prefix = f"{path.stem}.corrupt-"
    numbers = sorted(
        int(found.name.removeprefix(prefix))
        for found in path.parent.glob(f"{prefix}*")
        if found.name.removeprefix(prefix).isdecimal()
    )
    target = path.with_name(f"{prefix}{numbers[-1] + 1 if numbers else 1}")
    # The log first: were the power cut between, a damaged file without its log is found damaged again,
    # but a fresh file beside an old log might take that log for its own.
    with suppress(FileNotFoundError):
        os.replace(_log_of(path), _log_of(target))
    os.replace(path, target)
    with suppress(FileNotFoundError):
        path.with_name(path.name + "-shm").unlink()
    for number in numbers[: max(0, len(numbers) + 1 - CORRUPT_KEPT)]:
        old = path.with_name(f"{prefix}{number}")
        for name in (old, _log_of(old)):
            name.unlink(missing_ok=True)
    sync_folder(path.parent)
    return target


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """State, open transactions, the newest finished ones and everything undelivered."""
    target.execute("BEGIN")
    for table in TABLES:
        _copy_rows(source, target, table, "1")
    _copy_rows(source, target, "tx", SOME_TX)
    _copy_rows(source, target, "log", SOME_LOG)
    target.execute("COMMIT")


def _copy_rows(source: sqlite3.Connection, target: sqlite3.Connection, table: str, where: str) -> None:
    """Columns that both know: the source may be of the release before or after."""
    ours, theirs = ({row[1]: None for row in conn.execute(f"PRAGMA table_info({table})")} for conn in (target, source))
    names = [name for name in ours if name in theirs]
    if not names:
        return
    columns, marks = ", ".join(names), ", ".join("?" * len(names))
    rows = source.execute(f"SELECT {columns} FROM {table} WHERE {where}")  # noqa: S608 - our own names
    target.executemany(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
