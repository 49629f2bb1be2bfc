"""`smartcard.scard` in memory: what a test cannot make a real pcscd do (hang-ups of readers, odd codes, unplugging)."""

from __future__ import annotations

import threading
from collections.abc import Callable

State = tuple[str, int, list[int]]
ATR = list(bytes.fromhex("3B8F8001804F0CA000000306030001000000006A"))


class FakeScard:
    """Constants as in pcsc-lite; results as pyscard gives them. `step` runs before each wait, so that tests script it.

    A wait never blocks: when nothing changed it answers TIMEOUT.
    """

    SCARD_SCOPE_SYSTEM = 2
    SCARD_SHARE_SHARED = 2
    SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1 = 1, 2
    SCARD_LEAVE_CARD = 0
    SCARD_STATE_UNAWARE, SCARD_STATE_CHANGED, SCARD_STATE_UNKNOWN, SCARD_STATE_UNAVAILABLE = 0, 2, 4, 8
    SCARD_STATE_EMPTY, SCARD_STATE_PRESENT = 0x10, 0x20
    SCARD_F_COMM_ERROR = 0x80100013
    SCARD_E_CANCELLED = 0x80100002
    SCARD_E_UNKNOWN_READER = 0x80100009
    SCARD_E_TIMEOUT = 0x8010000A
    SCARD_E_SHARING_VIOLATION = 0x8010000B
    SCARD_E_NO_SMARTCARD = 0x8010000C
    SCARD_E_PROTO_MISMATCH = 0x8010000F
    SCARD_E_NOT_TRANSACTED = 0x80100016
    SCARD_E_READER_UNAVAILABLE = 0x80100017
    SCARD_E_NO_SERVICE = 0x8010001D
    SCARD_E_NO_READERS_AVAILABLE = 0x8010002E
    SCARD_W_UNSUPPORTED_CARD = 0x80100065
    SCARD_W_UNRESPONSIVE_CARD = 0x80100066
    SCARD_W_UNPOWERED_CARD = 0x80100067
    SCARD_W_REMOVED_CARD = 0x80100069
    SCARD_W_SECURITY_VIOLATION = 0x8010006A

    def __init__(self, *readers: str) -> None:
        self.names = list(readers)
        self.establish = 0  # results of the calls
        self.listing = 0
        self.waiting = 0
        self.connect: list[int] = []  # results of the next connects, then success
        self.transmit: list[int] = []
        self.answer = bytes.fromhex("04A1B2C3D4E5F6") + b"\x90\x00"
        self.present = False
        self.counter = 0
        self.atr = ATR
        self.step: Callable[[], None] = lambda: None
        self.released: Callable[[], None] = lambda: None
        self.calls: list[str] = []
        self.cancelled = threading.Event()

    def insert(self, uid: str) -> None:
        self.answer = bytes.fromhex(uid) + b"\x90\x00"
        self.present = True
        self.counter += 1

    def remove(self) -> None:
        self.present = False
        self.counter += 1

    def SCardGetErrorMessage(self, code: int) -> str:
        return f"error {code & 0xFFFFFFFF:x}"

    def SCardEstablishContext(self, _scope: int) -> tuple[int, int]:
        self.calls.append("establish")
        if self.establish:
            self.step()
        return self.establish, 1

    def SCardReleaseContext(self, _context: int) -> int:
        self.calls.append("release")
        self.released()
        return 0

    def SCardCancel(self, _context: int) -> int:
        self.cancelled.set()
        return 0

    def SCardListReaders(self, _context: int, _groups: list[str]) -> tuple[int, list[str]]:
        if not self.names and not self.listing:
            return self.SCARD_E_NO_READERS_AVAILABLE - 2**32, []  # some builds give signed results
        return self.listing, list(self.names)

    def SCardGetStatusChange(self, _context: int, _ms: int, wanted: list[tuple[str, int]]) -> tuple[int, list[State]]:
        self.step()
        if self.waiting:
            return self.waiting, []
        name, known = wanted[0]
        if "PnP" in name:
            return self.SCARD_E_TIMEOUT, []
        if name not in self.names:
            return 0, [(name, self.SCARD_STATE_UNKNOWN | self.SCARD_STATE_CHANGED, [])]
        flag = self.SCARD_STATE_PRESENT if self.present else self.SCARD_STATE_EMPTY
        state = self.counter << 16 | flag
        if state == known:
            return self.SCARD_E_TIMEOUT - 2**32, []
        return 0, [(name, state | self.SCARD_STATE_CHANGED, self.atr if self.present else [])]

    def SCardConnect(self, _context: int, _name: str, _share: int, _protocols: int) -> tuple[int, int, int]:
        self.calls.append("connect")
        return (self.connect.pop(0) if self.connect else 0), 7, self.SCARD_PROTOCOL_T1

    def SCardTransmit(self, _card: int, _protocol: int, _command: list[int]) -> tuple[int, list[int]]:
        return (self.transmit.pop(0) if self.transmit else 0), list(self.answer)

    def SCardDisconnect(self, _card: int, _how: int) -> int:
        self.calls.append("disconnect")
        return 0
