"""The guard of a mock station in the agent's own process: the real interlock and wire, on the bench's paths and clock.

When the power is cut, or the guard is killed, it is thrown away as it is; a boot makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hal.guard.line import PowerLine
from hal.guard.server import Guard
from hal.mock.bench import Bench
from hal.mock.clock import Handle
from hal.mock.guardside import GuardSide
from hal.mock.path import MockPowerPath

BOARD = "mock"
OpenLines = Callable[[GuardSide], Sequence[PowerLine]]


class Peer:
    """One agent's connection, as the guard sees it."""

    def __init__(self, send: Callable[[bytes], None], close: Callable[[], None]) -> None:
        self._send = send
        self._close = close

    def send(self, line: bytes) -> None:
        """Hand a line to the transport."""
        self._send(line)

    def close(self) -> None:
        """The guard hangs up."""
        self._close()


def bench_lines(side: GuardSide) -> Sequence[PowerLine]:
    """Each EVSE of the bench with its own power path and the interlock's default settings."""
    topology = side.bench.world.topology
    return [PowerLine(one, side.power_path(one.evse)) for one in topology.capabilities()]


class _Side(GuardSide):
    """Knows the paths it gave out, and ends the station with the power."""

    def __init__(self, bench: Bench, ended: Callable[[], None]) -> None:
        super().__init__(bench)
        self.paths: list[MockPowerPath] = []
        self._ended = ended

    def power_path(self, evse: int) -> MockPowerPath:
        path = super().power_path(evse)
        self.paths.append(path)
        return path

    def power_lost(self) -> None:
        for path in self.paths:
            path.abandon()
        self._ended()


class MockStation:
    """A guard on a bench. `start` it, `open` a peer for each agent, hand in lines by `receive`."""

    def __init__(self, bench: Bench, lines: OpenLines = bench_lines, board: str = BOARD) -> None:
        self._bench = bench
        self._wake: Handle | None = None
        self._wake_ms = 0
        self._alive = True
        self._side = _Side(bench, self._forget)
        self._guard = Guard(
            board,
            lines(self._side),
            bench.clock.now_ms,
            peripherals=self._side,
            on_wake=self._set_timer,
            saw_report=self._side.saw_report,
        )

    def start(self) -> None:
        """Begin to watch, and take over what the bench has to tell."""
        self._guard.start()
        self._side.attach(self._guard)
        self._set_timer()

    def stop(self) -> None:
        """An orderly end: outputs safe, hardware released."""
        if self._alive:
            self._guard.stop()
            self._forget()

    def kill(self) -> None:
        """The guard dies without a word; the power paths' fail-safe opens them."""
        if self._alive:
            for path in self._side.paths:
                path.orphan()
            self._forget()

    def _forget(self) -> None:
        self._alive = False
        self._side.detach()
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

    # agents

    def open(self, send: Callable[[bytes], None], close: Callable[[], None]) -> Peer:
        """An agent connects."""
        peer = Peer(send, close)
        self._guard.attach(peer)
        return peer

    def receive(self, peer: Peer, line: bytes) -> None:
        """A line of an agent. Never raises for what it says."""
        if self._alive:
            self._guard.receive(peer, line)

    def leave(self, peer: Peer) -> None:
        """An agent's connection is gone."""
        if self._alive:
            self._guard.detach(peer)

    # time

    def _set_timer(self) -> None:
        next_ms = self._guard.next_wake_ms if self._alive else None
        if self._wake is not None:
            if next_ms == self._wake_ms:
                return
            self._wake.cancel()
            self._wake = None
        if next_ms is not None:
            self._wake_ms = next_ms
            self._wake = self._bench.clock.call_at(next_ms, self._tick)

    def _tick(self) -> None:
        self._wake = None
        if self._alive:
            self._guard.tick()
            self._set_timer()
