"""The bench's control socket on an asyncio loop; what is said over it is in `hal.mock.conversation`.

A client that breaks the framing or reads too slowly is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from types import TracebackType

from hal.guard.stream import clear
from hal.mock.bench import Bench
from hal.mock.conversation import MAX_CLIENTS, MAX_LINE_BYTES, Conversation, busy_line

MAX_BUFFER_BYTES = 1024 * 1024  # answers and events that a client has not read


class _Connection(asyncio.Protocol):
    """Frames lines between a transport and a conversation."""

    def __init__(self, server: BenchServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._talk: Conversation | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here; one too many is told and dropped."""
        if not isinstance(transport, asyncio.Transport):
            raise AssertionError("a stream transport is needed")
        self._transport = transport
        self._talk = Conversation(self._server.bench, self._send, transport.close)
        if not self._server.admit(self):
            self._send(busy_line())
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Bytes of any length; a line may come in pieces, and several at once."""
        if self._transport is None or self._talk is None:
            return
        self._buffer += data
        while not self._transport.is_closing():
            end = self._buffer.find(b"\n")
            if end > MAX_LINE_BYTES or (end < 0 and len(self._buffer) > MAX_LINE_BYTES):
                self._buffer.clear()
                self._talk.too_long()
                return
            if end < 0:
                return
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            if line.strip():
                self._talk.receive(line)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client left."""
        self._server.leave(self)
        if self._talk is not None:
            self._talk.closed()

    def drop(self) -> None:
        """The server closes."""
        if self._transport is not None:
            self._transport.abort()

    def _send(self, line: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > MAX_BUFFER_BYTES:
            transport.abort()
        else:
            transport.write(line)


class BenchServer:
    """Serves a bench at `path`. Use `async with`, or `start` and `close`."""

    def __init__(self, bench: Bench, path: str, mode: int = 0o660) -> None:
        self.bench = bench
        self._path = path
        self._mode = mode
        self._clients: set[_Connection] = set()
        self._server: asyncio.AbstractServer | None = None

    async def start(self) -> None:
        """Listen. Raises OSError with the reason if the path cannot be used."""
        loop = asyncio.get_running_loop()
        clear(self._path)  # asyncio would take it away from a bench that lives
        self._server = await loop.create_unix_server(lambda: _Connection(self), self._path)
        os.chmod(self._path, self._mode)

    def close(self) -> None:
        """Stop listening and drop every client."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for client in tuple(self._clients):
            client.drop()
        with contextlib.suppress(OSError):
            os.unlink(self._path)

    def admit(self, client: _Connection) -> bool:
        """Whether there is room for one more."""
        if len(self._clients) >= MAX_CLIENTS:
            return False
        self._clients.add(client)
        return True

    def leave(self, client: _Connection) -> None:
        """One less."""
        self._clients.discard(client)

    async def __aenter__(self) -> BenchServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
