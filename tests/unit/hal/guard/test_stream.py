"""Lines over unix sockets: framing, bounds, what dead processes leave behind."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hal.guard.loop import Loop
from hal.guard.stream import MAX_OUT_BYTES, MAX_PEERS, Listener, Peer

MAX_LINE = 64


class Echo:
    """Answers each line with itself."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.lines: list[bytes] = []
        self.long = 0
        self.gone = 0

    def receive(self, line: bytes) -> None:
        self.lines.append(line)
        if line == b"hang up":
            self.peer.close()
            self.peer.close()
        self.peer.send(b"<" + line + b">\n")

    def too_long(self) -> None:
        self.long += 1
        self.peer.send(b"too long\n")

    def closed(self) -> None:
        self.gone += 1


class Host:
    """A listener in a loop that is run bit by bit."""

    def __init__(self, folder: Path) -> None:
        self.loop = Loop()
        self.path = str(folder / "s.sock")
        self.met: list[Echo] = []
        self.listener = Listener(self.loop, self.path, MAX_LINE, self._meet)

    def _meet(self, peer: Peer) -> Echo:
        self.met.append(Echo(peer))
        return self.met[-1]

    def connect(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(self.path)
        client.settimeout(5)
        self.until(lambda: len(self.met) > 0)
        return client

    def until(self, condition: Callable[[], bool]) -> None:
        deadline_ms = self.loop.now_ms() + 5_000

        def each() -> int | None:
            assert self.loop.now_ms() < deadline_ms
            if condition():
                self.loop.stop()
            return self.loop.now_ms() + 1

        self.loop.run(each)

    def spin(self) -> None:
        """Serve whatever is ready."""
        self.loop.call_at(self.loop.now_ms() + 3, self.loop.stop)
        self.loop.run(lambda: None)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    one = Host(tmp_path)
    yield one
    one.listener.close()
    one.loop.close()


def test_lines_come_in_pieces_and_in_bunches(host: Host) -> None:
    with host.connect() as client:
        client.send(b"on")
        host.spin()
        client.send(b"e\ntwo\n\n  \nthree\n")
        host.until(lambda: len(host.met[0].lines) == 3)
        assert host.met[0].lines == [b"one", b"two", b"three"]
        assert client.recv(100) == b"<one>\n<two>\n<three>\n"


def test_only_owner_and_group_may_connect(host: Host) -> None:
    assert stat.S_IMODE(os.stat(host.path).st_mode) == 0o660


@pytest.mark.parametrize("said", [b"x" * (MAX_LINE + 1), b"x" * (MAX_LINE + 1) + b"\n", b"ok\n" + b"y" * 1_000])
def test_a_line_without_end_ends_the_connection(host: Host, said: bytes) -> None:
    with host.connect() as client:
        client.send(said)
        host.until(lambda: host.met[0].gone == 1)
        assert client.recv(1_000).endswith(b"too long\n")
        assert client.recv(10) == b""
        assert host.met[0].long == 1


def test_a_line_of_the_longest_length_is_taken(host: Host) -> None:
    with host.connect() as client:
        client.send(b"x" * MAX_LINE + b"\n")
        host.until(lambda: len(host.met[0].lines) == 1)


def test_a_peer_that_leaves_is_gone_once(host: Host) -> None:
    client = host.connect()
    client.send(b"half a l")
    client.close()
    host.until(lambda: host.met[0].gone == 1)
    host.met[0].peer.send(b"too late\n")
    host.met[0].peer.close()
    assert host.met[0].gone == 1


def test_the_server_may_hang_up_from_within_a_line(host: Host) -> None:
    with host.connect() as client:
        client.send(b"hang up\nmore\n")
        host.until(lambda: host.met[0].gone == 1)
        assert host.met[0].lines == [b"hang up"]
        assert client.recv(10) == b""


def test_what_a_slow_peer_has_not_read_is_kept_for_it(host: Host) -> None:
    with host.connect() as client:
        sent = b"".join(b"%06d\n" % number for number in range(50_000))[: MAX_OUT_BYTES + 60_000]
        for start in range(0, len(sent), 4_000):
            host.met[0].peer.send(sent[start : start + 4_000])
        received = bytearray()
        client.setblocking(False)

        def drain() -> bool:
            try:
                received.extend(client.recv(16_000))
            except BlockingIOError:
                return False
            return len(received) == len(sent)

        host.until(drain)
        assert bytes(received) == sent
        client.send(b"still here\n")
        host.until(lambda: host.met[0].lines == [b"still here"])


def test_a_peer_that_reads_nothing_is_dropped(host: Host) -> None:
    with host.connect():
        for _ in range(200):
            host.met[0].peer.send(b"x" * 8_000)
        assert host.met[0].gone == 1


def test_a_peer_that_resets_its_connection(host: Host) -> None:
    client = host.connect()
    host.met[0].peer.send(b"unread\n")
    client.close()  # with something unread: the next read of the server fails
    host.until(lambda: host.met[0].gone == 1)


def test_a_slow_peer_that_leaves_takes_its_backlog_along(host: Host) -> None:
    client = host.connect()
    while not host.met[0].peer._out:
        host.met[0].peer.send(b"x" * 8_000)
    client.close()
    host.until(lambda: host.met[0].gone == 1)


def test_a_peer_that_vanishes_while_it_is_written_to(host: Host) -> None:
    client = host.connect()
    client.close()
    for _ in range(3):
        host.met[0].peer.send(b"hello\n")
    assert host.met[0].gone == 1


def test_more_peers_than_allowed_are_turned_away(host: Host) -> None:
    clients = [host.connect() for _ in range(MAX_PEERS)]
    host.until(lambda: len(host.met) == MAX_PEERS)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as extra:
        extra.connect(host.path)
        host.spin()
        extra.settimeout(5)
        assert extra.recv(10) == b""
    clients.pop().close()
    host.until(lambda: sum(echo.gone for echo in host.met) == 1)
    clients.append(host.connect())
    host.until(lambda: len(host.met) == MAX_PEERS + 1)
    for client in clients:
        client.close()


def test_closing_hangs_up_and_removes_the_path(tmp_path: Path) -> None:
    host = Host(tmp_path)
    with host.connect() as client:
        host.listener.close()
        assert client.recv(10) == b""
    assert not os.path.exists(host.path)
    assert host.met[0].gone == 1
    host.loop.close()


def test_the_socket_of_a_dead_process_is_replaced(tmp_path: Path) -> None:
    path = str(tmp_path / "s.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(path)
    host = Host(tmp_path)
    host.connect().close()
    host.listener.close()
    host.loop.close()


def test_the_socket_of_a_live_process_is_not_taken(host: Host) -> None:
    loop = Loop()
    with pytest.raises(FileExistsError, match="another process listens"):
        Listener(loop, host.path, MAX_LINE, Echo)
    loop.close()
    host.connect().close()


def test_a_file_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    path.write_text("precious")
    loop = Loop()
    with pytest.raises(FileExistsError, match="is no socket"):
        Listener(loop, str(path), MAX_LINE, Echo)
    loop.close()
    assert path.read_text() == "precious"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    loop = Loop()
    with pytest.raises(OSError, match=r"no socket can be made there: No such file.*no/s.sock"):
        Listener(loop, str(tmp_path / "no" / "s.sock"), MAX_LINE, Echo)
    loop.close()
