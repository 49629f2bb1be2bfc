"""The in-memory network: order, flow control, ends of a connection, and every fault."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trustme

from tests.simulation.network import Flow, Trace
from tests.simulation.pipe import WINDOW_BYTES
from tests.simulation.simloop import SimLoop

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
TICK_S = 0.2
"""More than the longest round trip of the default conditions."""


class Echo:
    """A server that sends back what it reads, and remembers how its connections ended."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.answers = True
        self.endings: list[str] = []
        self.writers: list[asyncio.StreamWriter] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while data := await reader.read(65536):
                self.received += data
                if self.answers:
                    writer.write(data)
                    await writer.drain()
            self.endings.append("end of stream")
        except OSError as error:
            self.endings.append(type(error).__name__)
        finally:
            writer.close()

    async def main(self, **options: Any) -> None:
        server = await asyncio.start_server(self, "csms", 9000, **options)
        await server.serve_forever()


@pytest.fixture
def echo(loop: SimLoop) -> Echo:
    server = Echo()
    loop.spawn("csms", server.main())
    loop.advance(0)
    return server


def connect(loop: SimLoop) -> Streams:
    return loop.run_until_complete(asyncio.open_connection("csms", 9000))


def run(loop: SimLoop, main: Callable[[], Awaitable[Any]]) -> Any:
    async def call() -> Any:
        return await main()

    return loop.run_until_complete(call())


def test_bytes_arrive_after_the_latency_and_come_back(loop: SimLoop, echo: Echo) -> None:
    loop.network.set_conditions(latency_ms=(50, 50))
    reader, writer = connect(loop)
    assert loop.time() == pytest.approx(0.1)  # one round trip
    writer.write(b"hello")
    assert run(loop, lambda: reader.readexactly(5)) == b"hello"
    assert loop.time() == pytest.approx(0.2)


def test_order_is_kept_whatever_the_latency(loop: SimLoop, echo: Echo) -> None:
    loop.network.set_conditions(latency_ms=(1, 500))
    reader, writer = connect(loop)
    expected = b"".join(struct.pack("!H", n) for n in range(500))
    for n in range(500):
        writer.write(struct.pack("!H", n))
    assert run(loop, lambda: reader.readexactly(1000)) == expected


def test_bandwidth_bounds_the_throughput(loop: SimLoop, echo: Echo) -> None:
    loop.network.set_conditions(bytes_per_second=10_000, latency_ms=(0, 0), segment_bytes=1000)
    reader, writer = connect(loop)
    writer.write(bytes(50_000))
    run(loop, lambda: reader.readexactly(50_000))
    assert loop.time() == pytest.approx(5.1, abs=0.01)  # 5 s there, and 1 segment back


def test_addresses_are_told(loop: SimLoop, echo: Echo) -> None:
    _, writer = connect(loop)
    assert writer.get_extra_info("peername") == ("csms", 9000)
    [accepted] = echo.writers
    assert accepted.get_extra_info("peername") == writer.get_extra_info("sockname")


def test_a_server_on_any_host_and_a_free_port(loop: SimLoop) -> None:
    async def main() -> bytes:
        server = await asyncio.start_server(Echo(), "0.0.0.0", 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x")
        return await reader.read(1)

    assert run(loop, main) == b"x"


def test_an_address_is_bound_once(loop: SimLoop, echo: Echo) -> None:
    with pytest.raises(OSError, match="address") as caught:
        run(loop, lambda: asyncio.start_server(echo, "csms", 9000))
    assert caught.value.errno == errno.EADDRINUSE


def test_a_unix_socket_has_credentials_and_is_not_cut_with_the_network(loop: SimLoop) -> None:
    loop.network.credentials = (77, 1000, 1001)

    async def main() -> tuple[bytes, bytes]:
        await asyncio.start_unix_server(Echo(), "/run/guard.sock")
        loop.network.cut()
        reader, writer = await asyncio.open_unix_connection("/run/guard.sock")
        writer.write(b"x")
        sock = writer.get_extra_info("socket")
        return await reader.read(1), sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)

    assert run(loop, main) == (b"x", struct.pack("3i", 77, 1000, 1001))
    assert loop.time() == 0


def test_a_missing_unix_socket(loop: SimLoop) -> None:
    with pytest.raises(FileNotFoundError):
        run(loop, lambda: asyncio.open_unix_connection("/run/nothing.sock"))


# Ends of a connection


def test_close_sends_what_is_queued_and_then_the_end(loop: SimLoop, echo: Echo) -> None:
    _, writer = connect(loop)
    echo.answers = False
    writer.write(bytes(1_000_000))
    writer.close()
    run(loop, writer.wait_closed)
    loop.advance(TICK_S)
    assert len(echo.received) == 1_000_000
    assert echo.endings == ["end of stream"]


