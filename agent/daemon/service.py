"""The daemon's one process: boot after boot of the agent, with bench, API and service manager around it.

On the mock, guard and bench live in this process too and outlast every boot: an OCPP reset and the bench's power cut
make a new agent on the same bench.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from msgspec.structs import replace

from agent.api.server import ApiServer
from agent.daemon import assembly, notify
from agent.daemon.answers import Service
from agent.daemon.config import Config
from agent.daemon.config_error import ConfigError
from agent.daemon.config_tables import ResetAction
from agent.daemon.logs import LogHub
from agent.daemon.version import VERSION
from agent.runtime.agent import Agent
from agent.store.ledger import Ledger
from agent.variables import names
from hal.guard.client import GuardPort, SocketGuard

log = logging.getLogger(__name__)

RESTART_S = 1.0  # a reset in the same process is a short darkness
WATCH_S = 5.0  # how often the pump must show that it is alive


class Daemon:
    """Runs the station until it is told to stop, or to reset by leaving the process."""

    def __init__(
        self,
        config: Config,
        hub: LogHub,
        *,
        on_ready: Callable[[Daemon], None] | None = None,
        system_time: Callable[[], float] | None = None,
    ) -> None:
        self.config = config
        self.agent: Agent | None = None
        self._mock: Any = None  # agent.daemon.mock, where guard and bench run in this process
        self.bench: Any = None  # hal.mock.bench.Bench, loaded only for a mock
        self.ledger: Ledger | None = None
        self._hub = hub
        self._manager = notify.from_environment()
        self._on_ready = on_ready
        self._system_time = system_time  # the wall clock in seconds, where it is not the machine's
        self._stop = asyncio.Event()
        self._cut = asyncio.Event()
        self._powered = asyncio.Event()
        self._powered.set()
        self._guard: GuardPort | None = None
        self.version = VERSION
        self.reset_retries = 0  # as the station was configured at its last boot

    def stop(self) -> None:
        """A power-off. It ends no transaction; what must survive is on disk."""
        self._stop.set()

    async def run(self) -> ResetAction | None:
        """Run; gives the reset that leaves this process, None after `stop`."""
        async with self._surroundings():
            return await self._boots()

    @asynccontextmanager
    async def _surroundings(self) -> AsyncIterator[None]:
        """Bench and API, which outlast a boot."""
        config = self.config
        server = ApiServer(
            Service(self.current, self._hub, self.version, config.bench.socket),
            config.api.socket,
            read_group=config.api.read_group,
            admin_group=config.api.admin_group,
            refused=self._refused,
        )
        bench_server = None
        if config.board.has_bench and config.guard_inside:
            from agent.daemon import mock  # noqa: PLC0415 - a tenth of the start, and only a mock needs it

            self._mock = mock
            self.bench = mock.make_bench(config.board)
            self.bench.host = self
            self._guard = mock.make_local_guard(self.bench, config.board)
            if config.bench.socket:
                bench_server = mock.make_bench_server(self.bench, config.bench.socket)
                with self._usable("bench", config.bench.socket):
                    await bench_server.start()
        else:
            self._guard = SocketGuard(config.guard.socket)
        with self._usable("api", config.api.socket):
            await server.start()
        try:
            yield
        finally:
            await server.close()
            if bench_server is not None:
                bench_server.close()

    @contextmanager
    def _usable(self, table: str, path: str) -> Iterator[None]:
        """A socket that cannot be made is a configuration that cannot be used. Raises ConfigError."""
        try:
            yield
        except OSError as error:
            problem = f"cannot be used: {error.strerror or error}"
            remedy = "name a path below an existing folder that this user may write and nobody else listens at"
            raise ConfigError(self.config.file, table, "socket", path, problem=problem, remedy=remedy) from None

    async def _boots(self) -> ResetAction | None:
        devices = assembly.Devices(self.config.board)
        start = assembly.started(self.config)
        reason = ""
        while not self._stop.is_set():
            await self._wait_for_power()
            if self._stop.is_set():
                break
            why = await self._boot(devices, start=start, reason=reason)
            if why is None:
                start, reason = assembly.Start.COLD, ""
                continue
            if self.config.reset_action is not ResetAction.REEXEC or not self.config.guard_inside:
                return self.config.reset_action
            start, reason = assembly.Start.DIED, why
            await asyncio.sleep(RESTART_S)
        assembly.stopped(self.config)
        return None

    async def _wait_for_power(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            stop = tasks.create_task(self._stop.wait())
            power = tasks.create_task(self._powered.wait())
            await asyncio.wait({stop, power}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            power.cancel()

    async def _boot(self, devices: assembly.Devices, *, start: assembly.Start, reason: str) -> str | None:
        """One boot; gives the reason of the reset that ended it, None if power or the process ended."""
        self._cut.clear()
        self.ledger = assembly.open_ledger(self.config)
        registry = assembly.registry(self.config, devices)
        cold = start is assembly.Start.COLD
        plan = assembly.plan(self.config, cold=cold, reason=reason, otherwise=start.value)
        plan = replace(plan, system_time=self._system_time)
        if self._guard is None:
            raise RuntimeError("no guard port")
        agent = Agent(
            plan,
            registry,
            self.ledger,
            self._guard,
            meters=devices.meters,
            readers=devices.readers,
            indicators=devices.indicators,
        )
        self.agent = agent
        try:
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(agent.until_reset(), name="agent")
                watching = tasks.create_task(self._watch(agent), name="watch")
                ends = [tasks.create_task(event.wait()) for event in (self._stop, self._cut)]
                await asyncio.wait({running, *ends}, return_when=asyncio.FIRST_COMPLETED)
                for task in (watching, *ends):
                    task.cancel()
                if not running.done():
                    running.cancel()
        finally:
            self.agent = None
            self.ledger.close()
            self.reset_retries = registry.integer(names.RESET_RETRIES)
        return running.result().reason if running.done() and not running.cancelled() else None

    async def _watch(self, agent: Agent) -> None:
        """Tell the service manager that the pump lives: it answers a question through the core each time."""
        self._manager.ready("running")
        if self._on_ready is not None:
            self._on_ready(self)
        while True:
            await agent.pump.alive()
            self._manager.alive(agent.clock.mono_ms())
            self._manager.status(self._line(agent))
            await asyncio.sleep(WATCH_S)

    def _line(self, agent: Agent) -> str:
        link = agent.backend.state if agent.backend is not None else "none"
        return f"link {link}, registration {agent.station.registration.state.value}"

    # The bench's view of the process (StationHost)

    def tear_down(self) -> None:
        self._powered.clear()
        self._cut.set()

    def boot(self) -> None:
        if self.bench is not None:
            self._guard = self._mock.make_local_guard(self.bench, self.config.board)
        self._powered.set()

    def brownout(self, hold_up_ms: int) -> None:
        if self.agent is not None:
            self.agent.brownout(hold_up_ms)

    def status(self) -> dict[str, Any]:
        own = {"pid": os.getpid(), "version": self.version, "booted": self.agent is not None}
        return {**(self.agent.status() if self.agent is not None else {}), **own}

    # The API's view

    def current(self) -> Agent | None:
        return self.agent

    def _refused(self, who: str, method: str) -> None:
        log.warning("refused a call of the API", extra={"who": who, "method": method})
        if self.agent is not None:
            self.agent.security("MaintenanceLoginFailed", f"{{'user': '{who}', 'origin': 'api {method}'}}")
