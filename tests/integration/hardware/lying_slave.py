"""A Modbus RTU device on a pseudo-terminal that tells the truth until it is given a mood.

Written from the Modbus specifications, without pymodbus, so that the driver's library never talks to itself. A mood
answers one request; when the queue of moods is empty, the `usual` mood answers.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import struct
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


def crc(frame: bytes) -> bytes:
    """Modbus over serial line 6.2.2, low byte first."""
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


def float32(value: float) -> list[int]:
    """The two words of a value, high word first."""
    return list(struct.unpack(">HH", struct.pack(">f", value)))


@dataclass(frozen=True)
class Request:
    """What the master asked, and the honest answer."""

    raw: bytes
    unit: int
    function: int
    address: int
    count: int
    honest: bytes


Chunks = list[tuple[float, bytes]]  # after so many seconds these bytes
Mood = Callable[[Request], Chunks]


def honest(request: Request) -> Chunks:
    return [(0, request.honest)]


def silent(_request: Request) -> Chunks:
    return []


def wrong_crc(request: Request) -> Chunks:
    return [(0, request.honest[:-1] + bytes([request.honest[-1] ^ 0xFF]))]


def wrong_unit(request: Request) -> Chunks:
    frame = bytes([request.unit + 1]) + request.honest[1:-2]
    return [(0, frame + crc(frame))]


def wrong_function(request: Request) -> Chunks:
    frame = bytes([request.unit, 7 - request.function]) + request.honest[2:-2]
    return [(0, frame + crc(frame))]


def short(request: Request) -> Chunks:
    """A correct frame with one register too few."""
    frame = request.honest[:2] + bytes([request.honest[2] - 2]) + request.honest[3:-4]
    return [(0, frame + crc(frame))]


def truncated(request: Request) -> Chunks:
    return [(0, request.honest[:-4])]


def echoing(request: Request) -> Chunks:
    """As an RS485 adapter that hears itself."""
    return [(0, request.raw + request.honest)]


def only_echo(request: Request) -> Chunks:
    return [(0, request.raw)]


def noisy(request: Request) -> Chunks:
    """Noise before and after: bytes that look like the start of other frames."""
    return [(0, bytes([0x00, 0x01, 0x04, 0x2B, 0xFF]) + request.honest + b"\xff\x00")]


def other_functions(request: Request) -> Chunks:
    """Correct frames of functions that nobody asked for, one of them unknown, before the answer."""
    bodies = [b"\x08\x00\x63\x00\x00", b"\x2b\x0e\x01", b"\x14\x07", b"\x18\x00\x06", b"\x16\x00", b"\x03\x01\x00"]
    frames = [bytes([request.unit]) + body for body in bodies]
    return [(0.005, frame + crc(frame)) for frame in frames] + [(0.005, request.honest)]


def in_pieces(request: Request) -> Chunks:
    return [(0, request.honest[:1]), (0.01, request.honest[1:9]), (0.01, request.honest[9:])]


def late(seconds: float) -> Mood:
    return lambda request: [(seconds, request.honest)]


def twice(seconds: float) -> Mood:
    return lambda request: [(0, request.honest), (seconds, request.honest)]


def exception(code: int) -> Mood:
    def answer(request: Request) -> Chunks:
        frame = bytes([request.unit, request.function | 0x80, code])
        return [(0, frame + crc(frame))]

    return answer


class LyingSlave:
    """One line with any number of units. `words[unit][function]` maps an address to a word; a hole reads as zero."""

    def __init__(self, folder: Path, name: str = "ttyMETER") -> None:
        self.path = folder / name
        self.words: dict[int, dict[int, dict[int, int]]] = {}
        self.unknown: set[tuple[int, int]] = set()  # (unit, function): exception 2
        self.moods: deque[Mood] = deque()
        self.usual: Mood = honest
        self.requests: list[Request] = []
        self.asked = threading.Event()
        self.gaps: list[float] = []  # silence before each request
        self._spoke_at = 0.0
        self._master = self._slave = -1
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def unit(self, unit: int, function: int, address: int, *values: float) -> None:
        """Set float32 values from an address on."""
        bank = self.words.setdefault(unit, {}).setdefault(function, {})
        for value in values:
            bank[address], bank[address + 1] = float32(value)
            address += 2

    def plug(self) -> None:
        """The port appears under its name."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(self._master,), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """The port vanishes under whoever has it open."""
        if self._thread is None:
            return
        self._stop.set()
        self._thread.join(5)
        self._thread = None
        os.close(self._master)
        os.close(self._slave)
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> LyingSlave:
        self.plug()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.unplug()

    def babble(self, chunk: bytes) -> None:
        """Bytes that nobody asked for."""
        os.write(self._master, chunk)

    def _run(self, master: int) -> None:
        buffer = b""
        with contextlib.suppress(OSError):
            while not self._stop.is_set():
                if not select.select([master], [], [], 0.02)[0]:
                    continue
                if not buffer:
                    self.gaps.append(time.monotonic() - self._spoke_at)
                buffer += os.read(master, 256)
                while len(buffer) >= 8:  # every read request has 8 bytes
                    self._take(master, buffer[:8])
                    buffer = buffer[8:]

    def _take(self, master: int, raw: bytes) -> None:
        assert crc(raw[:-2]) == raw[-2:], f"the master sent a broken frame: {raw.hex()}"
        unit, function, address, count = struct.unpack(">BBHH", raw[:6])
        if unit not in self.words:
            return
        request = Request(raw, unit, function, address, count, self._honest(unit, function, address, count))
        self.requests.append(request)
        self.asked.set()
        mood = self.moods.popleft() if self.moods else self.usual
        for seconds, chunk in mood(request):
            if self._stop.wait(seconds):
                return
            os.write(master, chunk)
        self._spoke_at = time.monotonic()

    def _honest(self, unit: int, function: int, address: int, count: int) -> bytes:
        if (unit, function) in self.unknown or function not in (3, 4):
            frame = bytes([unit, function | 0x80, 2 if function in (3, 4) else 1])
            return frame + crc(frame)
        bank = self.words[unit].get(function, {})
        data = b"".join(struct.pack(">H", bank.get(address + index, 0)) for index in range(count))
        frame = bytes([unit, function, len(data)]) + data
        return frame + crc(frame)
