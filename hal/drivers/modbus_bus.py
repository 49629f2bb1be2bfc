"""A Modbus line with several devices and one owner, over pymodbus; extra `modbus`.

Devices on one RS485 line must never be asked at the same time, so everything that names the same port shares one `Bus`,
and requests take turns in the order they came. pymodbus brings the serial transport and the messages; what it leaves
open on a shared, disturbed line is decided here:

- RTU answers carry no number. An answer that comes after its request was given up must not be taken for the answer to
  the next one: after a failure the line has to be silent for a whole time-out before the next request.
- Noise, the echo of RS485 adapters and answers of other devices must neither be taken for the answer nor hide it, nor
  end in an exception inside the loop: `find_answer` looks for the one frame that answers the request, by unit,
  function, length and check sum, and the library gets to see nothing else.
- A port that vanished (an unplugged adapter) is opened anew by the next request.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import stat
from collections.abc import Callable
from typing import Any

from hal.drivers.modbus_frames import Query, find_answer, find_tcp_answer
from hal.interfaces import DeviceError
from hal.value import frozen

EXCEPTIONS = {  # Modbus application protocol, 7
    1: "it does not know the function",
    2: "it has no such register",
    3: "it refuses the number of registers",
    4: "it failed inside",
    5: "it needs more time",
    6: "it is busy",
    8: "its memory is damaged",
    10: "the gateway has no path to it",
    11: "the gateway got no answer from it",
}
PASSING = (4, 5, 6, 10, 11)  # worth another attempt
MAX_HEARD = 264  # what is kept of what was heard: one frame
BABBLE_LIMIT = 4  # time-outs of unbroken noise before the line is given up
TCP = "tcp://"


class BusError(Exception):
    """A request that got no good answer. `refused`: the device said so itself. `passing`: another attempt may help."""

    def __init__(self, text: str, *, passing: bool, refused: bool = False) -> None:
        super().__init__(text)
        self.passing = passing
        self.refused = refused


@frozen
class BusSettings:
    """A line. `port` is a serial device, or `tcp://HOST:PORT` of a Modbus TCP device or gateway."""

    port: str
    baud_rate: int
    parity: str
    stop_bits: int

    @property
    def is_tcp(self) -> bool:
        return self.port.startswith(TCP)

    @property
    def line(self) -> str:
        """Speed and framing, as installers write it."""
        return f"{self.baud_rate} baud 8{self.parity}{self.stop_bits}"

    def same_port(self, other: BusSettings) -> bool:
        """Whether both name one port; udev gives a port several names."""
        if self.is_tcp or other.is_tcp:
            return self.port == other.port
        return os.path.realpath(self.port) == os.path.realpath(other.port) or self.port == other.port

    def __str__(self) -> str:
        return self.port if self.is_tcp else f"{self.port} ({self.line})"


class Bus:
    """One line. Made by `share`; `release` it as often as it was shared."""

    def __init__(self, settings: BusSettings) -> None:
        self.settings = settings
        self.users = 0
        self._turn = asyncio.Lock()
        self._client: Any = None
        self._crc: Callable[[bytes], int] = importlib.import_module("pymodbus.framer.rtu").FramerRTU.compute_CRC
        self._asked: Query | None = None
        self._transaction = b""
        self._heard = b""
        self._heard_at = 0.0
        self._quiet_until = 0.0

    async def read(self, query: Query) -> list[int]:
        """The registers' words. Raises BusError."""
        timeout_s = query.timeout_ms / 1000
        async with self._turn:
            await self._silence(timeout_s)
            client = await self._connected(timeout_s)
            quiet_s = timeout_s  # after a failure, or a caller that was cancelled: the answer may still come
            try:
                words = await self._ask(client, query)
                quiet_s = query.pause_ms / 1000
            finally:
                self._asked = None
                self._quiet_until = asyncio.get_running_loop().time() + quiet_s
        return words

    def release(self) -> None:
        """Give the line up; the last user closes the port."""
        self.users -= 1
        if self.users == 0:
            _lines.remove(self)
            self._close()

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    async def _silence(self, timeout_s: float) -> None:
        """Wait until nobody speaks any more."""
        loop = asyncio.get_running_loop()
        give_up = max(loop.time(), self._quiet_until) + BABBLE_LIMIT * timeout_s
        while (wait := self._quiet_until - loop.time()) > 0:
            if loop.time() > give_up:
                raise BusError(
                    "the line is never silent: look for another master, noise or missing termination", passing=False
                )
            seen = self._heard_at
            await asyncio.sleep(wait)
            if self._heard_at != seen:  # a late answer, or the tail of one: it may not be the last
                self._quiet_until = max(self._quiet_until, self._heard_at + timeout_s)

    async def _connected(self, timeout_s: float) -> Any:
        if self._client is not None and self._client.connected:
            return self._client
        self._close()
        client = self._make(timeout_s)
        try:
            opened = await client.connect()
            why = ""
        except Exception as error:  # pyserial lets termios.error and ValueError through
            opened, why = False, f": {error}"
        if not opened:
            client.close()
            raise BusError(f"the port does not open{why}; {_why_closed(self.settings.port)}", passing=False)
        self._client = client
        return client

    def _make(self, timeout_s: float) -> Any:
        """A client that does one attempt, and neither reconnects nor retries: that is decided here."""
        client = importlib.import_module("pymodbus.client")
        settings = self.settings
        if settings.is_tcp:
            host, _, port = settings.port.removeprefix(TCP).rpartition(":")
            return client.AsyncModbusTcpClient(
                host.strip("[]"),
                port=int(port),
                timeout=timeout_s,
                retries=0,
                reconnect_delay=0,
                trace_packet=self._filter,
            )
        return client.AsyncModbusSerialClient(
            settings.port,
            baudrate=settings.baud_rate,
            parity=settings.parity,
            stopbits=settings.stop_bits,
            timeout=timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._filter,
        )

    def _filter(self, sending: bool, packet: bytes) -> bytes:
        """What pymodbus gets to see of the line: its request goes out, and the answer to it comes in."""
        if sending:
            self._transaction = packet[:2]
            return packet
        self._heard = packet[-MAX_HEARD:]
        self._heard_at = asyncio.get_running_loop().time()
        if self._asked is None:
            return b""
        if self.settings.is_tcp:
            return find_tcp_answer(packet, self._asked, self._transaction)
        return find_answer(packet, self._asked, self._crc)

    async def _ask(self, client: Any, query: Query) -> list[int]:
        exceptions = importlib.import_module("pymodbus.exceptions")
        request = client.read_holding_registers if query.function == 3 else client.read_input_registers
        self._asked, self._heard = query, b""
        try:
            answer = await request(query.address, count=query.count, device_id=query.unit)
        except exceptions.ModbusException:
            raise BusError(self._silent(client), passing=True) from None
        if answer.isError():
            code = answer.exception_code
            why = EXCEPTIONS.get(code, "it does not say why")
            raise BusError(f"the device refuses (exception {code}: {why})", passing=code in PASSING, refused=True)
        words: list[int] = answer.registers
        return words

    def _silent(self, client: Any) -> str:
        """Why there was no answer, as far as the line tells."""
        if not client.connected:
            return "the port vanished: plug the adapter in again"
        if self.settings.is_tcp:
            return "no answer: check the device behind the gateway, its power and its unit number"
        if not self._heard:
            return "no answer: check its power, the wires A and B, its unit address, baud rate and parity"
        heard = self._heard[:16].hex(" ").upper() + ("…" if len(self._heard) > 16 else "")
        return f"no answer to be understood in what was heard ({heard}): check baud rate, parity, unit and termination"


