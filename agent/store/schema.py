"""Tables of the ledger and the numbered migrations that made them.

A station may roll back to the release before in the middle of a transaction, so a migration *expands*: a new table, a
column with a default. The release before does not know it and leaves it alone. Only once a release has proved itself
(`Ledger.prove`) may a *contracting* migration of it run, at the next start; it raises `min_reader`, and releases
below that refuse the file with a clear word instead of misreading it.

Migrations are applied as a set, not as a line: a contraction that still waits does not hold up the expansions after it.

Every statement names its columns and updates only those it knows, so a column of a later release keeps its value.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from agent.store.faults import LedgerRefused

APPLICATION_ID = 0x45565345  # "EVSE"


@dataclass(frozen=True)
class Migration:
    """One numbered step. `contract`: it takes something away, and waits until its release has proved itself."""

    number: int
    statements: tuple[str, ...]
    contract: bool = False


FIRST = Migration(
    1,
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
        "INSERT INTO meta (name, value) VALUES ('min_reader', 1)",
        "CREATE TABLE migration (number INTEGER PRIMARY KEY)",
        # A record of a transaction touches one leaf of `log` and nothing else: the two indices leave it out.
        "CREATE TABLE log (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, cls TEXT NOT NULL,"
        " tx TEXT, evse INTEGER NOT NULL, boot INTEGER NOT NULL, mono_ms INTEGER NOT NULL, wall_ms INTEGER,"
        " body BLOB NOT NULL, ends INTEGER NOT NULL)",
        "CREATE INDEX log_events ON log (seq) WHERE cls = 'log'",
        "CREATE INDEX log_strays ON log (seq) WHERE cls = 'ledger' AND tx IS NULL",
        # With a rowid: bodies are large for an index page, and replacing one leaves the index of keys alone.
        "CREATE TABLE kept (kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,"
        " UNIQUE (kind, key))",
        # `last_seq` is NULL while the transaction is open; `pruned_to` says how far its records are deleted.
        "CREATE TABLE tx (first_seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, evse INTEGER NOT NULL,"
        " last_seq INTEGER, started_boot INTEGER NOT NULL, started_mono_ms INTEGER NOT NULL, started_wall_ms INTEGER,"
        " ended_boot INTEGER, ended_mono_ms INTEGER, ended_wall_ms INTEGER, pruned_to INTEGER)",
        "CREATE TABLE cursor (peer TEXT NOT NULL, cls TEXT NOT NULL, seq INTEGER NOT NULL,"
        " PRIMARY KEY (peer, cls)) WITHOUT ROWID",
        "CREATE TABLE attempt (peer TEXT NOT NULL, cls TEXT NOT NULL, seq INTEGER NOT NULL,"
        " attempts INTEGER NOT NULL, PRIMARY KEY (peer, cls)) WITHOUT ROWID",
        "CREATE TABLE quarantine (seq INTEGER NOT NULL, peer TEXT NOT NULL, attempts INTEGER NOT NULL,"
        " code TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (seq, peer)) WITHOUT ROWID",
    ),
)

MIGRATIONS: tuple[Migration, ...] = (FIRST,)


def release_of(migrations: Sequence[Migration]) -> int:
    """The schema number of the release that carries these migrations."""
    return max(migration.number for migration in migrations)


def is_fresh(conn: sqlite3.Connection) -> bool:
    """True for a database in which nothing was ever made."""
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    (tables,) = conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(version == 0 and tables == 0)


def is_ours(conn: sqlite3.Connection) -> bool:
    (application,) = conn.execute("PRAGMA application_id").fetchone()
    return bool(application == APPLICATION_ID)


def refuse_newer(conn: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Raise `LedgerRefused` if a later release has made this file unreadable for the one that runs."""
    needed = get_meta(conn, "min_reader", 1)
    ours = release_of(migrations)
    if needed > ours:
        raise LedgerRefused(
            "too_new",
            f"the ledger was written by a later release and needs schema {needed}, this release knows {ours}:"
            " install that release again, or start with another data folder",
        )


def migrate(conn: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Apply what is missing, each migration in a transaction of its own."""
    if is_fresh(conn):
        _apply(conn, migrations[0])
    refuse_newer(conn, migrations)
    done = {number for (number,) in conn.execute("SELECT number FROM migration")}
    proved = get_meta(conn, "proved", 0)
    for migration in migrations:
        if migration.number in done or (migration.contract and proved < migration.number):
            continue
        _apply(conn, migration)


def _apply(conn: sqlite3.Connection, migration: Migration) -> None:
    conn.execute("BEGIN IMMEDIATE")
    try:
        for statement in migration.statements:
            conn.execute(statement)
        conn.execute("INSERT INTO migration (number) VALUES (?)", (migration.number,))
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        conn.execute(f"PRAGMA user_version = {max(version, migration.number)}")
        if migration.contract:
            set_meta(conn, "min_reader", migration.number)
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def get_meta(conn: sqlite3.Connection, name: str, default: int) -> int:
    row = conn.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return default if row is None else int(row[0])


def set_meta(conn: sqlite3.Connection, name: str, value: int) -> None:
    """Raise a number to `value`; it never goes back."""
    conn.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
        (name, value),
    )
