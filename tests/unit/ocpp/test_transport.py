"""The transport against real websockets servers on loopback."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from agent.ocpp.endpoint import MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, Endpoint, FailureKind, TlsFiles
from agent.ocpp.refusal import ConnectFailed
from agent.ocpp.transport.client import Transport
from agent.ocpp.transport.connection import Connection, ConnectionEnded, EndKind
from agent.secret import Secret
from tests.unit.ocpp.rawserver import upgrade

BOTH = [Subprotocol("ocpp2.0.1"), Subprotocol("ocpp1.6")]
PASSWORD = Secret("correct-horse-battery")

Handler = Callable[[ServerConnection], Awaitable[None]]


async def stay(connection: ServerConnection) -> None:
    async for _ in connection:
        pass


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


@asynccontextmanager
async def csms(handler: Handler = stay, **options: Any) -> AsyncIterator[str]:
    """A server; gives the endpoint URL."""
    options = {"subprotocols": BOTH, "compression": None, **options}
    async with serve(handler, "127.0.0.1", 0, ping_interval=None, **options) as server:
        [listening] = server.sockets
        port = listening.getsockname()[1]
        yield f"wss://localhost:{port}/ocpp" if options.get("ssl") else f"ws://127.0.0.1:{port}/ocpp"


@asynccontextmanager
async def raw_server(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A TCP server that may say anything."""

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp"


def endpoint(url: str, **options: Any) -> Endpoint:
    return Endpoint(url, **{"identity": "CS 1", "close_timeout_ms": 500, "open_timeout_ms": 5_000, **options})


async def dial(url: str, **options: Any) -> Connection:
    return await Transport().connect(endpoint(url, **options))


async def failure(url: str, **options: Any) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as raised:
        await dial(url, **options)
    return raised.value


async def end(connection: Connection) -> ConnectionEnded:
    """Read to the end and tell how it came."""
    try:
        while True:
            await connection.receive()
    except ConnectionEnded as ended:
        return ended


def run(main: Awaitable[None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await main

    asyncio.run(bounded())


# --- opening -------------------------------------------------------------------------------------------------------


def test_what_the_request_says() -> None:
    seen: list[Request] = []

    def note(_: ServerConnection, request: Request) -> None:
        seen.append(request)

    async def main() -> None:
        async with csms(process_request=note) as url:
            connection = await dial(url, security_profile=1, password=PASSWORD, user_agent="evse-agent/9")
            assert connection.subprotocol == "ocpp2.0.1"
            await connection.close()

    run(main())
    [request] = seen
    assert request.path == "/ocpp/CS%201"
    assert request.headers["Sec-WebSocket-Protocol"] == "ocpp2.0.1, ocpp1.6"
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"CS 1:correct-horse-battery").decode()
    assert request.headers["User-Agent"] == "evse-agent/9"
    assert "Sec-WebSocket-Extensions" not in request.headers  # compression is not asked for


def test_the_version_is_the_one_the_csms_chose() -> None:
    async def main() -> None:
        async with csms(subprotocols=[Subprotocol("ocpp1.6")]) as url:
            connection = await dial(url)
            assert connection.subprotocol == "ocpp1.6"
            await connection.close()

    run(main())


def test_nothing_listens() -> None:
    async def main() -> None:
        with socket.socket() as taken:  # bound, not listening
            taken.bind(("127.0.0.1", 0))
            failed = await failure(f"ws://127.0.0.1:{taken.getsockname()[1]}")
        assert failed.kind is FailureKind.TCP
        assert "nothing listens at 127.0.0.1:" in failed.why

    run(main())


def test_no_such_host() -> None:
    async def main() -> None:
        failed = await failure("ws://csms.invalid/ocpp")
        assert failed.kind is FailureKind.DNS
        assert "csms.invalid" in failed.why

    run(main())


@pytest.mark.parametrize(
    ("status", "headers", "kind", "retry_after_ms"),
    [
        (401, {}, FailureKind.AUTHENTICATION, None),
        (404, {}, FailureKind.HTTP_STATUS, None),
        (429, {"Retry-After": "7"}, FailureKind.HTTP_STATUS, 7_000),
        (503, {"Retry-After": "120"}, FailureKind.HTTP_STATUS, 120_000),
        (302, {"Location": "ws://127.0.0.1:1/"}, FailureKind.HTTP_STATUS, None),
    ],
)
def test_http_status(status: int, headers: dict[str, str], kind: FailureKind, retry_after_ms: int | None) -> None:
    asked = 0

    def refuse(_: ServerConnection, __: Request) -> Response:
        nonlocal asked
        asked += 1
        body = b"\r\n\r\n\x81\x7f" + b"\xff" * 20  # must not be taken for frames
        return Response(status, "No", Headers({**headers, "Content-Length": str(len(body))}), body)

    async def main() -> None:
        async with csms(process_request=refuse) as url:
            failed = await failure(url, security_profile=1, password=PASSWORD)
        assert (failed.kind, failed.retry_after_ms) == (kind, retry_after_ms)
        assert f"HTTP {status}" in failed.why
        assert asked == 1  # a redirect is not followed

    run(main())


def test_no_version_agreed_is_a_failure_and_the_link_is_closed() -> None:
    codes: list[int | None] = []

    async def wait(connection: ServerConnection) -> None:
        await connection.wait_closed()
        codes.append(connection.close_code)

    async def main() -> None:
        async with csms(wait, subprotocols=None) as url:
            failed = await failure(url)
        assert failed.kind is FailureKind.SUBPROTOCOL
        assert "ocpp2.0.1, ocpp1.6" in failed.why

    run(main())
    assert codes == [1002]


def test_a_version_that_was_not_on_offer() -> None:
    async def main() -> None:
        async with csms(select_subprotocol=lambda *_: Subprotocol("ocpp1.2")) as url:
            failed = await failure(url)
        assert failed.kind is FailureKind.SUBPROTOCOL
        assert "ocpp1.2" in failed.why

    run(main())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no WebSocket endpoint"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP 200"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "no WebSocket endpoint"),
        (b"", "closed the connection without an answer"),
    ],
)
def test_something_else_answers(answer: bytes, words: str) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async def main() -> None:
        async with raw_server(speak) as url:
            failed = await failure(url)
        assert failed.kind in (FailureKind.HANDSHAKE, FailureKind.HTTP_STATUS)
        assert words in failed.why

    run(main())


