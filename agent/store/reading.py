"""What is asked of the ledger. Every answer is bounded: in rows, and where bodies are read in bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from agent.store.records import Attempt, Cursor, KeptRecord, LogRecord, Quarantined, RecordClass, Transaction
from agent.store.schema import get_meta

MAX_ROWS = 1000
MAX_PAGE_BYTES = 1024 * 1024  # bodies in one page of records, beyond the first record
KEPT_ROWS = 256

LOG = "SELECT seq, kind, version, cls, tx, evse, boot, mono_ms, wall_ms, body, ends FROM log "
AT = LOG + "WHERE seq = ?"
# The class stands in the text, not in a parameter: only so does SQLite see that a partial index serves.
AFTER: dict[RecordClass, str] = {
    "ledger": LOG + "WHERE cls = 'ledger' AND seq > ? ORDER BY seq LIMIT ?",
    "log": LOG + "WHERE cls = 'log' AND seq > ? ORDER BY seq LIMIT ?",
}
COUNT: dict[RecordClass, str] = {
    "ledger": "SELECT count(*) FROM log WHERE cls = 'ledger' AND seq > ?",
    "log": "SELECT count(*) FROM log WHERE cls = 'log' AND seq > ?",
}
TX_BOUNDS = "SELECT first_seq, ifnull(last_seq, 9223372036854775807) FROM tx WHERE id = ?"
TX_LOG = LOG + "WHERE seq BETWEEN ? AND ? AND tx = ? ORDER BY seq LIMIT ?"
TRANSACTIONS = (
    "SELECT id, evse, first_seq, last_seq, started_boot, started_mono_ms, started_wall_ms,"
    " ended_boot, ended_mono_ms, ended_wall_ms, ifnull(last_seq <= ?, 0)"
    " FROM tx WHERE pruned_to IS NULL ORDER BY first_seq DESC LIMIT ? OFFSET ?"
)
KEPT_FROM = (
    "SELECT kind, key, version, body FROM kept WHERE (kind, key) >= (?1, ?2) AND kind = ifnull(?3, kind)"
    " ORDER BY kind, key LIMIT ?4"
)
KEPT_BEYOND = KEPT_FROM.replace(">=", ">")
WAITING = (
    "SELECT tx, count(*) FROM log WHERE cls = 'ledger' AND tx IS NOT NULL"
    " AND seq > ifnull((SELECT seq FROM cursor WHERE peer = ? AND cls = 'ledger'), 0) GROUP BY tx"
)
QUARANTINED = "SELECT peer, seq, attempts, code, why FROM quarantine ORDER BY seq, peer LIMIT ? OFFSET ?"


class Answers:
    """The questions. Whoever has the connection says what becomes of an error of it."""

    _conn: sqlite3.Connection

    def _translated(self) -> AbstractContextManager[None]:
        raise AssertionError("answered by the ledger")

    def load_kept(self, kind: str | None = None) -> Iterator[KeptRecord]:
        """All kept records in the order of kind and key, read page by page so that writing meanwhile is harmless."""
        at, beyond = (kind or "", ""), KEPT_FROM  # no kind or key sorts before the empty one
        while rows := self._rows(beyond, *at, kind, KEPT_ROWS):
            if beyond is KEPT_BEYOND and rows[-1][:2] == at:
                return  # a damaged key, which sorts elsewhere than it reads
            for row in rows:
                record = KeptRecord(*row)
                at, beyond = (record.kind, record.key), KEPT_BEYOND
                yield record

    def log_after(self, cls: RecordClass, seq: int, limit: int) -> list[LogRecord]:
        return self._page(AFTER[cls], seq, min(limit, MAX_ROWS))

    def log_count_after(self, cls: RecordClass, seq: int) -> int:
        return int(self._rows(COUNT[cls], seq)[0][0])

    def log_at(self, seqs: Sequence[int]) -> list[LogRecord]:
        return [record for seq in seqs[:MAX_ROWS] for record in self._page(AT, seq)]

    def tx_log(self, tx: str, after: int = 0, limit: int = MAX_ROWS) -> list[LogRecord]:
        found = self._rows(TX_BOUNDS, tx)
        if not found:
            return []
        first, last = found[0]
        return self._page(TX_LOG, max(first, after + 1), last, tx, min(limit, MAX_ROWS))

    def transactions(self, limit: int, offset: int = 0) -> list[Transaction]:
        with self._translated():
            delivered = floor(self._conn, "ledger")
        rows = self._rows(TRANSACTIONS, delivered, min(limit, MAX_ROWS), offset)
        return [Transaction(*_flagged(row)) for row in rows]

    def cursors(self) -> list[Cursor]:
        return [Cursor(*row) for row in self._rows("SELECT peer, cls, seq FROM cursor ORDER BY peer, cls")]

    def attempts(self) -> list[Attempt]:
        return [Attempt(*row) for row in self._rows("SELECT peer, cls, seq, attempts FROM attempt ORDER BY peer, cls")]

    def quarantined(self, limit: int, offset: int = 0) -> list[Quarantined]:
        return [Quarantined(*row) for row in self._rows(QUARANTINED, min(limit, MAX_ROWS), offset)]

    def waiting(self, peer: str) -> dict[str, int]:
        """Records that this peer has not seen yet, by transaction."""
        return {str(tx): int(count) for tx, count in self._rows(WAITING, peer)}

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with self._translated():
            return self._conn.execute(sql, values).fetchall()

    def _page(self, sql: str, *values: object) -> list[LogRecord]:
        with self._translated():
            return _cut(self._conn.execute(sql, values))


def _cut(rows: Iterable[Any]) -> list[LogRecord]:
    """A page of records, ended where the bodies would take too much memory."""
    page: list[LogRecord] = []
    room = MAX_PAGE_BYTES
    for row in rows:
        record = LogRecord(*_flagged(row))
        room -= len(record.body)
        if page and room < 0:
            break
        page.append(record)
    return page


def _flagged(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row whose last column is a truth value, which SQLite only has as a number."""
    return (*row[:-1], bool(row[-1]))


def last_seq(conn: sqlite3.Connection) -> int:
    """The highest sequence number that was ever in use, though its record may be gone."""
    (newest,) = conn.execute("SELECT ifnull(max(seq), 0) FROM log").fetchone()
    return max(int(newest), get_meta(conn, "last_seq", 0))


def floor(conn: sqlite3.Connection, cls: RecordClass) -> int:
    """Up to here every peer has everything of a class; 0 if a peer has no cursor yet, or if there is no peer."""
    (peers,) = conn.execute("SELECT count(DISTINCT peer) FROM cursor").fetchone()
    count, seq = conn.execute("SELECT count(*), ifnull(min(seq), 0) FROM cursor WHERE cls = ?", (cls,)).fetchone()
    return int(seq) if count == peers else 0
