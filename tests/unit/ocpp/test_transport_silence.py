"""How a dead connection is noticed: pings, signs of life, half-open links. In virtual time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from agent.ocpp.endpoint import Endpoint, FailureKind
from agent.ocpp.refusal import ConnectFailed
from agent.ocpp.transport.client import Transport
from agent.ocpp.transport.connection import Connection, ConnectionEnded, EndKind
from tests.simulation.network import Flow
from tests.simulation.simloop import SimLoop, simulate
from tests.unit.ocpp.rawserver import upgrade

ENDPOINT = Endpoint("ws://csms:9000/ocpp", "CS1", ping_interval_ms=30_000, pong_timeout_ms=20_000)


@pytest.fixture
def loop() -> Iterator[SimLoop]:
    with simulate(seed=1) as world:
        yield world


class Counting(ServerConnection):
    """A server's connection that notes when it gets a ping."""

    def process_event(self, event: Any) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            PINGS.append(self.loop.time())
        super().process_event(event)


PINGS: list[float] = []


class Station:
    """Connects and reads for ever; notes what came and how it ended."""

    def __init__(self, loop: SimLoop, endpoint: Endpoint = ENDPOINT, *, pace_s: float = 0) -> None:
        self.loop = loop
        self.pace_s = pace_s  # it takes its time with each message
        self.endpoint = endpoint
        self.connection: Connection | None = None
        self.received: list[str | bytes] = []
        self.ended: tuple[float, ConnectionEnded] | None = None
        self.failed: tuple[float, ConnectFailed] | None = None
        loop.spawn("station", self._main())

    def set_ping_interval(self, interval_ms: int) -> None:
        async def change() -> None:
            assert self.connection is not None
            self.connection.set_ping_interval(interval_ms)

        self.loop.spawn(f"operator {interval_ms}", change())
        self.loop.advance(0)

    async def _main(self) -> None:
        try:
            self.connection = await Transport().connect(self.endpoint)
            while True:
                self.received.append(await self.connection.receive())
                if self.pace_s:
                    await asyncio.sleep(self.pace_s)
        except ConnectFailed as failed:
            self.failed = (self.loop.time(), failed)
        except ConnectionEnded as ended:
            self.ended = (self.loop.time(), ended)


def csms(loop: SimLoop, handler: Callable[[ServerConnection], Awaitable[None]] | None = None) -> None:
    async def stay(connection: ServerConnection) -> None:
        async for _ in connection:
            pass

    async def main() -> None:
        async with serve(
            handler or stay,
            "csms",
            9000,
            subprotocols=[Subprotocol("ocpp1.6")],
            ping_interval=None,
            create_connection=Counting,
        ) as server:
            await server.serve_forever()

    PINGS.clear()
    loop.spawn("csms", main())
    loop.advance(0)


