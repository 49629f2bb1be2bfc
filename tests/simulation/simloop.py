"""An asyncio event loop on virtual time, with an in-memory network. No sockets, no threads, no sleeping.

Time stands still while code runs and jumps to the next timer when nothing is left to do, so that a day passes in
seconds, and the same seed gives the same run to the bit. Real protocol code (websockets' client and server,
asyncio's streams) runs on it unchanged.

    with simulate(seed=1) as loop:
        loop.spawn("csms", csms())          # a task in a process of its own
        loop.spawn("station", station())
        loop.advance(hours=1)
        loop.network.cut()
        loop.run_until(lambda: station_is_offline, timeout_s=120)
        loop.kill("station", power=False)   # nothing of it runs again, no finally clause, no goodbye
        loop.spawn("station", station())

Code blocks in no thread: `run_in_executor` calls its function in the loop after a virtual delay. Set iteration
order depends on PYTHONHASHSEED where the elements hash by string or address; code whose run must not depend on it
does not iterate sets.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import weakref
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import Any, TypeVar, TypeVarTuple

from tests.simulation.clock import VirtualSelector
from tests.simulation.determinism import fixed_randomness, virtual_clock
from tests.simulation.network import Network
from tests.simulation.process import CURRENT, WORLD, Process, owner
from tests.simulation.tasks import name_prefix, place, unwind

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

TIMER_RESOLUTION_S = 1e-6
"""Timers closer together than this fire in one round, so that float rounding cannot stall the clock."""


GRACE_S = 60
"""Virtual time that tasks get to end when the world does."""


class SimLoop(asyncio.BaseEventLoop):
    """The loop. `time()` starts at 0. `failures` collects what reached the loop's exception handler."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _clock_resolution: float

    def __init__(self, seed: int | str = 0) -> None:
        self._now_s = 0.0
        self.wall_step_s = 0.0
        """How far the machines' wall clock (`time.time`) has been stepped."""
        super().__init__()
        self._clock_resolution = TIMER_RESOLUTION_S
        self._selector = VirtualSelector(self)
        self.seed = seed
        self.rng = random.Random(f"{seed}/world")
        self.network = Network(self, str(seed))
        self.executor_latency_ms: tuple[float, float] = (0, 0)
        """Virtual time that a function given to `run_in_executor` takes."""
        self.failures: list[dict[str, Any]] = []
        self._executor_rng = random.Random(f"{seed}/executor")
        self._executor_free_s: weakref.WeakKeyDictionary[Any, float] = weakref.WeakKeyDictionary()
        self._watch: Callable[[], bool] | None = None
        self._is_over = False
        self._processes: dict[str, Process] = {}
        self._mains: dict[str, asyncio.Task[Any]] = {}  # a task that only its own future knows is collected
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self._owners: weakref.WeakKeyDictionary[asyncio.Task[Any], Process] = weakref.WeakKeyDictionary()
        self._dead_tasks: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._make_task)
        self.set_exception_handler(SimLoop._note_failure)

    # Clock

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._now_s

    def step_clock(self, seconds: float) -> None:
        """Let time pass (called where a real loop would wait)."""
        self._now_s += seconds

    # Driving the world from outside

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        """Let exactly so much time pass, and everything happen that happens until and at its end."""
        end_s = self._now_s + seconds + 60 * minutes + 3600 * hours
        self._run_while(lambda: self._now_s < end_s - TIMER_RESOLUTION_S or bool(self._ready), end_s)

    def run_until(self, condition: Callable[[], bool], timeout_s: float, what: str = "the condition") -> None:
        """Run until `condition()` holds; it is asked after every round. Raises TimeoutError with who waits."""
        end_s = self._now_s + timeout_s
        if condition():
            return
        self._run_while(lambda: not condition() and self._now_s < end_s - TIMER_RESOLUTION_S, end_s)
        if not condition():
            raise TimeoutError(f"{what} did not come within {timeout_s} virtual seconds\n{self.waiting()}")

    def _run_while(self, unfinished: Callable[[], bool], end_s: float) -> None:
        alarm = self.call_at(end_s, lambda: None, context=self.network.context)
        self._watch = lambda: not unfinished()
        try:
            self.run_forever()
        finally:
            self._watch = None
            alarm.cancel()

    def _run_once(self) -> None:
        super()._run_once()  # type: ignore[misc]  # asyncio's own extension point, not in typeshed
        if self._watch is not None and self._watch():
            self.stop()

    def waiting(self) -> str:
        """The unfinished tasks and where each of them waits."""
        tasks = sorted((t for t in self._tasks if not t.done()), key=lambda task: task.get_name())
        lines = [f"  {name_prefix(self._owners.get(task, WORLD))}{task.get_name()}: {place(task)}" for task in tasks]
        return "\n".join(["waiting tasks:", *lines]) if lines else "no task is waiting"

    # Processes

    def spawn(self, process: str, main: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a process: a task whose every descendant, timer and socket belongs to it."""
        if process in self._processes and self._processes[process].alive:
            raise ValueError(f"process {process!r} runs already: kill it first")
        before = self._processes.get(process)
        context = copy_context()
        self._processes[process] = Process(process)
        context.run(CURRENT.set, self._processes[process])
        if before is not None and not before.powered:
            before.powered = True
            self.network.wake(before)
        task = self.create_task(main, name=process, context=context)
        self._mains[process] = task
        return task

    def kill(self, process: str, *, power: bool = True) -> None:
        """End a process between two steps: no code of it runs again, not even `finally`.

        With power its kernel closes its sockets (kill -9). Without, its machine falls silent until the next
        `spawn` of the same name (a power cut). Called from inside the process it takes effect after the current
        step.
        """
        dead = self._processes[process]
        dead.alive, dead.powered = False, power
        for handle in [*self._ready, *self._scheduled]:
            if not handle.cancelled() and owner(_context(handle)) is dead:
                handle.cancel()
        # Kept until the loop closes: a task that is collected runs its `finally` clauses.
        self._dead_tasks += [task for task in self._tasks if self._owners.get(task) is dead and not task.done()]
        self.network.bury(dead)

    def is_alive(self, process: str) -> bool:
        """Whether a process was started and not killed."""
        return process in self._processes and self._processes[process].alive

    def _make_task(
        self,
        loop: asyncio.AbstractEventLoop,
        coro: Coroutine[Any, Any, T] | Generator[Any, None, T],
        **options: Any,
    ) -> asyncio.Task[T]:
        task: asyncio.Task[T] = asyncio.Task(coro, loop=loop, **options)
        self._tasks.add(task)
        process = owner(options.get("context"))
        if process is not WORLD:
            self._owners[task] = process
        return task

    def call_soon(
        self,
        callback: Callable[[*Arguments], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """As asyncio has it; what belongs to a dead process is never called."""
        handle = super().call_soon(callback, *args, context=context)
        if self._is_over or not owner(context).alive:
            handle.cancel()
        return handle

    def call_soon_threadsafe(
        self,
        callback: Callable[[*Arguments], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """The same as `call_soon`: time does not wait for real threads."""
        return self.call_soon(callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Arguments], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio has it; what belongs to a dead process is never called."""
        handle = super().call_at(when, callback, *args, context=context)
        if self._is_over or not owner(context).alive:
            handle.cancel()
        return handle

    # What a real loop gets from the operating system

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **options: Any
    ) -> tuple[asyncio.Transport, Any]:
        """Connect in the network. `ssl` and `server_hostname` act; a ready-made `sock` is refused."""
        if options.get("sock") is not None or host is None or port is None:
            raise ValueError("a simulated connection needs host and port, and no socket")
        hostname = options.get("server_hostname") or host
        return await self.network.connect(protocol_factory, host, port, options.get("ssl"), hostname)

    async def create_unix_connection(
        self, protocol_factory: Callable[[], Any], path: Any = None, **options: Any
    ) -> tuple[asyncio.Transport, Any]:
        """Connect to a unix socket of the network (not of the file system)."""
        hostname = options.get("server_hostname")
        return await self.network.connect(protocol_factory, os.fspath(path), None, options.get("ssl"), hostname)

    async def create_server(  # type: ignore[override]
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **options: Any
    ) -> asyncio.AbstractServer:
        """Listen in the network."""
        if options.get("sock") is not None or port is None:
            raise ValueError("a simulated server needs a port, and no socket")
        return self._serve(protocol_factory, host, port, options)

    async def create_unix_server(  # type: ignore[override]
        self, protocol_factory: Callable[[], Any], path: Any = None, **options: Any
    ) -> asyncio.AbstractServer:
        """Listen on a unix socket of the network."""
        return self._serve(protocol_factory, os.fspath(path), None, options)

    def _serve(
        self, factory: Callable[[], Any], host: Any, port: int | None, options: dict[str, Any]
    ) -> asyncio.AbstractServer:
        server = self.network.serve(factory, host, port, options.get("ssl"))
        if options.get("start_serving", True):
            self.network.listen(server)
        return server

    async def getaddrinfo(self, host: Any, port: Any, **_options: Any) -> list[tuple[Any, ...]]:
        """Every name is its own address, but those in `network.unknown_names`."""
        if host in self.network.unknown_names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], T], *args: *Arguments
    ) -> asyncio.Future[T]:
        """Call `func` in the loop after a virtual delay. An executor with one worker keeps its order."""
        future: asyncio.Future[T] = self.create_future()
        low, high = self.executor_latency_ms
        latency_s = (low if low == high else self._executor_rng.uniform(low, high)) / 1000
        start_s = self._now_s
        if isinstance(executor, ThreadPoolExecutor) and executor._max_workers == 1:
            start_s = max(start_s, self._executor_free_s.get(executor, 0.0))
            self._executor_free_s[executor] = start_s + latency_s
        self._executor_turn(future, start_s, latency_s, lambda: func(*args))
        return future

    def _executor_turn(self, future: asyncio.Future[T], start_s: float, latency_s: float, job: Callable[[], T]) -> None:
        def begin() -> None:
            if not future.cancelled():  # as with real threads: a job that has begun runs to its end
                self.call_at(start_s + latency_s, finish)

        def finish() -> None:
            try:
                result = job()
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:
                if not future.cancelled():
                    future.set_exception(error)
            else:
                if not future.cancelled():
                    future.set_result(result)

        self.call_at(start_s, begin)

    # Hooks of BaseEventLoop

    def _process_events(self, event_list: list[Any]) -> None: ...

    def _write_to_self(self) -> None: ...

    def _note_failure(self: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        assert isinstance(self, SimLoop)
        self.failures.append(context)
        self.default_exception_handler(context)

    def close(self) -> None:
        """Close the loop. The dead unwind now, when nothing that they do has an effect any more."""
        self._is_over = True
        unwound: set[asyncio.Task[Any]] = set()
        while rest := [task for task in self._tasks if not task.done() and task not in unwound]:
            for task in rest:
                task._log_destroy_pending = False  # type: ignore[attr-defined]  # no news: it was killed
                unwind(task)
            unwound.update(rest)
        self._dead_tasks.clear()
        super().close()


def _context(handle: asyncio.Handle) -> Context | None:
    context: Context | None = handle._context  # type: ignore[attr-defined]  # public since 3.12
    return context


@contextlib.contextmanager
def simulate(seed: int | str = 0) -> Iterator[SimLoop]:
    """A world of its own: loop, network, clock and randomness. At its end every living task is cancelled."""
    loop = SimLoop(seed)
    asyncio.set_event_loop(loop)
    try:
        with fixed_randomness(seed), virtual_clock(loop.time, lambda: loop.wall_step_s):
            yield loop
            _cancel_tasks(loop)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _cancel_tasks(loop: SimLoop) -> None:
    def living() -> list[asyncio.Task[Any]]:
        dead = set(loop._dead_tasks)
        return [task for task in loop._tasks if not task.done() and task not in dead]

    for task in sorted(living(), key=lambda task: task.get_name()):
        task.cancel()
    with contextlib.suppress(TimeoutError):
        loop.run_until(lambda: not living(), GRACE_S)
