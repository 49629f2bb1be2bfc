"""A guard port onto a bench in the same process: one process is a whole station.

Everything goes through the wire's own encoder and decoder, so its bounds hold here too, and each line is delivered by a
call of its own, so that neither side ever re-enters the other. Works on a virtual-time loop.
"""

from __future__ import annotations

import asyncio
from contextvars import copy_context

from hal.guard.client import AgentWire, HardwareEvents, WirePort
from hal.mock.bench import Bench
from hal.mock.station import BOARD, MockStation, OpenLines, Peer, bench_lines

KILLED = "the guard died"
REPLACED = "a newer agent has the say"


class _Link:
    """One connection of an agent to the guard, both ends in this process."""

    def __init__(self, station: MockStation, bench: Bench, events: HardwareEvents) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()  # the agent's: what it hears, it hears as itself
        self.closed: asyncio.Future[str] = self._loop.create_future()
        self.wire = AgentWire(events, self._to_guard)
        self._bench = bench
        self._station = station
        self._peer: Peer = station.open(self._to_agent, lambda: self.close(REPLACED))

    def _to_guard(self, line: bytes) -> None:
        self._bench.clock.call_soon(lambda: self._arrive_at_guard(line))

    def _arrive_at_guard(self, line: bytes) -> None:
        if not self.closed.done():
            self._station.receive(self._peer, line)

    def _to_agent(self, line: bytes) -> None:
        self._loop.call_soon(self._arrive_at_agent, line, context=self._context)

    def _arrive_at_agent(self, line: bytes) -> None:
        if not self.closed.done():
            self.wire.receive(line)

    def close(self, why: str) -> None:
        """The connection ends; lines under way are lost."""
        if not self.closed.done():
            self.closed.set_result(why)

    def leave(self) -> None:
        """The agent's end is gone."""
        self.close("closed")
        self.wire.close("the wire to the guard broke")
        self._station.leave(self._peer)


class LocalGuard(WirePort):
    """The guard of a mock station, and the port to it (`hal.guard.client.GuardPort`).

    `run` serves one agent; when that is cancelled (the agent died) the guard lives on with the last permits, and
    another `run` is another agent. `kill` and `restart` are the guard's own death and return. A power cut of the bench
    ends it for good: boot with a new one.

    `lines` opens what the guard drives. By default that is the bench alone, with the interlock's default settings; with
    a board file it is `lambda side: open_lines(board, side)` (`hal.guard.station`), which may put real parts over it.
    """

    def __init__(self, bench: Bench, lines: OpenLines = bench_lines, board: str = BOARD) -> None:
        self._bench = bench
        self._lines = lines
        self._board = board
        self._up = asyncio.Event()
        self._link: _Link | None = None
        self._station = self._begin()

    @property
    def wire(self) -> AgentWire | None:
        return self._link.wire if self._link is not None else None

    def _begin(self) -> MockStation:
        station = MockStation(self._bench, self._lines, self._board)
        station.start()
        self._up.set()
        return station

    def kill(self) -> None:
        """The guard dies as by SIGKILL: its power paths open by their own fail-safe, the agent loses the wire."""
        self._up.clear()
        self._station.kill()
        self._hang_up(KILLED)

    def restart(self) -> None:
        """The service manager starts the guard again."""
        if not self._up.is_set():
            self._station = self._begin()

    def close(self) -> None:
        """An orderly stop of the guard: outputs safe, hardware released."""
        self._up.clear()
        self._hang_up("the guard stopped")
        self._station.stop()

    def agent_died(self) -> None:
        """The agent's process is gone and could not say so itself (a simulation that kills it)."""
        link, self._link = self._link, None
        if link is not None:
            link.leave()

    def _hang_up(self, why: str) -> None:
        if self._link is not None:
            self._link.close(why)

    # the port

    async def run(self, events: HardwareEvents) -> None:
        """Serve the agent until cancelled. One that a newer agent replaced hears no more."""
        while True:
            await self._up.wait()
            link = self._link = _Link(self._station, self._bench, events)
            try:
                link.wire.open()
                why = await link.closed
            finally:
                link.leave()
                if self._link is link:
                    self._link = None
            events.lost(why)
            if why == REPLACED:
                await asyncio.Event().wait()  # the newer one has the say from now on
