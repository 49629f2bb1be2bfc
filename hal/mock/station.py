"""The guard of a mock station: the real interlock and wire, on the bench's power paths and its clock.

`LocalGuard` (inside the agent's process) and `hal.mock.process` (a process of its own) both host it. When the power is
cut, or the guard is killed, it is thrown away as it is; a boot makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hal.guard import messages as m
from hal.guard.line import PowerLine
from hal.guard.server import Guard
from hal.guard.settings import InterlockSettings
from hal.interfaces import DeviceError, PowerPath
from hal.mock.bench import Bench
from hal.mock.clock import Handle
from hal.mock.meter import ANSWER_TIMEOUT_MS
from hal.types import Fault, IndicatorState, MeterReading, TokenRead

BOARD = "mock"
Overlay = Callable[[int, PowerPath], PowerPath]
WELCOME = b'{"k":"welcome"'


def bench_alone(evse: int, path: PowerPath) -> PowerPath:
    """No real part anywhere."""
    return path


class Peer:
    """One agent's connection, as the guard sees it. Knows whether the guard gave it the say."""

    def __init__(self, send: Callable[[bytes], None], close: Callable[[], None]) -> None:
        self.welcomed = False
        self._send = send
        self._close = close

    def send(self, line: bytes) -> None:
        """Hand a line to the transport."""
        if not self.welcomed and line.startswith(WELCOME):
            self.welcomed = True
        self._send(line)

    def close(self) -> None:
        """The guard hangs up."""
        self._close()


class MockStation:
    """A guard on a bench. `start` it, `open` a peer for each agent, hand in lines by `receive`.

    `settings` are the interlock's, by EVSE. `overlay` may put real parts over the bench's path of an EVSE (a mixed
    board: `hal.powerpath`); it may raise DeviceError, which passes through.

    Also what the bench tells (`Station`) and what the guard asks of its board (`Peripherals`).
    """

    def __init__(
        self, bench: Bench, settings: Mapping[int, InterlockSettings] | None = None, overlay: Overlay = bench_alone
    ) -> None:
        self._bench = bench
        chosen = settings or {}
        self._wake: Handle | None = None
        self._wake_ms = 0
        self._peer: Peer | None = None
        self._alive = True
        self._paths = {evse: bench.power_path(evse) for evse in bench.world.outlets}
        lines = [
            PowerLine(one, overlay(one.evse, self._paths[one.evse]), chosen.get(one.evse, InterlockSettings()))
            for one in bench.world.topology.capabilities()
        ]
        self._guard = Guard(
            BOARD,
            lines,
            bench.clock.now_ms,
            peripherals=self,
            on_wake=self._set_timer,
            saw_report=bench.saw_report,
        )

    def start(self) -> None:
        """Begin to watch, and take over what the bench has to tell."""
        self._guard.start()
        self._bench.attach(self)
        self._set_timer()

    def stop(self) -> None:
        """An orderly end: outputs safe, hardware released."""
        if self._alive:
            self._guard.stop()
            self._forget()

    def kill(self) -> None:
        """The guard dies without a word; the power paths' fail-safe opens them."""
        if self._alive:
            for path in self._paths.values():
                path.orphan()
            self._forget()

    def power_lost(self) -> None:
        """The supply is gone: nothing left to be tidy with."""
        for path in self._paths.values():
            path.abandon()
        self._forget()

    def _forget(self) -> None:
        self._alive = False
        self._bench.detach(self)
        self._peer = None
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

    # agents

    @property
    def has_agent(self) -> bool:
        """Whether an agent has the say."""
        return self._peer is not None

    def open(self, send: Callable[[bytes], None], close: Callable[[], None]) -> Peer:
        """An agent connects."""
        peer = Peer(send, close)
        self._guard.attach(peer)
        return peer

    def receive(self, peer: Peer, line: bytes) -> None:
        """A line of an agent. Never raises for what it says."""
        if not self._alive:
            return
        before = peer.welcomed
        self._guard.receive(peer, line)
        if peer.welcomed and not before:
            self._peer = peer
            for name, values in self._bench.world.devices.items():
                self.device(name, values)

    def leave(self, peer: Peer) -> None:
        """An agent's connection is gone."""
        if self._peer is peer:
            self._peer = None
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

    # what the bench tells

    def token(self, read: TokenRead) -> bool:
        """A token was read."""
        self._guard.publish(read)
        return self._peer is not None

    def fault(self, fault: Fault, raised: bool) -> bool:
        """A fault of a device came or went."""
        self._guard.publish(m.FaultSeen(raised, fault))
        return self._peer is not None

    def device(self, name: str, values: dict[str, int]) -> bool:
        """A sensor has new values."""
        self._guard.publish(m.DeviceValues(name, values))
        return self._peer is not None

    def verb(self, name: str, args: dict[str, Any]) -> bool:
        """A verb that is the agent's."""
        if self._peer is None:
            return False
        self._guard.publish(m.Verb(name, args))
        return True

    # what the guard asks

    def read_meter(self, evse: int, done: Callable[[MeterReading | DeviceError], None]) -> None:
        """Read the bench's meter; a silent one keeps its reader waiting."""
        try:
            done(self._bench.read_meter(evse))
        except DeviceError as error:
            silence = error
            clock = self._bench.clock
            clock.call_at(clock.now_ms() + ANSWER_TIMEOUT_MS, lambda: done(silence))

    def indicate(self, evse: int, state: IndicatorState) -> None:
        """Show it on the bench's light."""
        self._bench.catch_up()
        self._bench.world.indicate(evse, state)
        self._bench.settle_soon()
