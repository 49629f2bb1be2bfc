"""The simulated disk: what a power cut leaves of it, at every commit and between two syncs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from agent.store.faults import StoreFault
from agent.store.ledger import Ledger
from agent.store.records import Batch, Cursor, KeptRecord, LogRecord, PrunePolicy
from tests.simulation.disk import PowerCut, SimDisk, SimWriter
from tests.simulation.simloop import simulate


def step(seq: int, *, essential: bool = True) -> Batch:
    record = LogRecord(seq, "Fact", 1, "ledger", "tx-1", 1, 1, seq, None, b"x")
    return Batch(log=[record], kept=[KeptRecord("newest", "", 1, b"%d" % seq)], essential=essential)


def seqs(disk: SimDisk) -> list[int]:
    return [record.seq for record in disk.log_after("ledger", 0, 1000)]


def commit_five(disk: SimDisk) -> None:
    for seq in range(1, 6):
        disk.commit(step(seq))


def cut_at(n: int) -> Callable[[int], None]:
    def hook(commit: int) -> None:
        if commit == n:
            raise PowerCut

    return hook


@pytest.mark.parametrize("n", range(1, 6))
def test_a_cut_before_a_commit_leaves_nothing_of_it(n: int) -> None:
    disk = SimDisk(before_commit=cut_at(n))
    with pytest.raises(PowerCut):
        commit_five(disk)
    disk.boot()
    assert seqs(disk) == list(range(1, n))
    assert [kept.body for kept in disk.load_kept()] == ([b"%d" % (n - 1)] if n > 1 else [])


@pytest.mark.parametrize("n", range(1, 6))
def test_a_cut_after_a_commit_leaves_all_of_it(n: int) -> None:
    disk = SimDisk(after_commit=cut_at(n))
    with pytest.raises(PowerCut):
        commit_five(disk)
    disk.boot()
    assert seqs(disk) == list(range(1, n + 1))


@pytest.mark.parametrize("survivors", range(4))
def test_of_what_was_not_synced_a_prefix_may_survive(survivors: int) -> None:
    disk = SimDisk()
    disk.commit(step(1))
    disk.autosync = False
    disk.commit_group([step(2), step(3)])
    disk.commit(step(4))
    disk.fail("full")
    assert disk.commit(step(5)) == "reserve"
    assert seqs(disk) == [1, 2, 3, 4, 5]
    disk.power_cut(survivors)
    disk.fail(None)
    disk.boot()
    assert seqs(disk) == [[1], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5]][survivors]
    assert disk.opening.replayed == (survivors == 3)


def test_a_disk_without_power_answers_nothing() -> None:
    disk = SimDisk()
    disk.power_cut()
    for ask in (disk.cursors, disk.heal, disk.tend, disk.sync, disk.size, lambda: disk.commit(Batch())):
        with pytest.raises(PowerCut):
            ask()
    disk.close()
    disk.boot()
    assert disk.cursors() == []


def test_syncing_nothing_is_nothing() -> None:
    disk = SimDisk()
    disk.sync()
    assert disk.syncs == 0
    disk.commit(step(1))
    assert disk.syncs == 1


def test_pruned_rows_are_gone_for_good() -> None:
    disk = SimDisk()
    disk.commit(Batch(log=[LogRecord(1, "Fact", 1, "log", None, 0, 1, 1, None, b"")]))
    disk.commit(Batch(cursors=[_cursor()]))
    assert disk.prune(PrunePolicy(keep_events=0), None).records == 1
    disk.power_cut()
    disk.boot()
    assert disk.log_after("log", 0, 10) == []
    assert disk.last_seq() == 1


def _cursor() -> Cursor:
    return Cursor("csms", "log", 1)


def test_a_damaged_disk_begins_anew_and_says_so() -> None:
    disk = SimDisk()
    disk.commit(step(1))
    disk.corrupt("a bad sector")
    assert seqs(disk) == [1]
    disk.power_cut()
    disk.boot()
    assert (disk.opening.damage, disk.opening.moved_to) == ("a bad sector", "ledger.corrupt-1")
    assert seqs(disk) == []
    disk.commit(step(1))
    disk.power_cut()
    disk.boot()
    assert (disk.opening.damage, seqs(disk)) == ("", [1])


def test_a_damaged_disk_that_is_read_only_is_replaced_when_it_heals() -> None:
    disk = SimDisk()
    disk.commit(step(1))
    disk.corrupt()
    disk.fail("read_only")
    disk.power_cut()
    disk.boot()
    assert disk.opening.moved_to is None
    assert disk.health is not None
    assert disk.commit(step(2)) == "volatile"
    disk.fail(None)
    assert disk.heal()
    disk.power_cut()
    disk.boot()
    assert seqs(disk) == [2]


def test_a_disk_that_is_still_full_at_boot_keeps_its_reserve() -> None:
    disk = SimDisk()
    disk.fail("full")
    disk.commit(step(1))
    disk.power_cut()
    disk.boot()
    assert disk.opening.replayed == 1
    assert disk.health is not None
    assert seqs(disk) == [1]
    disk.power_cut()
    disk.fail(None)
    disk.boot()
    assert disk.health is None
    assert seqs(disk) == [1]


def test_a_disk_that_stays_read_only_stays_so_over_a_boot() -> None:
    disk = SimDisk()
    disk.commit(step(1))
    disk.fail("read_only")
    disk.power_cut()
    disk.boot()
    with pytest.raises(StoreFault):
        disk.commit(step(2, essential=False))
    assert seqs(disk) == [1]


def test_the_writer_finds_a_commit_pending_until_the_latency_has_passed() -> None:
    disk = SimDisk()

    with simulate() as loop:
        writer = SimWriter(disk, latency_ms=lambda: 100, clock_ns=lambda: int(loop.time() * 1e9))

        async def station() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(writer.run())
                receipt = await writer.commit(step(1))
                assert receipt.latency_us == 100_000
                disk.fail("slow", delay_ms=900)
                receipt = await writer.commit(step(2))
                assert receipt.latency_us == 1_000_000
                assert await writer.call(seqs_of) == [1, 2]
                disk.fail(None)
                writer.submit(step(3))

        loop.spawn("station", station())
        loop.advance(seconds=1.15)
        loop.kill("station")
        disk.power_cut()
    disk.boot()
    assert seqs(disk) == [1, 2]


def seqs_of(ledger: object) -> list[int]:
    assert isinstance(ledger, SimDisk)
    return seqs(ledger)


def test_it_has_everything_that_the_real_one_has() -> None:
    """The port is a protocol: mypy compares the signatures, and this that nothing public is missing."""
    public = {name for name in dir(Ledger) if not name.startswith("_")} - {"open", "path"}
    assert public <= set(dir(SimDisk()))
