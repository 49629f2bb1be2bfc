"""Connections of the in-memory network: two transports joined by two pipes.

A slow reader or a cut line fills the writer's buffer and pauses its protocol. Close, half-close and abort end a
stream as the kernel does.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterable
from contextvars import Context
from dataclasses import dataclass

from tests.simulation.pipe import Pipe, SimulatedSocket
from tests.simulation.process import Process, owner

WRITE_HIGH_BYTES = 64 * 1024
"""Default high-water mark of asyncio's transports."""


class MemoryTransport(asyncio.Transport):
    """One end of a connection, as asyncio's protocols see it."""

    _start_tls_compatible = True  # asked by `loop.start_tls`

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        outgoing: Pipe,
        incoming: Pipe,
        context: Context,
        info: SimulatedSocket,
    ) -> None:
        extra = {"socket": info, "sockname": info.getsockname(), "peername": info.getpeername()}
        super().__init__(extra)
        self.socket = info
        self.context = context
        self.process: Process = owner(context)
        self.is_gone = False  # the protocol was told, or its process is dead
        self.outgoing = outgoing
        self._loop, self._incoming = loop, incoming
        outgoing.sender = incoming.receiver = self
        self._protocol: asyncio.BaseProtocol | None = None
        self._reading_paused = True
        self._closing = False
        self._eof_wanted = False
        self._eof_sent = False
        self._buffer = bytearray()
        self._high_bytes, self._low_bytes = WRITE_HIGH_BYTES, WRITE_HIGH_BYTES // 4
        self._writing_paused = False

    def start(self, protocol: asyncio.BaseProtocol) -> None:
        """Give the transport its protocol and begin to read. Called in the transport's context."""
        self._protocol = protocol
        self._reading_paused = False
        protocol.connection_made(self)
        self._loop.call_soon(self._incoming.deliver, context=self.outgoing.line.network.context)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The current protocol."""
        assert self._protocol is not None, "the connection has not begun"
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Change the protocol (a TLS upgrade)."""
        self._protocol = protocol

    # Reading

    def is_reading(self) -> bool:
        """Whether arrived bytes are handed on."""
        return not (self._reading_paused or self._closing or self.is_gone)

    def pause_reading(self) -> None:
        """Leave arriving bytes in the window."""
        self._reading_paused = True

    def resume_reading(self) -> None:
        """Take up reading."""
        if self._reading_paused:
            self._reading_paused = False
            self._loop.call_soon(self._incoming.deliver, context=self.outgoing.line.network.context)

    def feed(self, data: bytes) -> None:
        """Bytes for the protocol. An exception of the protocol ends the connection, as asyncio has it."""
        protocol = self.get_protocol()
        try:
            if isinstance(protocol, asyncio.BufferedProtocol):
                self.context.run(_feed_buffered, protocol, data)
            elif isinstance(protocol, asyncio.Protocol):
                self.context.run(protocol.data_received, data)
        except Exception as error:
            message = "Fatal error: protocol.data_received() call failed."
            self._loop.call_exception_handler({"message": message, "exception": error, "transport": self})
            self.fail(error)

    def end_of_stream(self) -> None:
        """The other end has finished. A protocol that does not ask to stay open is closed."""
        protocol = self.get_protocol()
        assert isinstance(protocol, asyncio.Protocol | asyncio.BufferedProtocol)
        if not self.context.run(protocol.eof_received):
            self.close()

    # Writing

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Queue bytes; what the window has room for goes at once."""
        if self._eof_wanted:
            raise RuntimeError("Cannot call write() after write_eof()")
        if self._closing or self.is_gone or not data:
            return
        self._buffer += data
        self._flush()
        if len(self._buffer) > self._high_bytes and not self._writing_paused:
            self._writing_paused = True
            self._writing_protocol().pause_writing()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Queue several pieces as one."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """TCP and unix streams can be half closed."""
        return True

    def write_eof(self) -> None:
        """End the own direction once the buffer has gone."""
        if not self._eof_wanted and not self._closing:
            self._eof_wanted = True
            self._flush()

    def get_write_buffer_size(self) -> int:
        """Bytes that found no room in the window."""
        return len(self._buffer)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Low and high water."""
        return self._low_bytes, self._high_bytes

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks at which the protocol is paused and resumed."""
        if high is None:
            high = WRITE_HIGH_BYTES if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high_bytes, self._low_bytes = high, low

    def drained(self) -> None:
        """The receiver has read: there is room again."""
        if self.is_gone:
            return
        self._flush()
        if self._writing_paused and len(self._buffer) <= self._low_bytes:
            self._writing_paused = False
            self._loop.call_soon(self._writing_protocol().resume_writing, context=self.context)

    def _writing_protocol(self) -> asyncio.BaseProtocol:
        assert self._protocol is not None
        return self._protocol

    def _flush(self) -> None:
        segment = self.outgoing.line.segment_bytes
        while self._buffer and (size := min(len(self._buffer), self.outgoing.room_bytes, segment)):
            chunk = bytes(self._buffer[:size])
            del self._buffer[:size]
            self.outgoing.send(chunk)
        if self._buffer:
            return
        if self._eof_wanted or self._closing:
            self._send_eof()
        if self._closing:
            self._loop.call_soon(self._lose, None, context=self.context)

    def _send_eof(self) -> None:
        if not self._eof_sent:
            self._eof_sent = True
            self.outgoing.send(None)

    # Ending

    def is_closing(self) -> bool:
        """Whether the connection is ending or has ended."""
        return self._closing or self.is_gone

    def close(self) -> None:
        """Send what is queued, then end. The protocol is told when the queue is empty."""
        if self._closing or self.is_gone:
            return
        self._closing = True
        self._flush()

    def abort(self) -> None:
        """Drop what is queued and end."""
        if self.is_gone:
            return
        self._buffer.clear()
        self._closing = True
        self._flush()

    def fail(self, error: Exception | None) -> None:
        """The connection broke: the protocol gets `error`, nothing more is sent."""
        if self.is_gone:
            return
        self._buffer.clear()
        self._closing = self._eof_sent = True
        self._loop.call_soon(self._lose, error, context=self.context)

    _force_close = fail  # what asyncio's TLS protocol calls on a fatal error

    def _lose(self, error: Exception | None) -> None:
        if self.is_gone:
            return
        self.is_gone = True
        self._incoming.deliver()
        if self._protocol is not None:  # else it broke before it began
            self._protocol.connection_lost(error)

    def vanish(self, *, kernel_lives: bool) -> None:
        """The process is dead: its protocol hears nothing. A kernel that lives tells the peer."""
        if self.is_gone:
            return
        self._buffer.clear()
        self.is_gone = self._closing = True
        if kernel_lives:
            self._send_eof()
            self._incoming.deliver()


def _feed_buffered(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        buffer = memoryview(protocol.get_buffer(len(rest)))
        size = min(len(buffer), len(rest))
        buffer[:size] = rest[:size]
        protocol.buffer_updated(size)
        rest = rest[size:]


@dataclass(eq=False)
class Connection:
    """Two transports and what belongs to them."""

    number: int
    client: MemoryTransport
    server: MemoryTransport

    def reset(self) -> None:
        """Break both ends now."""
        for end in (self.client, self.server):
            end.fail(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))

    def retransmit(self) -> None:
        """Send again what was lost, both ways."""
        self.client.outgoing.retransmit()
        self.server.outgoing.retransmit()

    @property
    def is_over(self) -> bool:
        """Both ends are gone."""
        return self.client.is_gone and self.server.is_gone
