"""The in-memory network: named hosts, ports and unix sockets, and everything that can go wrong between them.

    network.line("csms", 9000).cut()          packets vanish; both ends believe that all is well
    network.line("csms", 9000).cut(Flow.TO_CLIENT)   only answers vanish
    network.line("csms", 9000).heal()         what was lost is sent again; nothing was corrupted
    network.line("csms", 9000).reset()        every connection is broken at once, new ones work
    network.line("csms", 9000).refusing = True
    network.cut(), network.heal()             all TCP lines, those of later connections too

A unix socket is a line as well, without latency, and not touched by `network.cut()`. Latency, bandwidth and segment
size are attributes of a line; `network.conditions` are those of new lines.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import random
import socket
from asyncio import sslproto
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.simulation.connection import Connection, MemoryTransport
from tests.simulation.line import LOCAL, Address, Conditions, Line
from tests.simulation.pipe import Flow, Pipe, SimulatedSocket
from tests.simulation.process import Process, owner

if TYPE_CHECKING:
    import ssl

ProtocolFactory = Callable[[], asyncio.BaseProtocol]

Observer = Callable[[float, int, Flow, bytes], None]
"""Called with time, connection number, direction and bytes for each delivery."""

ANY_HOST = "*"
_LOOPBACK = {"127.0.0.1": "localhost", "::1": "localhost"}
_WILDCARDS = (None, "", "0.0.0.0", "::")
_FIRST_EPHEMERAL_PORT = 49152


__all__ = ["Address", "Conditions", "Connection", "Flow", "Line", "MemoryServer", "Network", "Trace"]


class MemoryServer(asyncio.AbstractServer):
    """A listening address, as `loop.create_server` gives it."""

    def __init__(
        self, network: Network, address: Address, factory: ProtocolFactory, tls: ssl.SSLContext | None
    ) -> None:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.address, self.factory, self.tls = address, factory, tls
        self.context = copy_context()
        self.process = owner(None)
        self._network = network
        self._socket = SimulatedSocket(family, address, None, network.credentials)

    @property
    def sockets(self) -> tuple[SimulatedSocket, ...]:
        """The listening socket, for its name."""
        return (self._socket,) if self.is_serving() else ()

    def close(self) -> None:
        """Stop listening. Connections go on."""
        self._network.forget(self)

    async def wait_closed(self) -> None:
        """Return at once: connections are not counted (as before Python 3.12)."""

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop."""
        return self._network.loop

    def is_serving(self) -> bool:
        """Whether new connections are accepted."""
        return self.process.alive and self._network.listener(self.address) is self

    async def start_serving(self) -> None:
        """Listen (again)."""
        self._network.listen(self)

    async def serve_forever(self) -> None:
        """Listen until cancelled."""
        self._network.listen(self)
        try:
            await self._network.loop.create_future()
        finally:
            self.close()


