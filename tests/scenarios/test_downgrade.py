"""An update that rolls back in the middle of a transaction: the release before opens what the next one wrote."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.rig.world import World
from tests.scenarios.books import number_transactions
from tests.scenarios.file_disk import UNKNOWN, FileDisk, next_release, this_release
from tests.scenarios.test_power_cut_sweep import (
    commits_of_a_session,
    finish,
    meter_wh,
    one_session,
    open_transaction,
    play,
    started,
    sweep_world,
)
from tests.simulation.disk import PowerCut


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_rolled_back_at_every_commit(version: str, tmp_path: Path) -> None:
    for number in commits_of_a_session(version):
        try:
            _roll_back_at(version, tmp_path / str(number), number)
        except Exception as error:
            raise AssertionError(f"rolled back after commit {number}: {error}") from error


def _roll_back_at(version: str, folder: Path, number: int) -> None:
    with sweep_world(version) as w:
        number_transactions(w.csms)
        disk = FileDisk(folder, next_release)
        w.disk = disk  # type: ignore[assignment] # it answers as the simulated one
        cut = _cut_after(w, disk, number)
        w.start()
        w.loop.run_until(lambda: bool(cut) or w.loop.time() > 10, 11)
        play(w, lambda: bool(cut))
        w.loop.run_until(lambda: bool(cut), 60, "the power cut")
        disk.release = this_release
        w.bench("power.cut")
        w.advance(5)
        w.bench("power.restore")
        begun, kept = started(w), open_transaction(w)
        w.advance(75)
        finish(w)
        entry = one_session(w)
        assert (entry is not None) == begun
        if entry is not None:
            assert entry.reason == "Local"
            assert entry.registers[-1] == meter_wh(w)
        if kept is not None:
            assert entry is not None
            assert entry.registers[-1] >= kept.register_wh
        w.loop.kill("station")
        disk.release = next_release
        disk.power_cut()
        disk.boot()
        assert UNKNOWN in list(disk.load_kept()), "what only the next release knows is still there"
        disk.close()
        _expanded_once(next(folder.glob("*/ledger.db")))


def _cut_after(w: World, disk: FileDisk, number: int) -> list[int]:
    cut: list[int] = []

    def hook(commit: int) -> None:
        if commit == number and not cut:
            cut.append(commit)
            w.loop.kill("station", power=False)
            raise PowerCut

    disk.after_commit = hook
    return cut


def _expanded_once(path: Path) -> None:
    conn = sqlite3.connect(path)
    try:
        assert conn.execute("SELECT cents FROM price").fetchall() == [(39,)]
    finally:
        conn.close()
