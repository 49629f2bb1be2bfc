"""How a batch becomes rows. Applying one twice gives what applying it once gives, so a journal may be replayed.

Columns are named and conflicts update only what this release knows: `INSERT OR REPLACE` would reset a column that a
later release added.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from agent.store.records import MAX_TEXT, MAX_WHY, Batch, LogRecord
from agent.store.schema import get_meta, set_meta

INSERT_LOG = (
    "INSERT INTO log (seq, kind, version, cls, tx, evse, boot, mono_ms, wall_ms, body, ends)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seq) DO NOTHING"
)
INSERT_TX = (
    "INSERT INTO tx (first_seq, id, evse, started_boot, started_mono_ms, started_wall_ms)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
)
END_TX = (
    "UPDATE tx SET last_seq = max(?, ifnull(last_seq, 0)), ended_boot = ?, ended_mono_ms = ?, ended_wall_ms = ?"
    " WHERE id = ?"
)
LATE_TX = "UPDATE tx SET last_seq = ? WHERE id = ? AND last_seq < ?"
UPSERT_KEPT = (
    "INSERT INTO kept (kind, key, version, body) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version, body = excluded.body"
)
UPSERT_QUARANTINE = (
    "INSERT INTO quarantine (seq, peer, attempts, code, why) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (seq, peer) DO UPDATE SET attempts = excluded.attempts, code = excluded.code, why = excluded.why"
)
UPSERT_ATTEMPT = (
    "INSERT INTO attempt (peer, cls, seq, attempts) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (peer, cls) DO UPDATE SET seq = excluded.seq, attempts = excluded.attempts"
)
UPSERT_CURSOR = (
    "INSERT INTO cursor (peer, cls, seq) VALUES (?, ?, ?)"
    " ON CONFLICT (peer, cls) DO UPDATE SET seq = max(seq, excluded.seq)"
)
APPLIED = "reserve_applied"


def apply(conn: sqlite3.Connection, batch: Batch) -> None:
    """Write one batch into the open transaction of `conn`."""
    for record in batch.log:
        _append(conn, record)
    if batch.thin:
        _thin(conn, batch.thin)
    for kept in batch.kept:
        if kept.body is None:
            conn.execute("DELETE FROM kept WHERE kind = ? AND key = ?", (kept.kind, kept.key))
        else:
            conn.execute(UPSERT_KEPT, (kept.kind, kept.key, kept.version, kept.body))
    for q in batch.quarantine:
        conn.execute(UPSERT_QUARANTINE, (q.seq, q.peer, q.attempts, q.code[:MAX_TEXT], q.why[:MAX_WHY]))
    for release in batch.release:
        conn.execute("DELETE FROM quarantine WHERE seq = ? AND peer = ?", (release.seq, release.peer))
    for attempt in batch.attempts:
        conn.execute(UPSERT_ATTEMPT, (attempt.peer, attempt.cls, attempt.seq, attempt.attempts))
    for cursor in batch.cursors:
        conn.execute(UPSERT_CURSOR, (cursor.peer, cursor.cls, cursor.seq))
        conn.execute(
            "DELETE FROM attempt WHERE peer = ? AND cls = ? AND seq <= ?", (cursor.peer, cursor.cls, cursor.seq)
        )
    for peer in batch.retire:
        conn.execute("DELETE FROM cursor WHERE peer = ?", (peer,))
        conn.execute("DELETE FROM attempt WHERE peer = ?", (peer,))
        conn.execute("DELETE FROM quarantine WHERE peer = ?", (peer,))


def _append(conn: sqlite3.Connection, r: LogRecord) -> None:
    stamp = (r.boot, r.mono_ms, r.wall_ms)
    conn.execute(INSERT_LOG, (r.seq, r.kind, r.version, r.cls, r.tx, r.evse, *stamp, r.body, r.ends))
    if r.tx is None or r.cls != "ledger":
        return
    conn.execute(INSERT_TX, (r.seq, r.tx, r.evse, *stamp))
    if r.ends:
        conn.execute(END_TX, (r.seq, *stamp, r.tx))
    else:  # a straggler of a transaction that has ended still belongs to it
        conn.execute(LATE_TX, (r.seq, r.tx, r.seq))


def _thin(conn: sqlite3.Connection, seqs: Iterable[int]) -> None:
    keep_last_seq(conn)
    conn.executemany("DELETE FROM log WHERE seq = ?", ((seq,) for seq in seqs))


def keep_last_seq(conn: sqlite3.Connection) -> None:
    """Remember the highest sequence number before records go: it must never be given again."""
    (newest,) = conn.execute("SELECT max(seq) FROM log").fetchone()
    if newest is not None:
        set_meta(conn, "last_seq", newest)


def replay(conn: sqlite3.Connection, held: Iterable[tuple[int, Batch]]) -> int:
    """Apply the journalled batches that the database does not have yet, in the open transaction; their number."""
    applied = get_meta(conn, APPLIED, 0)
    count = 0
    for ordinal, batch in sorted(held, key=lambda entry: entry[0]):
        if ordinal > applied:
            apply(conn, batch)
            applied = ordinal
            count += 1
    if count:
        set_meta(conn, APPLIED, applied)
    return count
