"""Lines over unix stream sockets in the guard's loop: bounds on the number of peers and on their buffers."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from hal.guard.loop import Loop

READ_BYTES = 65_536
MAX_OUT_BYTES = 256 * 1024  # a peer that does not read that much is dropped
MAX_PEERS = 8
BACKLOG = 64  # connect of a socket that does not block fails at once where there is no room
SOCKET_MODE = 0o660


class Handler(Protocol):
    """What the server does with one peer."""

    def receive(self, line: bytes) -> None: ...
    def too_long(self) -> None: ...
    def closed(self) -> None: ...


class Peer:
    """One connection: frames lines, buffers what the peer has not read yet."""

    def __init__(self, loop: Loop, sock: socket.socket, max_line_bytes: int) -> None:
        self._loop = loop
        self._socket = sock
        self._max_line_bytes = max_line_bytes
        self._in = bytearray()
        self._out = bytearray()
        self._handler: Handler | None = None
        self._open = True

    def serve(self, handler: Handler) -> None:
        """Begin to read."""
        self._handler = handler
        self._loop.watch(self._socket, self._readable)

    def send(self, line: bytes) -> None:
        """Send, or buffer. A peer that reads nothing is dropped, not waited for."""
        if not self._open:
            return
        self._out += line
        self._flush()
        if len(self._out) > MAX_OUT_BYTES:
            self._drop()

    def close(self) -> None:
        """Send what fits at once, then hang up."""
        if self._open:
            self._flush()
        self._drop()

    def _drop(self) -> None:
        if not self._open:
            return
        self._open = False
        self._loop.forget(self._socket)
        self._socket.close()
        if self._handler is not None:
            self._handler.closed()

    def _flush(self) -> None:
        try:
            while self._out:
                del self._out[: self._socket.send(self._out)]
        except BlockingIOError:
            self._loop.watch(self._socket, self._readable, self._writable)
        except OSError:
            self._drop()

    def _writable(self) -> None:
        self._flush()
        if self._open and not self._out:
            self._loop.watch(self._socket, self._readable)

    def _readable(self) -> None:
        if not self._open:
            return
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop()
            return
        self._in += data
        self._frame()

    def _frame(self) -> None:
        while self._open and self._handler is not None:
            end = self._in.find(b"\n")
            if end > self._max_line_bytes or (end < 0 and len(self._in) > self._max_line_bytes):
                self._in.clear()
                self._handler.too_long()
                self.close()  # nobody knows where the next line begins
                return
            if end < 0:
                return
            line = bytes(self._in[:end])
            del self._in[: end + 1]
            if line.strip():
                self._handler.receive(line)


class Listener:
    """A listening unix socket. Raises OSError with the reason if the path cannot be used.

    `full` is what a peer hears for whom there is no room.
    """

    def __init__(
        self,
        loop: Loop,
        path: str,
        max_line_bytes: int,
        meet: Callable[[Peer], Handler],
        *,
        max_peers: int = MAX_PEERS,
        full: bytes = b"",
    ) -> None:
        self._loop = loop
        self._path = path
        self._max_line_bytes = max_line_bytes
        self._meet = meet
        self._max_peers = max_peers
        self._full = full
        self._peers: set[_Counted] = set()
        clear(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            self._socket.bind(path)
            os.chmod(path, SOCKET_MODE)
            self._socket.listen(BACKLOG)
        except OSError as error:
            self._socket.close()
            raise type(error)(error.errno, f"no socket can be made there: {error.strerror or error}", path) from None
        loop.watch(self._socket, self._accept)

    def close(self) -> None:
        """Listen no longer, hang up on every peer, remove the path."""
        self._loop.forget(self._socket)
        self._socket.close()
        for counted in tuple(self._peers):
            counted.peer.close()
        with suppress(OSError):
            os.unlink(self._path)

    def _accept(self) -> None:
        try:
            sock, _ = self._socket.accept()
        except OSError:
            return  # gone again, or no descriptor left: the listener stays
        sock.setblocking(False)
        if len(self._peers) >= self._max_peers:
            with suppress(OSError):
                sock.send(self._full)
            sock.close()
            return
        peer = Peer(self._loop, sock, self._max_line_bytes)
        counted = _Counted(peer, self._peers)
        self._peers.add(counted)
        counted.handler = self._meet(peer)
        peer.serve(counted)


class _Counted:
    """Passes on to the handler and gives the place free at the end."""

    def __init__(self, peer: Peer, peers: set[_Counted]) -> None:
        self.peer = peer
        self.handler: Handler | None = None
        self._peers = peers

    def receive(self, line: bytes) -> None:
        if self.handler is not None:
            self.handler.receive(line)

    def too_long(self) -> None:
        if self.handler is not None:
            self.handler.too_long()

    def closed(self) -> None:
        self._peers.discard(self)
        if self.handler is not None:
            self.handler.closed()


def clear(path: str) -> None:
    """Remove the socket that a dead process left. Raises OSError if somebody listens there, or it is no socket."""
    try:
        mode = os.stat(path, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FileExistsError(f"{path} exists and is no socket")
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        probe.settimeout(1.0)
        probe.connect(path)
    except ConnectionRefusedError:
        os.unlink(path)
    else:
        raise FileExistsError(f"another process listens at {path}")
    finally:
        probe.close()
