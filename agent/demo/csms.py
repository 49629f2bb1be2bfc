"""A CSMS on the `ocpp` package: the other side of the demo and of the tests, so that both ends are never our own code.

Frames are parsed, validated and answered by the package; this module only says what to answer, remembers what came, and
lets the one who drives it change answers, hold them back, refuse, or send frames of their own.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from ocpp.charge_point import camel_to_snake_case
from ocpp.exceptions import OCPPError
from ocpp.routing import create_route_map
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from agent.demo.journal import Journal, Payload

Answer = Payload | Exception | None
Handler = Callable[[Payload], Answer | Awaitable[Answer]]

_PACKAGES = {"ocpp1.6": "ocpp.v16", "ocpp2.0.1": "ocpp.v201", "ocpp2.1": "ocpp.v21"}


class CallRefused(Exception):
    """The station answered a call with a CALLERROR."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


class Refuse(OCPPError):  # type: ignore[misc] # the package carries no types
    """Raised (or returned) by a handler: answer with this CALLERROR."""

    default_description = ""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(description)
        self.code = code


class _Wire:
    """The connection as the `ocpp` package sees it; frames pass through and are remembered on the way."""

    def __init__(self, csms: Csms, socket: ServerConnection, number: int) -> None:
        self._csms = csms
        self._socket = socket
        self._number = number

    async def recv(self) -> str:
        while True:
            message = await self._socket.recv()
            text = message if isinstance(message, str) else message.decode(errors="replace")
            self._csms.note("station", self._number, self._socket.subprotocol or "", text)
            if not self._csms._swallowed(text):
                return text

    async def send(self, message: str) -> None:
        self._csms.note("csms", self._number, self._socket.subprotocol or "", message)
        await self._socket.send(message)