_lines: list[Bus] = []


def share(settings: BusSettings) -> Bus:
    """The line behind a port, new or shared. Raises DeviceError if the library is missing or the settings differ."""
    bus = next((line for line in _lines if line.settings.same_port(settings)), None)
    if bus is None:
        _require()
        bus = Bus(settings)
        _lines.append(bus)
    elif not settings.is_tcp and bus.settings.line != settings.line:
        raise DeviceError(
            f"one line has one speed, but its devices ask for {bus.settings} and {settings}; set the devices and the "
            "board file to one baud_rate, parity and stop_bits"
        )
    bus.users += 1
    return bus


def _require() -> None:
    try:
        importlib.import_module("serial")
        importlib.import_module("pymodbus.client")
    except ImportError as error:
        raise DeviceError(f"{error}; install the extra: pip install 'evse-agent[modbus]'") from None
    library = logging.getLogger("pymodbus")
    if library.level == logging.NOTSET:  # its complaints come as DeviceError, with the device's name
        library.setLevel(logging.CRITICAL)


def _why_closed(port: str) -> str:
    """What is wrong with a port that does not open, and the remedy."""
    if port.startswith(TCP):
        return "check the address, the network and that no other master holds the device's only connection"
    try:
        mode = os.stat(port).st_mode
    except OSError as error:
        return f"{error.strerror}: plug the adapter in, or correct `port` (ls /dev/serial/by-id)"
    if not stat.S_ISCHR(mode):
        return "this is no serial port: correct `port`"
    if not os.access(port, os.R_OK | os.W_OK):
        return "no permission: add the service's user to the group that owns it (dialout)"
    return "another program holds it (stop it: fuser -v), or it is no serial port"