def test_something_that_accepts_and_says_nothing() -> None:
    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    async def main() -> None:
        async with raw_server(listen) as url:
            failed = await failure(url, open_timeout_ms=50)
        assert failed.kind is FailureKind.TIMEOUT
        assert "does not complete the handshake within 0.05 s" in failed.why

    run(main())


@pytest.mark.parametrize("url", ["http://h/", "ws://", "nonsense", "wss://127.0.0.1:1/"])
def test_an_address_that_cannot_be_used(url: str) -> None:
    async def main() -> None:
        assert (await failure(url)).kind is FailureKind.SETTINGS

    run(main())


def test_a_cancelled_attempt_leaves_nothing_behind() -> None:
    met, left = asyncio.Event(), asyncio.Event()

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        met.set()
        with suppress(ConnectionError):
            await reader.read(-1)
        left.set()

    async def main() -> None:
        async with raw_server(listen) as url:
            attempt = asyncio.ensure_future(dial(url))
            await met.wait()
            attempt.cancel()
            with pytest.raises(asyncio.CancelledError):
                await attempt
            await left.wait()

    run(main())


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def main() -> None:
        async with csms() as url:
            await (await dial(url)).close()

    run(main())


def test_an_unforeseen_error_becomes_a_failure_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise LookupError("surprise")

    monkeypatch.setattr(Transport, "_open", broken)

    async def main() -> None:
        failed = await failure("ws://h/")
        assert (failed.kind, failed.why) == (FailureKind.INTERNAL, "LookupError: surprise")

    run(main())
    assert "unforeseen" in caplog.text