class Csms(Journal):
    """One operator's backend for any number of stations; with one station `call` needs no identity."""

    def __init__(
        self,
        *,
        subprotocols: tuple[str, ...] = ("ocpp2.0.1", "ocpp1.6"),
        passwords: dict[str, str] | None = None,
        now: Callable[[], datetime] | None = None,
        heartbeat_s: int = 300,
        response_timeout_s: float = 30,
    ) -> None:
        super().__init__()
        self.subprotocols = subprotocols
        self.passwords = passwords
        self.heartbeat_s = heartbeat_s
        self.response_timeout_s = response_timeout_s
        self.handlers: dict[str, Handler] = {}
        self.stations: dict[str, Any] = {}
        self.sockets: dict[str, ServerConnection] = {}
        self.connections = 0
        self.requests: list[Request] = []  # of each handshake
        self.refuse_handshake: int | None = None  # an HTTP status to answer handshakes with
        self._now = now or (lambda: datetime.now(UTC))
        self._silent: dict[str, int | None] = {}
        self._transaction_ids = 0
        self._server: Server | None = None

    # Serving

    async def start(self, host: str = "127.0.0.1", port: int = 0, **options: Any) -> int:
        """Listen; gives the port."""
        self._server = await serve(
            self._serve,
            host,
            port,
            subprotocols=list(self.subprotocols),  # type: ignore[arg-type] # plain strings are NewType'd there
            process_request=self._admit,
            ping_interval=None,
            max_size=4 << 20,
            **options,
        )
        for socket in self._server.sockets:
            return int(socket.getsockname()[1])
        return port

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def run(self, host: str = "127.0.0.1", port: int = 0, **options: Any) -> None:
        """Serve until cancelled."""
        await self.start(host, port, **options)
        try:
            await asyncio.Event().wait()
        finally:
            await self.stop()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if self.refuse_handshake is not None:
            return connection.respond(self.refuse_handshake, "refused\n")
        if self.passwords is not None and not self._knows(request):
            response = connection.respond(401, "who are you?\n")
            response.headers["WWW-Authenticate"] = 'Basic realm="csms"'
            return response
        return None

    def _knows(self, request: Request) -> bool:
        kind, _, credentials = request.headers.get("Authorization", "").partition(" ")
        try:
            identity, _, password = base64.b64decode(credentials).decode().partition(":")
        except ValueError:
            return False
        known = (self.passwords or {}).get(identity)
        return kind == "Basic" and known == password and identity == request.path.rsplit("/", 1)[-1]

    async def _serve(self, socket: ServerConnection) -> None:
        if socket.subprotocol is None or socket.request is None:
            await socket.close(1002, "no OCPP version agreed")
            return
        self.connections += 1
        identity = socket.request.path.rsplit("/", 1)[-1]
        package = importlib.import_module(_PACKAGES[socket.subprotocol])
        station = package.ChargePoint(
            identity, _Wire(self, socket, self.connections), response_timeout=self.response_timeout_s
        )
        actions = [name for name in vars(package.call) if name[0].isupper() and hasattr(package.call_result, name)]
        station.route_map = create_route_map(station) | {
            name: {"_on_action": self._router(station, package, name), "_skip_schema_validation": False}
            for name in actions
        }
        self.stations[identity], self.sockets[identity] = station, socket
        try:
            await station.start()
        except ConnectionClosed:
            pass
        finally:
            if self.sockets.get(identity) is socket:
                del self.sockets[identity], self.stations[identity]

    def _router(self, station: Any, package: Any, action: str) -> Callable[..., Awaitable[Any]]:
        result = getattr(package.call_result, action)
        version = package.__name__.rsplit(".", 1)[-1]

        async def route(*, call_unique_id: str, **_snake: Any) -> Any:
            call = next(c for (_, known), c in reversed(self.pending.items()) if known == call_unique_id)
            handler = self.handlers.get(action)
            answer: Any = handler(call.payload) if handler is not None else self._default(version, action, call.payload)
            if isinstance(answer, Awaitable):
                answer = await answer
            if isinstance(answer, Exception):
                raise answer
            call.answer = answer or {}
            return result(**camel_to_snake_case(answer or {}))

        return route

    # What it answers if nobody says otherwise

    def time(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def _default(self, version: str, action: str, payload: Payload) -> Payload:
        match action:
            case "BootNotification":
                return {"currentTime": self.time(), "interval": self.heartbeat_s, "status": "Accepted"}
            case "Heartbeat":
                return {"currentTime": self.time()}
            case "Authorize":
                return {("idTagInfo" if version == "v16" else "idTokenInfo"): {"status": "Accepted"}}
            case "StartTransaction":
                self._transaction_ids += 1
                return {"transactionId": self._transaction_ids, "idTagInfo": {"status": "Accepted"}}
            case "TransactionEvent":
                return {"idTokenInfo": {"status": "Accepted"}} if "idToken" in payload else {}
            case "DataTransfer":
                return {"status": "UnknownVendorId"}
            case _:
                return {}

    def on(self, action: str, answer: Answer | Handler) -> None:
        """Answer an action with this payload, exception, or what this function gives for the station's payload."""
        self.handlers[action] = answer if callable(answer) else (lambda _payload: answer)

    def silence(self, action: str, times: int | None = None) -> None:
        """Leave an action unanswered, so many times or until `accept`. (The package sees nothing of it: it would not
        read on while an answer is outstanding.)"""
        self._silent[action] = times

    def accept(self, *actions: str) -> None:
        """Back to the default answers."""
        for action in actions or (*self.handlers, *self._silent):
            self.handlers.pop(action, None)
            self._silent.pop(action, None)

    def _swallowed(self, text: str) -> bool:
        try:
            frame = json.loads(text)
        except ValueError:
            return False
        if not (isinstance(frame, list) and len(frame) == 4 and frame[0] == 2 and frame[2] in self._silent):
            return False
        left = self._silent[frame[2]]
        if left is not None:
            self._silent[frame[2]] = left - 1
            if left <= 1:
                del self._silent[frame[2]]
        return True

    # What it says

    def _only(self, identity: str | None) -> str:
        if identity is not None:
            return identity
        if len(self.stations) != 1:
            raise LookupError(f"{len(self.stations)} stations are connected: say which")
        return next(iter(self.stations))

    async def call(self, action: str, payload: Payload | None = None, *, identity: str | None = None) -> Payload:
        """Call the station; gives its answer in camelCase. Raises CallRefused, TimeoutError."""
        name = self._only(identity)
        station = self.stations[name]
        package = importlib.import_module(_PACKAGES[self.sockets[name].subprotocol or ""])
        request = getattr(package.call, action)(**camel_to_snake_case(payload or {}))
        start = len(self.frames)
        unique_id = str(station._unique_id_generator())
        try:
            await station.call(request, suppress=False, unique_id=unique_id)
        except OCPPError as error:
            raise CallRefused(getattr(error, "code", "GenericError"), error.description) from error
        for _, sender, _, text in reversed(list(self.frames)[max(start - 1, 0) :]):
            frame = json.loads(text)
            if sender == "station" and frame[:2] == [3, unique_id]:
                answer: Payload = frame[2]
                return answer
        raise LookupError(f"no answer to {action} on record")

    async def send_raw(self, text: str | bytes, *, identity: str | None = None) -> None:
        """Send a frame that no OCPP package would."""
        socket = self.sockets[self._only(identity)]
        if isinstance(text, str):
            self.note("csms", self.connections, socket.subprotocol or "", text)
        await socket.send(text)

    async def drop(self, *, identity: str | None = None, code: int = 1001) -> None:
        """Close the connection."""
        await self.sockets[self._only(identity)].close(code)
