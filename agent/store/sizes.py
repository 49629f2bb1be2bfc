"""How much room the ledger takes, file by file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from agent.store.holding import Held
from agent.store.records import Size


def size_of(conn: sqlite3.Connection, path: Path, held: Held) -> Size:
    """Database, write-ahead log and reserve journal. Raises sqlite3.Error."""
    pages, free, page_bytes = (
        int(conn.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count", "page_size")
    )
    try:
        wal_bytes = path.with_name(path.name + "-wal").stat().st_size
    except OSError:
        wal_bytes = 0
    sizes = (pages * page_bytes, free * page_bytes, wal_bytes, held.size_bytes, held.used_bytes)
    return Size(*sizes, held_batches=len(held.batches))