def test_an_address_that_swallows_all_the_time_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name has two addresses; packets to the first vanish."""
    families: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        connect = loop.create_connection

        async def vanish(*args: Any, **kwargs: Any) -> Any:
            families.append(kwargs["family"])
            if kwargs["family"] == socket.AF_UNSPEC:
                await asyncio.sleep(3600)
            return await connect(*args, **kwargs)

        monkeypatch.setattr(loop, "create_connection", vanish)
        async with csms() as url:
            transport, where = Transport(), endpoint(url, open_timeout_ms=50)
            with pytest.raises(ConnectFailed) as raised:
                await transport.connect(where)
            assert raised.value.kind is FailureKind.TIMEOUT
            await (await transport.connect(where)).close()
        with pytest.raises(ConnectFailed):  # nothing listens any more: begin from the start
            await transport.connect(where)
        with pytest.raises(ConnectFailed):
            await transport.connect(where)

    run(main())
    assert families == [socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET, socket.AF_UNSPEC]


def test_credentials_and_frames_are_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with csms(echo) as url:
            connection = await dial(url, security_profile=1, password=PASSWORD)
            await connection.send("[2]")
            await connection.receive()
            await connection.close()

    with caplog.at_level(logging.DEBUG):
        run(main())
    ours = [record for record in caplog.records if not record.name.startswith("websockets.server")]
    assert not [record for record in ours if "Basic" in record.getMessage() or "[2]" in record.getMessage()]


# --- TLS -----------------------------------------------------------------------------------------------------------


class Pki:
    """An authority whose root the station trusts."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.root = folder / "root.pem"
        self.authority.cert_pem.write_to_path(self.root)
        self.folder = folder

    def server(self, name: str = "localhost", authority: trustme.CA | None = None, **when: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (authority or self.authority).issue_cert(name, **when).configure_cert(context)
        return context

    def station(self) -> dict[str, Any]:
        return {"security_profile": 2, "password": PASSWORD, "tls": TlsFiles((str(self.root),))}


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki(tmp_path)


def test_tls_with_the_right_root(pki: Pki) -> None:
    async def main() -> None:
        async with csms(echo, ssl=pki.server()) as url:
            connection = await dial(url, **pki.station())
            await connection.send("[2]")
            assert await connection.receive() == "[2]"
            await connection.close()

    run(main())


def test_tls_with_a_certificate_that_is_not_acceptable(pki: Pki) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    cases = [
        (pki.server(authority=trustme.CA()), "not among the configured roots"),
        (pki.server(name="other.example"), "another name than localhost:"),
        (pki.server(not_before=yesterday - timedelta(days=1), not_after=yesterday), "has expired"),
    ]

    async def main() -> None:
        for context, words in cases:
            async with csms(ssl=context) as url:
                failed = await failure(url, **pki.station())
            assert failed.kind is FailureKind.TLS_CERTIFICATE
            assert words in failed.why

    run(main())


def test_tls_against_a_port_without_tls(pki: Pki) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(5)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read(-1)

    async def main() -> None:
        async with raw_server(speak) as url:
            failed = await failure(url.replace("ws://127.0.0.1", "wss://localhost"), **pki.station())
        assert failed.kind is FailureKind.TLS
        assert "does not speak TLS" in failed.why

    run(main())


def test_a_port_that_drops_the_tls_handshake(pki: Pki) -> None:
    async def drop(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(5)

    async def main() -> None:
        async with raw_server(drop) as url:
            failed = await failure(url.replace("ws://127.0.0.1", "wss://localhost"), **pki.station())
        assert failed.kind in (FailureKind.TLS, FailureKind.TCP)  # the kernel may report the reset first

    run(main())


def test_a_csms_that_wants_a_client_certificate(pki: Pki) -> None:
    context = pki.server()
    context.verify_mode = ssl.CERT_REQUIRED
    pki.authority.configure_trust(context)
    leaf = pki.authority.issue_cert("CS001")
    leaf.cert_chain_pems[0].write_to_path(pki.folder / "station.pem")
    leaf.private_key_pem.write_to_path(pki.folder / "station.key")
    files = TlsFiles((str(pki.root),), False, str(pki.folder / "station.pem"), str(pki.folder / "station.key"))

    async def main() -> None:
        async with csms(ssl=context) as url:
            failed = await failure(url, **pki.station())
            assert failed.kind is FailureKind.HANDSHAKE  # asyncio's server closes without TLS's alert
            assert "or want one" in failed.why
            connection = await dial(url, security_profile=3, tls=files)
            await connection.close()

    run(main())


def test_the_alert_over_our_certificate_comes_after_the_handshake(pki: Pki) -> None:
    """TLS 1.3: for the client the handshake is complete before the server has seen its certificate."""
    context = pki.server()
    context.verify_mode = ssl.CERT_REQUIRED
    pki.authority.configure_trust(context)

    def refuse_one(listening: socket.socket) -> None:
        accepted, _ = listening.accept()
        with accepted, suppress(ssl.SSLError):
            context.wrap_socket(accepted, server_side=True)

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = asyncio.to_thread(refuse_one, listening)
            url = f"wss://localhost:{listening.getsockname()[1]}/"
            failed, _ = await asyncio.gather(failure(url, **pki.station()), serving)
        # Where our request was on its way already, the server's kernel resets the connection and the alert is lost.
        assert failed.kind in {FailureKind.TLS_CLIENT, FailureKind.TCP}
        assert "asks for a certificate" in failed.why or "reset the connection" in failed.why

    run(main())


def test_a_root_that_is_missing_is_our_own_fault(pki: Pki) -> None:
    async def main() -> None:
        failed = await failure("wss://localhost/", security_profile=2, tls=TlsFiles(("/nowhere/root.pem",)))
        assert failed.kind is FailureKind.SETTINGS
        assert "/nowhere/root.pem: does not exist" in failed.why

    run(main())


# --- talking -------------------------------------------------------------------------------------------------------


def test_text_and_binary_messages_keep_their_kind() -> None:
    async def speak(connection: ServerConnection) -> None:
        await connection.send('["ä"]')
        await connection.send(b"\x00\xff")
        await connection.send(["[2,", '"x"]'])  # in fragments
        await connection.send("")
        await stay(connection)

    async def main() -> None:
        async with csms(speak) as url:
            connection = await dial(url)
            received = [await connection.receive() for _ in range(4)]
            assert received == ['["ä"]', b"\x00\xff", '[2,"x"]', ""]
            await connection.close()

    run(main())


def test_messages_leave_as_text_whatever_they_are_made_of() -> None:
    got: list[str | bytes] = []

    async def note(connection: ServerConnection) -> None:
        async for message in connection:
            got.append(message)

    async def main() -> None:
        async with csms(note) as url:
            connection = await dial(url)
            await connection.send("[2]")
            await connection.send('["é"]'.encode())
            await connection.close()

    run(main())
    assert got == ["[2]", '["é"]']


def test_text_that_is_not_utf_8_does_not_close_the_link() -> None:
    async def speak(connection: ServerConnection) -> None:
        await connection.send(b'["\xe9"]', text=True)
        await echo(connection)

    async def main() -> None:
        async with csms(speak) as url:
            connection = await dial(url)
            assert await connection.receive() == '["\ufffd"]'
            await connection.send("[1]")
            assert await connection.receive() == "[1]"
            await connection.close()

    run(main())


@pytest.mark.parametrize("fragments", [False, True])
def test_an_oversized_message_arrives_cut_and_the_link_lives(fragments: bool) -> None:
    huge = json.dumps([2, "id1", "DataTransfer", {"data": "ü" * (2 * MAX_MESSAGE_BYTES)}], ensure_ascii=False)

    async def speak(connection: ServerConnection) -> None:
        step = 1 << 16
        pieces = [huge[at : at + step] for at in range(0, len(huge), step)]
        await connection.send(pieces if fragments else huge)
        await echo(connection)

    async def main() -> None:
        async with csms(speak) as url:
            connection = await dial(url)
            message = await connection.receive()
            assert isinstance(message, str)
            assert message.startswith('[2, "id1", "DataTransfer"')
            assert len(message.encode()) > MAX_MESSAGE_BYTES
            assert len(message.encode()) < MAX_MESSAGE_BYTES + 10
            await connection.send("[1]")
            assert await connection.receive() == "[1]"
            await connection.close()

    run(main())


def test_a_message_at_the_limit_is_whole() -> None:
    async def speak(connection: ServerConnection) -> None:
        await connection.send("x" * MAX_MESSAGE_BYTES)
        await stay(connection)

    async def main() -> None:
        async with csms(speak) as url:
            connection = await dial(url)
            assert await connection.receive() == "x" * MAX_MESSAGE_BYTES
            await connection.close()

    run(main())


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_frames_that_come_with_the_handshake_or_in_crumbs(pieces: int) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        class Held:
            """Collects what is written, to send it in pieces of our choice."""

            data = b""

            def write(self, data: bytes) -> None:
                self.data += data

        held = Held()
        await upgrade(reader, held)
        stream = held.data + b"\x81\x03[2]" + b"\x82\x01\x07"
        for at in range(0, len(stream), pieces if pieces > 1 else len(stream)):
            writer.write(stream[at : at + (pieces if pieces > 1 else len(stream))])
            await asyncio.sleep(0)
        await reader.read(-1)

    async def main() -> None:
        async with raw_server(speak) as url:
            connection = await dial(url)
            assert await connection.receive() == "[2]"
            assert await connection.receive() == b"\x07"
            await connection.close()

    run(main())


def test_compression_is_agreed_where_configured() -> None:
    seen: list[str] = []

    def note(_: ServerConnection, request: Request) -> None:
        seen.append(request.headers["Sec-WebSocket-Extensions"])

    async def main() -> None:
        async with csms(echo, compression="deflate", process_request=note) as url:
            connection = await dial(url, compression=True)
            await connection.send("x" * 10_000)
            assert await connection.receive() == "x" * 10_000
            await connection.close()

    run(main())
    assert "permessage-deflate" in seen[0]


# --- the end -------------------------------------------------------------------------------------------------------


def test_the_csms_closes() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(1001, "maintenance")

    async def main() -> None:
        async with csms(leave) as url:
            connection = await dial(url)
            ended = await end(connection)
            assert (ended.kind, ended.code) == (EndKind.PEER, 1001)
            assert ended.why == "the CSMS closed the connection (1001: maintenance)"
            with pytest.raises(ConnectionEnded) as raised:
                await connection.send("[2]")
            assert raised.value.kind is EndKind.PEER

    run(main())


def test_we_close_with_a_code_and_a_reason_that_fits() -> None:
    seen: list[tuple[int | None, str | None]] = []

    async def note(connection: ServerConnection) -> None:
        await connection.wait_closed()
        seen.append((connection.close_code, connection.close_reason))

    async def main() -> None:
        async with csms(note) as url:
            connection = await dial(url)
            await connection.close(1001, "ü" * 100)
            await connection.close()
            ended = await end(connection)
            assert (ended.kind, ended.code) == (EndKind.OURS, 1001)

    run(main())
    assert seen == [(1001, "ü" * 61)]


def test_we_abort() -> None:
    async def main() -> None:
        async with csms() as url:
            connection = await dial(url)
            connection.abort("the network is down")
            ended = await end(connection)
            assert (ended.kind, ended.code, ended.why) == (EndKind.OURS, 1006, "the network is down")
            connection.abort("again")
            await connection.close()

    run(main())


def test_tcp_breaks() -> None:
    async def drop(connection: ServerConnection) -> None:
        connection.transport.abort()

    async def main() -> None:
        async with csms(drop) as url:
            ended = await end(await dial(url))
            assert (ended.kind, ended.code) == (EndKind.LOST, 1006)
            assert ended.why.startswith("the connection broke")

    run(main())


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (b"\x83\x00", 1002),  # an opcode that does not exist
        (b"\x81\x83abcdefg", 1002),  # masked
        (b"\x81\x7f" + (MAX_FRAME_BYTES + 1).to_bytes(8, "big"), 1009),
    ],
)
def test_the_websocket_protocol_is_broken(frames: bytes, code: int) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(frames)
        await reader.read(-1)

    async def main() -> None:
        async with raw_server(speak) as url:
            ended = await end(await dial(url))
            assert (ended.kind, ended.code) == (EndKind.PROTOCOL, code)

    run(main())


