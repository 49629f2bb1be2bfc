"""The server on real unix sockets: framing, errors, limits, and who may call what."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.api.messages import MAX_ANSWER_BYTES, MAX_LINE_BYTES, ApiError
from agent.api.server import MAX_CLIENTS, ApiServer, Caller, peer


class Fake:
    """Answers with what it was asked; some transactions misbehave."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        self.calls.append((method, params))
        match params.get("tx"):
            case "refused":
                raise ApiError("refused", "no")
            case "bug":
                raise RuntimeError("secret detail")
            case "slow":
                await asyncio.sleep(60)
            case "huge":
                return "x" * MAX_ANSWER_BYTES
        return {"method": method, **params}


class Person(Caller):
    """Somebody of these groups."""

    def __init__(self, *groups: str, uid: int = 4711) -> None:
        super().__init__(99, uid, 4711)
        self._names = set(groups)

    def groups(self) -> set[str]:
        return self._names


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def raw(self, line: bytes) -> Any:
        self.writer.write(line)
        return json.loads(await self.reader.readline())

    async def call(self, method: str, **params: Any) -> Any:
        return await self.raw(json.dumps({"id": 1, "method": method, "params": params}).encode() + b"\n")


Refusals = list[tuple[str, str]]


@asynccontextmanager
async def serving(
    path: Path, identify: Callable[[Any], Caller] = peer, call_s: float = 5
) -> AsyncIterator[tuple[Fake, Refusals]]:
    fake, refusals = Fake(), Refusals()
    server = ApiServer(
        fake, str(path), refused=lambda who, what: refusals.append((who, what)), identify=identify, call_s=call_s
    )
    await server.start()
    try:
        yield fake, refusals
    finally:
        await server.close()


async def connect(path: Path) -> Client:
    return Client(*await asyncio.open_unix_connection(str(path), limit=2 * MAX_ANSWER_BYTES))


def test_a_call_is_answered_with_its_id(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(tmp_path / "s") as (fake, _):
            client = await connect(tmp_path / "s")
            assert await client.raw(b'{"id": "a", "method": "tx.show", "params": {"tx": "7"}}\n') == {
                "id": "a",
                "ok": True,
                "result": {"method": "tx.show", "tx": "7"},
            }
            assert fake.calls == [("tx.show", {"tx": "7"})]

    asyncio.run(body())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"nonsense\n", "bad_request"),
        (b"[" * 100_000 + b"\n", "bad_request"),
        (b"[1]\n", "bad_request"),
        (b"\xff\xfe\n", "bad_request"),
        (b'{"id": 1.5, "method": "status"}\n', "bad_request"),
        (b'{"id": 1, "method": "nix"}\n', "unknown_method"),
        (b'{"id": 1, "method": "status", "params": {"x": 1}}\n', "bad_request"),
        (b'{"id": 1, "method": "tx.stop", "params": {"tx": "refused"}}\n', "refused"),
        (b'{"id": 1, "method": "tx.stop", "params": {"tx": "bug"}}\n', "internal"),
        (b'{"id": 1, "method": "tx.stop", "params": {"tx": "huge"}}\n', "bad_request"),
    ],
)
def test_what_goes_wrong_is_an_answer_and_the_connection_goes_on(tmp_path: Path, line: bytes, code: str) -> None:
    async def body() -> None:
        async with serving(tmp_path / "s"):
            client = await connect(tmp_path / "s")
            answer = await client.raw(line)
            assert (answer["ok"], answer["error"]["code"]) == (False, code)
            assert "secret detail" not in answer["error"]["message"]
            assert (await client.call("status"))["ok"]

    asyncio.run(body())


def test_a_call_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(tmp_path / "s", call_s=0.05):
            client = await connect(tmp_path / "s")
            assert (await client.call("tx.stop", tx="slow"))["error"]["code"] == "timeout"

    asyncio.run(body())


