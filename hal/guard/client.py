"""The agent's end of the guard wire: the port the agent talks through, and its form over a unix socket.

The guard process never imports this module (it is the only one here that knows asyncio).
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from hal.guard import messages as m
from hal.guard.fields import WireError
from hal.guard.wire import MAX_LINE_BYTES, VERSION, decode_from_guard, encode
from hal.interfaces import DeviceError
from hal.types import (
    EvseCapabilities,
    Fault,
    IndicatorState,
    MeterReading,
    Permit,
    PowerReport,
    TokenRead,
)

log = logging.getLogger(__name__)

BACK_OFF_S = (0.05, 2.0)  # first and longest pause between two tries to connect
HELLO_TIMEOUT_S = 3.0
PING_INTERVAL_S = 5.0  # a guard that answers nothing for two of these is taken for lost
METER_TIMEOUT_S = 2.0
MAX_METER_REQUESTS = 64
MAX_BUFFER_BYTES = 64 * 1024  # towards a guard that does not read


class HardwareEvents(Protocol):
    """Where a guard port delivers; called in the loop's thread, must not block."""

    def connected(self, board: str, evses: tuple[EvseCapabilities, ...]) -> None: ...
    def lost(self, why: str) -> None: ...
    def power(self, report: PowerReport) -> None: ...
    def token(self, token: TokenRead) -> None: ...
    def fault(self, fault: Fault, raised: bool) -> None: ...
    def health(self, device: str, error: str | None) -> None: ...
    def device(self, name: str, values: dict[str, int]) -> None: ...
    def verb(self, name: str, args: dict[str, Any]) -> None: ...


class GuardPort(Protocol):
    """What the agent may ask of the guard.

    Nothing here waits but `read_meter`. Without a wire a request is dropped: the permit's lease runs out by itself, and
    the agent grants anew after `connected`.
    """

    async def run(self, events: HardwareEvents) -> None: ...
    def grant(self, permit: Permit) -> None: ...
    def lock(self, evse: int, locked: bool) -> None: ...
    def reset_faults(self, evse: int) -> None: ...
    def indicate(self, evse: int, state: IndicatorState) -> None: ...
    def report(self, evse: int, values: dict[str, Any]) -> None: ...
    async def read_meter(self, evse: int) -> MeterReading: ...


class AgentWire:
    """The agent's side of one connection, without any socket: lines in, events out; requests in, lines out.

    `SocketGuard` and the bench's in-process guard share it, so that both prove the same bounds.
    """

    def __init__(self, events: HardwareEvents, send: Callable[[bytes], None]) -> None:
        self.welcomed = False
        self.answered = True  # the guard said something since the last ping
        self._events = events
        self._send = send
        self._ids = itertools.count(1)
        self._meter: dict[int, asyncio.Future[MeterReading]] = {}

    def open(self) -> None:
        """Send the first line."""
        self._send(encode(m.Hello(VERSION)))

    def send(self, message: m.FromAgent) -> None:
        """Send a request. Raises WireError if the wire does not allow its values."""
        self._send(encode(message))

    def ping(self) -> None:
        """Ask for a sign of life; `answered` is true again when anything came."""
        self.answered = False
        self.send(m.Ping(next(self._ids)))

    def receive(self, line: bytes) -> None:
        """Take one line of the guard. Raises WireError if it is none of this version: the peer is no guard of ours."""
        message = decode_from_guard(line)
        self.answered = True
        if isinstance(message, m.Welcome):
            if message.version != VERSION:
                raise WireError(f"the guard speaks version {message.version} of the wire, this agent {VERSION}")
            self.welcomed = True
            self._events.connected(message.board, message.evses)
        elif isinstance(message, m.MeterAnswer):
            self._answer(message)
        elif not isinstance(message, m.Pong):
            self._deliver(message)

    def _deliver(self, message: m.FromGuard) -> None:
        events = self._events
        match message:
            case PowerReport():
                events.power(message)
            case TokenRead():
                events.token(message)
            case m.FaultSeen():
                events.fault(message.fault, message.raised)
            case m.Health():
                events.health(message.device, message.error)
            case m.DeviceValues():
                events.device(message.device, message.values)
            case m.Verb():
                events.verb(message.name, message.args)
            case m.Refused():
                log.warning("the guard refused: %s", message.why)

    def _answer(self, message: m.MeterAnswer) -> None:
        future = self._meter.pop(message.id, None)
        if future is None or future.done():
            return
        if message.reading is not None:
            future.set_result(message.reading)
        else:
            future.set_exception(DeviceError(message.error or "the meter gave no reading and no reason"))

    async def read_meter(self, evse: int) -> MeterReading:
        """Ask for a reading and wait for it. Raises DeviceError after `METER_TIMEOUT_S`, or with the meter's reason."""
        if len(self._meter) >= MAX_METER_REQUESTS:
            raise DeviceError(f"meter of EVSE {evse}: {MAX_METER_REQUESTS} readings are under way already")
        number = next(self._ids)
        future: asyncio.Future[MeterReading] = asyncio.get_running_loop().create_future()
        self._meter[number] = future
        try:
            self.send(m.MeterRequest(evse, number))
            async with asyncio.timeout(METER_TIMEOUT_S):
                return await future
        except TimeoutError:
            raise DeviceError(f"meter of EVSE {evse}: no answer within {METER_TIMEOUT_S:g} s") from None
        finally:
            self._meter.pop(number, None)

    def close(self, why: str) -> None:
        """The connection ended: whoever waits for a reading gets the reason."""
        for future in self._meter.values():
            if not future.done():
                future.set_exception(DeviceError(why))
        self._meter.clear()


