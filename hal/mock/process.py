"""The mock station's guard and bench as a process of their own: `evse-guard --board mock --bench-socket PATH`.

It plays guard, readers, meters and sensors over the guard's socket, and forwards the agent's verbs over it. A power cut
here sends the agent the verb `power.cut` (it must stop at once, as a process that loses power does) and hangs up; until
`power.restore` the guard's socket turns away the agent that the service manager has started again meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from hal.guard import messages as m
from hal.guard.settings import InterlockSettings
from hal.guard.wire import MAX_LINE_BYTES, encode
from hal.mock.bench import Bench
from hal.mock.clock import LoopClock
from hal.mock.socket import BenchServer
from hal.mock.station import MockStation, Overlay, Peer, bench_alone
from hal.mock.topology import MockTopology

MAX_AGENTS = 4  # the newest has the say; one or two more may be on their way out
MAX_BUFFER_BYTES = 64 * 1024  # towards an agent that does not read
SOCKET_MODE = 0o660


class _AgentConnection(asyncio.Protocol):
    """Frames lines between a transport and the guard."""

    def __init__(self, host: MockProcess) -> None:
        self._host = host
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._peer: Peer | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """An agent is here."""
        if not isinstance(transport, asyncio.Transport):
            raise AssertionError("a stream transport is needed")
        self._transport = transport
        station = self._host.station
        if station is None or not self._host.admit(self):
            transport.abort()
            return
        self._peer = station.open(self.send, transport.close)

    def data_received(self, data: bytes) -> None:
        """Bytes of any length; a line that is too long ends the connection."""
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0 and self._open():
            line = bytes(self._buffer[: end + 1])
            del self._buffer[: end + 1]
            if self._peer is not None and self._host.station is not None:
                self._host.station.receive(self._peer, line)
        if len(self._buffer) > MAX_LINE_BYTES and self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The agent left."""
        self._host.leave(self)
        if self._peer is not None and self._host.station is not None:
            self._host.station.leave(self._peer)
        self._peer = None

    def send(self, line: bytes) -> None:
        """Hand a line to the socket; an agent that reads nothing is dropped."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > MAX_BUFFER_BYTES:
            transport.abort()
        else:
            transport.write(line)

    def hang_up(self, last: m.Verb | None = None) -> None:
        """The guard's side ends the connection, with a last word if there is one."""
        if last is not None:
            self.send(encode(last))
        if self._transport is not None:
            self._transport.close()

    def _open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()


class MockProcess:
    """Bench, guard and the guard's socket; the `StationHost` of the bench. `start` it, `stop` it."""

    def __init__(
        self,
        bench: Bench,
        guard_socket: str,
        settings: Mapping[int, InterlockSettings] | None = None,
        overlay: Overlay = bench_alone,
    ) -> None:
        self.station: MockStation | None = None
        self._bench = bench
        self._path = guard_socket
        self._settings = settings
        self._overlay = overlay
        self._agents: set[_AgentConnection] = set()
        self._server: asyncio.AbstractServer | None = None
        bench.host = self

    async def start(self) -> None:
        """The guard begins to watch and to listen. Raises OSError if the socket's path cannot be used."""
        self.boot()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: _AgentConnection(self), self._path)
        os.chmod(self._path, SOCKET_MODE)

    def stop(self) -> None:
        """An orderly end: outputs safe, agents hung up on."""
        if self.station is not None:
            self.station.stop()
            self.station = None
        if self._server is not None:
            self._server.close()
            self._server = None
            with contextlib.suppress(OSError):
                os.unlink(self._path)
        self._hang_up(None)

    def admit(self, agent: _AgentConnection) -> bool:
        """Whether there is room for one more."""
        if len(self._agents) >= MAX_AGENTS:
            return False
        self._agents.add(agent)
        return True

    def leave(self, agent: _AgentConnection) -> None:
        """One less."""
        self._agents.discard(agent)

    def _hang_up(self, last: m.Verb | None) -> None:
        for agent in tuple(self._agents):
            agent.hang_up(last)

    # StationHost

    def tear_down(self) -> None:
        """The power is gone, and the agent's with it."""
        self.station = None
        self._hang_up(m.Verb("power.cut"))

    def boot(self) -> None:
        """The power is back."""
        self.station = MockStation(self._bench, self._settings, self._overlay)
        self.station.start()

    def brownout(self, hold_up_ms: int) -> None:
        """The agent learns it from the sensor of the supply."""

    def status(self) -> dict[str, Any]:
        """What this process knows of the station: whether an agent is there. The agent's own API tells the rest."""
        return {"booted": self.station is not None and self.station.has_agent}


async def serve(
    guard_socket: str,
    bench_socket: str,
    topology: MockTopology | None = None,
    *,
    settings: Mapping[int, InterlockSettings] | None = None,
    overlay: Overlay = bench_alone,
    notify: Callable[[str], None] = lambda state: None,
    watchdog_s: float | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then leave everything safe. Raises OSError if a socket cannot be made."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    bench = Bench(topology, LoopClock(loop))
    process = MockProcess(bench, guard_socket, settings, overlay)
    await process.start()
    try:
        async with BenchServer(bench, bench_socket):
            notify("READY=1")
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(watchdog_s):
                        await over.wait()
                notify("WATCHDOG=1")
            notify("STOPPING=1")
    finally:
        process.stop()


def run(
    guard_socket: str,
    bench_socket: str,
    topology: MockTopology | None = None,
    *,
    settings: Mapping[int, InterlockSettings] | None = None,
    overlay: Overlay = bench_alone,
    notify: Callable[[str], None] = lambda state: None,
    watchdog_s: float | None = None,
) -> None:
    """The process, whole: `serve` on a loop of its own.

    `settings` are the interlock's, by EVSE; `overlay` puts the real parts of a mixed board over the bench's paths.
    `notify` gets what sd_notify takes; with `watchdog_s` it gets `WATCHDOG=1` that often.
    """
    asyncio.run(
        serve(
            guard_socket,
            bench_socket,
            topology,
            settings=settings,
            overlay=overlay,
            notify=notify,
            watchdog_s=watchdog_s,
        )
    )
