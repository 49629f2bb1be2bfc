"""The WebSocket to the CSMS. The only file of the daemon that imports websockets.

`Transport.connect` makes a connection or raises `ConnectFailed`, which says in plain words what is wrong. `receive` and
`send` of a `Connection` raise `ConnectionEnded`, and nothing else, once it is over. There are no tasks in here: our
pings are sent by whoever waits in `receive`, so keep one task there. Everything may be cancelled.

What differs from the library's own habits:

- Any byte from the other end counts as life, not the pong alone. A ping goes out each `ping_interval_ms`; silence for
  `pong_timeout_ms` after it aborts the connection.
- An oversized message arrives cut (see `framecut`) instead of closing the link; text that is not UTF-8 arrives with
  replacement characters. Both are for the RPC layer to answer. Binary messages arrive as bytes.
- No redirect is followed and no proxy of the environment is used: the credentials go to the configured address alone.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from enum import StrEnum
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, NegotiationError
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol

from agent.ocpp.endpoint import MAX_MESSAGE_BYTES, Endpoint, FailureKind
from agent.ocpp.framecut import TEXT, FrameCut
from agent.ocpp.liveness import Pings, watch_tcp
from agent.ocpp.refusal import ConnectFailed, by_error, by_handshake, by_silence, by_status
from agent.ocpp.tls import TlsContexts, TlsFileError

# The library logs headers, credentials included, and frames when its logger is at DEBUG; so this one never is.
_log = logging.getLogger(__name__)
_LIBRARY_LOG = logging.getLogger("agent.ocpp.websockets")
_LIBRARY_LOG.setLevel(logging.WARNING)

# With compression a message can only be bounded by failing the connection, so the bound is wider.
_MAX_COMPRESSED_BYTES = 4 * MAX_MESSAGE_BYTES
# Frames held for the reader before the TCP window closes.
_MAX_QUEUE = 8
_HEADER_END = b"\r\n\r\n"
_PROTOCOL_ERROR = 1002
_MAX_REASON_BYTES = 123  # RFC 6455 section 5.5: 125 with the code


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


class _Refused(Exception):
    """An HTTP answer that is no upgrade. Not the library's own exception, which makes it follow redirects."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response = response


class _Socket(ClientConnection):
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
            raise _Refused(error.response) from error

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


class Connection:
    """An open connection with an agreed OCPP version. One task at a time in `receive`; any number in `send`."""

    def __init__(self, websocket: _Socket, endpoint: Endpoint, subprotocol: str) -> None:
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
        await _close(self._socket, code, why)

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


class Transport:
    """Makes connections; keeps the TLS contexts between them."""

    def __init__(self) -> None:
        self._contexts = TlsContexts()
        self._family = socket.AF_UNSPEC

    async def connect(self, endpoint: Endpoint) -> Connection:
        """Connect to a CSMS. Raises ConnectFailed; a cancelled attempt leaves nothing behind."""
        made: list[_Socket] = []
        try:
            websocket = await self._open(endpoint, made)
        except Exception as error:
            failed = _explain(endpoint, error, made[-1] if made else None)
            self._choose_family(failed.kind, connected=bool(made))
            raise failed from error
        if websocket.subprotocol is None:
            # OCPP-J part 4, 3.2: the CSMS closes by itself in this case; not every one does.
            await _close(websocket, _PROTOCOL_ERROR, "no OCPP version agreed")
            offered = ", ".join(endpoint.subprotocols)
            why = f"the CSMS chose none of the OCPP versions on offer ({offered})"
            raise ConnectFailed(FailureKind.SUBPROTOCOL, why)
        watch_tcp(websocket.transport, endpoint.pong_timeout_ms)
        return Connection(websocket, endpoint, websocket.subprotocol)

    async def _open(self, endpoint: Endpoint, made: list[_Socket]) -> _Socket:
        def make(*args: Any, **kwargs: Any) -> _Socket:
            made.append(_Socket(*args, **kwargs))
            return made[-1]

        authorization = endpoint.authorization()
        context = self._contexts.get(endpoint.security_profile, endpoint.tls)
        await open_websocket(
            endpoint.connection_url(),
            subprotocols=[Subprotocol(name) for name in endpoint.subprotocols],
            compression="deflate" if endpoint.compression else None,
            additional_headers={"Authorization": authorization} if authorization else None,
            user_agent_header=endpoint.user_agent,
            proxy=None,
            open_timeout=endpoint.open_timeout_ms / 1000,
            ping_interval=None,  # see Connection.receive
            close_timeout=endpoint.close_timeout_ms / 1000,
            max_size=_MAX_COMPRESSED_BYTES if endpoint.compression else MAX_MESSAGE_BYTES + 1,
            max_queue=_MAX_QUEUE,
            logger=_LIBRARY_LOG,
            create_connection=make,  # type: ignore[arg-type]  # documented: "a wrapper or a subclass"
            family=self._family,
            ssl=context,
        )
        return made[-1]

    def _choose_family(self, failed: FailureKind, connected: bool) -> None:
        """IPv6 may be there and lead nowhere: after an address that swallowed all the time, look for IPv4 ones only."""
        if failed is FailureKind.TIMEOUT and not connected and self._family == socket.AF_UNSPEC:
            self._family = socket.AF_INET
        elif failed in (FailureKind.TIMEOUT, FailureKind.DNS, FailureKind.TCP):
            self._family = socket.AF_UNSPEC


def _explain(endpoint: Endpoint, error: Exception, websocket: _Socket | None) -> ConnectFailed:
    """Make the reason out of whatever the attempt raised."""
    lost_by = websocket.lost_by if websocket else None
    if isinstance(error, TlsFileError):
        return ConnectFailed(FailureKind.SETTINGS, str(error))
    if isinstance(error, _Refused):
        return by_status(error.response.status_code, error.response.headers)
    if isinstance(error, TimeoutError) and error.errno is None:
        return by_silence(endpoint, connected=websocket is not None)
    reason = by_error(endpoint, lost_by or error)  # TLS 1.3 learns only now that our certificate is refused
    if reason is not None:
        return reason
    if isinstance(error, NegotiationError) and "subprotocol" in str(error):
        return ConnectFailed(FailureKind.SUBPROTOCOL, f"the CSMS chose an OCPP version that was not on offer: {error}")
    if isinstance(error, InvalidHandshake):
        if isinstance(error.__cause__, EOFError):
            why = "it closed the connection without an answer"
            if endpoint.secure:
                why += " (after TLS was set up: it may not accept this station's certificate, or want one)"
            return by_handshake(endpoint, why)
        return by_handshake(endpoint, str(error))
    if isinstance(error, InvalidURI | ValueError):
        return ConnectFailed(FailureKind.SETTINGS, f"the address of the CSMS cannot be used: {error}")
    _log.error("an attempt to connect failed in an unforeseen way", exc_info=error)
    return ConnectFailed(FailureKind.INTERNAL, f"{type(error).__name__}: {error}")


async def _close(websocket: _Socket, code: int, why: str) -> None:
    """Close with a handshake; when cancelled meanwhile, without. A reason is cut to what a control frame holds."""
    try:
        await websocket.close(code, why.encode()[:_MAX_REASON_BYTES].decode(errors="ignore"))
    except asyncio.CancelledError:
        websocket.transport.abort()
        raise
