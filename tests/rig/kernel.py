"""Worlds over kernel sockets and TLS: real TCP on the loopback, and still virtual time.

    with over_tls(tmp_path):
        test_tc_001_cs()  # or any code that makes worlds

Station and CSMS are in one process, so that what either writes is with the other as soon as the kernel has it. The
clock steps only when the loop has nothing to do and no socket has anything to read.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import trustme

from tests.rig.world import CSMS_HOST, LINE, Line
from tests.simulation.clock import Clock, Deadlock
from tests.simulation.determinism import fixed_randomness, virtual_clock
from tests.simulation.simloop import SimLoop

SETTLE_S = 0.0003
"""Real time that the kernel gets for a byte that is on its way before virtual time goes on."""
LOOPBACK = "127.0.0.1"


class KernelSelector(selectors.SelectSelector):
    """Waits for real sockets, but no longer than the kernel needs: then the clock steps."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Deadlock(f"nothing can happen any more at {self._clock.time():.6f} s\n{self._clock.waiting()}")
        ready = super().select(0)
        if ready or timeout <= 0:
            return ready
        ready = super().select(SETTLE_S)
        if not ready:
            self._clock.step_clock(timeout)
        return ready


class KernelLoop(SimLoop, asyncio.SelectorEventLoop):
    """The loop of the simulation with asyncio's own sockets in place of the network. Processes cannot be killed here:
    what a kernel does then, the simulated network shows better."""

    def __init__(self, seed: int | str = 0) -> None:
        super().__init__(seed)
        self._selector = KernelSelector(self)  # type: ignore[assignment] # a selector as well
        self._close_self_pipe()  # type: ignore[attr-defined] # asyncio's own, made on a selector that is gone
        self._make_self_pipe()  # type: ignore[attr-defined] # as above
        self._ports: dict[int, int] = {}

    create_connection = asyncio.SelectorEventLoop.create_connection  # type: ignore[assignment] # the kernel's again
    _process_events = asyncio.SelectorEventLoop._process_events  # type: ignore[attr-defined] # as above
    _write_to_self = asyncio.SelectorEventLoop._write_to_self  # type: ignore[attr-defined] # as above

    async def create_server(  # type: ignore[override]
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **options: Any
    ) -> asyncio.AbstractServer:
        """Listen on a free port of the loopback; it is found under the port that was asked for."""
        create = asyncio.SelectorEventLoop.create_server
        server = await create(self, protocol_factory, LOOPBACK, 0, **options)
        self._ports[int(port)] = server.sockets[0].getsockname()[1]
        return server

    async def getaddrinfo(self, host: Any, port: Any, **_options: Any) -> list[tuple[Any, ...]]:
        """Every name is the loopback, and every port the one that stands for it."""
        address = (LOOPBACK, self._ports.get(int(port or 0), int(port or 0)))
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)]

    def divert(self, port: int, protocol_factory: Callable[[], Any]) -> Callable[[], None]:
        """Whoever connects to this port from now on meets these protocols; gives what sends them back."""
        before = self._ports[port]
        serving = self.create_task(self.create_server(protocol_factory, CSMS_HOST, port))
        self.run_until(serving.done, 10, "the other server")

        def restore() -> None:
            serving.result().close()
            self._ports[port] = before

        return restore

    def kill(self, process: str, *, power: bool = True) -> None:
        raise NotImplementedError(f"no process is killed over kernel sockets, nor is {process!r}")


class OldServer(asyncio.Protocol):
    """A TLS server that picks TLS 1.1, whatever it was offered; `left` collects what each client said until it left."""

    def __init__(self, left: list[bytes]) -> None:
        self._left = left
        self._said = b""
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._said and isinstance(self._transport, asyncio.WriteTransport):
            # ServerHello: version 3.2, a random, no session, ECDHE-ECDSA-AES128-SHA, no compression.
            hello = b"\x03\x02" + bytes(range(32)) + b"\x00" + b"\xc0\x09" + b"\x00"
            handshake = b"\x02" + len(hello).to_bytes(3, "big") + hello
            self._transport.write(b"\x16\x03\x02" + len(handshake).to_bytes(2, "big") + handshake)
        self._said += data

    def connection_lost(self, exc: Exception | None) -> None:
        self._left.append(self._said)


@contextlib.contextmanager
def _kernel(seed: int | str) -> Iterator[SimLoop]:
    loop = KernelLoop(seed)
    asyncio.set_event_loop(loop)
    try:
        with fixed_randomness(seed), virtual_clock(loop.time):
            yield loop
            living = asyncio.all_tasks(loop)
            for task in living:
                task.cancel()
            loop.run_until(lambda: all(task.done() for task in living), 60, "the end of every task")
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class Server:
    """The TLS side of the CSMS. What is done to `context` counts from the next handshake on."""

    def __init__(self, authority: trustme.CA) -> None:
        self.authority = authority
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._usual = (self.context.minimum_version, self.context.maximum_version)
        self.restore()

    def restore(self) -> None:
        """A good certificate, and the versions and cipher suites that everybody has."""
        self.context.maximum_version = self._usual[1]
        self.context.minimum_version = self._usual[0]
        self.context.set_ciphers("DEFAULT:@SECLEVEL=2")
        self.authority.issue_cert(CSMS_HOST).configure_cert(self.context)

    def accepted(self) -> int:
        """Handshakes that came to their end."""
        return self.context.session_stats()["accept_good"]

    def refused(self) -> int:
        """Handshakes that began and did not."""
        return self.context.session_stats()["accept"] - self.accepted()


@contextlib.contextmanager
def over_tls(folder: Path) -> Iterator[Server]:
    """Worlds that are made inside run over kernel sockets and TLS, as security profile 2 has it."""
    authority = trustme.CA()
    server = Server(authority)
    roots = folder / "root.pem"
    authority.cert_pem.write_to_path(str(roots))
    token = LINE.set(Line(loop=_kernel, context=server.context, roots=str(roots)))
    try:
        yield server
    finally:
        LINE.reset(token)
