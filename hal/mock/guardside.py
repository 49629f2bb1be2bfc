"""The bench as a guard sees it: its board's power paths, meters, lights and sensors, and the verbs for the agent.

One of these goes with one guard, whoever hosts it: `MockStation` in the agent's process, `hal.guard.process` in one of
its own. It is what the bench tells (`hal.mock.world.Station`) and what the guard asks of its board (`Peripherals`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hal.guard import messages as m
from hal.guard.server import Guard, Peripherals
from hal.interfaces import DeviceError
from hal.mock.bench import Bench
from hal.mock.conversation import MAX_CLIENTS, MAX_LINE_BYTES, Conversation, busy_line
from hal.mock.meter import ANSWER_TIMEOUT_MS
from hal.mock.path import MockPowerPath
from hal.types import Fault, IndicatorState, MeterReading, PowerReport, TokenRead


class GuardSide:
    """Ties a bench to one guard (`attach`)."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._guard: Guard | None = None
        self._greeted: object | None = None  # the agent that was told what the sensors say

    # what the guard's host asks (hal.guard.station.BenchWorld)

    @property
    def peripherals(self) -> Peripherals:
        """Meters and lights."""
        return self

    @property
    def max_line_bytes(self) -> int:
        """Longest line of the control socket."""
        return MAX_LINE_BYTES

    @property
    def max_clients(self) -> int:
        """How many clients the control socket serves."""
        return MAX_CLIENTS

    @property
    def busy_line(self) -> bytes:
        """What one client too many hears."""
        return busy_line()

    def power_path(self, evse: int) -> MockPowerPath:
        """The power path of an EVSE. Raises DeviceError if the bench does not have it."""
        if evse not in self.bench.world.outlets:
            raise DeviceError(f"the bench has no EVSE {evse}")
        return self.bench.power_path(evse)

    def attach(self, guard: Guard) -> None:
        """The guard is open: tell it what is there, and from now on what changes."""
        self._guard = guard
        self.bench.attach(self)

    def forget(self) -> None:
        """The supply is gone, the guard's memory with it."""
        self._greeted = None
        if self._guard is not None:
            self._guard.forget()

    def detach(self) -> None:
        """The guard is gone."""
        self._guard = self._greeted = None
        self.bench.detach(self)

    def saw_report(self, report: PowerReport) -> None:
        """The guard's view of an EVSE. An agent that comes is told every report anew, so its coming shows here."""
        self.bench.saw_report(report)
        agent = self._agent()
        if agent is not self._greeted:
            self._greeted = agent
            self.greet()

    def saw_agent(self, evse: int, values: dict[str, Any]) -> None:
        """What the agent says of itself. In its own process nobody has to ask it."""

    def converse(self, send: Callable[[bytes], None], hang_up: Callable[[], None]) -> Conversation:
        """A client of the control socket."""
        return Conversation(self.bench, send, hang_up)

    @property
    def has_agent(self) -> bool:
        """Whether an agent has the say."""
        return self._agent() is not None

    def _agent(self) -> object | None:
        return None if self._guard is None else self._guard.agent

    def greet(self) -> None:
        """What a new agent must hear: the sensors, or that there is no power to live on."""
        if not self.bench.world.powered:
            self._tell(m.Verb("power.cut"))
            return
        for name, values in self.bench.world.devices.items():
            self._tell(m.DeviceValues(name, values))

    def _tell(self, message: m.FaultSeen | m.DeviceValues | m.Verb | TokenRead) -> bool:
        if self._guard is not None:
            self._guard.publish(message)
        return self.has_agent

    # what the bench tells

    def token(self, read: TokenRead) -> bool:
        """A token was read."""
        return self._tell(read)

    def fault(self, fault: Fault, raised: bool) -> bool:
        """A fault of a device came or went."""
        return self._tell(m.FaultSeen(raised, fault))

    def device(self, name: str, values: dict[str, int]) -> bool:
        """A sensor has new values."""
        return self._tell(m.DeviceValues(name, values))

    def verb(self, name: str, args: dict[str, Any]) -> bool:
        """A verb that is the agent's."""
        return self._tell(m.Verb(name, args))

    def power_lost(self) -> None:
        """The supply is gone, the agent's too."""
        self._tell(m.Verb("power.cut"))

    # what the guard asks of its board

    def read_meter(self, evse: int, done: Callable[[MeterReading | DeviceError], None]) -> None:
        """Read the bench's meter; a silent one keeps its reader waiting."""
        try:
            done(self.bench.read_meter(evse))
        except DeviceError as error:
            silence = error
            clock = self.bench.clock
            clock.call_at(clock.now_ms() + ANSWER_TIMEOUT_MS, lambda: done(silence))

    def indicate(self, evse: int, state: IndicatorState) -> None:
        """Show it on the bench's light."""
        self.bench.catch_up()
        self.bench.world.indicate(evse, state)
        self.bench.settle_soon()
