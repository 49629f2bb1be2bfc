"""Forgetting what is finished and delivered, a bounded step at a time.

A step is one small transaction between commits, so that a driver who taps a card never waits for the housekeeping.
What no peer has passed, what is in quarantine and what belongs to an open transaction is never touched; only of
security events, which a station without a backend may make for ever, the oldest go beyond a limit.

A long transaction goes in several steps: `pruned_to` remembers how far, and hides it from the list from the first step
on. Freed pages are used again; only what is beyond a reserve of them is given back to the file system, since moving
pages wears the flash.
"""

from __future__ import annotations

import sqlite3

from agent.store.reading import floor
from agent.store.records import PrunePolicy, PruneReport, RecordClass
from agent.store.schema import set_meta

# The oldest transaction to go: begun to go already, or finished, delivered, not in quarantine, and
# beyond the number kept or too old. `:keep` rows are skipped from the newest finished one.
CANDIDATE = """
SELECT first_seq, id, last_seq, ifnull(pruned_to, first_seq) FROM tx
WHERE last_seq <= :floor
  AND (pruned_to IS NOT NULL
       OR first_seq <= (SELECT first_seq FROM tx WHERE last_seq IS NOT NULL AND pruned_to IS NULL
                        ORDER BY first_seq DESC LIMIT 1 OFFSET :keep)
       OR ended_wall_ms < :oldest)
  AND NOT EXISTS (SELECT 1 FROM quarantine AS q JOIN log ON log.seq = q.seq
                  WHERE q.seq BETWEEN tx.first_seq AND tx.last_seq AND log.tx = tx.id)
ORDER BY first_seq LIMIT 1
"""
# The class stands in the text so that its partial index serves.
LOOSE: dict[RecordClass, str] = {"log": "cls = 'log'", "ledger": "cls = 'ledger' AND tx IS NULL"}


def step(conn: sqlite3.Connection, policy: PrunePolicy, now_ms: int | None) -> PruneReport:
    """One step in the open transaction of `conn`. `now_ms` None: the clock is not trusted, nothing is too old."""
    oldest = None
    if now_ms is not None and policy.max_age_ms is not None:
        oldest = now_ms - policy.max_age_ms
    (newest,) = conn.execute("SELECT max(seq) FROM log").fetchone()
    room = policy.step_rows
    quarantined = _quarantine(conn, policy.keep_quarantined, room)
    room -= quarantined
    records, transactions, room = _transactions(conn, policy, oldest, room)
    for cls in LOOSE:
        if room > 0:
            loose = _loose(conn, cls, policy, oldest, room)
            records += loose
            room -= loose
    if records:
        set_meta(conn, "last_seq", newest)  # a number is never given twice, though its record is gone
    pages, pages_left = _vacuum(conn, policy)
    return PruneReport(transactions, records, quarantined, pages, more=room <= 0 or pages_left)


def _quarantine(conn: sqlite3.Connection, keep: int, room: int) -> int:
    """Give up the oldest of a quarantine that has grown beyond its limit."""
    (count,) = conn.execute("SELECT count(*) FROM quarantine").fetchone()
    excess = min(count - keep, room)
    if excess <= 0:
        return 0
    rows = conn.execute("SELECT seq, peer FROM quarantine ORDER BY seq, peer LIMIT ?", (excess,)).fetchall()
    conn.executemany("DELETE FROM quarantine WHERE seq = ? AND peer = ?", rows)
    return len(rows)


def _transactions(conn: sqlite3.Connection, policy: PrunePolicy, oldest: int | None, room: int) -> tuple[int, int, int]:
    """Records and transactions deleted, and the room left. Looking at a row costs as much room as deleting it."""
    records = transactions = 0
    bounds = {"floor": floor(conn, "ledger"), "keep": policy.keep_transactions, "oldest": oldest}
    while room > 0:
        found = conn.execute(CANDIDATE, bounds).fetchone()
        if found is None:
            break
        first, tx, last, start = found
        # A window of sequence numbers, not of this transaction's records: others may lie between them.
        end = min(start + room - 1, last)
        records += conn.execute(
            "DELETE FROM log WHERE seq BETWEEN ? AND ? AND tx = ? AND cls = 'ledger'", (start, end, tx)
        ).rowcount
        room -= end - start + 1
        if end == last:
            conn.execute("DELETE FROM tx WHERE first_seq = ?", (first,))
            transactions += 1
        else:
            conn.execute("UPDATE tx SET pruned_to = ? WHERE first_seq = ?", (end + 1, first))
    return records, transactions, room


def _loose(conn: sqlite3.Connection, cls: RecordClass, policy: PrunePolicy, oldest: int | None, room: int) -> int:
    """Delivered records that belong to no transaction: beyond the newest `keep_events`, or too old."""
    where = LOOSE[cls]

    def beyond(newest: int) -> int:
        text = f"SELECT seq FROM log WHERE {where} ORDER BY seq DESC LIMIT 1 OFFSET ?"  # noqa: S608 - our own text
        row = conn.execute(text, (newest,)).fetchone()
        return 0 if row is None else int(row[0])

    upto = max(floor(conn, cls), beyond(policy.most_waiting) if cls == "log" else 0)
    return conn.execute(
        f"DELETE FROM log WHERE seq IN (SELECT seq FROM log WHERE {where} AND seq <= ?"  # noqa: S608
        " AND (seq <= ? OR wall_ms < ?) AND seq NOT IN (SELECT seq FROM quarantine) ORDER BY seq LIMIT ?)",
        (upto, beyond(policy.keep_events), oldest, room),
    ).rowcount


def _vacuum(conn: sqlite3.Connection, policy: PrunePolicy) -> tuple[int, bool]:
    """Pages given back to the file system, and whether there are more to give."""
    (free,) = conn.execute("PRAGMA freelist_count").fetchone()
    pages = min(free - policy.spare_pages, policy.step_pages)
    if pages <= 0:
        return 0, False
    for _ in range(pages):  # one by one: the module steps a statement without columns only once
        conn.execute("PRAGMA incremental_vacuum(1)")
    return pages, free - policy.spare_pages > pages
