"""Whatever moment the process or the power ends: what opens again is a prefix of the committed batches, and whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.store.ledger import Ledger
from agent.store.records import Batch, Cursor, KeptRecord, LogRecord
from agent.store.reserve import MAGIC, scan

ROOT = Path(__file__).parents[3]
RECORDS = 3  # in each batch
RESERVE_BYTES = 64 * 1024

WRITER = """
import sys
from pathlib import Path
from agent.store.ledger import Ledger
from tests.unit.store.test_power_cut import RECORDS, RESERVE_BYTES, batch
ledger = Ledger.open(Path(sys.argv[1]), reserve_bytes=RESERVE_BYTES)
n = ledger.last_seq() // RECORDS
while True:
    n += 1
    if n % 40 == 0:
        ledger.fail("full")
    if n % 40 == 20:
        ledger.fail(None)
        ledger.heal()
    if n % 50 == 0:
        ledger._checkpoint()
    ledger.commit(batch(n))
    sys.stdout.write(f"{n}\\n")
    sys.stdout.flush()
"""


def batch(n: int) -> Batch:
    """The `n`th batch: several records, a kept one and a cursor that all say `n`."""
    first = (n - 1) * RECORDS + 1
    log = [
        LogRecord(seq, "Fact", 1, "ledger", f"tx-{n // 5}", 1, 1, seq, None, b"%d" % n * 50)
        for seq in range(first, first + RECORDS)
    ]
    kept = [KeptRecord("newest", "", 1, b"%d" % n)]
    return Batch(log=log, kept=kept, cursors=[Cursor("csms", "ledger", first)], essential=True)


def batches_in(ledger: Ledger) -> int:
    """How many batches are there, having checked that they are a prefix and that each is whole."""
    seqs: list[int] = []
    while page := ledger.log_after("ledger", seqs[-1] if seqs else 0, 1000):
        seqs += [record.seq for record in page]
    count, rest = divmod(len(seqs), RECORDS)
    assert rest == 0, "a batch is there in part"
    assert seqs == list(range(1, len(seqs) + 1)), "there is a hole"
    assert [kept.body for kept in ledger.load_kept()] == ([b"%d" % count] if count else [])
    assert [cursor.seq for cursor in ledger.cursors()] == ([(count - 1) * RECORDS + 1] if count else [])
    assert ledger.last_seq() == len(seqs)
    return count


def test_a_killed_process_loses_nothing_that_it_confirmed(tmp_path: Path) -> None:
    """Ten lives of one ledger, each ended by SIGKILL at some moment, in good times and while the disk is full."""
    path = tmp_path / "ledger.db"
    rng = random.Random(20)
    confirmed = 0
    for _ in range(10):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for _ in range(rng.randrange(1, 120)):
                confirmed = int(process.stdout.readline())
            time.sleep(rng.random() / 200)  # somewhere within a commit
            process.send_signal(signal.SIGKILL)
            for line in process.stdout:
                confirmed = int(line) if line.endswith("\n") else confirmed
        ledger = Ledger.open(path, reserve_bytes=RESERVE_BYTES)
        assert confirmed <= batches_in(ledger) <= confirmed + 1
        assert ledger.opening.damage == ""
        ledger.close()
    assert confirmed > 100


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A folder as a power cut leaves it: a database, a long write-ahead log; and the number of its batches."""
    folder = tmp_path_factory.mktemp("torn")
    ledger = Ledger.open(folder / "live" / "ledger.db", reserve_bytes=RESERVE_BYTES)
    for n in range(1, 31):
        ledger.commit(batch(n))
    ledger._checkpoint()  # the log begins anew, over the frames of before
    for n in range(31, 46):
        ledger.commit(batch(n))
    shutil.copytree(folder / "live", folder / "cut")
    ledger.close()
    return folder / "cut", 45


def reopened(folder: Path, target: Path) -> Ledger:
    shutil.copytree(folder, target)
    return Ledger.open(target / "ledger.db", reserve_bytes=RESERVE_BYTES)


def test_a_log_cut_anywhere_gives_a_prefix(torn: tuple[Path, int], tmp_path: Path) -> None:
    folder, count = torn
    content = (folder / "ledger.db-wal").read_bytes()
    rng = random.Random(21)
    lengths = {0, 1, 31, 32, 33, len(content) - 1, len(content), *(rng.randrange(len(content)) for _ in range(25))}
    seen = set()
    for length in sorted(lengths):
        shutil.copytree(folder, tmp_path / "work")
        os.truncate(tmp_path / "work" / "ledger.db-wal", length)
        ledger = Ledger.open(tmp_path / "work" / "ledger.db", reserve_bytes=RESERVE_BYTES)
        found = batches_in(ledger)
        assert 30 <= found <= count
        assert ledger.opening.damage == ""
        ledger.commit(batch(found + 1))  # and it goes on from there
        assert batches_in(ledger) == found + 1
        ledger.close()
        shutil.rmtree(tmp_path / "work")
        seen.add(found)
    assert {30, count} <= seen
    assert len(seen) > 5


