"""The agent's end of the wire, against a guard that is played line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hal.guard import client as clients
from hal.guard import messages as m
from hal.guard.client import AgentWire, SocketGuard
from hal.guard.fields import WireError
from hal.guard.wire import VERSION, decode_from_agent, encode
from hal.interfaces import DeviceError
from hal.types import (
    ContactorState,
    EvseCapabilities,
    Fault,
    FaultCode,
    IndicatorState,
    LockState,
    MeterReading,
    PilotSignal,
    PilotState,
    PowerReport,
    TokenRead,
)
from tests.unit.hal.guard.rig import permit

CAPABILITIES = (EvseCapabilities(1, 1, 3, 32_000),)
WELCOME = m.Welcome(VERSION, "desk", CAPABILITIES)
REPORT = PowerReport(1, PilotState.B, PilotSignal.OFF, 1_000, 0, False, ContactorState.OPEN, LockState.ABSENT, 0, False)
FAULT = Fault(FaultCode.TAMPER, 0, "door")


class Events:
    """Writes down what the port delivers."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def connected(self, board: str, evses: tuple[EvseCapabilities, ...]) -> None:
        self.seen.append(("connected", board, evses))

    def lost(self, why: str) -> None:
        self.seen.append(("lost", why))

    def power(self, report: PowerReport) -> None:
        self.seen.append(report)

    def token(self, token: TokenRead) -> None:
        self.seen.append(token)

    def fault(self, fault: Fault, raised: bool) -> None:
        self.seen.append((fault, raised))

    def health(self, device: str, error: str | None) -> None:
        self.seen.append((device, error))

    def device(self, name: str, values: dict[str, int]) -> None:
        self.seen.append((name, values))

    def verb(self, name: str, args: dict[str, Any]) -> None:
        self.seen.append((name, args))

    @property
    def losses(self) -> list[str]:
        return [entry[1] for entry in self.seen if isinstance(entry, tuple) and entry[0] == "lost"]


