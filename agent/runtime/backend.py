"""The shell around one CSMS: connections made as the link's policy says, frames to and from the peer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from agent.core.events import AnyEvent, LinkClosed, LinkOpened, LinkRefused
from agent.ocpp import link_vocabulary as lv
from agent.ocpp.backoff import BackOffSettings, RandomSource
from agent.ocpp.endpoint import Endpoint, FailureKind
from agent.ocpp.link import Link
from agent.ocpp.peer import Peer
from agent.ocpp.refusal import ConnectFailed
from agent.ocpp.step import Step
from agent.ocpp.transport.client import Transport
from agent.ocpp.transport.connection import Connection, ConnectionEnded, EndKind
from agent.variables import names
from agent.variables.registry import Registry

log = logging.getLogger(__name__)

MAX_QUEUED_FRAMES = 1000
UNTAKEN_FRAMES = 100  # with so many waiting to leave, nothing more is read


def in_force(endpoint: Endpoint, registry: Registry) -> Endpoint:
    """A connection profile with what was written over it since: the password (A01.FR.03) and the ping interval."""
    ping_interval_ms = endpoint.ping_interval_ms
    if registry.has(names.WEB_SOCKET_PING_INTERVAL):
        ping_interval_ms = registry.integer(names.WEB_SOCKET_PING_INTERVAL) * 1000
    password = registry.secret(names.BASIC_AUTH) or endpoint.password
    return replace(endpoint, password=password, ping_interval_ms=ping_interval_ms)


class Backend:
    """Keeps the link to the CSMS. `done` takes every step of the peer: the runtime saves, posts and calls `send`."""

    def __init__(
        self,
        peer: Peer,
        endpoints: Callable[[], Mapping[int, Endpoint]],
        post: Callable[[AnyEvent], None],
        done: Callable[[Step], None],
        mono_ms: Callable[[], int],
        *,
        random: RandomSource,
        back_off: BackOffSettings | None = None,
    ) -> None:
        self._peer = peer
        self._endpoints = endpoints
        self._post = post
        self._done = done
        self._mono_ms = mono_ms
        self._transport = Transport()
        self._link = Link(tuple(endpoints()), random, back_off)
        self._actions: asyncio.Queue[lv.Event] = asyncio.Queue()
        self._out: asyncio.Queue[bytes | None] = asyncio.Queue()  # None: all that was to leave has left
        self._room = asyncio.Event()  # in that queue
        self._connection: Connection | None = None
        self._attempt: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.version = ""
        self.why_down = "not connected yet"

    @property
    def up(self) -> bool:
        return self._connection is not None

    @property
    def state(self) -> str:
        """The link in one word, for people: connected, connecting, waiting, offline …"""
        return "connected" if self.up else self._link.state.name.lower()

    def tell(self, event: lv.Event) -> None:
        """Give the policy an event."""
        self._actions.put_nowait(event)

    def network(self, up: bool) -> None:
        """The bench's `network.set`."""
        self.tell(lv.NetworkUp() if up else lv.NetworkDown())

    def set_ping_interval(self, interval_ms: int) -> None:
        if self._connection is not None:
            self._connection.set_ping_interval(interval_ms)

    def renew(self) -> None:
        """Connect anew, with the profile as it is now, once everything that waits here has been sent."""
        if self._connection is not None:
            self._out.put_nowait(None)

    def send(self, frames: list[bytes]) -> None:
        """Frames of a step. Beyond the bound the peer reads nothing: the connection is given up."""
        for frame in frames:
            if self._out.qsize() < MAX_QUEUED_FRAMES:
                self._out.put_nowait(frame)
            elif self._connection is not None:
                self._connection.abort("the CSMS takes nothing")

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self.tell(lv.Start())
            while True:
                event = await self._actions.get()
                for action in self._link.handle(event, self._mono_ms()):
                    self._act(action, tasks)

    def _act(self, action: lv.Action, tasks: asyncio.TaskGroup) -> None:
        match action:
            case lv.Connect():
                self._attempt = tasks.create_task(self._connect(action.slot), name="link")
            case lv.Close():
                self._close(action, tasks)
            case lv.WakeAt():
                self._wake(action.at_ms)
            case lv.LinkUp():
                pass  # `_connect` told already, before the first frame could arrive
            case lv.LinkDown():
                self.why_down = action.why
            case lv.AttemptFailed():
                self.why_down = action.why
                log.warning(
                    "connection failed", extra={"kind": action.kind.value, "why": action.why, "wait_ms": action.wait_ms}
                )
                if action.kind.security_event is not None:
                    self._post(LinkRefused(kind=action.kind.security_event, info=action.why))

    def _close(self, action: lv.Close, tasks: asyncio.TaskGroup) -> None:
        if self._connection is not None:
            tasks.create_task(self._connection.close(action.code, action.why), name="close")
        elif self._attempt is not None:
            self._attempt.cancel()

    def _wake(self, at_ms: int | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at_ms is not None:
            loop = asyncio.get_running_loop()
            delay = max(at_ms - self._mono_ms(), 0) / 1000
            self._timer = loop.call_later(delay, self.tell, lv.TimerFired())

    async def _connect(self, slot: int) -> None:
        endpoint = self._endpoints()[slot]
        try:
            connection = await self._transport.connect(endpoint)
        except ConnectFailed as failure:
            self.tell(lv.Failed(failure.kind, failure.why, failure.retry_after_ms))
            return
        except asyncio.CancelledError:
            self.tell(lv.Failed(FailureKind.CANCELLED, "given up"))
            raise
        self._connection = connection
        self._out = asyncio.Queue()
        self.tell(lv.Opened(connection.subprotocol))
        self.version = self._peer.opened(connection.subprotocol)
        log.info("connected", extra={"version": self.version, "slot": slot})
        self._post(LinkOpened(version=self.version, slot=slot))
        self._done(self._peer.tick(self._mono_ms()))  # what waited for a link may leave
        await self._converse(connection, endpoint.pong_timeout_ms / 1000)

    async def _converse(self, connection: Connection, patience_s: float) -> None:
        end: ConnectionEnded | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(self._sending(connection), name="sender")
                end = await self._receiving(connection, sender, patience_s)
                sender.cancel()
        finally:
            self._connection = None
            why = str(end) if end is not None else "cancelled"
            self._done(self._peer.closed(self._mono_ms()))
            self._post(LinkClosed(why=why))
        log.info("connection over", extra={"why": why})
        silent = end.kind is EndKind.SILENT
        self.tell(lv.PongTimeout(why) if silent else lv.Closed(why, end.code))

    async def _receiving(
        self, connection: Connection, sender: asyncio.Task[None], patience_s: float
    ) -> ConnectionEnded:
        while True:
            try:
                message = await connection.receive()
            except ConnectionEnded as end:
                return end
            self._done(self._peer.receive(message, self._mono_ms()))
            await asyncio.sleep(0)  # many arrive in one piece: core and sender have their turn between them
            if self._out.qsize() >= UNTAKEN_FRAMES and not sender.done():
                await self._keep_pace(connection, patience_s)

    async def _keep_pace(self, connection: Connection, patience_s: float) -> None:
        """Read on when the CSMS has taken what waits for it; one that takes nothing for so long is left."""
        self._room.clear()
        try:
            async with asyncio.timeout(patience_s):
                await self._room.wait()
        except TimeoutError:
            connection.abort("the CSMS takes nothing")

    async def _sending(self, connection: Connection) -> None:
        try:
            while (frame := await self._out.get()) is not None:
                await connection.send(frame)
                if self._out.qsize() < UNTAKEN_FRAMES:
                    self._room.set()
            self.tell(lv.ProfilesChanged(tuple(self._endpoints())))  # what comes now leaves by the next connection
        except ConnectionEnded:
            pass  # the receiving side tells
        finally:
            self._room.set()
