"""Scenes on real file systems that are full or read-only, each in a mount namespace of its own.

`python -m tests.unit.store.sick_disks SCENE FOLDER` plays one on the tmpfs that is mounted at FOLDER; an assertion that
fails ends it with a traceback. tests/unit/store/test_sick_disk.py mounts and calls.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from agent.store.ledger import Ledger
from agent.store.records import Batch, KeptRecord, LogRecord

RESERVE_BYTES = 256 * 1024


def step(seq: int, *, essential: bool = True, ends: bool = False) -> Batch:
    record = LogRecord(seq, "Fact", 1, "ledger", "tx-1", 1, 1, seq, None, b"x" * 1000, ends)
    return Batch(log=[record], kept=[KeptRecord("session", "1", 1, b"at %d" % seq)], essential=essential)


def all_seqs(ledger: Ledger) -> list[int]:
    found: list[int] = []
    while page := ledger.log_after("ledger", found[-1] if found else 0, 1000):
        found += [record.seq for record in page]
    return found


def fill(folder: Path) -> Path:
    """Take every byte that is left."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"z" * size) == size:
                    pass
            except OSError:
                continue
    return filler


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def in_child(work: Callable[[], None]) -> None:
    """Do it in a process that then dies without a clean-up."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert status == 0


def until_reserve(ledger: Ledger, first: int) -> int:
    """Commit until the database cannot grow any more; the last sequence number used."""
    for seq in range(first, first + 5000):
        if ledger.commit(step(seq)) == "reserve":
            return seq
    raise AssertionError("the disk was never full")


def full(folder: Path) -> None:
    """The disk fills up in mid-transaction, the process is killed, the disk is still full, then it is not."""
    path = folder / "ledger.db"

    def first_life() -> None:
        ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
        assert ledger.commit(step(1)) == "disk"
        fill(folder)
        grown = until_reserve(ledger, 2)
        assert ledger.health is not None
        assert ledger.health.kind == "full", ledger.health
        for seq in range(grown + 1, grown + 21):
            assert ledger.commit(step(seq)) == "reserve"
        assert all_seqs(ledger) == list(range(1, grown + 21))
        assert not ledger.heal()
        assert ledger.health is not None
        assert ledger.commit(step(grown + 21)) == "reserve"
        assert all_seqs(ledger) == list(range(1, grown + 22))
        (folder.parent / "last").write_text(str(grown + 21))

    in_child(first_life)
    last = int((folder.parent / "last").read_text())
    ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
    assert ledger.opening.replayed >= 22, ledger.opening
    assert ledger.opening.damage == ""
    assert all_seqs(ledger) == list(range(1, last + 1))
    assert ledger.commit(step(last + 1, ends=True)) in ("reserve", "disk")
    (folder / "filler").unlink()
    assert ledger.heal(), ledger.health
    assert ledger.commit(step(last + 2, essential=False)) == "disk"
    assert ledger.size().held_batches == 0
    ledger.close()
    ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
    assert ledger.opening.replayed == 0
    assert all_seqs(ledger) == list(range(1, last + 3))
    assert list(ledger.load_kept()) == [KeptRecord("session", "1", 1, b"at %d" % (last + 2))]
    ledger.close()


def full_at_checkpoint(folder: Path) -> None:
    """The log could be reused, but the database cannot grow: that is told before commits fail, and nothing is lost."""
    ledger = Ledger.open(folder / "ledger.db", reserve_bytes=RESERVE_BYTES)
    seq = 0
    for seq in range(1, 201):
        assert ledger.commit(step(seq)) == "disk"
    filler = fill(folder)
    ledger._checkpoint()
    assert ledger.health is not None, "the checkpoint had room"
    assert ledger.health.kind == "full", ledger.health
    filler.unlink()
    assert ledger.heal()
    assert ledger.commit(step(seq + 1)) == "disk"
    assert all_seqs(ledger) == list(range(1, seq + 2))
    ledger.close()


def full_from_the_start(folder: Path) -> None:
    """There is no room even for an empty database: the station runs, and takes it up when there is."""
    remount(folder, "size=20k")
    path = folder / "state" / "ledger.db"
    ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
    assert ledger.health is not None
    assert ledger.health.kind == "full", ledger.health
    assert ledger.commit(step(1)) == "volatile"
    assert not ledger.heal()
    remount(folder, "size=8m")
    assert ledger.heal(), ledger.health
    assert ledger.commit(step(2)) == "disk"
    assert ledger.size().reserve_bytes == RESERVE_BYTES
    ledger.close()
    ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
    assert all_seqs(ledger) == [1, 2]
    ledger.close()


def read_only(folder: Path) -> None:
    """The file system is read-only at start, with a write-ahead log and a reserve that were never brought in."""
    path, spare = folder / "ledger.db", folder.parent / "spare"

    def first_life() -> None:
        ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
        for seq in (1, 2):
            ledger.commit(step(seq))
        ledger.fail("full")
        assert ledger.commit(step(3)) == "reserve"

    def second_life() -> None:
        ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES, spare=spare)
        assert ledger.health is not None
        assert ledger.health.kind == "read_only", ledger.health
        assert ledger.opening.replayed == 1
        assert all_seqs(ledger) == [1, 2, 3]
        assert ledger.commit(step(4)) == "volatile"
        assert not ledger.heal()
        assert all_seqs(ledger) == [1, 2, 3, 4]

    in_child(first_life)
    remount(folder, "ro")
    in_child(second_life)
    ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES, spare=spare)
    assert ledger.opening.replayed == 2
    assert all_seqs(ledger) == [1, 2, 3, 4]  # the spare outlived the kill
    assert ledger.commit(step(5)) == "volatile"
    remount(folder, "rw")
    assert ledger.heal(), ledger.health
    assert ledger.commit(step(6, ends=True)) == "disk"
    ledger.close()
    ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES, spare=spare)
    assert ledger.opening.replayed == 0
    assert all_seqs(ledger) == [1, 2, 3, 4, 5, 6]
    assert ledger.transactions(10)[0].last_seq == 6
    ledger.close()


def read_only_and_closed_in_order(folder: Path) -> None:
    """The same without a write-ahead log, which SQLite cannot open in the ordinary way."""
    path = folder / "ledger.db"
    ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
    ledger.commit(step(1))
    ledger.close()
    assert not (folder / "ledger.db-wal").exists()
    remount(folder, "ro")
    ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
    assert ledger.health is not None
    assert ledger.health.kind == "read_only"
    assert all_seqs(ledger) == [1]
    ledger.close()


def read_only_and_empty(folder: Path) -> None:
    """There is no ledger and none can be made."""
    remount(folder, "ro")
    ledger = Ledger.open(folder / "state" / "ledger.db")
    assert ledger.health is not None
    assert ledger.health.kind == "read_only", ledger.health
    assert ledger.commit(step(1)) == "volatile"
    assert all_seqs(ledger) == [1]
    ledger.close()


SCENES = {
    scene.__name__: scene
    for scene in (
        full,
        full_at_checkpoint,
        full_from_the_start,
        read_only,
        read_only_and_closed_in_order,
        read_only_and_empty,
    )
}

if __name__ == "__main__":
    SCENES[sys.argv[1]](Path(sys.argv[2]))
