"""Every test of this folder runs on both ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.store.interface import LedgerPort
from tests.contracts.ledger.rigs import Rig, SimRig, SqliteRig


@pytest.fixture(params=["sqlite", "simulation"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    rig: Rig = SqliteRig(tmp_path) if request.param == "sqlite" else SimRig()
    yield rig
    rig.dispose()


@pytest.fixture
def ledger(rig: Rig) -> LedgerPort:
    return rig.ledger
