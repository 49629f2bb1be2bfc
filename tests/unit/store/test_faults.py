"""From errors of the system to the few kinds that the daemon acts on."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent.store.faults import StoreFault, of_os, of_sqlite
from tests.unit.store.sick_connection import error


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EROFS, "read_only"),
        (errno.EACCES, "read_only"),
        (errno.EIO, "io"),
        (errno.EMFILE, "io"),
    ],
)
def test_errors_of_the_system(number: int, kind: str) -> None:
    fault = of_os(OSError(number, os.strerror(number)), Path("/x/ledger.db"))
    assert fault.kind == kind
    assert fault.why == f"/x/ledger.db: {os.strerror(number)}"
    assert str(fault) == f"{kind}: {fault.why}"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, "full"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "read_only"),
        (sqlite3.SQLITE_CORRUPT_VTAB, "corrupt"),
        (sqlite3.SQLITE_NOTADB, "corrupt"),
        (sqlite3.SQLITE_IOERR_WRITE, "io"),
        (sqlite3.SQLITE_NOMEM, "io"),
    ],
)
def test_errors_of_sqlite(tmp_path: Path, code: int, kind: str) -> None:
    assert of_sqlite(error(code), tmp_path / "ledger.db").kind == kind


def test_an_error_without_a_code(tmp_path: Path) -> None:
    assert of_sqlite(sqlite3.DatabaseError("?"), tmp_path / "ledger.db").kind == "io"


@pytest.mark.parametrize(("flag", "free", "kind"), [(os.ST_RDONLY, 9, "read_only"), (0, 0, "full"), (0, 9, "io")])
def test_what_sqlite_does_not_tell_the_file_system_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: int, free: int, kind: str
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=flag, f_bavail=free))
    fault = of_sqlite(error(sqlite3.SQLITE_IOERR_FSYNC), tmp_path / "ledger.db")
    assert isinstance(fault, StoreFault)
    assert fault.kind == kind


def test_a_folder_that_cannot_be_written_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert of_sqlite(error(sqlite3.SQLITE_CANTOPEN), tmp_path / "ledger.db").kind == "read_only"


def test_a_folder_that_is_gone_is_io(tmp_path: Path) -> None:
    assert of_sqlite(error(sqlite3.SQLITE_CANTOPEN), tmp_path / "gone" / "ledger.db").kind == "io"
