"""From a checked board to what the guard drives: the power paths, opened, and the bench where a board asks for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from hal.guard.line import PowerLine
from hal.guard.server import Guard, Peripherals
from hal.guard.stream import Handler
from hal.interfaces import DeviceError, PowerPath
from hal.layout import Board
from hal.powerpath import open_path
from hal.types import PowerReport

BENCH = "hal.mock.process"


class Cancellable(Protocol):
    """A call that has been asked for."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """What a bench needs of its host's loop."""

    def now_ms(self) -> int: ...
    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Cancellable: ...
    def call_soon(self, callback: Callable[[], None]) -> Cancellable: ...


class BenchPaths(Protocol):
    """Whoever has the bench's power paths."""

    def power_path(self, evse: int) -> PowerPath: ...


class BenchWorld(BenchPaths, Protocol):
    """The bench as the guard process hosts it; `hal.mock.process.open_world(board, clock)` makes one.

    `attach` hands over the guard that is told of tokens, faults and verbs, `saw_report` shows each report to the bench,
    `saw_agent` what the agent says of itself, `converse` begins one client's conversation over the control socket.
    """

    @property
    def peripherals(self) -> Peripherals: ...
    @property
    def max_line_bytes(self) -> int: ...
    @property
    def max_clients(self) -> int: ...
    @property
    def busy_line(self) -> bytes: ...
    def attach(self, guard: Guard) -> None: ...
    def saw_report(self, report: PowerReport) -> None: ...
    def saw_agent(self, evse: int, values: dict[str, Any]) -> None: ...
    def converse(self, send: Callable[[bytes], None], hang_up: Callable[[], None]) -> Handler: ...


def open_bench(board: Board, clock: Clock) -> BenchWorld | None:
    """The bench of a board that has one."""
    if not board.has_bench:
        return None
    opener: Callable[[Board, Clock], BenchWorld] = importlib.import_module(BENCH).open_world
    return opener(board, clock)


def open_lines(board: Board, bench: BenchPaths | None = None) -> tuple[PowerLine, ...]:
    """The power paths of all EVSEs; `bench` has those that the board leaves to it.

    Raises DeviceError that names the EVSE; what was opened is closed again.
    """
    lines: list[PowerLine] = []
    for evse in board.evses:
        try:
            of_bench = bench.power_path(evse.id) if bench is not None and evse.power_path.simulated else None
            lines.append(PowerLine(evse.capabilities, open_path(evse.power_path, of_bench), evse.interlock))
        except DeviceError as error:
            for line in lines:
                with suppress(DeviceError):
                    line.path.close()
            raise type(error)(f"power path of EVSE {evse.id}: {error}") from error
    return tuple(lines)