def test_a_log_damaged_anywhere_gives_a_prefix(torn: tuple[Path, int], tmp_path: Path) -> None:
    """A torn sector in the middle of the tail: what follows it does not count, whatever it says."""
    folder, count = torn
    content = (folder / "ledger.db-wal").read_bytes()
    rng = random.Random(22)
    for _ in range(20):
        at = rng.randrange(len(content))
        work = tmp_path / "work"
        shutil.copytree(folder, work)
        with (work / "ledger.db-wal").open("r+b") as file:
            file.seek(at)
            file.write(rng.randbytes(512))
        ledger = Ledger.open(work / "ledger.db", reserve_bytes=RESERVE_BYTES)
        assert 30 <= batches_in(ledger) <= count
        assert ledger.opening.damage == ""
        ledger.close()
        shutil.rmtree(work)


def test_a_reserve_cut_anywhere_gives_a_prefix(tmp_path: Path) -> None:
    folder = tmp_path / "live"
    ledger = Ledger.open(folder / "ledger.db", reserve_bytes=RESERVE_BYTES)
    ledger.commit(batch(1))
    ledger.fail("full")
    for n in range(2, 12):
        assert ledger.commit(batch(n)) == "reserve"
    shutil.copytree(folder, tmp_path / "cut")
    ledger.close()
    content = (tmp_path / "cut" / "ledger.reserve").read_bytes()
    used = len(content.rstrip(b"\0"))
    rng = random.Random(23)
    seen = set()
    for at in sorted(
        {len(MAGIC), len(MAGIC) + 1, used - 1, used, *(rng.randrange(len(MAGIC), used) for _ in range(20))}
    ):
        work = tmp_path / "work"
        shutil.copytree(tmp_path / "cut", work)
        # Of the sector that was being written some bytes are new, some old, and the rest were never reached.
        garbage = rng.randbytes(min(64, len(content) - at))
        (work / "ledger.reserve").write_bytes(content[:at] + garbage + bytes(len(content) - at - len(garbage)))
        ledger = Ledger.open(work / "ledger.db", reserve_bytes=RESERVE_BYTES)
        found = batches_in(ledger)
        assert ledger.opening.replayed == found - 1
        ledger.fail("full")
        assert ledger.commit(batch(found + 1)) == "reserve"
        frames, _ = scan((work / "ledger.reserve").read_bytes())
        assert len(frames) == 1  # the torn tail is gone, not found again behind the new frame
        ledger.close()
        shutil.rmtree(work)
        seen.add(found)
    assert {1, 11} <= seen


def test_a_cut_between_healing_and_emptying_the_reserve_applies_nothing_twice(tmp_path: Path) -> None:
    """The reserve is brought in and the power goes before it is emptied: the frames are found again, and known."""
    folder = tmp_path / "live"
    ledger = Ledger.open(folder / "ledger.db", reserve_bytes=RESERVE_BYTES)
    ledger.fail("full")
    for n in (1, 2, 3):
        ledger.commit(batch(n))
    full_reserve = (folder / "ledger.reserve").read_bytes()
    ledger.fail(None)
    assert ledger.heal()
    ledger.commit(batch(4))  # newer than what the frames say
    shutil.copytree(folder, tmp_path / "cut")
    ledger.close()
    (tmp_path / "cut" / "ledger.reserve").write_bytes(full_reserve)
    ledger = Ledger.open(tmp_path / "cut" / "ledger.db", reserve_bytes=RESERVE_BYTES)
    assert ledger.opening.replayed == 0
    assert batches_in(ledger) == 4
    ledger.fail("full")
    ledger.commit(batch(5))
    ledger.close()
    ledger = Ledger.open(tmp_path / "cut" / "ledger.db", reserve_bytes=RESERVE_BYTES)
    assert ledger.opening.replayed == 1
    assert batches_in(ledger) == 5
    ledger.close()


def test_a_cut_while_the_folder_is_being_made(tmp_path: Path) -> None:
    """An empty file, with nothing in it yet, is a fresh ledger and no damage."""
    path = tmp_path / "ledger.db"
    path.touch()
    ledger = Ledger.open(path)
    assert ledger.opening.damage == ""
    ledger.commit(batch(1))
    assert batches_in(ledger) == 1
    ledger.close()