class PlayedGuard:
    """A socket that accepts one agent after the other; `script` says what happens with each."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.heard: list[m.FromAgent] = []
        self.met = 0
        self.writer: asyncio.StreamWriter | None = None
        self.greets: bytes | None = encode(WELCOME)
        self.answers_pings = True
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> PlayedGuard:
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        if self.writer is not None:
            self.writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.met += 1
        self.writer = writer
        while line := await reader.readline():
            message = decode_from_agent(line)
            self.heard.append(message)
            if isinstance(message, m.Hello) and self.greets is not None:
                writer.write(self.greets)
            if isinstance(message, m.Ping) and self.answers_pings:
                self.say(m.Pong(message.id))
        writer.close()

    def say(self, message: m.FromGuard) -> None:
        self.say_raw(encode(message))

    def say_raw(self, line: bytes) -> None:
        assert self.writer is not None
        self.writer.write(line)

    def hang_up(self) -> None:
        assert self.writer is not None
        self.writer.close()


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(5_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise TimeoutError


Scene = Callable[[PlayedGuard, SocketGuard, Events], Awaitable[None]]


def play(folder: Path, scene: Scene, *, greets: bytes | None = encode(WELCOME), connected: bool = True) -> Events:
    """Run a scene between a played guard and a port."""
    events = Events()

    async def main() -> None:
        async with PlayedGuard(str(folder / "g")) as guard:
            guard.greets = greets
            port = SocketGuard(guard.path)
            runner = asyncio.create_task(port.run(events))
            if connected:
                await until(lambda: port._wire is not None)
            await scene(guard, port, events)
            runner.cancel()
            with pytest.raises(asyncio.CancelledError):
                await runner

    asyncio.run(main())
    return events


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "BACK_OFF_S", (0.001, 0.01))


def test_everything_the_guard_says_is_delivered(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        for message in (
            REPORT,
            TokenRead("04AB"),
            m.FaultSeen(True, FAULT),
            m.Health("front", "gone"),
            m.DeviceValues("t", {"temperature_dc": 250}),
            m.Verb("network.set", {"up": False}),
            m.Refused("a bad permit"),
            m.Pong(77),
            m.MeterAnswer(1, 99, MeterReading(1)),
            m.Health("front"),
        ):
            guard.say(message)
        await until(lambda: ("front", None) in events.seen)

    assert play(tmp_path, scene).seen == [
        ("connected", "desk", CAPABILITIES),
        REPORT,
        TokenRead("04AB"),
        (FAULT, True),
        ("front", "gone"),
        ("t", {"temperature_dc": 250}),
        ("network.set", {"up": False}),
        ("front", None),
    ]
    assert "a bad permit" in caplog.text


def test_everything_the_agent_asks_arrives(tmp_path: Path) -> None:
    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        port.grant(permit())
        port.lock(1, True)
        port.reset_faults(1)
        port.indicate(1, IndicatorState.CHARGING)
        await until(lambda: len(guard.heard) == 5)
        assert guard.heard == [
            m.Hello(VERSION),
            permit(),
            m.LockRequest(1, True),
            m.ResetFaults(1),
            m.Indicate(1, IndicatorState.CHARGING),
        ]

    play(tmp_path, scene)


def test_readings_find_who_asked_for_them(tmp_path: Path) -> None:
    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(port.read_meter(evse)) for evse in (1, 2)]
            await until(lambda: len(guard.heard) == 3)
            first, second = (message for message in guard.heard if isinstance(message, m.MeterRequest))
            guard.say(m.MeterAnswer(2, second.id, MeterReading(200)))
            guard.say(m.MeterAnswer(1, first.id, MeterReading(100)))
            guard.say(m.MeterAnswer(1, first.id, MeterReading(999)))
        assert [task.result().import_wh for task in asked] == [100, 200]

    play(tmp_path, scene)


@pytest.mark.parametrize(("error", "why"), [("no power", "no power"), (None, "no reading and no reason")])
def test_a_meter_that_fails(tmp_path: Path, error: str | None, why: str) -> None:
    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        task = asyncio.create_task(port.read_meter(1))
        await until(lambda: len(guard.heard) == 2)
        request = guard.heard[1]
        assert isinstance(request, m.MeterRequest)
        guard.say(m.MeterAnswer(1, request.id, error=error))
        with pytest.raises(DeviceError, match=why):
            await task

    play(tmp_path, scene)


def test_a_meter_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "METER_TIMEOUT_S", 0.02)

    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        with pytest.raises(DeviceError, match="no answer within"):
            await port.read_meter(1)

    play(tmp_path, scene)


def test_more_readings_than_allowed_are_refused(tmp_path: Path) -> None:
    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        tasks = [asyncio.create_task(port.read_meter(1)) for _ in range(clients.MAX_METER_REQUESTS)]
        await asyncio.sleep(0)
        with pytest.raises(DeviceError, match="under way already"):
            await port.read_meter(1)
        guard.hang_up()
        for task in tasks:
            with pytest.raises(DeviceError, match="wire to the guard broke"):
                await task

    play(tmp_path, scene)


def test_without_a_wire_requests_are_dropped_and_readings_fail(tmp_path: Path) -> None:
    async def main() -> None:
        port = SocketGuard(str(tmp_path / "nobody"))
        port.grant(permit())
        with pytest.raises(DeviceError, match="no wire to the guard"):
            await port.read_meter(1)

    asyncio.run(main())


def test_a_lost_wire_is_told_once_and_comes_back(tmp_path: Path) -> None:
    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        guard.hang_up()
        await until(lambda: guard.met == 2 and port._wire is not None)

    events = play(tmp_path, scene)
    assert [entry[0] for entry in events.seen] == ["connected", "lost", "connected"]
    assert "closed it" in events.losses[0]


def test_a_guard_that_is_not_there_is_told_once_however_long_it_takes(tmp_path: Path) -> None:
    path = str(tmp_path / "g")
    events = Events()

    async def main() -> None:
        port = SocketGuard(path)
        runner = asyncio.create_task(port.run(events))
        await asyncio.sleep(0.05)
        async with PlayedGuard(path):
            await until(lambda: port._wire is not None)
            runner.cancel()

    asyncio.run(main())
    assert events.losses == [f"no guard at {path}: No such file or directory"]
    assert events.seen[-1][0] == "connected"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"nonsense\n", "no JSON"),
        (b'{"k":"welcome","version":2,"board":"x","evses":[]}\n', "speaks version 2"),
        (b"x" * 9_000 + b"\n", "longer than the wire allows"),
        (b'{"k":"ping","id":1}\n', "unknown kind"),
    ],
)
def test_a_peer_that_is_no_guard_of_ours(tmp_path: Path, said: bytes, why: str) -> None:
    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        await until(lambda: bool(events.losses) and guard.met > 1)

    events = play(tmp_path, scene, greets=said, connected=False)
    assert len(set(events.losses)) == 1
    assert why in events.losses[0]
    assert not [entry for entry in events.seen if entry[0] == "connected"]


def test_a_greeting_that_does_not_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "HELLO_TIMEOUT_S", 0.02)

    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        await until(lambda: bool(events.losses))
        assert "did not answer the greeting" in events.losses[0]

    play(tmp_path, scene, greets=None, connected=False)


def test_a_quiet_guard_is_asked_and_a_silent_one_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PING_INTERVAL_S", 0.02)

    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        await until(lambda: sum(isinstance(message, m.Ping) for message in guard.heard) >= 3)
        assert events.losses == []
        guard.answers_pings = False
        await until(lambda: bool(events.losses))
        assert "went silent" in events.losses[0]

    play(tmp_path, scene)


def test_a_guard_that_reads_nothing_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MAX_BUFFER_BYTES", 1_000)

    async def scene(guard: PlayedGuard, port: SocketGuard, events: Events) -> None:
        for number in range(1, 20_000):  # no await in between: nothing is read meanwhile
            port.grant(permit(number=number))
        await until(lambda: bool(events.losses))

    play(tmp_path, scene)


def test_a_value_that_the_wire_does_not_allow_is_our_bug() -> None:
    wire = AgentWire(Events(), lambda line: None)
    with pytest.raises(WireError, match="at most"):
        wire.receive(b'{"k":"refused","why":"' + b"x" * 9_000 + b'"}')
    assert not wire.welcomed
