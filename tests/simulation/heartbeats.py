"""A small world with the real websockets client and server: one station that sends heartbeats over a bad line.

    python -m tests.simulation.heartbeats SEED HOURS      prints the trace's hash

Run twice, also with another PYTHONHASHSEED, it prints the same.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.simulation.network import Trace
from tests.simulation.simloop import SimLoop, simulate


@dataclass
class Tally:
    """What happened."""

    answered: int = 0
    connections: int = 0
    trace: Trace = field(default_factory=Trace)


async def csms(tally: Tally) -> None:
    """Answer every call."""

    async def answer(connection: ServerConnection) -> None:
        tally.connections += 1
        async for message in connection:
            _, number, _, _ = json.loads(message)
            await connection.send(json.dumps([3, number, {"currentTime": "now"}]))

    quiet = logging.getLogger("tests.simulation.heartbeats")
    quiet.setLevel(logging.CRITICAL)  # a connection that breaks is what this world is about
    async with serve(answer, "csms", 9000, logger=quiet) as server:
        await server.serve_forever()


async def station(tally: Tally) -> None:
    """A heartbeat every 10 s; a new connection 5 s after one is lost."""
    number = 0
    while True:
        try:
            async with connect("ws://csms:9000/CS1", ping_interval=54, open_timeout=10, proxy=None) as connection:
                while True:
                    number += 1
                    await connection.send(json.dumps([2, str(number), "Heartbeat", {}]))
                    async with asyncio.timeout(30):
                        await connection.recv()
                    tally.answered += 1
                    await asyncio.sleep(10)
        except (ConnectionClosed, OSError):
            await asyncio.sleep(5)


def disturb(loop: SimLoop) -> None:
    """Break something now and then, as the seed has it."""
    fault = loop.rng.choice((loop.network.reset, loop.network.cut, loop.network.heal, loop.network.heal))
    fault()
    loop.call_later(loop.rng.uniform(60, 1800), disturb, loop)


def run(seed: int, hours: float) -> Tally:
    """One world."""
    tally = Tally()
    with simulate(seed) as loop:
        loop.network.observers.append(tally.trace)
        loop.spawn("csms", csms(tally))
        loop.spawn("station", station(tally))
        loop.call_later(60, disturb, loop)
        loop.advance(hours=hours)
    return tally


if __name__ == "__main__":
    result = run(int(sys.argv[1]), float(sys.argv[2]))
    print(result.answered, result.connections, result.trace.digest())
