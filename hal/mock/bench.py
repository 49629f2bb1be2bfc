"""The bench: the mock world with its verbs, in time.

    bench = Bench(MockTopology())                     # time by hand: bench.clock.advance(ms)
    bench = Bench(topology, LoopClock(loop))          # time of an asyncio loop, virtual ones too
    bench.do("ev.plug_in", evse=1, current_a=16)      # accepted when it returns; BenchError if not

Nothing is polled: after each change the bench asks its clock for one call, at the time of the next change. It lives
in one thread, the loop's. Guards take their paths from `power_path`, and connect with `attach`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from hal.mock import boards, cars, defects, meters, people
from hal.mock.arguments import BenchError, check
from hal.mock.clock import Clock, Handle, ManualClock
from hal.mock.events import Event
from hal.mock.path import MockPowerPath
from hal.mock.status import describe
from hal.mock.topology import MockTopology
from hal.mock.verbs import VERBS, Target, find
from hal.mock.world import SUPPLY, Station, World
from hal.types import MeterReading, PowerReport

Args = dict[str, Any]
Handler = Callable[[World, Args], Args]
MAX_ROUNDS = 1_000  # of guard and world answering one another within a millisecond: more is a bug

HANDLERS: dict[str, Handler] = {
    **cars.HANDLERS,
    **people.HANDLERS,
    **defects.HANDLERS,
    **meters.HANDLERS,
    **boards.HANDLERS,
}


class StationHost(Protocol):
    """The process around the station, for what happens to its supply. Called in the bench's thread, must not block.

    `tear_down` stops the station as a power cut does: no clean-up, nothing flushed, no farewell. `boot` starts it from
    its data folder. `brownout` tells that it has `hold_up_ms` left. `status` is the station's part of the verb `status`
    (`hal.mock.status` names the keys).
    """

    def tear_down(self) -> None: ...
    def boot(self) -> None: ...
    def brownout(self, hold_up_ms: int) -> None: ...
    def status(self) -> dict[str, Any]: ...


class Bench:
    """One mock station's surroundings. `host` may be set later."""

    def __init__(
        self, topology: MockTopology | None = None, clock: Clock | None = None, host: StationHost | None = None
    ) -> None:
        self.clock: Clock = ManualClock() if clock is None else clock
        self.host = host
        self.world = World(topology or MockTopology(), self._emit, self.clock.now_ms())
        self.reports: dict[int, PowerReport] = {}
        self._paths: dict[int, MockPowerPath] = {}
        self._watchers: list[Callable[[Event], None]] = []
        self._events = 0
        self._wake: Handle | None = None
        self._wake_ms = 0
        self._running = False
        self._own: dict[str, Callable[[Args], Args]] = {
            "power.cut": self._power_cut,
            "power.restore": self._power_restore,
            "power.brownout": self._power_brownout,
            "status": lambda args: self.status(),
            "events": lambda args: {"streaming": True},
            "help": lambda args: {"verbs": [verb.describe() for verb in VERBS.values()]},
        }

    # verbs

    def do(self, verb: str, /, **args: object) -> Args:
        """Do a verb; the arguments are those of the contract. Raises BenchError if it is not accepted."""
        return self.call(verb, args)

    def call(self, verb: str, args: Mapping[str, object]) -> Args:
        """The same, with the arguments as a mapping."""
        row = find(verb)
        checked = check(row.args, args, self.world.outlets, verb)
        self.catch_up()
        try:
            if row.target is Target.AGENT:
                return self._forward(verb, row.given(args))
            own = self._own.get(verb)
            return own(checked) if own is not None else HANDLERS[verb](self.world, checked)
        finally:
            self.settle()

    def _forward(self, verb: str, args: Args) -> Args:
        station = self.world.station
        if station is None or not station.verb(verb, args):
            raise BenchError("no_agent", f"{verb} is the agent's to do, and no agent is connected")
        return {"forwarded": True}

    def status(self) -> Args:
        """The bench, and what the host says about the station."""
        self.catch_up()
        return describe(self.world, self.reports, self.host.status() if self.host is not None else {})

    # the station's side

    def power_path(self, evse: int) -> MockPowerPath:
        """The power path of an EVSE, for the guard of this boot; an earlier one's is dead from now on."""
        former = self._paths.get(evse)
        if former is not None:
            former.abandon()
        return MockPowerPath(self.world.outlets[evse], self)

    def attach(self, station: Station) -> None:
        """A guard takes over what the bench has to tell, and learns what is already there."""
        self.world.station = station
        for fault in self.world.faults.values():
            station.fault(fault, True)
        for name, values in self.world.devices.items():
            station.device(name, values)

    def detach(self, station: Station) -> None:
        """The guard is gone."""
        if self.world.station is station:
            self.world.station = None

    def saw_report(self, report: PowerReport) -> None:
        """What the guard last said about an EVSE: `status` shows it."""
        self.reports[report.evse] = report

    def read_meter(self, evse: int) -> MeterReading:
        """Snapshot of an EVSE's meter. Raises DeviceError."""
        self.catch_up()
        try:
            return self.world.read_meter(evse)
        finally:
            self.settle_soon()

    def watch(self, watcher: Callable[[Event], None]) -> Callable[[], None]:
        """Call `watcher` with each event from now on, until the answered function is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _emit(self, event: Event) -> None:
        self._events += 1
        numbered = {"n": self._events, **event}
        for watcher in tuple(self._watchers):
            watcher(numbered)

    # supply

    def _power_cut(self, args: Args) -> Args:
        was_on = self.world.powered
        self._cut()
        return {"changed": was_on}

    def _cut(self) -> None:
        self.world.timeline.cancel(SUPPLY)
        self.world.devices.pop(SUPPLY, None)
        if not self.world.powered:
            return
        self.world.set_powered(False)
        self.reports.clear()
        if self.host is not None:
            self.host.tear_down()

    def _power_restore(self, args: Args) -> Args:
        world = self.world
        if world.powered:
            ended = not world.grid
            if ended:
                world.timeline.cancel(SUPPLY)
                world.set_grid(True)
                world.set_device(SUPPLY, {"failing": 0, "hold_up_ms": 0}, lasting=False)
                world.devices.pop(SUPPLY, None)
            return {"changed": ended, "booting": False}
        world.set_powered(True)
        if self.host is not None:
            self.host.boot()
        return {"changed": True, "booting": True}

    def _power_brownout(self, args: Args) -> Args:
        world = self.world
        if not world.powered or not world.grid:
            return {"changed": False}
        hold_up_ms = args["hold_up_ms"]
        world.set_grid(False)
        world.timeline.set(SUPPLY, world.timeline.now_ms + hold_up_ms, self._cut)
        world.set_device(SUPPLY, {"failing": 1, "hold_up_ms": hold_up_ms})
        if self.host is not None:
            self.host.brownout(hold_up_ms)
        return {"changed": True}

    # time

    def next_event_ms(self) -> int | None:
        """When the bench changes next by itself."""
        return self.world.next_event_ms()

    def catch_up(self) -> int:
        """Let the world run to the present; answers the present."""
        now_ms = self.clock.now_ms()
        self.world.run_to(now_ms)
        return now_ms

    def settle(self) -> None:
        """Run what is due and tell the guard what changed, until nothing more follows from it."""
        if self._running:
            return
        self._running = True
        try:
            for _ in range(MAX_ROUNDS):
                self.catch_up()
                evse = self.world.take_changed()
                if evse is None:
                    break
                path = self._paths.get(evse)
                if path is not None:
                    path.notify()
            else:
                raise AssertionError("guard and bench answer one another without end")
        finally:
            self._running = False
            self.settle_soon()

    def settle_soon(self) -> None:
        """Ask the clock for the next call: now if something is left to tell, else at the next change."""
        if self._running:
            return
        next_ms = self.world.next_event_ms()
        if self._wake is not None:
            if next_ms == self._wake_ms:
                return
            self._wake.cancel()
            self._wake = None
        if next_ms is not None:
            self._wake_ms = next_ms
            self._wake = self.clock.call_at(next_ms, self._woken)

    def _woken(self) -> None:
        self._wake = None
        self.settle()

    # paths

    def has_power(self) -> bool:
        """Whether the station's electronics have a supply."""
        return self.world.powered

    def watch_path(self, path: MockPowerPath) -> None:
        """A path of the present guard; its power returns with its first word."""
        self._paths[path.outlet.number] = path

    def forget_path(self, path: MockPowerPath) -> None:
        """It is gone."""
        if self._paths.get(path.outlet.number) is path:
            del self._paths[path.outlet.number]
