"""Makes the connection to the CSMS, over TCP or TLS, or says why there is none.

`Transport.connect` gives a `Connection` or raises `ConnectFailed`, which says in plain words what is wrong. No redirect
is followed and no proxy of the environment is used: the credentials go to the configured address alone.
"""

from __future__ import annotations

import logging
import socket
from typing import Any

from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import InvalidHandshake, InvalidURI, NegotiationError
from websockets.typing import Subprotocol

from agent.ocpp.endpoint import MAX_MESSAGE_BYTES, Endpoint, FailureKind
from agent.ocpp.liveness import watch_tcp
from agent.ocpp.refusal import ConnectFailed, by_error, by_handshake, by_silence, by_status
from agent.ocpp.tls import TlsContexts, TlsFileError
from agent.ocpp.transport.connection import Connection
from agent.ocpp.transport.websocket import Refused, WebSocket, close

# The library logs headers, credentials included, and frames when its logger is at DEBUG; so this one never is.
_log = logging.getLogger(__name__)
_LIBRARY_LOG = logging.getLogger("agent.ocpp.websockets")
_LIBRARY_LOG.setLevel(logging.WARNING)

# With compression a message can only be bounded by failing the connection, so the bound is wider.
_MAX_COMPRESSED_BYTES = 4 * MAX_MESSAGE_BYTES
# Frames held for the reader before the TCP window closes.
_MAX_QUEUE = 8
_PROTOCOL_ERROR = 1002


class Transport:
    """Makes connections; keeps the TLS contexts between them."""

    def __init__(self) -> None:
        self._contexts = TlsContexts()
        self._family = socket.AF_UNSPEC

    async def connect(self, endpoint: Endpoint) -> Connection:
        """Connect to a CSMS. Raises ConnectFailed; a cancelled attempt leaves nothing behind."""
        made: list[WebSocket] = []
        try:
            websocket = await self._open(endpoint, made)
        except Exception as error:
            failed = _explain(endpoint, error, made[-1] if made else None)
            self._choose_family(failed.kind, connected=bool(made))
            raise failed from error
        if websocket.subprotocol is None:
            # OCPP-J part 4, 3.2: the CSMS closes by itself in this case; not every one does.
            await close(websocket, _PROTOCOL_ERROR, "no OCPP version agreed")
            offered = ", ".join(endpoint.subprotocols)
            why = f"the CSMS chose none of the OCPP versions on offer ({offered})"
            raise ConnectFailed(FailureKind.SUBPROTOCOL, why)
        watch_tcp(websocket.transport, endpoint.pong_timeout_ms)
        return Connection(websocket, endpoint, websocket.subprotocol)

    async def _open(self, endpoint: Endpoint, made: list[WebSocket]) -> WebSocket:
        def make(*args: Any, **kwargs: Any) -> WebSocket:
            made.append(WebSocket(*args, **kwargs))
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


def _explain(endpoint: Endpoint, error: Exception, websocket: WebSocket | None) -> ConnectFailed:
    """Make the reason out of whatever the attempt raised."""
    lost_by = websocket.lost_by if websocket else None
    if isinstance(error, TlsFileError):
        return ConnectFailed(FailureKind.SETTINGS, str(error))
    if isinstance(error, Refused):
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