def by_hand(loop: SimLoop, handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        await handler(reader, writer)

    async def main() -> None:
        server = await asyncio.start_server(serve_one, "csms", 9000)
        await server.serve_forever()

    loop.spawn("csms", main())
    loop.advance(0)


def test_pings_go_out_each_interval_and_a_living_peer_keeps_the_link(loop: SimLoop) -> None:
    csms(loop)
    station = Station(loop)
    loop.advance(minutes=10)
    assert station.ended is None
    gaps = [later - earlier for earlier, later in pairwise(PINGS)]
    assert len(PINGS) in (19, 20)
    assert all(29 < gap < 31 for gap in gaps)


def test_a_half_open_link_is_noticed_within_interval_and_timeout(loop: SimLoop) -> None:
    csms(loop)
    station = Station(loop)
    loop.advance(35)  # one ping was answered
    loop.network.line("csms", 9000).cut()
    cut_at = loop.time()
    loop.advance(minutes=2)
    assert station.ended is not None
    noticed_at, ended = station.ended
    assert ended.kind is EndKind.SILENT
    assert ended.why == "no sign of life from the CSMS within 20 s after a ping"
    assert noticed_at - cut_at <= 30 + 20 + 1


def test_a_reader_that_is_behind_takes_its_own_delay_for_no_silence(loop: SimLoop) -> None:
    """All came in one piece, and until it is worked off nothing more is read, pongs included."""

    async def burst(connection: ServerConnection) -> None:
        connection.transport.write(b"\x81\x02{}" * 200)
        await connection.wait_closed()

    csms(loop, burst)
    station = Station(loop, pace_s=1)
    loop.advance(minutes=4)
    assert station.ended is None
    assert len(station.received) == 200


def test_only_answers_lost_is_silence_too(loop: SimLoop) -> None:
    csms(loop)
    station = Station(loop)
    loop.advance(5)
    loop.network.line("csms", 9000).cut(Flow.TO_CLIENT)
    loop.advance(minutes=2)
    assert station.ended is not None
    assert station.ended[1].kind is EndKind.SILENT


def test_any_traffic_counts_as_life(loop: SimLoop) -> None:
    """A peer that never answers a ping but talks is alive."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(7)
            writer.write(b"\x81\x03[2]")

    by_hand(loop, talk)
    station = Station(loop)
    loop.advance(minutes=10)
    assert station.ended is None
    assert len(station.received) == pytest.approx(600 / 7, abs=2)


def test_pings_turned_off(loop: SimLoop) -> None:
    csms(loop)
    station = Station(loop, Endpoint(ENDPOINT.url, "CS1", ping_interval_ms=0))
    loop.advance(hours=1)
    assert PINGS == []
    assert station.ended is None


def test_the_interval_changes_while_the_link_is_up(loop: SimLoop) -> None:
    csms(loop)
    station = Station(loop, Endpoint(ENDPOINT.url, "CS1", ping_interval_ms=0))
    loop.advance(minutes=1)
    station.set_ping_interval(10_000)
    loop.advance(25)
    assert len(PINGS) == 2
    station.set_ping_interval(5_000)
    loop.advance(11)
    assert len(PINGS) == 4
    station.set_ping_interval(0)
    loop.advance(minutes=5)
    assert len(PINGS) == 4


def test_a_link_without_pings_that_sends_is_noticed_by_tcp(loop: SimLoop) -> None:
    csms(loop)
    station = Station(loop, Endpoint(ENDPOINT.url, "CS1", ping_interval_ms=0, pong_timeout_ms=20_000))
    loop.advance(1)
    loop.network.line("csms", 9000).cut()
    assert station.connection is not None
    loop.spawn("sender", station.connection.send("[2]"))
    loop.advance(minutes=1)
    assert station.ended is not None
    assert station.ended[1].kind is EndKind.LOST
    assert station.ended[0] < 25


def test_a_full_write_buffer_does_not_hold_the_ping_up_for_ever(loop: SimLoop) -> None:
    csms(loop)
    station = Station(loop, Endpoint(ENDPOINT.url, "CS1", ping_interval_ms=30_000, pong_timeout_ms=5_000))
    loop.advance(1)
    assert station.connection is not None
    connection = station.connection

    async def fill() -> None:
        with suppress(ConnectionEnded):
            while True:
                await connection.send("x" * 100_000)

    loop.network.line("csms", 9000).cut()
    connection._socket.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 0)
    task = loop.spawn("filler", fill())
    loop.advance(minutes=2)
    assert task.done()
    assert station.ended is not None
    assert station.ended[1].kind is EndKind.SILENT
    assert station.ended[0] < 40


def test_messages_that_wait_do_not_put_the_ping_off(loop: SimLoop) -> None:
    """A reader that always finds a message ready still pings in time."""

    async def flood(connection: ServerConnection) -> None:
        for number in range(4_000):
            await connection.send(str(number))
            await asyncio.sleep(0.05)
        await connection.wait_closed()

    csms(loop, flood)
    station = Station(loop)
    loop.advance(180)
    assert len(station.received) > 3_000
    assert len(PINGS) == 5


def test_a_csms_that_vanishes_during_the_handshake(loop: SimLoop) -> None:
    csms(loop)
    loop.network.line("csms", 9000).cut()
    station = Station(loop)
    loop.advance(minutes=2)
    assert station.failed is not None
    when, failed = station.failed
    assert failed.kind is FailureKind.TIMEOUT
    assert when == pytest.approx(30, abs=1)


def test_a_peer_that_closes_but_keeps_tcp_open_is_dropped(loop: SimLoop) -> None:
    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x88\x02\x03\xe8")
        await asyncio.Event().wait()

    by_hand(loop, close)
    station = Station(loop)
    loop.advance(60)
    assert station.ended is not None
    when, ended = station.ended
    assert (ended.kind, ended.code) == (EndKind.PEER, 1000)
    assert when == pytest.approx(3, abs=0.5)
