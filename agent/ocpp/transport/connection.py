"""An open connection to the CSMS: messages in and out, our pings, and how it ends.

`receive` and `send` raise `ConnectionEnded`, and nothing else, once it is over. There are no tasks in here: our pings
are sent by whoever waits in `receive`, so keep one task there. Everything may be cancelled.

- Any byte from the other end counts as life, not the pong alone, and so does a message that waited for its reader. A
  ping goes out each `ping_interval_ms`; silence for `pong_timeout_ms` after it aborts the connection.
- An oversized message arrives cut (see `framecut`) instead of closing the link; text that is not UTF-8 arrives with
  replacement characters. Both are for the RPC layer to answer. Binary messages arrive as bytes.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum

from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from agent.ocpp.endpoint import Endpoint
from agent.ocpp.framecut import TEXT
from agent.ocpp.liveness import Pings
from agent.ocpp.transport.websocket import WebSocket, close


class EndKind(StrEnum):
    """How a connection came to its end."""

    PEER = "peer"  # the CSMS closed it
    OURS = "ours"  # we closed it
    SILENT = "silent"  # no sign of life after a ping
    LOST = "lost"  # TCP or TLS broke
    PROTOCOL = "protocol"  # the CSMS broke the WebSocket protocol (RFC 6455), or a compressed message was too big


class ConnectionEnded(Exception):
    """The connection is over. `code` is the close code (1006 if there was no closing handshake)."""

    def __init__(self, kind: EndKind, code: int, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.code = code
        self.why = why


class Connection:
    """An open connection with an agreed OCPP version. One task at a time in `receive`; any number in `send`."""

    def __init__(self, websocket: WebSocket, endpoint: Endpoint, subprotocol: str) -> None:
        self.subprotocol = subprotocol
        self._socket = websocket
        self._loop = asyncio.get_running_loop()
        interval = endpoint.ping_interval_ms / 1000
        self._pings = Pings(interval, endpoint.pong_timeout_ms / 1000, self._loop.time() + interval)
        self._waiting: asyncio.Timeout | None = None
        self._end: tuple[EndKind, str] | None = None  # what we know better than the library

    async def receive(self) -> str | bytes:
        """The next message, text as str and binary as bytes; beyond `MAX_MESSAGE_BYTES` it is cut.

        Raises ConnectionEnded.
        """
        while True:
            deadline = self._pings.deadline(self._socket.heard)
            if deadline is not None and self._loop.time() >= deadline:
                await self._probe()
                continue
            try:
                async with asyncio.timeout_at(deadline) as self._waiting:
                    data = await self._socket.recv(decode=False)
            except TimeoutError:
                continue
            except ConnectionClosed as error:
                raise self._ended(error) from error
            finally:
                self._waiting = None
            self._socket.heard += 1  # it may have waited here for its turn, with the reading held
            return data.decode(errors="replace") if self._socket.cut.kinds.popleft() == TEXT else data

    async def send(self, message: str | bytes) -> None:
        """Send one text message; bytes must be UTF-8. Waits while the write buffer is full. Raises ConnectionEnded."""
        try:
            await self._socket.send(message, text=True)
        except ConnectionClosed as error:
            raise self._ended(error) from error

    async def close(self, code: int = 1000, why: str = "") -> None:
        """Close with a handshake, at most `close_timeout_ms` long. Closing twice does no harm."""
        if self._end is None and self._socket.protocol.state is State.OPEN:
            self._end = (EndKind.OURS, why or "closed by the station")
        await close(self._socket, code, why)

    def abort(self, why: str) -> None:
        """Drop the connection at once, without a handshake."""
        if self._end is None and self._socket.protocol.state is State.OPEN:
            self._end = (EndKind.OURS, why)
        self._socket.transport.abort()

    def set_ping_interval(self, interval_ms: int) -> None:
        """Change WebSocketPingInterval of the running connection; 0 turns pings off."""
        self._pings.restart(interval_ms / 1000, self._loop.time())
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(self._pings.deadline(self._socket.heard))

    async def _probe(self) -> None:
        """A deadline passed: send a ping, or give the silent peer up."""
        pings = self._pings
        if pings.dead(self._loop.time(), self._socket.heard):
            self._give_up()
            return
        pings.sent(self._loop.time(), self._socket.heard)
        try:
            async with asyncio.timeout(pings.timeout):  # a full write buffer is silence as well
                await self._socket.send_ping()
        except TimeoutError:
            self._give_up()
        except ConnectionClosed as error:
            raise self._ended(error) from error

    def _give_up(self) -> None:
        self._end = (EndKind.SILENT, f"no sign of life from the CSMS within {self._pings.timeout:g} s after a ping")
        self._pings.interval = 0
        self._socket.transport.abort()

    def _ended(self, error: ConnectionClosed) -> ConnectionEnded:
        code = error.rcvd.code if error.rcvd else error.sent.code if error.sent else 1006
        if self._end is not None:
            return ConnectionEnded(self._end[0], code, self._end[1])
        if error.rcvd is not None:
            reason = f": {error.rcvd.reason}" if error.rcvd.reason else ""
            return ConnectionEnded(EndKind.PEER, code, f"the CSMS closed the connection ({code}{reason})")
        if error.sent is not None:
            return ConnectionEnded(EndKind.PROTOCOL, code, f"the WebSocket protocol was broken ({error.sent.reason})")
        cause = f": {error.__cause__}" if isinstance(error.__cause__, OSError) else ""
        return ConnectionEnded(EndKind.LOST, 1006, f"the connection broke{cause}")
