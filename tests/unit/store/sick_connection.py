"""A connection to SQLite whose statements can be made to fail, for the errors that no disk gives on demand."""

from __future__ import annotations

import sqlite3
from typing import Any, cast

from agent.store.ledger import Ledger

FOREVER = 10**9


def error(code: int, text: str = "made to fail") -> sqlite3.OperationalError:
    """An error as SQLite raises it, with its extended code."""
    made = sqlite3.OperationalError(text)
    made.sqlite_errorcode = code
    return made


class SickConnection:
    """Passes everything on but statements that begin with `failing`, which fail the next `times` times."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self.failing = ""
        self.error: sqlite3.Error = error(0)
        self.times = 0

    def fail(self, statement: str, cause: int | sqlite3.Error, *, times: int = FOREVER) -> None:
        self.failing, self.times = statement, times
        self.error = error(cause) if isinstance(cause, int) else cause

    def heal(self) -> None:
        self.times = 0

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if self.times > 0 and sql.startswith(self.failing):
            self.times -= 1
            raise self.error
        return self.conn.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.conn, name)


def sicken(ledger: Ledger) -> SickConnection:
    """Put a sick connection under an open ledger."""
    sick = SickConnection(ledger._conn)
    ledger._conn = cast(sqlite3.Connection, sick)
    return sick
