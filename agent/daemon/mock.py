"""Guard and bench inside the agent's process. Only a mock board loads this and what it imports."""

from __future__ import annotations

import asyncio

from hal.guard.client import GuardPort
from hal.guard.station import open_lines
from hal.layout import Board, Cable
from hal.mock.bench import Bench
from hal.mock.clock import LoopClock
from hal.mock.local import LocalGuard
from hal.mock.socket import BenchServer
from hal.mock.topology import MockEvse, MockTopology


def make_bench(board: Board) -> Bench:
    """The bench for a mock board, on the running loop's clock."""
    evses = tuple(
        MockEvse(
            connectors=len(one.outlet.connectors),
            phases=one.outlet.phases,
            max_current_ma=one.outlet.max_current_a * 1000,
            dc=one.outlet.supply == "dc",
            tethered=all(connector.cable is Cable.TETHERED for connector in one.outlet.connectors),
            lock=one.outlet.has_lock,
        )
        for one in board.evses
    )
    return Bench(MockTopology(evses), LoopClock(asyncio.get_running_loop()))


def make_local_guard(bench: Bench, board: Board) -> GuardPort:
    """The guard inside this process."""
    return LocalGuard(bench, lambda side: open_lines(board, side), board.name)


def make_bench_server(bench: Bench, path: str) -> BenchServer:
    """The bench's control socket."""
    return BenchServer(bench, path)
