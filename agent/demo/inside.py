"""The real daemon inside this process, in fast time: `evse demo --once`."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TextIO

from agent.daemon import config, logs
from agent.daemon.service import Daemon
from agent.demo.csms import Csms
from agent.demo.fasttime import FastLoop
from agent.demo.stage import Stage, configuration
from hal.mock.bench import Bench

SAMPLE_S = 300
LINK_MOVES = frozenset({"connecting", "closing"})


class InsidePort:
    """The bench of this process."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def call(self, verb: str, args: dict[str, Any]) -> dict[str, Any]:
        return self._bench.call(verb, args)


@asynccontextmanager
async def station(stage: Stage, loop: FastLoop, port: int, folder: str, stream: TextIO) -> AsyncIterator[None]:
    """A running daemon, its bench on the stage."""
    settings = config.parse(tomllib.loads(configuration(port, stage.version, folder, SAMPLE_S)), "demo.toml")
    hub = logs.install(settings.log, secrets=(), stream=stream)
    ready = asyncio.Event()
    daemon = Daemon(settings, hub, on_ready=lambda _daemon: ready.set(), system_time=loop.wall_s)
    loop.hold = lambda: _is_busy(daemon, stage.csms)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(daemon.run(), name="daemon")
            await ready.wait()
            stage.port = InsidePort(daemon.bench)
            daemon.bench.watch(stage.event)
            ticking = tasks.create_task(stage.ticking(), name="ticking")
            yield
            ticking.cancel()
            daemon.stop()
    finally:
        loop.hold = lambda: False


def _is_busy(daemon: Daemon, csms: Csms) -> bool:
    """Whether something is under way between sockets, so that real time has to pass."""
    agent = daemon.agent
    if agent is None:
        return False
    moving = agent.backend is not None and agent.backend.state in LINK_MOVES
    return moving or agent.peer.outbox.flight is not None or agent.writer.backlog > 0
