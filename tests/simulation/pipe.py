"""One direction of a connection, and the socket that its ends show.

What a program can see of TCP is modelled, not TCP: bytes arrive in order or not at all, a window bounds what is
under way, a lost packet is sent again once the line is whole, and a writer that hears nothing for long enough gives
up. Data for a socket that is closed is answered with a reset.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulation.connection import MemoryTransport
    from tests.simulation.line import Line

WINDOW_BYTES = 256 * 1024
"""What may be under way in one direction: the kernel's buffers of both ends."""


class Flow(Enum):
    """One direction of a line."""

    TO_SERVER = "to server"
    TO_CLIENT = "to client"

    @property
    def back(self) -> Flow:
        """The other direction."""
        return Flow.TO_CLIENT if self is Flow.TO_SERVER else Flow.TO_SERVER


class SimulatedSocket:
    """What `get_extra_info("socket")` gives: options are kept, TCP_USER_TIMEOUT is obeyed, nothing else acts."""

    def __init__(self, family: int, name: Any, peer: Any, credentials: tuple[int, int, int]) -> None:
        self.family = family
        self.type = socket.SOCK_STREAM
        self._name, self._peer, self._credentials = name, peer, credentials
        self._options: dict[tuple[int, int], int | bytes] = {}

    def getsockname(self) -> Any:
        """Own address."""
        return self._name

    def getpeername(self) -> Any:
        """The other end's address."""
        return self._peer

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """Keep an option."""
        self._options[level, option] = value

    def getsockopt(self, level: int, option: int, size: int = 0) -> int | bytes:
        """An option that was set, or the credentials of the peer (SO_PEERCRED: pid, uid, gid)."""
        if (level, option) == (socket.SOL_SOCKET, socket.SO_PEERCRED) and size:
            return struct.pack("3i", *self._credentials)
        return self._options.get((level, option), 0)

    @property
    def user_timeout_ms(self) -> int | None:
        """TCP_USER_TIMEOUT (RFC 5482), None if it was not set."""
        value = self._options.get((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))
        return value if isinstance(value, int) and value > 0 else None


class Pipe:
    """One direction of a connection. Keeps order; counts what the receiver has not read yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop, line: Line, flow: Flow, number: int) -> None:
        self.sender: MemoryTransport
        self.receiver: MemoryTransport
        self.line = line
        self.unread_bytes = 0
        self._loop, self._flow, self._number = loop, flow, number
        self._travelling: deque[bytes | None] = deque()  # None is the end of the stream
        self._arrived: deque[bytes | None] = deque()
        self._lost_arrivals = 0
        self._last_arrival_s = 0.0
        self._line_free_s = 0.0
        self._silent_since_s: float | None = None
        self._patience: asyncio.TimerHandle | None = None

    @property
    def room_bytes(self) -> int:
        """How much the sender may put under way now."""
        return max(0, WINDOW_BYTES - self.unread_bytes)

    def send(self, item: bytes | None) -> None:
        """Put bytes, or the end of the stream, under way."""
        size = len(item) if item is not None else 0
        self.unread_bytes += size
        self._travelling.append(item)
        sent_s = self._loop.time()
        if self.line.bytes_per_second is not None:
            sent_s = max(sent_s, self._line_free_s) + size / self.line.bytes_per_second
            self._line_free_s = sent_s
        self._schedule(sent_s + self.line.draw_latency_s())

    def _schedule(self, at_s: float) -> None:
        self._last_arrival_s = max(at_s, self._last_arrival_s)
        self._loop.call_at(self._last_arrival_s, self._arrive, context=self.line.network.context)

    def _arrive(self) -> None:
        # Any arrival takes the head of the queue: timers of equal time may fire in any order.
        if self.line.is_cut(self._flow) or not self.receiver.process.powered:
            self._lost_arrivals += 1
            self._wait_for_answer()
            return
        self._silent_since_s = None
        self._arrived.append(self._travelling.popleft())
        self.deliver()

    def deliver(self) -> None:
        """Hand what has arrived to a receiver that reads; a closed socket answers data with a reset."""
        receiver = self.receiver
        while self._arrived and (receiver.is_reading() or receiver.is_gone):
            item = self._arrived.popleft()
            if item is not None:
                self.unread_bytes -= len(item)
            if receiver.is_gone:
                if item is not None:
                    receiver.outgoing.reset()  # RFC 9293 §3.10.7.1 and RFC 2525 §2.17 (unread data)
            elif item is None:
                receiver.end_of_stream()
            else:
                self.line.network.observe(self._number, self._flow, item)
                receiver.feed(item)
                self.sender.drained()

    def reset(self) -> None:
        """Break the receiver after the way there. A reset is not sent twice: a cut line swallows it."""
        if not self.line.is_cut(self._flow):
            context = self.line.network.context
            self._loop.call_later(self.line.draw_latency_s(), self._arrive_reset, context=context)

    def _arrive_reset(self) -> None:
        if not self.line.is_cut(self._flow):
            self.receiver.fail(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))

    def retransmit(self) -> None:
        """The line is whole again: what was lost arrives, in order."""
        lost, self._lost_arrivals = self._lost_arrivals, 0
        for _ in range(lost):
            self._schedule(self._loop.time() + self.line.draw_latency_s())

    def _wait_for_answer(self) -> None:
        now = self._loop.time()
        if self._silent_since_s is None:
            self._silent_since_s = now
        if self._patience is None and not self.sender.is_gone:
            timeout_ms = self.sender.socket.user_timeout_ms or self.line.give_up_ms
            give_up_s = self._silent_since_s + timeout_ms / 1000
            context = self.line.network.context
            self._patience = self._loop.call_at(max(now, give_up_s), self._give_up, context=context)

    def _give_up(self) -> None:
        due_s = self._patience.when() if self._patience is not None else 0.0
        self._patience = None
        if self._silent_since_s is None:
            return
        timeout_ms = self.sender.socket.user_timeout_ms or self.line.give_up_ms
        if self._silent_since_s + timeout_ms / 1000 > due_s:
            self._wait_for_answer()  # it answered in between and fell silent again
        else:
            self.sender.fail(TimeoutError(errno.ETIMEDOUT, "Connection timed out"))
