"""Guard and bench inside the agent's process. Only a mock board loads this and what it imports."""

from __future__ import annotations

import asyncio

from hal.guard.client import GuardPort
from hal.guard.station import open_lines
from hal.layout import Board
from hal.mock.bench import Bench
from hal.mock.clock import LoopClock
from hal.mock.local import LocalGuard
from hal.mock.process import topology_of
from hal.mock.socket import BenchServer


def make_bench(board: Board) -> Bench:
    """The bench for a mock board, on the running loop's clock."""
    return Bench(topology_of(board), LoopClock(asyncio.get_running_loop()))


def make_local_guard(bench: Bench, board: Board) -> GuardPort:
    """The guard inside this process."""
    return LocalGuard(bench, lambda side: open_lines(board, side), board.name)


def make_bench_server(bench: Bench, path: str) -> BenchServer:
    """The bench's control socket."""
    return BenchServer(bench, path)