def test_a_line_without_an_end_is_told_and_ends_the_connection(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(tmp_path / "s"):
            client = await connect(tmp_path / "s")
            answer = await client.raw(b"x" * (2 * MAX_LINE_BYTES))
            assert answer["error"]["code"] == "bad_request"
            rest = asyncio.ensure_future(client.reader.read())
            await asyncio.wait({rest}, timeout=5)
            assert rest.done()

    asyncio.run(body())


def test_one_client_too_many_is_told(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(tmp_path / "s"):
            clients = [await connect(tmp_path / "s") for _ in range(MAX_CLIENTS)]
            for client in clients:
                assert (await client.call("status"))["ok"]
            late = await connect(tmp_path / "s")
            assert json.loads(await late.reader.readline())["error"]["code"] == "busy"
            clients[0].writer.close()
            for _ in range(100):
                again = await connect(tmp_path / "s")
                if (await again.call("status"))["ok"]:
                    break
                await asyncio.sleep(0.01)
            else:
                pytest.fail("the place of the one who left was not given to anybody")

    asyncio.run(body())


@pytest.mark.parametrize(
    ("groups", "method", "allowed"),
    [
        ((), "status", False),
        (("evse",), "status", True),
        (("evse",), "reset", False),
        (("evse-admin",), "status", True),
        (("evse-admin",), "reset", True),
    ],
)
def test_groups_decide(tmp_path: Path, groups: tuple[str, ...], method: str, allowed: bool) -> None:
    async def body() -> None:
        async with serving(tmp_path / "s", lambda _connection: Person(*groups)) as (fake, refusals):
            client = await connect(tmp_path / "s")
            answer = await client.call(method)
            assert answer["ok"] is allowed
            if allowed:
                assert (fake.calls, refusals) == ([(method, {})], [])
            else:
                assert answer["error"]["code"] == "forbidden"
                assert fake.calls == []
                assert refusals == [("uid 4711 (pid 99)", method)]

    asyncio.run(body())


def test_who_is_refused_over_and_over_fills_no_log(tmp_path: Path) -> None:
    """Each refusal that is told becomes a security event in the ledger, and everybody on the machine may call."""

    async def body() -> None:
        async with serving(tmp_path / "s", lambda _connection: Person()) as (_, refusals):
            client = await connect(tmp_path / "s")
            for method in ("reset", "reset", "status", "reset"):
                assert (await client.call(method))["error"]["code"] == "forbidden"
            assert [method for _, method in refusals] == ["reset", "status"]

    asyncio.run(body())


def test_root_and_the_daemons_own_user_may_change(tmp_path: Path) -> None:
    async def body() -> None:
        for uid in (0, os.geteuid()):
            async with serving(tmp_path / "s", lambda _connection, uid=uid: Person(uid=uid)):
                assert (await (await connect(tmp_path / "s")).call("reset"))["ok"]

    asyncio.run(body())


def test_the_kernel_tells_who_called(tmp_path: Path) -> None:
    seen: list[Caller] = []

    def identify(connection: Any) -> Caller:
        seen.append(peer(connection))
        return seen[0]

    async def body() -> None:
        async with serving(tmp_path / "s", identify):
            await (await connect(tmp_path / "s")).call("status")

    asyncio.run(body())
    assert (seen[0].pid, seen[0].uid) == (os.getpid(), os.getuid())


def test_groups_of_a_caller_are_those_of_its_user() -> None:
    assert "root" in Caller(1, 0, 0).groups()
    assert Caller(1, 3_999_999_999 % 2**31, 12345678).groups() == set()


def test_a_socket_that_was_left_over_is_replaced_and_everyone_may_connect(tmp_path: Path) -> None:
    async def body() -> None:
        path = tmp_path / "deep" / "s"
        path.parent.mkdir()
        left = await asyncio.start_unix_server(lambda _reader, _writer: None, str(path))
        left.close()
        assert path.exists()
        async with serving(path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o666
            assert (await (await connect(path)).call("status"))["ok"]
        assert not path.exists()

    asyncio.run(body())


def test_a_socket_where_somebody_listens_is_not_taken(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(tmp_path / "s") as (first, _):
            with pytest.raises(OSError, match="another process listens"):
                async with serving(tmp_path / "s"):
                    pass
            assert (await (await connect(tmp_path / "s")).call("status"))["ok"]
            assert len(first.calls) == 1

    asyncio.run(body())


def test_a_file_that_is_no_socket_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("precious")

    async def body() -> None:
        async with serving(tmp_path / "s"):
            pass

    with pytest.raises(OSError, match="in use"):
        asyncio.run(body())
    assert (tmp_path / "s").read_text() == "precious"


def test_closing_drops_those_who_are_connected(tmp_path: Path) -> None:
    async def body() -> bytes:
        async with serving(tmp_path / "s"):
            client = await connect(tmp_path / "s")
            await client.call("status")
        async with asyncio.timeout(5):
            return await client.reader.read()

    assert asyncio.run(body()) == b""
