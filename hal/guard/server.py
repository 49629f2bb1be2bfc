"""The guard: the interlock of each EVSE, its power path, and the agent at the other end of the wire.

Knows no sockets, threads, loops or clocks of its own: whoever hosts it (the guard process, the bench inside the agent)
hands in a clock and connections, tells it when an input changed, and calls `tick` at `next_wake_ms`. Both hosts so run
the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from hal.guard import messages as m
from hal.guard.fields import WireError
from hal.guard.limits import refusal
from hal.guard.line import Line, PowerLine
from hal.guard.wire import VERSION, decode_from_agent, encode
from hal.interfaces import DeviceError
from hal.types import Fault, FaultCode, IndicatorState, MeterReading, Permit, PowerReport, TokenRead

MAX_KEPT = 64  # station faults, and devices that are not well, that a new agent is told

Published = m.FaultSeen | m.Health | m.DeviceValues | m.Verb | TokenRead


class Connection(Protocol):
    """One peer, as its host sees it. `send` must not block; `close` may be called at any time, also from `receive`."""

    def send(self, line: bytes) -> None: ...
    def close(self) -> None: ...


class Peripherals(Protocol):
    """What else the board has behind the guard. `done` is called once, now or later, with a reading or the reason."""

    def read_meter(self, evse: int, done: Callable[[MeterReading | DeviceError], None]) -> None: ...
    def indicate(self, evse: int, state: IndicatorState) -> None: ...


class NoPeripherals:
    """A board whose meters and lights belong to the agent."""

    def read_meter(self, evse: int, done: Callable[[MeterReading | DeviceError], None]) -> None:
        """Answer that there is none."""
        done(DeviceError(f"EVSE {evse} has no meter behind the guard; give it a `meter` in the board file"))

    def indicate(self, evse: int, state: IndicatorState) -> None:
        """Nothing to show it with."""


@dataclass(slots=True)
class _Agent:
    """The agent that has the say."""

    connection: Connection
    numbers: dict[int, int] = field(default_factory=dict)  # newest permit number per EVSE


class Guard:
    """Drives the power paths; speaks to one agent at a time.

    `clock_ms` is monotonic. `on_wake` is called when `next_wake_ms` may have come nearer outside `tick`, so that a host
    can set its timer anew. `changed` is what power paths call with their EVSE when an input changed (default:
    `on_change`; a host with threads hands the call to its own). `saw_report` gets each report, with or without an
    agent, `saw_agent` what the agent says of itself. Driver errors become faults; any other exception is a bug and
    passes through to the host, which must make the outputs safe (`stop`) and end.
    """

    def __init__(
        self,
        board: str,
        lines: Sequence[PowerLine],
        clock_ms: Callable[[], int],
        *,
        peripherals: Peripherals | None = None,
        on_wake: Callable[[], None] | None = None,
        changed: Callable[[int], None] | None = None,
        saw_report: Callable[[PowerReport], None] | None = None,
        saw_agent: Callable[[int, dict[str, Any]], None] | None = None,
    ) -> None:
        self.board = board
        self._clock_ms = clock_ms
        self._peripherals = peripherals or NoPeripherals()
        self._on_wake = on_wake or (lambda: None)
        self._changed = changed or self.on_change
        self._saw_report = saw_report or (lambda report: None)
        self._saw_agent = saw_agent or (lambda evse, values: None)
        self._lines = {line.capabilities.evse: Line(line, self._report) for line in lines}
        self._agent: _Agent | None = None
        self._greeting: set[int] = set()  # ids of connections that have not said hello
        self._faults: dict[tuple[FaultCode, int, str], Fault] = {}
        self._unwell: dict[str, str] = {}

    # the host's side

    def start(self) -> None:
        """Drive everything to its safe state and begin to watch."""
        now_ms = self._clock_ms()
        for evse, line in self._lines.items():
            line.start(now_ms, partial(self._changed, evse))

    def stop(self) -> None:
        """Drive everything to its safe state and let go of the hardware. Never raises."""
        if self._agent is not None:
            self._agent.connection.close()
            self._agent = None
        for line in self._lines.values():
            line.stop()

    def forget(self) -> None:
        """A bench cut the supply, and this process lives on: no permit, latch or agent of before counts."""
        agent, self._agent = self._agent, None
        if agent is not None:
            agent.connection.close()
        self._faults.clear()
        self._unwell.clear()
        now_ms = self._clock_ms()
        for line in self._lines.values():
            line.forget(now_ms)

    def on_change(self, evse: int) -> None:
        """An input of `evse` changed: look, decide and command, before this returns."""
        self._lines[evse].run(self._clock_ms())
        self._on_wake()

    def tick(self) -> int | None:
        """Do what is due: polls, timers of the interlock, heartbeats. Answers `next_wake_ms`."""
        now_ms = self._clock_ms()
        for line in self._lines.values():
            line.tick(now_ms)
        return self.next_wake_ms

    @property
    def agent(self) -> object | None:
        """Whoever has the say, None if nobody; another object for each `hello`."""
        return self._agent

    @property
    def next_wake_ms(self) -> int | None:
        """When `tick` must be called next; None if nothing is due before something changes."""
        times = [at_ms for line in self._lines.values() if (at_ms := line.wake_at_ms) is not None]
        return min(times, default=None)

    def publish(self, message: Published) -> None:
        """Tell the agent something that is not of a power path. Without an agent, tokens, values and verbs are lost;
        faults and lost devices are kept and told to the next one."""
        if isinstance(message, m.FaultSeen):
            key = (message.fault.code, message.fault.evse, message.fault.source)
            self._faults.pop(key, None)
            if message.raised and len(self._faults) < MAX_KEPT:
                self._faults[key] = message.fault
        elif isinstance(message, m.Health):
            self._unwell.pop(message.device, None)
            if message.error is not None and len(self._unwell) < MAX_KEPT:
                self._unwell[message.device] = message.error
        if self._agent is not None:
            self._send(self._agent.connection, message)

    def attach(self, connection: Connection) -> None:
        """A peer connected. It has no say before its `hello`."""
        self._greeting.add(id(connection))

    def detach(self, connection: Connection) -> None:
        """A peer is gone. Its permits stay until their lease ends."""
        self._greeting.discard(id(connection))
        if self._agent is not None and self._agent.connection is connection:
            self._agent = None
            self._abandon()

    def is_stranger(self, connection: Connection) -> bool:
        """Whether a peer is still to say hello."""
        return id(connection) in self._greeting

    def receive(self, connection: Connection, line: bytes) -> None:
        """One line of a peer. Whatever it is, it never raises: it is acted on or answered with `refused`."""
        try:
            message = decode_from_agent(line)
        except WireError as error:
            self.refuse(connection, str(error))
            return
        if isinstance(message, m.Hello):
            self._greet(connection, message)
        elif self._agent is None or self._agent.connection is not connection:
            why = "hello comes first" if self.is_stranger(connection) else "a newer agent has the say"
            self.refuse(connection, why)
        else:
            self._act(self._agent, message)
        self._on_wake()

    # the agent's side

    def _greet(self, connection: Connection, hello: m.Hello) -> None:
        if hello.version != VERSION:
            self.refuse(connection, f"version {hello.version} of the wire is unknown, this guard speaks {VERSION}")
            connection.close()
            return
        self._greeting.discard(id(connection))
        former, self._agent = self._agent, _Agent(connection)
        if former is not None and former.connection is not connection:
            self.refuse(former.connection, "a newer agent has the say")
            former.connection.close()
        capabilities = tuple(line.capabilities for line in self._lines.values())
        self._send(connection, m.Welcome(VERSION, self.board, capabilities))
        for fault in self._faults.values():
            self._send(connection, m.FaultSeen(True, fault))
        for device, error in self._unwell.items():
            self._send(connection, m.Health(device, error))
        for line in self._lines.values():
            line.agent_came(self._clock_ms())

    def _abandon(self) -> None:
        for line in self._lines.values():
            line.agent_went(self._clock_ms())
        self._on_wake()

    def _act(self, agent: _Agent, message: m.FromAgent) -> None:
        now_ms = self._clock_ms()
        if isinstance(message, m.Ping):
            self._send(agent.connection, m.Pong(message.id))
            return
        if isinstance(message, m.SelfReport):
            self._saw_agent(message.evse, message.values)
            return
        if isinstance(message, m.Hello):  # served by `receive`
            return
        line = self._lines.get(message.evse)
        if line is None:
            self.refuse(agent.connection, f"there is no EVSE {message.evse} on this board")
            return
        match message:
            case Permit():
                self._grant(agent, line, message, now_ms)
            case m.LockRequest():
                if not line.capabilities.has_lock:
                    self.refuse(agent.connection, f"EVSE {message.evse} has no lock")
                else:
                    line.run(now_ms, lock_request=message.locked)
            case m.ResetFaults():
                line.reset(now_ms)
            case m.Indicate():
                self._peripherals.indicate(message.evse, message.state)
            case m.MeterRequest():
                self._read_meter(agent, message)

    def _grant(self, agent: _Agent, line: Line, permit: Permit, now_ms: int) -> None:
        why = refusal(permit, line.capabilities, agent.numbers.get(permit.evse, 0))
        if why is not None:
            self.refuse(agent.connection, why)
            return
        agent.numbers[permit.evse] = permit.number
        line.grant(permit, now_ms)

    def _read_meter(self, agent: _Agent, request: m.MeterRequest) -> None:
        def done(result: MeterReading | DeviceError) -> None:
            if self._agent is not agent:
                return  # the one that asked is gone
            if isinstance(result, DeviceError):
                answer = m.MeterAnswer(request.evse, request.id, error=str(result))
            else:
                answer = m.MeterAnswer(request.evse, request.id, reading=result)
            try:
                agent.connection.send(encode(answer))
            except WireError as error:  # a signed value longer than a line
                refused = m.MeterAnswer(request.evse, request.id, error=f"the reading does not fit: {error}")
                self._send(agent.connection, refused)

        self._peripherals.read_meter(request.evse, done)

    def _report(self, report: PowerReport) -> None:
        self._saw_report(report)
        if self._agent is not None:
            self._send(self._agent.connection, report)

    def refuse(self, connection: Connection, why: str) -> None:
        """Tell a peer that what it sent is not taken, and why."""
        self._send(connection, m.Refused(why))

    @staticmethod
    def _send(connection: Connection, message: m.FromGuard) -> None:
        connection.send(encode(message))
