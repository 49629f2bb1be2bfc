"""The bench's socket: framing, errors, several clients, events. The contract that foreign test suites use."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import stat
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hal.mock.arguments import BenchError
from hal.mock.bench import Bench
from hal.mock.client import BenchClient
from hal.mock.clock import LoopClock
from hal.mock.conversation import MAX_CLIENTS, MAX_LINE_BYTES
from hal.mock.socket import MAX_BUFFER_BYTES, BenchServer
from hal.mock.topology import MockTopology
from hal.mock.verbs import VERBS


class Client:
    """One connection, lines as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, line: object) -> None:
        raw = line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
        self.writer.write(raw)

    async def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await asyncio.wait_for(self.reader.readuntil(b"\n"), 5))
        return found

    async def ask(self, line: object) -> dict[str, Any]:
        self.send(line)
        return await self.read()

    async def ended(self) -> bool:
        """Whether the bench hung up (or reset the connection)."""
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(self.reader.read(), 5) == b""
        return True


Connect = Callable[[], Awaitable[Client]]
Scene = Callable[[Bench, Connect], Awaitable[None]]


def play(tmp_path: Path, scene: Scene) -> None:
    """Serve a bench on a real socket while `scene` runs."""

    async def main() -> None:
        bench = Bench(MockTopology(), LoopClock(asyncio.get_running_loop()))
        path = str(tmp_path / "bench.sock")
        writers: list[asyncio.StreamWriter] = []

        async def connect() -> Client:
            reader, writer = await asyncio.open_unix_connection(path, limit=2**22)
            writers.append(writer)
            return Client(reader, writer)

        async with BenchServer(bench, path):
            await scene(bench, connect)
        for writer in writers:
            writer.close()

    asyncio.run(main())
    assert not (tmp_path / "bench.sock").exists()


