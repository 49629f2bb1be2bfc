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

    def kill(self, process: str, *, power: bool = True) -> None:
        raise NotImplementedError(f"no process is killed over kernel sockets, nor is {process!r}")


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


@contextlib.contextmanager
def over_tls(folder: Path) -> Iterator[ssl.SSLContext]:
    """Worlds that are made inside run over kernel sockets and TLS, as security profile 2 has it. Gives the context of
    the CSMS, whose `session_stats` tell who came."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(CSMS_HOST).configure_cert(context)
    roots = folder / "root.pem"
    authority.cert_pem.write_to_path(str(roots))
    token = LINE.set(Line(loop=_kernel, context=context, roots=str(roots)))
    try:
        yield context
    finally:
        LINE.reset(token)