class WirePort(ABC):
    """The requests of a guard port, over the wire of the moment; without one they are dropped."""

    @property
    @abstractmethod
    def wire(self) -> AgentWire | None:
        """The wire, while there is one."""

    def grant(self, permit: Permit) -> None:
        """Hand a permit to the guard."""
        self._send(permit)

    def lock(self, evse: int, locked: bool) -> None:
        """Lock or unlock the connector; `PowerReport.lock` tells what became of it."""
        self._send(m.LockRequest(evse, locked))

    def reset_faults(self, evse: int) -> None:
        """End the latched faults whose cause is gone."""
        self._send(m.ResetFaults(evse))

    def indicate(self, evse: int, state: IndicatorState) -> None:
        """Set the board's own indicator."""
        self._send(m.Indicate(evse, state))

    def report(self, evse: int, values: dict[str, Any]) -> None:
        """Tell a bench about the station (`evse` 0) or one EVSE."""
        self._send(m.SelfReport(evse, values))

    async def read_meter(self, evse: int) -> MeterReading:
        """Read the board's own meter. Raises DeviceError."""
        wire = self.wire
        if wire is None:
            raise DeviceError(f"meter of EVSE {evse}: no wire to the guard")
        return await wire.read_meter(evse)

    def _send(self, message: m.FromAgent) -> None:
        wire = self.wire
        if wire is not None:
            wire.send(message)


class SocketGuard(WirePort):
    """A guard port over the unix socket at `path`; connects, and connects again, for ever."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._wire: AgentWire | None = None

    @property
    def wire(self) -> AgentWire | None:
        return self._wire

    async def run(self, events: HardwareEvents) -> None:
        """Keep the wire up until cancelled. Each loss is told once, with its reason."""
        pause = BACK_OFF_S[0]
        told = ""
        while True:
            wire: AgentWire | None = None
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=MAX_LINE_BYTES)
            except OSError as error:
                why = f"no guard at {self._path}: {error.strerror or error}"
            else:
                wire = AgentWire(events, _sender(writer))
                why = await self._serve(wire, reader, writer)
                if wire.welcomed:
                    pause = BACK_OFF_S[0]
                    told = ""
            if why != told:
                events.lost(why)
                told = why
            await asyncio.sleep(pause)
            pause = min(pause * 2, BACK_OFF_S[1])

    async def _serve(self, wire: AgentWire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """One connection's life. Answers why it ended."""
        try:
            wire.open()
            async with asyncio.timeout(HELLO_TIMEOUT_S):
                while not wire.welcomed:
                    wire.receive(await _line(reader))
            self._wire = wire
            while True:
                try:
                    async with asyncio.timeout(PING_INTERVAL_S):
                        line = await _line(reader)
                except TimeoutError:
                    if not wire.answered:
                        return f"the guard at {self._path} went silent"
                    wire.ping()
                else:
                    wire.receive(line)
        except TimeoutError:
            return f"the guard at {self._path} did not answer the greeting"
        except (OSError, EOFError, WireError) as error:
            return f"the wire to the guard at {self._path} broke: {error}"
        finally:
            self._wire = None
            wire.close("the wire to the guard broke")
            writer.transport.abort()


def _sender(writer: asyncio.StreamWriter) -> Callable[[bytes], None]:
    def send(line: bytes) -> None:
        if writer.transport.get_write_buffer_size() > MAX_BUFFER_BYTES:
            writer.transport.abort()  # a guard that reads nothing has no use for newer permits
        elif not writer.transport.is_closing():
            writer.write(line)

    return send


async def _line(reader: asyncio.StreamReader) -> bytes:
    """One line. Raises EOFError at the end, WireError for one that is too long."""
    try:
        line = await reader.readline()
    except ValueError:
        raise WireError("a line is longer than the wire allows") from None
    if not line.endswith(b"\n"):
        raise EOFError("the guard closed it")
    return line
