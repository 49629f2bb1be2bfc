"""Small durable files: the old content or the new one, never a part, private, bounded."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest

from agent.store.faults import StoreFault
from agent.store.files import MAX_FILE_BYTES, read_file, remove_file, sweep, write_file


def names(folder: Path) -> list[str]:
    return sorted(found.name for found in folder.iterdir())


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "station.pem"
    write_file(path, b"secret")
    assert read_file(path) == b"secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    write_file(path, b"")
    assert read_file(path) == b""
    assert names(path.parent) == ["station.pem"]


def test_the_mode_does_not_depend_on_the_umask_nor_on_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "station.pem"
    path.write_bytes(b"old")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        write_file(path, b"new")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_content_and_name_are_synced_in_this_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "station.pem"
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(fd: int) -> None:
        target = Path(os.readlink(f"/proc/self/fd/{fd}"))
        calls.append(f"sync {'folder' if target == tmp_path else target.read_bytes().decode()}")
        fsync(fd)

    def noted_replace(source: Path, target: Path) -> None:
        calls.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write_file(path, b"secret")
    assert calls == ["sync secret", "rename", "sync folder"]
    calls.clear()
    assert remove_file(path)
    assert calls == ["sync folder"]


@pytest.mark.parametrize("where", ["fsync", "replace"])
@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, "full"), (errno.EROFS, "read_only"), (errno.EIO, "io")])
def test_a_failure_is_typed_and_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, number: int, kind: str
) -> None:
    path = tmp_path / "station.pem"
    write_file(path, b"old")

    def fails(*_: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, where, fails)
    with pytest.raises(StoreFault) as caught:
        write_file(path, b"new")
    assert caught.value.kind == kind
    assert str(path) in caught.value.why
    assert read_file(path) == b"old"
    assert names(tmp_path) == ["station.pem"]


def test_a_draft_of_before_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "station.pem"
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    (tmp_path / ".station.pem.draft").symlink_to(precious)
    write_file(path, b"new")
    assert read_file(path) == b"new"
    assert precious.read_bytes() == b"precious"


def test_drafts_that_a_power_cut_left_are_swept(tmp_path: Path) -> None:
    for name in (".a.pem.draft", ".b.pem.draft", "c.pem", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".folder.draft").mkdir()
    assert sweep(tmp_path) == 2
    assert names(tmp_path) == [".folder.draft", ".hidden", "c.pem"]
    assert sweep(tmp_path / "not there") == 0


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert read_file(tmp_path / "a") is None
    assert not remove_file(tmp_path / "a")


def test_what_is_no_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(StoreFault):
        read_file(tmp_path)
    with pytest.raises(StoreFault):
        remove_file(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreFault):
        write_file(tmp_path / "file" / "station.pem", b"")


def test_there_is_a_limit_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "station.pem"
    write_file(path, bytes(MAX_FILE_BYTES))
    assert read_file(path) == bytes(MAX_FILE_BYTES)
    with pytest.raises(ValueError, match="limit"):
        write_file(path, bytes(MAX_FILE_BYTES + 1))
    with pytest.raises(StoreFault, match="limit of 10 bytes"):
        read_file(path, limit=10)
    assert read_file(path) == bytes(MAX_FILE_BYTES)
