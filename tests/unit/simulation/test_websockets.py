"""websockets' own client and server on the virtual-time loop."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK
from websockets.typing import Subprotocol

from tests.simulation import heartbeats
from tests.simulation.network import Flow
from tests.simulation.simloop import SimLoop

ROOT = Path(__file__).parents[3]
SUBPROTOCOL = Subprotocol("ocpp1.6")


class Peer:
    """A server that keeps its connections and what they said."""

    def __init__(self, *, reads: bool = True) -> None:
        self.connections: list[ServerConnection] = []
        self.messages: list[str | bytes] = []
        self._reads = reads

    async def handle(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        if not self._reads:
            await asyncio.Event().wait()
        async for message in connection:
            self.messages.append(message)

    async def main(self) -> None:
        async with serve(self.handle, "csms", 9000, subprotocols=[SUBPROTOCOL], ping_interval=None) as server:
            await server.serve_forever()


@pytest.fixture
def peer(loop: SimLoop) -> Peer:
    server = Peer()
    loop.spawn("csms", server.main())
    loop.advance(0)
    return server


async def dial(**options: Any) -> ClientConnection:
    return await connect("ws://csms:9000/CS1", proxy=None, subprotocols=[SUBPROTOCOL], **options)


def test_messages_arrive_in_order(loop: SimLoop, peer: Peer) -> None:
    async def main() -> None:
        connection = await dial()
        assert connection.subprotocol == SUBPROTOCOL
        for number in range(100):
            await connection.send(str(number))
        await connection.close()

    loop.run_until_complete(main())
    loop.advance(1)
    assert peer.messages == [str(number) for number in range(100)]


def test_the_closing_handshake_is_clean(loop: SimLoop, peer: Peer) -> None:
    async def main() -> None:
        connection = await dial()
        await peer.connections[0].close(1001, "going away")
        with pytest.raises(ConnectionClosedOK) as caught:
            await connection.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1001

    loop.run_until_complete(main())
    assert loop.time() < 1


def test_a_large_message_is_carried_in_pieces_and_paused(loop: SimLoop) -> None:
    peer = Peer(reads=False)
    loop.spawn("csms", peer.main())
    sent = 0

    async def pour(connection: ClientConnection) -> None:
        nonlocal sent
        while True:
            await connection.send(bytes(50_000))
            sent += 1

    async def main() -> None:
        connection = await dial(ping_interval=None, compression=None)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pour(connection), 60)
        connection.transport.abort()

    loop.advance(0)
    loop.run_until_complete(main())
    assert 0 < sent * 50_000 < 2_000_000


def lose_silently(loop: SimLoop) -> None:
    loop.network.cut()


def lose_one_way(loop: SimLoop) -> None:
    loop.network.cut(Flow.TO_CLIENT)


def lose_the_machine(loop: SimLoop) -> None:
    loop.kill("csms", power=False)


@pytest.mark.parametrize("lose", [lose_silently, lose_one_way, lose_the_machine])
def test_pings_find_a_peer_that_vanished(loop: SimLoop, peer: Peer, lose: Callable[[SimLoop], None]) -> None:
    async def main() -> float:
        connection = await dial(ping_interval=30, ping_timeout=20, close_timeout=10)
        await asyncio.sleep(45)
        lost_s = loop.time()
        lose(loop)
        with pytest.raises(ConnectionClosedError):
            await connection.recv()
        return loop.time() - lost_s

    assert 35 < loop.run_until_complete(main()) < 50


def test_a_server_process_that_is_killed_closes_the_connection(loop: SimLoop, peer: Peer) -> None:
    async def main() -> None:
        connection = await dial()
        loop.kill("csms")
        with pytest.raises(ConnectionClosedError):
            await connection.recv()
        with pytest.raises(ConnectionRefusedError):
            await dial()

    loop.run_until_complete(main())
    assert loop.time() < 1


def test_an_opening_handshake_that_is_not_answered_times_out(loop: SimLoop, peer: Peer) -> None:
    loop.call_later(0.1, loop.network.cut)
    loop.network.set_conditions(latency_ms=(40, 40))

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await dial(open_timeout=10)

    loop.run_until_complete(main())
    assert loop.time() == pytest.approx(10)


def test_a_healed_line_goes_on_where_it_was(loop: SimLoop, peer: Peer) -> None:
    async def main() -> None:
        connection = await dial(ping_interval=None)
        loop.network.cut()
        await connection.send("kept")
        await asyncio.sleep(120)
        assert peer.messages == []
        loop.network.heal()
        await asyncio.sleep(1)
        assert peer.messages == ["kept"]
        await connection.close()

    loop.run_until_complete(main())


def test_a_send_after_the_loss_raises(loop: SimLoop, peer: Peer) -> None:
    async def main() -> None:
        connection = await dial()
        loop.network.reset()
        await asyncio.sleep(1)
        with pytest.raises(ConnectionClosed):
            await connection.send("x")

    loop.run_until_complete(main())


def test_a_day_of_heartbeats_takes_seconds_and_follows_its_seed() -> None:
    begun_s = time.process_time()
    first = heartbeats.run(seed=1, hours=24)
    took_s = time.process_time() - begun_s
    again = heartbeats.run(seed=1, hours=24)
    other = heartbeats.run(seed=2, hours=24)
    assert first.answered > 4000
    assert first.connections > 10
    assert first.trace.digest() == again.trace.digest()
    assert first.trace.digest() != other.trace.digest()
    assert took_s < 10, "a simulated day must stay cheap"


def test_a_seed_means_the_same_in_another_process() -> None:
    def trace(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-m", "tests.simulation.heartbeats", "7", "2"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    assert trace("1") == trace("2") != ""
