"""The library's WebSocket, with what a charging station needs otherwise.

Its bytes pass through the frame cutter, so that an oversized message does not close the link; their arrival is noted,
since any byte is a sign of life; it follows no redirect; a peer that never closes TCP is not waited for.
"""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response
from websockets.protocol import State

from agent.ocpp.endpoint import MAX_MESSAGE_BYTES
from agent.ocpp.framecut import FrameCut

_HEADER_END = b"\r\n\r\n"
_MAX_REASON_BYTES = 123  # RFC 6455 section 5.5: 125 with the code


class Refused(Exception):
    """An HTTP answer that is no upgrade. Not the library's own exception, which makes it follow redirects."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response = response


class WebSocket(ClientConnection):
    """The library's connection, with its bytes passed through the frame cutter and their arrival noted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cut = FrameCut(MAX_MESSAGE_BYTES)
        self.heard = 0  # how often bytes arrived
        self.lost_by: BaseException | None = None
        self._overdue: asyncio.TimerHandle | None = None
        self._head = b""  # the last bytes of the HTTP answer seen, to find its end across chunks

    async def handshake(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().handshake(*args, **kwargs)
        except InvalidStatus as error:
            raise Refused(error.response) from error

    def data_received(self, data: bytes) -> None:
        self.heard += 1
        if self.protocol.state is State.CONNECTING:
            data = self._take_head(data)
        passed = self.cut.feed(data)
        if passed:
            super().data_received(passed)
        if self._overdue is None and self.protocol.close_expected():
            # The library waits for the other end to close TCP, however long that takes, while nobody sends.
            self._overdue = self.loop.call_later(self.close_timeout or 0, self.transport.abort)

    def _take_head(self, data: bytes) -> bytes:
        """Pass the HTTP answer on unchanged; return the frames that follow it in the same chunk."""
        seen = self._head + data
        end = seen.find(_HEADER_END)
        split = len(data) if end < 0 else end + len(_HEADER_END) - len(self._head)
        self._head = seen[-len(_HEADER_END) + 1 :]
        super().data_received(data[:split])
        if self.protocol.state is State.CONNECTING:  # more header to come, or the body of a refusal
            if split < len(data):
                super().data_received(data[split:])
            return b""
        self.cut.cutting = not self.protocol.extensions
        return data[split:]

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost_by = exc
        if self._overdue is not None:
            self._overdue.cancel()
        super().connection_lost(exc)

    async def send_ping(self) -> None:
        """Send a ping without keeping account of its pong."""
        async with self.send_context():
            self.protocol.send_ping(b"")


async def close(websocket: WebSocket, code: int, why: str) -> None:
    """Close with a handshake; when cancelled meanwhile, without. A reason is cut to what a control frame holds."""
    try:
        await websocket.close(code, why.encode()[:_MAX_REASON_BYTES].decode(errors="ignore"))
    except asyncio.CancelledError:
        websocket.transport.abort()
        raise
