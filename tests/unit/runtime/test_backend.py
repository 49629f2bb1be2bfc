"""The connection profile in force, and the pace of a connection: nothing is read that could not be answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from agent.core.events import AnyEvent
from agent.ocpp.backoff import RandomSource
from agent.ocpp.endpoint import Endpoint
from agent.ocpp.peer import Peer
from agent.ocpp.step import Step
from agent.ocpp.transport.connection import Connection, ConnectionEnded, EndKind
from agent.runtime.backend import UNTAKEN_FRAMES, Backend, in_force
from agent.secret import Secret
from agent.variables import names
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.topology import Evse, Topology

FILE = Endpoint(url="ws://csms/ocpp", identity="CP1", security_profile=1, password=Secret("the-password-in-the-file"))


def _written(registry: Registry, address: Address, value: str) -> None:
    planned = registry.plan_set(address, value)
    assert planned.change is not None, planned
    registry.apply(planned.change)


def test_nothing_written() -> None:
    made = in_force(FILE, Registry(Topology(evses=(Evse(),))))
    assert made.authorization() == FILE.authorization()


def test_a_written_password_is_the_one_that_is_sent() -> None:
    registry = Registry(Topology(evses=(Evse(),)))
    _written(registry, names.BASIC_AUTH, "the-password-written-later")
    made = in_force(FILE, registry)
    assert made.password is not None
    assert made.password.reveal() == b"the-password-written-later"


def test_a_written_ping_interval_outlives_the_connection() -> None:
    registry = Registry(Topology(evses=(Evse(),)))
    _written(registry, names.WEB_SOCKET_PING_INTERVAL, "7")
    assert in_force(FILE, registry).ping_interval_ms == 7_000
    _written(registry, names.WEB_SOCKET_PING_INTERVAL, "0")
    assert in_force(FILE, registry).ping_interval_ms == 0


class Greedy:
    """A CSMS that asks without an end and takes its first `taken` answers only; `gone`: then its connection breaks."""

    def __init__(self, taken: int, *, gone: bool = False) -> None:
        self.asked, self.taken, self.left, self.gone = 0, 0, taken, gone
        self.ended = asyncio.Event()
        self.why = ""

    async def receive(self) -> str:
        if self.ended.is_set() and self.asked > 3 * UNTAKEN_FRAMES:
            raise ConnectionEnded(EndKind.OURS, 1006, self.why)
        self.asked += 1
        return "a call"

    async def send(self, frame: bytes) -> None:
        if self.taken == self.left:
            if not self.gone:
                await self.ended.wait()
            self.ended.set()
            raise ConnectionEnded(EndKind.LOST, 1006, self.why)
        self.taken += 1

    def abort(self, why: str) -> None:
        self.why = why
        self.ended.set()
        self.asked += 3 * UNTAKEN_FRAMES


class Answering:
    """A peer that answers everything at once."""

    def receive(self, message: str, now_ms: int) -> Step:
        return Step([b"an answer"], [], [])

    def closed(self, now_ms: int) -> Step:
        return Step([], [], [])


async def _converse(csms: Greedy, patience_s: float) -> None:
    posted: list[AnyEvent] = []
    sent: list[Callable[[list[bytes]], None]] = []
    backend = Backend(
        cast(Peer, Answering()),
        lambda: {1: FILE},
        posted.append,
        lambda step: sent[0](step.frames),
        lambda: 0,
        random=cast(RandomSource, None),
    )
    sent.append(backend.send)
    await asyncio.wait_for(backend._converse(cast(Connection, csms), patience_s), 10)


def test_a_csms_that_takes_no_answers_is_asked_no_more_and_left() -> None:
    async def main() -> Greedy:
        csms = Greedy(taken=5)
        await _converse(csms, 0.05)
        return csms

    csms = asyncio.run(main())
    assert csms.why == "the CSMS takes nothing"
    assert csms.asked - 3 * UNTAKEN_FRAMES <= UNTAKEN_FRAMES + 10


@pytest.mark.parametrize("taken", [0, UNTAKEN_FRAMES])
def test_a_connection_that_is_gone_is_not_waited_for(taken: int) -> None:
    """What arrived before is read to the end at once, although nothing can be answered any more."""

    async def main() -> Greedy:
        csms = Greedy(taken, gone=True)
        await _converse(csms, 60)
        return csms

    assert asyncio.run(main()).why == ""