class Network:
    """All lines and listeners of one simulated world."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seed: str) -> None:
        self.loop = loop
        self.rng = random.Random(f"{seed}/network")
        self.context: Context = Context()
        self.conditions = Conditions()
        self.cut_flows: set[Flow] = set()
        self.unknown_names: set[str] = set()
        """Host names that do not resolve."""
        self.credentials = (os.getpid(), os.getuid(), os.getgid())
        """pid, uid and gid that a unix socket tells of its peer."""
        self.observers: list[Observer] = []
        self._lines: dict[Address, Line] = {}
        self._servers: dict[Address, MemoryServer] = {}
        self._connections: dict[int, Connection] = {}
        self._made = 0
        self._next_port = _FIRST_EPHEMERAL_PORT

    # Faults

    def line(self, host_or_path: str, port: int | None = None) -> Line:
        """The line to a server, made on first use."""
        address = _address(host_or_path, port)
        if address not in self._lines:
            like = LOCAL if isinstance(address, str) else self.conditions
            self._lines[address] = Line(self, address, like.latency_ms, like.bytes_per_second, like.segment_bytes)
        return self._lines[address]

    def set_conditions(self, **changes: Any) -> None:
        """Change `Conditions` of every TCP line, present and future."""
        self.conditions = replace(self.conditions, **changes)
        for line in self._lines.values():
            if line.is_tcp:
                for name, value in changes.items():
                    setattr(line, name, value)

    def cut(self, *flows: Flow) -> None:
        """Let packets of every TCP line vanish until `heal`."""
        self.cut_flows.update(flows or Flow)

    def heal(self) -> None:
        """End `cut`."""
        self.cut_flows.clear()
        for line in self._lines.values():
            line.retransmit()

    def reset(self) -> None:
        """Break every TCP connection now."""
        for line in self._lines.values():
            if line.is_tcp:
                line.reset()

    # Servers and clients (called by the loop)

    def listen(self, server: MemoryServer) -> None:
        """Bind a server to its address. Raises OSError if another one has it."""
        present = self._servers.get(server.address)
        if present is not None and present is not server and present.process.alive:
            raise OSError(errno.EADDRINUSE, f"error while attempting to bind on address {server.address}")
        self._servers[server.address] = server

    def forget(self, server: MemoryServer) -> None:
        """Release the address."""
        if self._servers.get(server.address) is server:
            del self._servers[server.address]

    def listener(self, address: Address) -> MemoryServer | None:
        """Who is bound to an address: exactly, or to any host."""
        if address in self._servers or isinstance(address, str):
            return self._servers.get(address)
        return self._servers.get((ANY_HOST, address[1]))

    def serve(
        self, factory: ProtocolFactory, host_or_path: Any, port: int | None, tls: ssl.SSLContext | None
    ) -> MemoryServer:
        """Make a server; port 0 takes a free one."""
        if host_or_path in _WILDCARDS:
            host_or_path = ANY_HOST
        if port == 0:
            port, self._next_port = self._next_port, self._next_port + 1
        return MemoryServer(self, _address(os.fspath(host_or_path), port), factory, tls)

    async def connect(
        self,
        factory: ProtocolFactory,
        host_or_path: str,
        port: int | None,
        tls: ssl.SSLContext | None,
        server_hostname: str | None,
    ) -> tuple[asyncio.Transport, Any]:
        """Open a connection. Raises what the kernel raises: refused, timed out, no such file, unknown name."""
        if host_or_path in self.unknown_names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        address = _address(os.fspath(host_or_path), port)
        line = self.line(host_or_path, port)
        await line.travel(Flow.TO_SERVER, lambda: self._has_power(address))
        server = self.listener(address)
        if server is None or not server.process.alive or line.refusing:
            await line.travel(Flow.TO_CLIENT, lambda: True)
            if not line.is_tcp and server is None:
                raise FileNotFoundError(errno.ENOENT, "No such file or directory")
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"Connect call failed {address}")
        connection = self._join(line, server)
        self.loop.call_soon(self._accept, connection, server, context=connection.server.context)
        try:
            await line.travel(Flow.TO_CLIENT, lambda: True)
            if connection.client.is_closing():
                raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
            return await self._begin(connection.client, factory, tls, server_hostname)
        except BaseException:
            connection.client.abort()
            raise

    def _has_power(self, address: Address) -> bool:
        server = self.listener(address)
        return server is None or server.process.powered

    def _join(self, line: Line, server: MemoryServer) -> Connection:
        self._sweep()
        number, self._made = self._made, self._made + 1
        up = Pipe(self.loop, line, Flow.TO_SERVER, number)
        down = Pipe(self.loop, line, Flow.TO_CLIENT, number)
        family = socket.AF_INET if line.is_tcp else socket.AF_UNIX
        name: Any = (owner(None).name, _FIRST_EPHEMERAL_PORT + number) if line.is_tcp else ""
        near = SimulatedSocket(family, name, line.address, self.credentials)
        far = SimulatedSocket(family, line.address, name, self.credentials)
        client = MemoryTransport(self.loop, up, down, copy_context(), near)
        accepted = MemoryTransport(self.loop, down, up, server.context.copy(), far)
        connection = Connection(number, client, accepted)
        self._connections[number] = line.connections[number] = connection
        return connection

    def _sweep(self) -> None:
        for number in [n for n, connection in self._connections.items() if connection.is_over]:
            line = self._connections.pop(number).client.outgoing.line
            del line.connections[number]

    def _accept(self, connection: Connection, server: MemoryServer) -> None:
        if connection.server.is_closing():
            return  # it broke before it was accepted
        protocol = server.factory()
        if server.tls is not None:
            done: asyncio.Future[None] = self.loop.create_future()
            # A handshake that fails ends the connection, and is nobody's error here.
            done.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            protocol = sslproto.SSLProtocol(self.loop, protocol, server.tls, done, server_side=True)
        connection.server.start(protocol)

    async def _begin(
        self,
        transport: MemoryTransport,
        factory: ProtocolFactory,
        tls: ssl.SSLContext | None,
        server_hostname: str | None,
    ) -> tuple[asyncio.Transport, Any]:
        protocol = factory()
        if tls is None:
            transport.start(protocol)
            return transport, protocol
        ready: asyncio.Future[None] = self.loop.create_future()
        secure = sslproto.SSLProtocol(
            self.loop, protocol, tls, ready, server_side=False, server_hostname=server_hostname
        )
        transport.start(secure)
        await ready
        return secure._get_app_transport(), protocol  # type: ignore[attr-defined]  # as asyncio does

    # Processes and observers

    def bury(self, process: Process) -> None:
        """A process died: its sockets close as its kernel would, or fall silent with its machine."""
        for connection in list(self._connections.values()):
            for end in (connection.client, connection.server):
                if end.process is process:
                    end.vanish(kernel_lives=process.powered)
        for server in list(self._servers.values()):
            # A listener of a machine without power stays known, so that packets for it vanish.
            if server.process is process and process.powered:
                self.forget(server)

    def wake(self, process: Process) -> None:
        """The machine of a dead process has power again: it answers with resets and refusals."""
        for server in [s for s in self._servers.values() if s.process is process]:
            self.forget(server)
        for connection in list(self._connections.values()):
            connection.retransmit()

    def observe(self, number: int, flow: Flow, data: bytes) -> None:
        """Tell the observers of a delivery."""
        for observer in self.observers:
            observer(self.loop.time(), number, flow, data)


class Trace:
    """An observer that keeps one hash over everything delivered: equal for equal runs."""

    def __init__(self) -> None:
        self.deliveries = 0
        self._hash = hashlib.sha256()

    def __call__(self, time_s: float, number: int, flow: Flow, data: bytes) -> None:
        self.deliveries += 1
        self._hash.update(f"{time_s!r} {number} {flow.name} {len(data)} ".encode())
        self._hash.update(data)

    def digest(self) -> str:
        """Hash so far."""
        return self._hash.hexdigest()


def _address(host_or_path: str, port: int | None) -> Address:
    return host_or_path if port is None else (_LOOPBACK.get(host_or_path, host_or_path), port)
