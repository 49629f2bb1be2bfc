"""The reserve journal: room taken in advance, frames that are whole or do not count."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.store import reserve
from agent.store.records import Batch, Cursor, KeptRecord, LogRecord
from agent.store.reserve import HEAD, MAGIC, Reserve, ReserveFull, encode, read, scan

SIZE = 8192


def batch(n: int, size: int = 10) -> Batch:
    return Batch(log=[LogRecord(n, "Fact", 1, "ledger", "tx", 1, 1, n, None, b"x" * size)], essential=True)


def written(path: Path, *batches: Batch, size: int = SIZE) -> None:
    journal, frames = Reserve.open(path, size)
    for ordinal, entry in enumerate(batches, start=len(frames) + 1):
        journal.append(ordinal, encode(entry))
    journal.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.reserve"


def test_the_room_is_taken_when_the_file_is_made(path: Path) -> None:
    journal, frames = Reserve.open(path, SIZE)
    assert frames == []
    assert path.stat().st_size == SIZE
    assert path.stat().st_blocks * 512 >= SIZE  # not a sparse file
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == [path.name]
    journal.close()


def test_frames_are_found_again_in_order(path: Path) -> None:
    batches = [batch(1), Batch(kept=[KeptRecord("a", "b", 1, None)], cursors=[Cursor("p", "log", 3)]), batch(2)]
    written(path, *batches)
    journal, frames = Reserve.open(path, SIZE)
    assert [ordinal for ordinal, _ in frames] == [1, 2, 3]
    assert [encode(found) for _, found in frames] == [encode(given) for given in batches]
    journal.close()
    assert read(path) == frames


def test_the_file_keeps_its_size_whatever_is_written(path: Path) -> None:
    written(path, batch(1, 3000), batch(2, 3000))
    assert path.stat().st_size == SIZE


def test_it_is_full_at_its_size_and_at_the_share_of_some(path: Path) -> None:
    journal, _ = Reserve.open(path, SIZE)
    with pytest.raises(ReserveFull):
        journal.append(1, bytes(SIZE // 4), share=0.25)
    exactly = bytes(SIZE // 4 - len(MAGIC) - HEAD.size)
    journal.append(1, exactly, share=0.25)
    with pytest.raises(ReserveFull):
        journal.append(2, b"x", share=0.25)
    journal.append(2, bytes(SIZE - journal.used - HEAD.size))
    assert journal.used == SIZE
    with pytest.raises(ReserveFull):
        journal.append(3, b"")
    journal.close()


def test_a_journal_that_is_full_to_the_last_byte_is_read_whole(path: Path) -> None:
    room = SIZE - len(MAGIC) - HEAD.size
    entry = batch(1, room - (len(encode(batch(1, room))) - room))
    written(path, entry)
    frames, used = scan(path.read_bytes())
    assert (len(frames), used) == (1, SIZE)


def test_after_clearing_nothing_is_found(path: Path) -> None:
    journal, _ = Reserve.open(path, SIZE)
    journal.append(1, encode(batch(1)))
    journal.append(2, encode(batch(2)))
    journal.clear()
    assert path.read_bytes() == MAGIC + bytes(SIZE - len(MAGIC))
    journal.append(3, encode(batch(3)))
    assert [ordinal for ordinal, _ in read(path)] == [3]
    journal.clear()
    journal.clear()
    assert read(path) == []
    journal.close()


def test_what_an_older_use_left_is_not_taken_for_new(path: Path) -> None:
    """Frames of the same length, so that one of the older use begins where the newest of this one ends."""
    written(path, batch(1), batch(2), batch(3))
    older = path.read_bytes()
    journal, _ = Reserve.open(path, SIZE)
    journal.clear()
    journal.append(4, encode(batch(4)))
    journal.close()
    newer = path.read_bytes()
    end = len(MAGIC) + HEAD.size + len(encode(batch(4)))
    path.write_bytes(newer[:end] + older[end:])
    assert [ordinal for ordinal, _ in read(path)] == [4]


@given(cut=st.integers(len(MAGIC), 400), garbage=st.binary(max_size=80))
def test_a_torn_tail_gives_the_frames_before_it(
    tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: bytes
) -> None:
    path = tmp_path_factory.mktemp("torn") / "r"
    batches = [batch(n, 20 * n) for n in range(1, 5)]
    written(path, *batches)
    torn = path.read_bytes()[:cut] + garbage
    frames, used = scan(torn.ljust(SIZE, b"\0"))
    lengths = [HEAD.size + len(encode(entry)) for entry in batches]
    ends = [len(MAGIC) + sum(lengths[:n]) for n in range(1, 5)]
    assert len(frames) >= sum(end <= cut for end in ends)
    assert [encode(found) for _, found in frames] == [encode(given) for given in batches[: len(frames)]]
    assert used == [len(MAGIC), *ends][len(frames)]


@pytest.mark.parametrize("damage", [b"", b"short", b"another file altogether" * 1000])
def test_what_is_no_journal_is_made_anew(path: Path, damage: bytes) -> None:
    path.write_bytes(damage)
    journal, frames = Reserve.open(path, SIZE)
    assert (frames, journal.used, path.stat().st_size) == ([], len(MAGIC), SIZE)
    journal.append(1, encode(batch(1)))
    journal.close()
    assert read(path) == [(1, msgspec.msgpack.decode(encode(batch(1)), type=Batch))]


def test_another_size_waits_until_it_is_empty(path: Path) -> None:
    written(path, batch(1))
    journal, frames = Reserve.open(path, 2 * SIZE)
    assert (len(frames), journal.size) == (1, SIZE)
    journal.clear()
    journal.close()
    journal, _ = Reserve.open(path, 2 * SIZE)
    assert (journal.size, path.stat().st_size) == (2 * SIZE, 2 * SIZE)
    journal.close()


def test_it_is_never_smaller_than_a_page(path: Path) -> None:
    journal, _ = Reserve.open(path, 1)
    assert journal.size == reserve.MIN_BYTES
    journal.close()


def test_a_frame_that_this_release_cannot_read_ends_the_journal(path: Path) -> None:
    journal, _ = Reserve.open(path, SIZE)
    journal.append(1, encode(batch(1)))
    journal.append(2, msgspec.msgpack.encode({"not": "a batch"}))
    journal.close()
    assert [ordinal for ordinal, _ in read(path)] == [1]


def test_a_batch_of_a_release_with_more_fields_is_read_without_them() -> None:
    longer = [*msgspec.msgpack.decode(encode(batch(7))), "a field of the future"]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(longer), type=Batch).log[0].seq == 7


def test_a_batch_of_a_release_with_fewer_fields_is_read_with_defaults() -> None:
    shorter = msgspec.msgpack.decode(encode(batch(7)))[:2]
    found = msgspec.msgpack.decode(msgspec.msgpack.encode(shorter), type=Batch)
    assert (found.log[0].seq, found.thin, found.essential) == (7, (), False)


def test_a_file_that_is_not_there_holds_nothing(path: Path) -> None:
    assert read(path) == []


def test_a_link_in_its_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    path.symlink_to(target)
    with pytest.raises(OSError, match="symbolic link"):
        Reserve.open(path, SIZE)
    assert target.read_bytes() == b"precious"


def test_a_draft_that_finds_no_room_is_removed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    with pytest.raises(OSError, match="No space"):
        Reserve.open(path, SIZE)
    assert list(path.parent.iterdir()) == []


def test_a_write_that_is_taken_in_pieces_is_finished(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, _ = Reserve.open(path, SIZE)
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: pwrite(fd, bytes(data)[:7], at))
    journal.append(1, encode(batch(1, 100)))
    journal.close()
    assert [ordinal for ordinal, _ in read(path)] == [1]


def test_an_append_that_fails_is_written_over_by_the_next(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, _ = Reserve.open(path, SIZE)
    journal.append(1, encode(batch(1)))

    def fails(*_: Any) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", fails)
        with pytest.raises(OSError, match="Input/output"):
            journal.append(2, encode(batch(2, 500)))
    journal.append(3, encode(batch(3)))
    assert [ordinal for ordinal, _ in read(path)] == [1, 3]
    journal.clear()
    assert path.read_bytes() == MAGIC + bytes(SIZE - len(MAGIC))
    journal.close()


def test_a_descriptor_is_not_left_open_when_reading_fails(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, batch(1))
    before = len(os.listdir("/proc/self/fd"))

    def fails(*_: Any) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "pread", fails)
    with pytest.raises(OSError, match="Input/output"):
        Reserve.open(path, SIZE)
    assert len(os.listdir("/proc/self/fd")) == before