def test_close_waits_for_a_peer_that_does_not_read(loop: SimLoop, echo: Echo) -> None:
    _, writer = connect(loop)
    writer.write(bytes(1_000_000))
    writer.close()  # and nobody reads what comes back
    loop.advance(hours=1)
    assert writer.transport.get_write_buffer_size() > 0
    writer.transport.abort()
    loop.advance(TICK_S)
    assert echo.endings == ["ConnectionResetError"]


def test_half_close_lets_the_answer_through(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    writer.write(b"question")
    writer.write_eof()
    assert run(loop, reader.read) == b"question"
    assert echo.endings == ["end of stream"]
    with pytest.raises(RuntimeError, match="write_eof"):
        writer.write(b"more")


def test_abort_drops_what_is_queued(loop: SimLoop, echo: Echo) -> None:
    loop.network.set_conditions(bytes_per_second=1000)
    echo.answers = False
    _, writer = connect(loop)
    writer.write(bytes(1_000_000))
    writer.transport.abort()
    loop.advance(hours=1)
    assert 0 < len(echo.received) <= WINDOW_BYTES
    assert echo.endings == ["end of stream"]


def test_data_for_a_closed_connection_is_answered_with_a_reset(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    echo.writers[0].close()
    writer.write(b"too late")
    loop.advance(TICK_S)
    writer.write(b"again")
    loop.advance(TICK_S)
    with pytest.raises(ConnectionResetError):
        run(loop, lambda: drain_until_error(reader, writer))


async def drain_until_error(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await reader.read(1)
        await writer.drain()
        await asyncio.sleep(0)


# Flow control


def test_a_reader_that_pauses_stops_the_writer(loop: SimLoop) -> None:
    class Paused(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport
            self.received = 0
            transport.pause_reading()

        def data_received(self, data: bytes) -> None:
            self.received += len(data)

    sink = Paused()

    async def main() -> None:
        await loop.create_server(lambda: sink, "csms", 9000)
        _, writer = await asyncio.open_connection("csms", 9000)
        writer.write(bytes(2 * WINDOW_BYTES))
        blocked = asyncio.ensure_future(writer.drain())
        await asyncio.sleep(60)
        assert not blocked.done()
        assert writer.transport.get_write_buffer_size() == WINDOW_BYTES
        assert sink.received == 0
        sink.transport.resume_reading()
        await blocked
        await asyncio.sleep(60)
        assert sink.received == 2 * WINDOW_BYTES

    run(loop, main)


def test_a_cut_line_fills_the_writers_buffer(loop: SimLoop, echo: Echo) -> None:
    _, writer = connect(loop)
    loop.network.cut()
    writer.write(bytes(2 * WINDOW_BYTES))
    with pytest.raises(TimeoutError):
        run(loop, lambda: asyncio.wait_for(writer.drain(), 60))


# Faults


def test_a_cut_is_silent_and_healing_loses_nothing(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    loop.network.cut()
    for n in range(10):
        writer.write(bytes([n]))
        loop.advance(1)
    assert echo.received == b""
    assert not writer.transport.is_closing()
    loop.network.heal()
    assert run(loop, lambda: reader.readexactly(10)) == bytes(range(10))


def test_a_cut_of_one_line_leaves_others_alone(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    loop.network.line("elsewhere", 443).cut()
    writer.write(b"x")
    assert run(loop, lambda: reader.read(1)) == b"x"


def test_a_cut_of_one_direction_swallows_only_answers(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    line = loop.network.line("csms", 9000)
    line.cut(Flow.TO_CLIENT)
    writer.write(b"x")
    loop.advance(TICK_S)
    assert echo.received == b"x"
    with pytest.raises(TimeoutError):
        run(loop, lambda: asyncio.wait_for(reader.read(1), 60))
    line.heal()
    assert run(loop, lambda: reader.read(1)) == b"x"


def test_connecting_over_a_cut_line_times_out_as_linux_does(loop: SimLoop, echo: Echo) -> None:
    loop.network.cut()
    with pytest.raises(TimeoutError) as caught:
        connect(loop)
    assert caught.value.errno == errno.ETIMEDOUT
    assert loop.time() == pytest.approx(127)


def test_a_connection_attempt_survives_a_short_cut(loop: SimLoop, echo: Echo) -> None:
    loop.network.cut()
    loop.call_later(2, loop.network.heal)
    connect(loop)
    assert 3 < loop.time() < 3.5  # the third SYN


def test_a_reset_breaks_both_ends_at_once(loop: SimLoop, echo: Echo) -> None:
    reader, _ = connect(loop)
    loop.advance(TICK_S)
    loop.network.reset()
    with pytest.raises(ConnectionResetError):
        run(loop, lambda: reader.read(1))
    assert echo.endings == ["ConnectionResetError"]
    connect(loop)


@pytest.mark.parametrize("refuse", ["refusing", "nobody"])
def test_refused(loop: SimLoop, echo: Echo, refuse: str) -> None:
    if refuse == "refusing":
        loop.network.line("csms", 9000).refusing = True
    else:
        loop.kill("csms")
    with pytest.raises(ConnectionRefusedError):
        connect(loop)
    assert loop.time() < TICK_S


def test_an_unknown_name(loop: SimLoop, echo: Echo) -> None:
    loop.network.unknown_names.add("csms")
    with pytest.raises(socket.gaierror):
        connect(loop)
    with pytest.raises(socket.gaierror):
        run(loop, lambda: loop.getaddrinfo("csms", 9000))


def test_unanswered_data_breaks_the_connection_in_the_end(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    loop.network.cut()
    writer.write(b"x")
    with pytest.raises(TimeoutError) as caught:
        run(loop, lambda: reader.read(1))
    assert caught.value.errno == errno.ETIMEDOUT
    assert loop.time() == pytest.approx(924.7, abs=0.5)


def test_the_user_timeout_of_a_socket_is_obeyed(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 20_000)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
    loop.network.cut()
    writer.write(b"x")
    with pytest.raises(TimeoutError):
        run(loop, lambda: reader.read(1))
    assert loop.time() == pytest.approx(20, abs=0.5)


def test_patience_begins_anew_after_an_answer(loop: SimLoop, echo: Echo) -> None:
    _, writer = connect(loop)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 20_000)
    loop.network.cut()
    writer.write(b"x")
    loop.advance(15)
    loop.network.heal()
    loop.advance(1)
    loop.network.cut()
    writer.write(b"y")
    loop.advance(15)
    assert not writer.transport.is_closing()
    loop.advance(6)
    assert writer.transport.is_closing()


# Death of a process


def test_the_kernel_closes_the_sockets_of_a_killed_process(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    loop.kill("csms")
    assert run(loop, lambda: reader.read(1)) == b""
    writer.write(b"x")
    loop.advance(TICK_S)
    assert echo.endings == []


def test_a_machine_without_power_is_silent(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    loop.kill("csms", power=False)
    writer.write(b"x")
    with pytest.raises(TimeoutError):
        run(loop, lambda: asyncio.wait_for(reader.read(1), 300))
    with pytest.raises(TimeoutError):
        connect(loop)


def test_a_machine_with_power_again_knows_nothing_of_old_connections(loop: SimLoop, echo: Echo) -> None:
    reader, writer = connect(loop)
    loop.kill("csms", power=False)
    writer.write(b"x")
    loop.advance(10)
    loop.spawn("csms", echo.main())
    with pytest.raises(ConnectionResetError):
        run(loop, lambda: reader.read(1))
    reader, writer = connect(loop)
    writer.write(b"y")
    assert run(loop, lambda: reader.read(1)) == b"y"


def test_a_client_that_gives_up_leaves_nothing_behind(loop: SimLoop, echo: Echo) -> None:
    loop.network.set_conditions(latency_ms=(1000, 1000))
    with pytest.raises(TimeoutError):
        run(loop, lambda: asyncio.wait_for(asyncio.open_connection("csms", 9000), 1.5))
    loop.advance(10)
    assert echo.endings == ["end of stream"]


# TLS


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


def serve_tls(loop: SimLoop, authority: trustme.CA, name: str) -> Echo:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    server = Echo()
    loop.spawn("csms", server.main(ssl=context))
    loop.advance(0)
    return server


def test_tls_runs_over_the_network(loop: SimLoop, authority: trustme.CA) -> None:
    serve_tls(loop, authority, "csms")
    context = ssl.create_default_context()
    authority.configure_trust(context)

    async def main() -> tuple[bytes, str]:
        reader, writer = await asyncio.open_connection("csms", 9000, ssl=context)
        writer.write(bytes(100_000))
        data = await reader.readexactly(100_000)
        return data, writer.get_extra_info("ssl_object").version()

    assert run(loop, main) == (bytes(100_000), "TLSv1.3")


def test_tls_with_a_wrong_name_fails(loop: SimLoop, authority: trustme.CA) -> None:
    serve_tls(loop, authority, "elsewhere")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with pytest.raises(ssl.SSLCertVerificationError):
        run(loop, lambda: asyncio.open_connection("csms", 9000, ssl=context))
    loop.advance(10)
    assert loop.failures == []


def test_a_trace_tells_runs_apart(loop: SimLoop, echo: Echo) -> None:
    first, second = Trace(), Trace()
    loop.network.observers.append(first)
    reader, writer = connect(loop)
    writer.write(b"a")
    run(loop, lambda: reader.read(1))
    loop.network.observers.append(second)
    writer.write(b"a")
    run(loop, lambda: reader.read(1))
    assert (first.deliveries, second.deliveries) == (4, 2)
    assert first.digest() != second.digest()