def test_a_reader_that_is_cancelled_loses_nothing() -> None:
    async def speak(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send("[3]")
        await stay(connection)

    async def main() -> None:
        async with csms(speak) as url:
            connection = await dial(url)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await connection.receive()
            await connection.send("[2]")
            assert await connection.receive() == "[3]"
            await connection.close()

    run(main())


def test_a_close_that_is_cancelled_drops_the_connection() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        await asyncio.sleep(3600)

    async def main() -> None:
        async with raw_server(deaf) as url:
            connection = await dial(url, close_timeout_ms=60_000)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await connection.close()
            assert (await end(connection)).kind is EndKind.OURS
            await _cancel_others()

    run(main())


async def _cancel_others() -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        if "serve_one" in repr(task):
            task.cancel()


def test_the_kernel_watches_too() -> None:
    async def main() -> None:
        async with csms() as url:
            connection = await dial(url, pong_timeout_ms=12_345)
            raw = connection._socket.transport.get_extra_info("socket")
            assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 12_345
            await connection.close()

    run(main())


def test_a_server_that_is_never_read_is_bounded() -> None:
    """Backpressure: what is not received stays with the sender."""

    async def flood(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                await connection.send("x" * 100_000)
                sent.append(100_000)

    sent: list[int] = []

    async def main() -> None:
        async with csms(flood) as url:
            connection = await dial(url)
            await asyncio.sleep(0.2)  # far more than it takes to fill every buffer on loopback
            assert sum(sent) < 20_000_000
            assert len(connection._socket.cut.kinds) < 50
            connection.abort("done")

    run(main())
