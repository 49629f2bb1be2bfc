"""A real pcscd with virtual contactless readers (vpcd), walled off from the machine it runs on.

vpcd listens on every address, so pcscd runs in a network namespace of its own. Its socket has a fixed path, so a mount
namespace gives it a private /run/pcscd; the client library of the test process finds that by PCSCLITE_CSOCK_NAME. The
test machine's own pcscd, if it has one, is neither used nor disturbed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

VPCD_LIBRARY = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
FIRST_PORT = 0x9001
CLONE_NEWNET = 0x40000000
# PC/SC part 3, 3.1.3.2.3: a storage card; SS=03 is ISO 14443 A part 3, SS=0B ISO 15693 part 3.
ATR_ISO14443 = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
ATR_ISO15693 = bytes.fromhex("3B8F8001804F0CA0000003060B00140000000077")

READER_CONF = """\
FRIENDLYNAME "{name}"
DEVICENAME   /dev/null:{port:#x}
LIBPATH      {library}
CHANNELID    {port:#x}
"""


class Namespace:
    """A network namespace with nothing but a loopback interface."""

    def __init__(self, name: str) -> None:
        self.name = name
        subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True, timeout=10)
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True, timeout=10)

    def connect(self, port: int) -> socket.socket:
        """A TCP connection made inside: a thread of its own enters the namespace, the socket stays in it."""
        made: list[socket.socket | OSError] = []

        def inside() -> None:
            try:
                with open(f"/run/netns/{self.name}", "rb") as handle:
                    libc = ctypes.CDLL(None, use_errno=True)
                    if libc.setns(handle.fileno(), CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), "setns")
                made.append(socket.create_connection(("127.0.0.1", port), timeout=2))
            except OSError as error:
                made.append(error)

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        return made[0]

    def close(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True, timeout=10)


class PcscDaemon:
    """One pcscd that can be started, killed and started again, with a virtual reader or without."""

    def __init__(self, folder: Path, reader: str = "ACS ACR122U PICC Interface") -> None:
        self.folder = folder
        self.run = folder / "run"
        self.conf = folder / "readers"
        self.run.mkdir(parents=True)
        self.conf.mkdir()
        self.plug(reader)
        self.socket = self.run / "pcscd.comm"
        self.log = folder / "pcscd.log"
        self.namespace = Namespace(f"evse-pcsc-{os.getpid()}")
        self.process: subprocess.Popen[bytes] | None = None
        Path("/run/pcscd").mkdir(exist_ok=True)  # the mount point

    def plug(self, name: str | None) -> None:
        """The reader that the next start finds: two slots of vpcd, "NAME 00 00" and "NAME 00 01"; None: nothing."""
        file = self.conf / "reader"
        if name is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(READER_CONF.format(name=name, port=FIRST_PORT, library=VPCD_LIBRARY))

    def start(self) -> None:
        for stale in self.run.iterdir():  # a killed pcscd leaves its pid file and refuses to start beside it
            stale.unlink()
        script = f'mount --bind "{self.run}" /run/pcscd && exec pcscd --foreground --config "{self.conf}"'
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace.name, "sh", "-c", script],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        wait_until(self.socket.exists, "pcscd did not open its socket", self.log)

    def kill(self) -> None:
        """kill -9: neither the clients nor the socket file learn of it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def card(self, uid: str, slot: int = 0, atr: bytes = ATR_ISO14443) -> VirtualCard:
        return VirtualCard(lambda: self.namespace.connect(FIRST_PORT + slot), bytes.fromhex(uid), atr)

    def close(self) -> None:
        if self.process is not None:
            self.kill()
        self.namespace.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_until(condition: Callable[[], bool], why: str, log: Path | None = None, seconds: float = 10) -> None:
    """Poll an outside process; the machine is shared, so the limit is generous."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(why + (f": {log.read_text()[-2000:]}" if log else ""))
        time.sleep(0.01)


class VirtualCard:
    """A contactless card in the field while the `with` block runs. pcscd looks for cards about each 400 ms."""

    def __init__(self, connect: Callable[[], socket.socket], uid: bytes, atr: bytes) -> None:
        self._connect, self.uid, self.atr = connect, uid, atr
        self.commands: list[str] = []
        self.answer: Callable[[bytes], bytes] = self._get_data
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> VirtualCard:
        end = time.monotonic() + 5
        while True:  # vpcd takes one card at a time and needs a moment after the last one left
            try:
                self._socket = self._connect()
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
        self._thread = threading.Thread(target=self._serve, args=(self._socket,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._socket is not None
        assert self._thread is not None
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(2)

    def _serve(self, link: socket.socket) -> None:
        link.settimeout(None)
        with contextlib.suppress(OSError):
            for message in frames(link):
                if message in (b"\x00", b"\x01", b"\x02"):  # power off, power on, reset: no answer
                    continue
                if message == b"\x04":
                    answer = self.atr
                else:
                    self.commands.append(message.hex().upper())
                    answer = self.answer(message)
                link.sendall(struct.pack(">H", len(answer)) + answer)

    def _get_data(self, command: bytes) -> bytes:
        if command[:4] == b"\xff\xca\x00\x00":  # PC/SC part 3, 3.2.2.1.3: get UID
            return self.uid + b"\x90\x00"
        return b"\x6a\x81"


def frames(link: socket.socket) -> Iterator[bytes]:
    """vpcd's framing: two bytes of length, big-endian, then the message."""
    buffer = b""
    while chunk := link.recv(512):
        buffer += chunk
        while len(buffer) >= 2 and len(buffer) >= 2 + (length := struct.unpack(">H", buffer[:2])[0]):
            yield buffer[2 : 2 + length]
            buffer = buffer[2 + length :]