def test_a_verb_is_answered_with_its_id(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        client = await connect()
        answer = await client.ask({"id": 1, "verb": "ev.plug_in", "args": {"evse": 1}})
        assert answer == {"id": 1, "ok": True, "result": {"evse": 1, "connector": 1}}
        status = await client.ask({"id": "s", "verb": "status"})
        assert status["id"] == "s"
        assert status["result"]["evses"][0]["pilot"] == "B"

    play(tmp_path, scene)


def test_the_greeting_is_optional_and_an_unknown_version_refused(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        client = await connect()
        assert await client.ask({"bench": 1}) == {"id": None, "ok": True, "result": {"bench": 1}}
        assert (await client.ask({"id": 1, "verb": "help"}))["ok"]
        late = await client.ask({"bench": 1})
        assert late["error"]["code"] == "bad_request"
        for version in (2, 0, "1", True, None):
            other = await connect()
            refused = await other.ask({"bench": version})
            assert (refused["ok"], refused["error"]["code"]) == (False, "unknown_version")
            assert await other.ended()

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("line", "code", "named"),
    [
        (b"nonsense\n", "bad_request", "no JSON"),
        (b"\xff\xfe\n", "bad_request", "no JSON"),
        (b"[" * 100_000 + b"\n", "bad_request", "no JSON"),
        (b"[1]\n", "bad_request", "object"),
        (b'{"verb":"status"}\n', "bad_request", "'id'"),
        (b'{"id":1.5,"verb":"status"}\n', "bad_request", "'id'"),
        (b'{"id":true,"verb":"status"}\n', "bad_request", "'id'"),
        (b'{"id":"' + b"x" * 65 + b'","verb":"status"}\n', "bad_request", "'id'"),
        (b'{"id":1}\n', "bad_request", "'verb'"),
        (b'{"id":1,"verb":["status"]}\n', "bad_request", "'verb'"),
        (b'{"id":1,"verb":"status","args":[]}\n', "bad_request", "'args'"),
        (b'{"id":1,"verb":"status","arg":{}}\n', "bad_request", "'arg'"),
        (b'{"id":1,"verb":"ev.fly"}\n', "unknown_verb", "ev.fly"),
        (b'{"id":1,"verb":"ev.plug_in","args":{"evse":9}}\n', "unknown_evse", "9"),
        (b'{"id":1,"verb":"ev.plug_in","args":{"colour":9}}\n', "unknown_argument", "colour"),
        (b'{"id":1,"verb":"rfid.tap","args":{}}\n', "missing_argument", "id_token"),
        (b'{"id":1,"verb":"clock.step","args":{"seconds":NaN}}\n', "bad_argument", "seconds"),
        (b'{"id":1,"verb":"clock.step","args":{"seconds":1e999}}\n', "bad_argument", "seconds"),
        (b'{"id":1,"verb":"network.set"}\n', "no_agent", "network.set"),
    ],
)
def test_a_wrong_line_is_answered_and_the_next_one_served(tmp_path: Path, line: bytes, code: str, named: str) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        client = await connect()
        answer = await client.ask(line)
        assert answer["ok"] is False
        assert answer["error"]["code"] == code
        assert named in answer["error"]["message"]
        assert (await client.ask({"id": 2, "verb": "status"}))["ok"]

    play(tmp_path, scene)


def test_an_error_carries_the_id_where_there_was_one(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        client = await connect()
        assert (await client.ask({"id": 7, "verb": 1}))["id"] == 7
        assert (await client.ask({"verb": 1}))["id"] is None

    play(tmp_path, scene)


def test_lines_in_pieces_several_at_once_and_empty_ones(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        client = await connect()
        client.send(b'{"id":1,"ve')
        await asyncio.sleep(0)
        client.send(b'rb":"ev.plug_in"}\n\n  \n{"id":2,"verb":"ev.plug_out"}\n{"id":3,"verb":"help"}\r\n')
        assert [(await client.read())["id"] for _ in range(3)] == [1, 2, 3]

    play(tmp_path, scene)


def test_a_line_without_end_is_told_and_dropped(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        for tail in (b"", b"\n"):
            client = await connect()
            client.send(b"x" * (MAX_LINE_BYTES + 1) + tail)
            assert (await client.read())["error"]["code"] == "too_long"
            assert await client.ended()
        client = await connect()
        longest = json.dumps({"id": 1, "verb": "ev.plug_in", "args": {"contract_chain_pem": "x" * 32_768}}).encode()
        assert (await client.ask(longest.ljust(MAX_LINE_BYTES) + b"\n"))["ok"]

    play(tmp_path, scene)


def test_events_stream_to_who_asked_and_only_to_them(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        watcher, actor = await connect(), await connect()
        assert (await watcher.ask({"id": 1, "verb": "events"}))["result"] == {"streaming": True}
        assert (await watcher.ask({"id": 2, "verb": "events"}))["ok"]
        assert (await actor.ask({"id": 1, "verb": "ev.plug_in"}))["ok"]
        first = await watcher.read()
        assert (first["event"], first["evse"], first["state"]) == ("pilot", 1, "B")
        await actor.ask({"id": 2, "verb": "rfid.tap", "args": {"id_token": "04AB"}})
        second, third = await watcher.read(), await watcher.read()
        assert [first["n"] + 1, first["n"] + 2] == [second["n"], third["n"]]
        assert (second["event"], third["event"]) == ("plug", "token")

    play(tmp_path, scene)


def test_a_client_that_leaves_is_forgotten(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        client = await connect()
        await client.ask({"id": 1, "verb": "events"})
        client.writer.close()
        await client.writer.wait_closed()
        await asyncio.sleep(0.01)
        assert bench._watchers == []  # the only way to see it from here
        bench.do("ev.plug_in")

    play(tmp_path, scene)


def test_a_client_that_never_reads_is_dropped(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        client = await connect()
        await client.ask({"id": 1, "verb": "events"})
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a stream transport can
        size = 0
        while bench._watchers and size < 40 * MAX_BUFFER_BYTES:
            for _ in range(500):
                bench.do("ev.plug_in")
                bench.do("ev.plug_out")
                size += 500
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert bench._watchers == []

    play(tmp_path, scene)


def test_one_client_too_many_is_told(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        clients = [await connect() for _ in range(MAX_CLIENTS)]
        for number, client in enumerate(clients):
            assert (await client.ask({"id": number, "verb": "status"}))["id"] == number
        extra = await connect()
        assert (await extra.read())["error"]["code"] == "busy"
        assert await extra.ended()
        clients[0].writer.close()
        await asyncio.sleep(0.05)
        again = await connect()
        assert (await again.ask({"id": 1, "verb": "status"}))["ok"]

    play(tmp_path, scene)


def test_a_second_bench_does_not_take_the_path_of_one_that_lives(tmp_path: Path) -> None:
    path = str(tmp_path / "bench.sock")

    async def scene(bench: Bench, connect: Connect) -> None:
        other = BenchServer(Bench(MockTopology(), LoopClock(asyncio.get_running_loop())), path)
        with pytest.raises(OSError, match="another process listens"):
            await other.start()
        other.close()
        assert (await (await connect()).ask({"id": 1, "verb": "status"}))["ok"]

    play(tmp_path, scene)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)  # what a killed process leaves
    play(tmp_path, scene)


def test_the_socket_is_not_for_everyone(tmp_path: Path) -> None:
    async def scene(bench: Bench, connect: Connect) -> None:
        assert stat.S_IMODE((tmp_path / "bench.sock").stat().st_mode) == 0o660

    play(tmp_path, scene)


def test_every_verb_is_served(tmp_path: Path) -> None:
    """No verb breaks the connection, whatever it says to an empty call."""

    async def scene(bench: Bench, connect: Connect) -> None:
        client = await connect()
        for number, verb in enumerate(VERBS):
            client.send({"id": number, "verb": verb})
            answer = await client.read()
            while "event" in answer:
                answer = await client.read()
            assert answer["id"] == number
            assert answer["ok"] or answer["error"]["code"] in ("missing_argument", "no_agent", "conflict"), answer

    play(tmp_path, scene)


async def _served(path: str, started: threading.Event, over: threading.Event) -> None:
    bench = Bench(MockTopology(), LoopClock(asyncio.get_running_loop()))
    async with BenchServer(bench, path):
        started.set()
        await asyncio.to_thread(over.wait, 30)


def test_the_blocking_client(tmp_path: Path) -> None:
    path = str(tmp_path / "bench.sock")
    started, over = threading.Event(), threading.Event()
    server = threading.Thread(target=lambda: asyncio.run(_served(path, started, over)))
    server.start()
    try:
        assert started.wait(5)
        with BenchClient(path) as client, BenchClient(path) as other:
            assert client.call("ev.plug_in", {"evse": 1}) == {"evse": 1, "connector": 1}
            with pytest.raises(BenchError, match="colour") as caught:
                client.call("ev.plug_in", {"evse": 1, "colour": 1})
            assert caught.value.code == "unknown_argument"
            events = client.events()
            other.call("ev.plug_out")
            assert next(events)["state"] == "A"
            other.call("ev.plug_in")
            client.call("status")
            assert next(event for event in events if event["event"] == "pilot")["state"] == "B"
            with pytest.raises(BenchError, match="at most"):
                client.call("ev.plug_in", {"contract_chain_pem": "x" * MAX_LINE_BYTES})
            with pytest.raises(ConnectionError):
                client.call("status")
    finally:
        over.set()
        server.join(5)
    with pytest.raises(OSError, match="No such file"):
        BenchClient(path)
